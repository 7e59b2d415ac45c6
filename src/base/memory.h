// Every allocation of the library: counted against the context's budget, zeroed, aligned for
// vectors, and able to be made to fail. Nothing else calls malloc or free.
#ifndef TW_BASE_MEMORY_H
#define TW_BASE_MEMORY_H

#include "thalweg/context.h"

#define TW_ALIGN 64 // bytes; a cache line, and the widest vector

// `count` elements of `size` bytes, all zero, aligned to TW_ALIGN. Owned by the caller: free with
// tw_release. NULL on failure, with TW_NO_MEMORY's message in the context; a `count` of 0 gives
// a block that may not be read.
void *tw_allocate(tw_context *context, size_t count, size_t size);

// Grows `*block` from `count` to `new_count` elements, the new ones zero. On failure the block is as
// it was. `*block` may be NULL with `count` 0.
tw_status tw_reallocate(tw_context *context, void **block, size_t count, size_t new_count,
                        size_t size);

// Makes room for one more element behind `count`, doubling `*capacity`: for growing arrays.
tw_status tw_grow(tw_context *context, void **block, size_t count, size_t *capacity, size_t size);

// Copies a string of `length` bytes and ends it with NUL. Owned by the caller: free with tw_release.
char *tw_copy_text(tw_context *context, const char *text, size_t length);

// Gives a block back; NULL is fine. The block knows its context.
void tw_release(void *block);

// For tests: lets the `nth` allocation from now (1 is the next) fail; `for_ever`: and all after it.
// 0 ends it.
void tw_memory_fail_at(tw_context *context, uint64_t nth, bool for_ever);

#endif
