// Names of methods for the legends of pictures.
#include "cli/cli.h"

#include <string.h>

// A name that is being written; what is too long is left out.
typedef struct short_name {
    char *text; // [CLI_SHORT_NAME_BYTES]
    size_t length;
} short_name;

static void add(short_name *name, const char *text, size_t length) {
    if (name->length + length >= CLI_SHORT_NAME_BYTES) return;
    memcpy(name->text + name->length, text, length);
    name->length += length;
    name->text[name->length] = '\0';
}

// The rule or link at the beginning of `at`, with " | " before it where it is not the first; what follows.
static const char *add_part(short_name *name, const char *at) {
    if (*at == '|') {
        add(name, " | ", 3);
        at++;
    }
    at += strspn(at, " ");
    size_t length = strcspn(at, ":|"), written = length;
    while (written > 0 && at[written - 1] == ' ') written--;
    add(name, at, written);
    return at + length;
}

// "clip_norm:c=1 | adam:lr=0.1" without the hyperparameters: "clip_norm | adam".
static void shorten(const char *method, char text[CLI_SHORT_NAME_BYTES]) {
    short_name name = {.text = text};
    text[0] = '\0';
    for (const char *at = method; *at != '\0';) {
        at = add_part(&name, at);
        at += strcspn(at, "|");
    }
}

// The bytes of the setting at `at`, without blanks at its end: up to a comma outside of parentheses, or a bar.
// `*end` is set to what follows.
static size_t setting_length(const char *at, const char **end) {
    const char *start = at;
    int depth = 0;
    for (; *at != '\0'; at++) {
        depth += (*at == '(') - (*at == ')');
        if (depth <= 0 && strchr(",|", *at) != NULL) break;
    }
    *end = at;
    while (at > start && at[-1] == ' ') at--;
    return (size_t)(at - start);
}

static bool has_setting(const char *method, const char *setting, size_t length) {
    const char *end = NULL;
    for (const char *at = method; (at = strpbrk(at, ":,")) != NULL;) {
        at++;
        if (setting_length(at, &end) == length && memcmp(at, setting, length) == 0) return true;
    }
    return false;
}

// Methods that look alike without hyperparameters.
typedef struct alike {
    const char *methods[CLI_LIST_MAX];
    int count;
} alike;

static bool all_have(const alike *group, const char *setting, size_t length) {
    for (int i = 0; i < group->count; i++)
        if (!has_setting(group->methods[i], setting, length)) return false;
    return true;
}

// A method with those of its hyperparameters in which the group differs: "adam:lr=0.1" beside "adam:lr=0.2".
static void name_differences(const alike *group, const char *method,
                             char text[CLI_SHORT_NAME_BYTES]) {
    short_name name = {.text = text};
    text[0] = '\0';
    for (const char *at = method; *at != '\0';) {
        at = add_part(&name, at);
        for (const char *separator = ":"; *at != '\0' && strchr(":,", *at) != NULL;) {
            const char *setting = at + 1;
            size_t length = setting_length(setting, &at);
            bool fits = name.length + 1 + length < CLI_SHORT_NAME_BYTES;
            if (!fits || all_have(group, setting, length)) continue;
            add(&name, separator, 1);
            add(&name, setting, length);
            separator = ",";
        }
        at += strcspn(at, "|");
    }
}

void cli_short_names(const char *const *methods, int count, char names[][CLI_SHORT_NAME_BYTES]) {
    char rules[CLI_LIST_MAX][CLI_SHORT_NAME_BYTES];
    for (int i = 0; i < count; i++) shorten(methods[i], rules[i]);
    for (int i = 0; i < count; i++) {
        alike group = {.count = 0};
        for (int k = 0; k < count; k++)
            if (strcmp(rules[i], rules[k]) == 0) group.methods[group.count++] = methods[k];
        if (group.count > 1)
            name_differences(&group, methods[i], names[i]);
        else
            memcpy(names[i], rules[i], CLI_SHORT_NAME_BYTES);
    }
}
