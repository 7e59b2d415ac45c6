// Reads and writes what follows the name in "NAME:key=value,...".
#ifndef TW_BASE_KEYS_H
#define TW_BASE_KEYS_H

#include "base/text.h"

// Something that has keys.
typedef struct tw_keyed {
    const char *what, *name; // "solver", "lbfgs"
    const tw_key *keys;
    int key_count; // at most 64
} tw_keyed;

// The text without the blanks around it. Those at its end are cut off in place.
char *tw_trim(char *text);

// Sets `values` [key_count] to the defaults, then reads "key=value,...", which may be NULL.
// Errors: TW_BAD_ARGUMENT saying which keys there are, TW_NO_MEMORY.
tw_status tw_keys_read(tw_context *context, const tw_keyed *keyed, const char *text,
                       double *values);

// Adds "NAME:key=value,..." with every key; it reads back as the same values.
void tw_keys_format(const tw_keyed *keyed, const double *values, tw_text *text);

#endif
