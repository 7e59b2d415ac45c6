// Names that are nearly right, names that match a pattern, and plurals.
#include "base/text.h"

#include <string.h>

#include "base/utf8.h"

enum {
    NAME_MAX_BYTES = 64, // longer names are not guessed at
    DISTANCE_MAX = 2,
    BEGINNING_MIN = 3, // letters that suffice to tell which name is meant
};

static char lower(char c) {
    return 'A' <= c && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b) {
    return lower(a) == lower(b);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

// Row `i` of the table of distances: from the first `i` letters of `a` to every prefix of `b`. Three rows are kept.
static void fill_row(size_t rows[3][NAME_MAX_BYTES + 1], const char *a, size_t i, const char *b,
                     size_t b_length) {
    const size_t *before = rows[(i + 1) % 3], *last = rows[(i + 2) % 3];
    size_t *row = rows[i % 3];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
        row[j] = smaller(last[j], row[j - 1]) + 1;
        row[j] = smaller(row[j], last[j - 1] + !same(a[i - 1], b[j - 1]));
        bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
        if (swapped) row[j] = smaller(row[j], before[j - 2] + 1);
    }
}

static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_length; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) fill_row(rows, a, i, b, b_length);
    return rows[a_length % 3][b_length];
}

// Finds predict for "pred" and for "predictions": a name that begins with `name`, or that `name` begins with. The one
// nearest in length wins. A text of several words does not count as a longer form of a name.
static const char *nearest_beginning(const char *name, const char *const *names, size_t count) {
    const char *nearest = NULL;
    if (strchr(name, ' ') != NULL) return NULL;
    size_t length = strlen(name), least = NAME_MAX_BYTES;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]), shared = smaller(length, other), k = 0;
        while (k < shared && same(name[k], names[i][k])) k++;
        size_t apart = length + other - 2 * shared;
        if (k < shared || shared < BEGINNING_MIN || apart >= least) continue;
        least = apart;
        nearest = names[i];
    }
    return nearest;
}

const char *tw_nearest_name(const char *name, const char *const *names, size_t count) {
    size_t length = strlen(name);
    if (length > NAME_MAX_BYTES) return NULL;
    const char *nearest = NULL;
    size_t least = DISTANCE_MAX + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        if (other > NAME_MAX_BYTES) continue;
        size_t apart = distance(name, length, names[i], other);
        if (apart >= least || 2 * apart >= length) continue;
        least = apart;
        nearest = names[i];
    }
    return nearest != NULL ? nearest : nearest_beginning(name, names, count);
}

const char *tw_plural(int64_t count) {
    return count == 1 ? "" : "s";
}

// Bytes of the character that `text` begins with; a byte that belongs to none counts as one.
static size_t character_bytes(const char *text) {
    size_t bytes = tw_utf8_length(text, strnlen(text, 4));
    return bytes == 0 ? 1 : bytes;
}

bool tw_glob_matches(const char *pattern, const char *text) {
    // The last star, and what follows the text that it has matched so far.
    const char *star = NULL, *resume = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?') {
            pattern++;
            text += character_bytes(text);
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) { // let the last star match one more character
            pattern = star + 1;
            resume += character_bytes(resume);
            text = resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}
