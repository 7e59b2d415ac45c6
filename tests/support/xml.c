// A parser that keeps nothing but the names of what is open.
#include "support/xml.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

static const char *entity(const char *at) {
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t length = strlen(entities[i]);
        if (strncmp(at, entities[i], length) == 0) return at + length;
    }
    fail_msg("no entity: %.20s", at);
    return at;
}

// Text up to `end`; style sheets have quotes, nothing has control characters.
static const char *words(const char *at, char end) {
    while (*at != end) {
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        assert_true(*at != '<' && *at != '\x7F');
        at = *at == '&' ? entity(at) : at + 1;
    }
    return at;
}

static const char *name(const char *at) {
    const char *start = at;
    while (isalnum((unsigned char)*at) || *at == '-' || *at == ':') at++;
    assert_true(at > start);
    return at;
}

static const char *attributes(const char *at) {
    while (*at == ' ') {
        at = name(at + 1);
        assert_true(at[0] == '=' && at[1] == '"');
        at = words(at + 2, '"') + 1;
    }
    return at;
}

void tw_test_assert_xml(const char *text) {
    const char *open[DEPTH_MAX] = {NULL};
    size_t lengths[DEPTH_MAX] = {0};
    int depth = 0, roots = 0;
    for (const char *at = text; *at != '\0';) {
        if (*at != '<') {
            const char *next = strchr(at, '<');
            if (next == NULL) assert_string_equal(at, "\n");
            at = next == NULL ? at + 1 : words(at, '<');
            continue;
        }
        bool closes = at[1] == '/';
        const char *from = at + 1 + closes;
        at = name(from);
        size_t length = (size_t)(at - from);
        if (closes) {
            assert_true(depth > 0 && lengths[depth - 1] == length);
            assert_memory_equal(open[depth - 1], from, length);
            depth--;
        } else {
            at = attributes(at);
            roots += depth == 0;
            open[depth] = from;
            lengths[depth] = length;
            if (*at == '/')
                at++;
            else
                depth++;
        }
        assert_true(*at == '>' && depth < DEPTH_MAX);
        at++;
    }
    assert_int_equal(depth, 0);
    assert_int_equal(roots, 1);
}

size_t tw_test_occurrences(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) count++;
    return count;
}
