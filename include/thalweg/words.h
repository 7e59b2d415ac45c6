// Numbers and names in text, alike in every locale: what the command line reads options and writes messages with.
#ifndef THALWEG_WORDS_H
#define THALWEG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "thalweg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_NUMBER_BYTES 40 // enough for any number

// Writes the shortest digits that read back as `value`, or "nan", "inf" or "-inf", into `buffer` and returns
// it.
TW_API const char *tw_format_number(double value, char buffer[TW_NUMBER_BYTES]);

// Reads all of `text` as one decimal number, perhaps with an exponent; no hexadecimal, "inf", "nan" or
// blanks. Returns false, with 0 in `*value`, if `text` is anything else or the number is too large.
TW_API bool tw_parse_double(const char *text, double *value);

// Reads all of `text` as one decimal integer. Returns false, with 0 in `*value`, if it is none or does not
// fit.
TW_API bool tw_parse_integer(const char *text, int64_t *value);

// The one of `count` names that is nearest to `name`, for "did you mean": at most 2 edits away, and fewer than
// half the length of `name`. An edit inserts, deletes or changes a letter or swaps two neighbours (Damerau, 1964);
// upper and lower case count as the same. If none is so near, the one that begins with `name`, or that `name`
// begins with, by three letters or more; else NULL. Borrowed from `names`.
TW_API const char *tw_nearest_name(const char *name, const char *const *names, size_t count);

// The ending of a noun that stands behind `count`: "" for 1, else "s". Valid for ever.
TW_API const char *tw_plural(int64_t count);

// A key of a text "NAME:key=value,...". Borrowed: valid for ever.
typedef struct tw_key {
    const char *name;
    double value;      // its default
    const char *about; // what it does
    const char *words; // "wolfe|exact": the value is one of these, from 0; NULL: a number
} tw_key;

#ifdef __cplusplus
}
#endif

#endif
