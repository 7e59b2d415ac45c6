// Moving elements without looking at them: rows put together from sections, each from a place of its
// own or zeros. What slice, pad and concat are.
#ifndef TW_OPS_MOVE_H
#define TW_OPS_MOVE_H

#include "ops/op.h"

typedef struct tw_section {
    const char *from; // row r lies at from + r*stride; NULL: zeros
    int64_t bytes;    // of a row
    int64_t stride;   // bytes from one row to the next
} tw_section;

#define TW_MOVE_CHUNK_BYTES ((int64_t)1 << 16)

// Sets the chunks for an output of `bytes` bytes; chunk c moves its bytes from c*TW_MOVE_CHUNK_BYTES.
void tw_move_prepare(tw_kernel *kernel);

// Writes chunk `chunk` of the output, whose rows are the sections one behind the other.
void tw_move_sections(const tw_kernel *kernel, const tw_section *sections, int count,
                      int64_t chunk);

#endif
