// Memory that counts against the budget of a context, zeroed and aligned for vectors. The library itself allocates
// with these functions; a program may use them for arrays that the same limit should cover.
#ifndef THALWEG_MEMORY_H
#define THALWEG_MEMORY_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

// `count` elements of `size` bytes, all zero, aligned to 64 bytes. Owned by the caller: free with
// tw_release. NULL on failure, with the message of TW_NO_MEMORY in the context. A `count` of 0 gives a block
// that is not NULL but may not be read.
TW_API void *tw_allocate(tw_context *context, size_t count, size_t size);

// Changes `*block` from `count` to `new_count` elements; new ones are zero. On failure the block is unchanged.
// `*block` may be NULL with `count` 0. Errors: TW_NO_MEMORY.
TW_API tw_status tw_reallocate(tw_context *context, void **block, size_t count, size_t new_count,
                               size_t size);

// For growing arrays: makes room for one more element after the first `count` in a block with room for
// `*capacity`. If there is none, the block is reallocated with at least twice the room, and `*capacity` set
// to it; new elements are zero. Errors: TW_NO_MEMORY, with the block unchanged.
TW_API tw_status tw_grow(tw_context *context, void **block, size_t count, size_t *capacity,
                         size_t size);

// A copy of the first `length` bytes of `text`, ended with NUL. Owned by the caller: free with tw_release.
// NULL on failure, with the message of TW_NO_MEMORY in the context.
TW_API char *tw_copy_text(tw_context *context, const char *text, size_t length);

// Gives a block back; NULL is fine. The block knows its context, which must be alive.
TW_API void tw_release(void *block);

#ifdef __cplusplus
}
#endif

#endif
