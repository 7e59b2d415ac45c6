// The text that names a set, cut at its separators, and its options as values.
#include "data/spec.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"

static tw_status cut_option(tw_spec *spec, char *option) {
    char *equals = strchr(option, '=');
    if (equals == NULL || equals == option) {
        return tw_fail(
            spec->context, TW_BAD_ARGUMENT,
            "data '%s': '%s' is not an option; write key=value, several with '&' between",
            spec->text, option);
    }
    *equals = '\0';
    if (tw_spec_value(spec, option) != NULL) {
        return tw_fail(spec->context, TW_BAD_ARGUMENT,
                       "data '%s': '%s' is given twice; once will do", spec->text, option);
    }
    if (spec->option_count == TW_SPEC_OPTIONS_MAX) {
        return tw_fail(spec->context, TW_BAD_ARGUMENT, "data '%s': more than %d options",
                       spec->text, TW_SPEC_OPTIONS_MAX);
    }
    spec->keys[spec->option_count] = option;
    spec->values[spec->option_count++] = equals + 1;
    return TW_OK;
}

tw_status tw_spec_parse(tw_context *context, const char *text, tw_spec *spec) {
    *spec = (tw_spec){.context = context, .text = text, .place = ""};
    spec->copy = tw_copy_text(context, text, strlen(text));
    if (spec->copy == NULL) return TW_NO_MEMORY;
    spec->format = spec->copy;
    // The last question mark starts the options: a path may hold others.
    char *options = strrchr(spec->copy, '?');
    if (options != NULL) *options++ = '\0';
    char *place = strchr(spec->copy, ':');
    if (place != NULL) *place++ = '\0', spec->place = place;
    while (options != NULL && *options != '\0') {
        char *next = strchr(options, '&');
        if (next != NULL) *next++ = '\0';
        tw_status status = cut_option(spec, options);
        if (status != TW_OK) return status;
        options = next;
    }
    return TW_OK;
}

void tw_spec_free(tw_spec *spec) {
    tw_release(spec->copy);
    *spec = (tw_spec){0};
}

const char *tw_spec_value(const tw_spec *spec, const char *key) {
    for (int i = 0; i < spec->option_count; i++) {
        if (strcmp(spec->keys[i], key) == 0) return spec->values[i];
    }
    return NULL;
}

tw_status tw_spec_integer(const tw_spec *spec, const char *key, int64_t low, int64_t high,
                          int64_t *value) {
    const char *text = tw_spec_value(spec, key);
    int64_t found = 0;
    if (text == NULL) return TW_OK;
    if (!tw_parse_integer(text, &found) || found < low || found > high) {
        return tw_fail(spec->context, TW_BAD_ARGUMENT,
                       "data '%s': %s=%s is not possible; a whole number from %" PRId64
                       " to %" PRId64 " is",
                       spec->text, key, text, low, high);
    }
    *value = found;
    return TW_OK;
}

tw_status tw_spec_number(const tw_spec *spec, const char *key, double low, double high,
                         double *value) {
    const char *text = tw_spec_value(spec, key);
    double found = 0.0;
    if (text == NULL) return TW_OK;
    if (!tw_parse_double(text, &found) || !(found >= low && found <= high)) {
        char low_digits[TW_NUMBER_BYTES], high_digits[TW_NUMBER_BYTES];
        return tw_fail(spec->context, TW_BAD_ARGUMENT,
                       "data '%s': %s=%s is not possible; a number from %s to %s is", spec->text,
                       key, text, tw_format_number(low, low_digits),
                       tw_format_number(high, high_digits));
    }
    *value = found;
    return TW_OK;
}

static void add_list(tw_text *list, const char *const *words, int count) {
    for (int i = 0; i < count; i++) tw_text_add(list, "%s%s", i == 0 ? "" : ", ", words[i]);
}

tw_status tw_spec_word(const tw_spec *spec, const char *key, const char *const *words, int count,
                       int *value) {
    const char *text = tw_spec_value(spec, key);
    if (text == NULL) return TW_OK;
    for (int i = 0; i < count; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        *value = i;
        return TW_OK;
    }
    tw_text list;
    tw_text_start(&list, spec->context);
    add_list(&list, words, count);
    tw_status status = list.status;
    if (status == TW_OK) {
        status =
            tw_fail(spec->context, TW_BAD_ARGUMENT, "data '%s': %s=%s is not possible; known: %s",
                    spec->text, key, text, list.data);
    }
    tw_text_free(&list);
    return status;
}

static tw_status refuse_option(const tw_spec *spec, const char *key, const char *const *known,
                               int count) {
    if (count == 0) {
        return tw_fail(spec->context, TW_BAD_ARGUMENT,
                       "data '%s': unknown option '%s'; '%s' has none", spec->text, key,
                       spec->format);
    }
    const char *nearest = tw_nearest_name(key, known, (size_t)count);
    tw_text list;
    tw_text_start(&list, spec->context);
    add_list(&list, known, count);
    tw_status status = list.status;
    if (status == TW_OK) {
        status = tw_fail(spec->context, TW_BAD_ARGUMENT,
                         "data '%s': unknown option '%s'; %s%s%sknown: %s", spec->text, key,
                         nearest == NULL ? "" : "did you mean '", nearest == NULL ? "" : nearest,
                         nearest == NULL ? "" : "'? ", list.data);
    }
    tw_text_free(&list);
    return status;
}

tw_status tw_spec_check(const tw_spec *spec, const char *const *known) {
    int count = 0;
    while (known[count] != NULL) count++;
    for (int i = 0; i < spec->option_count; i++) {
        bool found = false;
        for (int k = 0; k < count; k++) found = found || strcmp(spec->keys[i], known[k]) == 0;
        if (!found) return refuse_option(spec, spec->keys[i], known, count);
    }
    return TW_OK;
}

tw_status tw_spec_two_paths(const tw_spec *spec, char **first, char **second) {
    *first = NULL;
    *second = NULL;
    const char *comma = strchr(spec->place, ',');
    size_t length = comma == NULL ? strlen(spec->place) : (size_t)(comma - spec->place);
    if (length == 0 || (comma != NULL && (comma[1] == '\0' || strchr(comma + 1, ',') != NULL))) {
        return tw_fail(spec->context, TW_BAD_ARGUMENT,
                       "data '%s': give two paths with a comma between, or one without targets",
                       spec->text);
    }
    *first = tw_copy_text(spec->context, spec->place, length);
    if (*first == NULL) return TW_NO_MEMORY;
    if (comma == NULL) return TW_OK;
    *second = tw_copy_text(spec->context, comma + 1, strlen(comma + 1));
    if (*second != NULL) return TW_OK;
    tw_release(*first);
    *first = NULL;
    return TW_NO_MEMORY;
}
