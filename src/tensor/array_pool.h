// Memory for many arrays. Small ones share blocks, one behind the other in the order in which they were made:
// a loop over all of them finds each where the last one ended, as processors that prefetch expect.
#ifndef TW_TENSOR_ARRAY_POOL_H
#define TW_TENSOR_ARRAY_POOL_H

#include <stddef.h>

#include "thalweg/tensor.h"

typedef struct tw_array_block tw_array_block;

// Empty if all but the context is zero.
typedef struct tw_array_pool {
    tw_context *context;
    tw_array_block *newest; // block of small arrays; older ones hang behind it
    size_t shared_bytes;    // of all such blocks
} tw_array_pool;

// An array of zeros, aligned to TW_ALIGN. `*array` belongs to the pool: give it back with tw_array_pool_release.
// Errors: TW_NO_MEMORY.
tw_status tw_array_pool_take(tw_array_pool *pool, size_t count, size_t size, void **array);

// Frees the array; with the last array of a block, the block.
void tw_array_pool_release(tw_array_pool *pool, void *array);

// tw_tensor_new with elements of the pool, which must outlive the tensor.
tw_status tw_tensor_new_in(tw_array_pool *pool, tw_dtype dtype, const tw_shape *shape,
                           tw_tensor **tensor);

#endif
