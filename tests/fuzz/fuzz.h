// What the fuzz targets share. tests/fuzz/NAME_fuzz.c defines LLVMFuzzerTestOneInput and becomes two
// programs: under the preset `fuzz` one of libFuzzer's, else one that replays tests/fuzz/corpus/NAME and
// many small changes of each of its files, as a part of the tests (docs/testing.md).
//
//     int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
//         tw_context *context = tw_fuzz_begin();
//         char *text = tw_fuzz_text(bytes, count);
//         ... parse; tw_fuzz_require(what must hold); free ...
//         free(text);
//         return tw_fuzz_end(context);
//     }
#ifndef TW_FUZZ_H
#define TW_FUZZ_H

#include <stdlib.h>

#include "thalweg/context.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

// A new context that may use 64 MiB.
tw_context *tw_fuzz_begin(void);

// Asserts that all memory was given back, and frees the context. Returns 0.
int tw_fuzz_end(tw_context *context);

// Ends the program, and so tells of the input, if something that must hold does not.
void tw_fuzz_require(bool holds);

// Asserts that a failure has a message, and is none that only a wrong call can have.
void tw_fuzz_require_words(tw_context *context, tw_status status);

// A copy that ends with NUL, in a block of just that size. Free with free.
char *tw_fuzz_text(const uint8_t *bytes, size_t count);

// Makes the bytes file number `index`, 0 to 2, which lies in memory. Its path; borrowed: for ever.
const char *tw_fuzz_file(int index, const uint8_t *bytes, size_t count);

// Cuts at the first line "----": what stands before it, *count bytes, and behind it, *rest_count; NULL
// and 0 if there is no such line.
const uint8_t *tw_fuzz_cut(const uint8_t *bytes, size_t *count, size_t *rest_count);

#endif
