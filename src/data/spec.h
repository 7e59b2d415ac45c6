// The text that names a set: FORMAT[:PLACE][?key=value[&key=value...]].
#ifndef TW_DATA_SPEC_H
#define TW_DATA_SPEC_H

#include "data/encoding.h"
#include "data/set.h"

enum { TW_SPEC_OPTIONS_MAX = 16 };

typedef struct tw_spec {
    tw_context *context;
    const char *text; // borrowed: the whole
    char *copy;       // cut at its separators; the rest point into it
    const char *format;
    const char *place; // "" if none
    int option_count;
    const char *keys[TW_SPEC_OPTIONS_MAX], *values[TW_SPEC_OPTIONS_MAX];
} tw_spec;

// Cuts `text` (borrowed). Free with tw_spec_free, also on failure. Errors: TW_BAD_ARGUMENT.
tw_status tw_spec_parse(tw_context *context, const char *text, tw_spec *spec);
void tw_spec_free(tw_spec *spec);

// The value of an option, NULL if it is not given. Borrowed: valid while the spec is.
const char *tw_spec_value(const tw_spec *spec, const char *key);

// An option as a whole number in low .. high, as a number in low .. high, or as one of `count` words;
// `*value` stays as it is if the option is not given. Errors: TW_BAD_ARGUMENT.
tw_status tw_spec_integer(const tw_spec *spec, const char *key, int64_t low, int64_t high,
                          int64_t *value);
tw_status tw_spec_number(const tw_spec *spec, const char *key, double low, double high,
                         double *value);
tw_status tw_spec_word(const tw_spec *spec, const char *key, const char *const *words, int count,
                       int *value);

// Refuses an option that is none of `known` (ends with NULL) with the nearest one.
tw_status tw_spec_check(const tw_spec *spec, const char *const *known);

// The place as exactly two paths "A,B", or one (`*second` NULL). Owned: free each with tw_release.
tw_status tw_spec_two_paths(const tw_spec *spec, char **first, char **second);

// What a format is asked to open.
typedef struct tw_opening {
    tw_context *context;
    const tw_spec *spec;
    uint64_t seed;
    double holdout; // share of the examples that is not learned from, by tw_split_mark; 0: none
    const tw_encoding *like; // the training set's encoding; NULL: learn
} tw_opening;

// A format: one file each, one line in formats.def. `open` sets `*train` and `*test` (NULL: none); with
// `like` it gives the one set to measure as `*test` or, failing that, as `*train`.
typedef struct tw_format {
    tw_data_format about;
    const char *const *keys; // options known; ends with NULL
    bool takes_place;
    tw_status (*open)(const tw_opening *opening, tw_data **train, tw_data **test);
} tw_format;

#endif
