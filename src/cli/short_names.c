// Names of methods for the legends of pictures.
#include "cli/cli.h"

#include <string.h>

// "clip_norm:c=1 | adam:lr=0.1" without the hyperparameters: "clip_norm | adam".
static void shorten(const char *method, char name[CLI_SHORT_NAME_BYTES]) {
    size_t length = 0;
    bool skip = false;
    for (const char *at = method; *at != '\0' && length < CLI_SHORT_NAME_BYTES - 2; at++) {
        if (*at == ':') skip = true;
        if (*at == '|' && skip) name[length++] = ' ';
        if (*at == '|') skip = false;
        if (!skip) name[length++] = *at;
    }
    name[length] = '\0';
}

// The end of the setting at `at`: the next comma or blank outside of parentheses.
static const char *setting_end(const char *at) {
    int depth = 0;
    for (; *at != '\0'; at++) {
        depth += (*at == '(') - (*at == ')');
        if (depth <= 0 && strchr(", |", *at) != NULL) break;
    }
    return at;
}

static bool has_setting(const char *method, const char *setting, size_t length) {
    for (const char *at = method; (at = strpbrk(at, ":,")) != NULL;) {
        at++;
        if ((size_t)(setting_end(at) - at) == length && memcmp(at, setting, length) == 0)
            return true;
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
                             char name[CLI_SHORT_NAME_BYTES]) {
    size_t length = 0, room = CLI_SHORT_NAME_BYTES - 1;
    for (const char *at = method; *at != '\0' && length < room;) {
        if (*at != ':') {
            name[length++] = *at++;
            continue;
        }
        char separator = ':';
        do {
            const char *setting = at + 1;
            at = setting_end(setting);
            size_t size = (size_t)(at - setting);
            if (all_have(group, setting, size) || length + 1 + size > room) continue;
            name[length++] = separator;
            memcpy(name + length, setting, size);
            length += size;
            separator = ',';
        } while (*at == ',');
    }
    name[length] = '\0';
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
