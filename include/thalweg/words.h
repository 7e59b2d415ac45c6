// Numbers and names in text: the same in every locale. What the command line reads its options with, and
// counts things by.
#ifndef THALWEG_WORDS_H
#define THALWEG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "thalweg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_NUMBER_BYTES 40 // 24 are used; a compiler that does not know the locale fears 39

// Writes the shortest digits that read back as `value` ("nan", "inf", "-inf" for what is no number) and
// returns `buffer`, of TW_NUMBER_BYTES.
TW_API const char *tw_format_number(double value, char buffer[TW_NUMBER_BYTES]);

// Reads all of `text` as one number (decimal, with exponent; no hex, inf, nan or blanks) or one integer.
// False if anything else is in it or it does not fit; then `*value` is 0.
TW_API bool tw_parse_double(const char *text, double *value);

// Reads all of `text` as one integer; false, and 0 in `*value`, if it is none or does not fit.
TW_API bool tw_parse_integer(const char *text, int64_t *value);

// The one of `count` names nearest to `name`, or NULL: for "did you mean". Borrowed from `names`.
// Distance: letters put in, left out, changed or swapped with the next, upper and lower case being one
// (Damerau, 1964); at most 2, and below half the length of `name`. Where none is, the one that begins with
// `name`, or `name` with it, three letters or more.
TW_API const char *tw_nearest_name(const char *name, const char *const *names, size_t count);

// What the name of things ends with where there are `count` of them: "" for one, else "s". Valid for ever.
TW_API const char *tw_plural(int64_t count);

// A key of a text "NAME:key=value,...". Borrowed: valid for ever.
typedef struct tw_key {
    const char *name;
    double value;      // its default
    const char *about; // what it does
    const char
        *words; // "wolfe|exact" where its value is one of these, numbered from 0; NULL: a number
} tw_key;

#ifdef __cplusplus
}
#endif

#endif
