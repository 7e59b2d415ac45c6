#include "base/keys.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

char *tw_trim(char *text) {
    text += strspn(text, " \t");
    for (size_t end = strlen(text); end > 0 && strchr(" \t", text[end - 1]) != NULL;)
        text[--end] = '\0';
    return text;
}

static tw_status unknown_key(tw_context *context, const tw_keyed *keyed, const char *name) {
    tw_text known;
    tw_text_start(&known, context);
    for (int i = 0; i < keyed->key_count; i++)
        tw_text_add(&known, "%s%s", i > 0 ? ", " : "", keyed->keys[i].name);
    tw_status status =
        tw_fail(context, TW_BAD_ARGUMENT, "%s %s: no key '%s'; %s%s", keyed->what, keyed->name,
                name, keyed->key_count > 0 ? "it has " : "it has none", known.data);
    tw_text_free(&known);
    return status;
}

// The index of a word in a list such as "wolfe|exact", or -1.
static int find_word(const char *words, const char *word) {
    for (int index = 0;; index++) {
        size_t length = strcspn(words, "|");
        if (strlen(word) == length && memcmp(words, word, length) == 0) return index;
        if (words[length] == '\0') return -1;
        words += length + 1;
    }
}

static tw_status read_value(tw_context *context, const tw_keyed *keyed, const tw_key *key,
                            const char *text, double *value) {
    if (key->words != NULL) {
        *value = find_word(key->words, text);
        if (*value >= 0) return TW_OK;
        return tw_fail(context, TW_BAD_ARGUMENT, "%s %s: %s='%s'; choose from %s", keyed->what,
                       keyed->name, key->name, text, key->words);
    }
    if (tw_parse_double(text, value)) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT, "%s %s: %s='%s' is no number", keyed->what,
                   keyed->name, key->name, text);
}

// One "key=value", changed in place. `*seen` has a bit for each key that was read.
static tw_status read_pair(tw_context *context, const tw_keyed *keyed, char *pair, uint64_t *seen,
                           double *values) {
    pair = tw_trim(pair);
    char *value = strchr(pair, '=');
    if (value == NULL)
        return tw_fail(context, TW_BAD_ARGUMENT, "%s %s: '%s' is no key=value", keyed->what,
                       keyed->name, pair);
    *value++ = '\0';
    pair = tw_trim(pair);
    value = tw_trim(value);
    int i = 0;
    while (i < keyed->key_count && strcmp(keyed->keys[i].name, pair) != 0) i++;
    if (i == keyed->key_count) return unknown_key(context, keyed, pair);
    if ((*seen >> i & 1) != 0)
        return tw_fail(context, TW_BAD_ARGUMENT, "%s %s: %s is given twice", keyed->what,
                       keyed->name, pair);
    *seen |= UINT64_C(1) << i;
    return read_value(context, keyed, &keyed->keys[i], value, &values[i]);
}

tw_status tw_keys_read(tw_context *context, const tw_keyed *keyed, const char *text,
                       double *values) {
    assert(keyed->key_count <= 64); // bits of `seen`
    for (int i = 0; i < keyed->key_count; i++) values[i] = keyed->keys[i].value;
    if (text == NULL) return TW_OK;
    uint64_t seen = 0;
    char *copy = tw_copy_text(context, text, strlen(text));
    tw_status status = copy == NULL ? TW_NO_MEMORY : TW_OK;
    for (char *pair = copy; pair != NULL && status == TW_OK;) {
        char *next = strchr(pair, ',');
        if (next != NULL) *next++ = '\0';
        status = read_pair(context, keyed, pair, &seen, values);
        pair = next;
    }
    tw_release(copy);
    return status;
}

static void format_value(const tw_key *key, double value, tw_text *text) {
    if (key->words == NULL) {
        tw_text_add_number(text, value);
        return;
    }
    const char *word = key->words;
    for (int skip = (int)value; skip > 0; skip--) word = strchr(word, '|') + 1;
    tw_text_add_bytes(text, word, strcspn(word, "|"));
}

void tw_keys_format(const tw_keyed *keyed, const double *values, tw_text *text) {
    tw_text_add(text, "%s", keyed->name);
    for (int i = 0; i < keyed->key_count; i++) {
        tw_text_add(text, "%c%s=", i == 0 ? ':' : ',', keyed->keys[i].name);
        format_value(&keyed->keys[i], values[i], text);
    }
}
