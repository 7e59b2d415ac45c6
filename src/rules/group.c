// Parameter groups: which parameter gets which value of a hyperparameter.
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "rules/method_parts.h"

static void free_override(tw_method_exception *override) {
    tw_release(override->glob);
    tw_setting_free(&override->setting);
    tw_release(override);
}

void tw_method_free_groups(tw_method *method) {
    while (method->overrides != NULL) {
        tw_method_exception *next = method->overrides->next;
        free_override(method->overrides);
        method->overrides = next;
    }
    while (method->groups != NULL) {
        tw_method_group *next = method->groups->next;
        tw_release(method->groups);
        method->groups = next;
    }
}

// ---- reading "GLOB: name=value, name=value; GLOB: ..."

typedef struct reader {
    tw_method *method;
    tw_source source;
    size_t at;
    tw_method_exception *first, **last;
} reader;

static tw_status fail_here(const reader *r, size_t offset, const char *what) {
    return tw_source_fail(r->method->context, &r->source, offset,
                          "a group is written *bias*: weight_decay=0", "%s", what);
}

// The bytes up to one of `ends` outside parentheses, without blanks around them.
static void read_until(reader *r, const char *ends, size_t *first, size_t *length) {
    int open = 0;
    while (r->at < r->source.length && tw_is_blank(r->source.text[r->at])) r->at++;
    *first = r->at;
    for (; r->at < r->source.length; r->at++) {
        char c = r->source.text[r->at];
        if (open == 0 && strchr(ends, c) != NULL) break;
        open += (c == '(') - (c == ')');
    }
    *length = r->at - *first;
    while (*length > 0 && tw_is_blank(r->source.text[*first + *length - 1])) --*length;
}

static bool take(reader *r, char sign) {
    if (r->at >= r->source.length || r->source.text[r->at] != sign) return false;
    r->at++;
    return true;
}

static tw_status read_override(reader *r, size_t glob, size_t glob_length) {
    tw_context *context = r->method->context;
    size_t name_at, name_length, value_at, value_length;
    char name[TW_METHOD_NAME_BYTES];
    read_until(r, "=,;", &name_at, &name_length);
    if (name_length == 0 || name_length >= sizeof name || !take(r, '=')) {
        return fail_here(r, name_at, "expected NAME=VALUE here");
    }
    snprintf(name, sizeof name, "%.*s", (int)name_length, r->source.text + name_at);
    read_until(r, ",;", &value_at, &value_length);
    tw_method_exception *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    tw_status status = tw_method_find_hyper(r->method, name, &made->hyper);
    if (status == TW_OK) {
        made->glob = tw_copy_text(context, r->source.text + glob, glob_length);
        status = made->glob == NULL
                     ? TW_NO_MEMORY
                     : tw_setting_parse(
                           context, &(tw_source){"groups", r->source.text, value_at + value_length},
                           value_at, &(tw_setting_names){0}, &made->setting);
    }
    if (status != TW_OK) {
        free_override(made);
        return status;
    }
    *r->last = made;
    r->last = &made->next;
    return TW_OK;
}

static tw_status read_groups(reader *r) {
    tw_status status = TW_OK;
    do {
        size_t glob, length;
        read_until(r, ":;", &glob, &length);
        if (length == 0 && r->at == r->source.length) return status; // behind a last semicolon
        if (length == 0 || !take(r, ':')) {
            return fail_here(r, glob, "expected GLOB: NAME=VALUE here");
        }
        do {
            status = read_override(r, glob, length);
        } while (status == TW_OK && take(r, ','));
    } while (status == TW_OK && take(r, ';'));
    return status;
}

tw_status tw_method_override(tw_method *method, const char *text) {
    if (method->attached) {
        return tw_fail(method->context, TW_BAD_ARGUMENT,
                       "method: it is attached to a graph already; set groups before that");
    }
    reader r = {.method = method, .source = {"groups", text, strlen(text)}};
    r.last = &r.first;
    tw_status status =
        r.source.length > TW_METHOD_TEXT_BYTES_MAX
            ? tw_fail(method->context, TW_BAD_TEXT, "groups: %zu bytes are too long; at most %d",
                      r.source.length, TW_METHOD_TEXT_BYTES_MAX)
            : read_groups(&r);
    tw_method_exception **end = &method->overrides;
    if (status == TW_OK) {
        while (*end != NULL) end = &(*end)->next;
        *end = r.first;
        return TW_OK;
    }
    while (r.first != NULL) {
        tw_method_exception *next = r.first->next;
        free_override(r.first);
        r.first = next;
    }
    return status;
}

// ---- who is in which

tw_method_group *tw_method_group_of(tw_method *method, const char *parameter) {
    tw_method_group wanted = {0};
    for (int i = 0; i < method->hyper_count; i++) {
        wanted.settings[i] = &method->hypers[i].setting;
    }
    for (const tw_method_exception *o = method->overrides; o != NULL; o = o->next) {
        if (tw_glob_matches(o->glob, parameter)) wanted.settings[o->hyper] = &o->setting;
    }
    tw_method_group **end = &method->groups;
    for (; *end != NULL; end = &(*end)->next) {
        if (memcmp((*end)->settings, wanted.settings, sizeof wanted.settings) == 0) return *end;
    }
    *end = tw_allocate(method->context, 1, sizeof **end);
    if (*end != NULL) **end = wanted;
    return *end;
}

tw_status tw_method_check_globs(const tw_method *method, const char *const *names, int count) {
    for (const tw_method_exception *o = method->overrides; o != NULL; o = o->next) {
        bool found = false;
        for (int i = 0; i < count && !found; i++) found = tw_glob_matches(o->glob, names[i]);
        if (found) continue;
        return tw_fail(method->context, TW_NOT_FOUND,
                       "groups: '%s' matches no parameter; the first is called %s", o->glob,
                       count > 0 ? names[0] : "nothing");
    }
    return TW_OK;
}

static void show_settings(tw_method *method, const tw_method_group *group) {
    for (int i = 0; i < method->hyper_count; i++) {
        char name[TW_METHOD_NAME_BYTES];
        tw_method_hyper_name(method, i, name);
        tw_text_add(&method->shown, "  %s=%s", name, tw_setting_text(group->settings[i]));
    }
    tw_text_add(&method->shown, "\n");
}

const char *tw_method_show_groups(tw_method *method, const char *const *names, int count) {
    size_t width = 0;
    tw_text_clear(&method->shown);
    if (tw_method_check_globs(method, names, count) != TW_OK) return NULL;
    for (int i = 0; i < count; i++) {
        if (strlen(names[i]) > width) width = strlen(names[i]);
    }
    if (width > 60) width = 60;
    for (int i = 0; i < count; i++) {
        const tw_method_group *group = tw_method_group_of(method, names[i]);
        if (group == NULL) return NULL;
        tw_text_add(&method->shown, "%-*s", (int)width, names[i]);
        show_settings(method, group);
    }
    return method->shown.status == TW_OK ? method->shown.data : NULL;
}
