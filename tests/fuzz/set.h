// What must hold of every set of examples that a fuzz target could open.
#ifndef TW_FUZZ_SET_H
#define TW_FUZZ_SET_H

#include "thalweg/data.h"

// Fetches all examples (of at most 2^20 numbers, the first of them else): features and values are finite
// in single precision, labels are classes, descriptions end their lines.
void tw_fuzz_check_set(const tw_data *data);

// Opens a spec, checks what it gives, and opens it once more with the encoding learned: the same examples
// come, bit for bit.
void tw_fuzz_open_twice(tw_context *context, const char *spec);

// Opens a spec with a part held out: both parts are sound, or it is refused with words.
void tw_fuzz_open_cut(tw_context *context, const char *spec);

#endif
