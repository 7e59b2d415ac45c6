// Memory of many arrays. Small ones lie in common blocks, one behind the other in the order in which they
// were made: a loop over all of them finds the next where the last one ended, which processors expect.
#ifndef TW_TENSOR_ARRAY_POOL_H
#define TW_TENSOR_ARRAY_POOL_H

#include <stddef.h>

#include "thalweg/tensor.h"

typedef struct tw_array_block tw_array_block;

// Empty where all is zero but the context.
typedef struct tw_array_pool {
    tw_context *context;
    tw_array_block *newest; // block of small arrays; older ones hang behind it
    size_t shared_bytes;    // of all such blocks
} tw_array_pool;

// An array of zeros, aligned to TW_ALIGN. `*array` is the pool's: hand it back to tw_array_pool_release.
// Errors: TW_NO_MEMORY.
tw_status tw_array_pool_take(tw_array_pool *pool, size_t count, size_t size, void **array);

// Frees the array, and the block that it was the last one in.
void tw_array_pool_release(tw_array_pool *pool, void *array);

// tw_tensor_new with elements of the pool, which must outlive the tensor.
tw_status tw_tensor_new_in(tw_array_pool *pool, tw_dtype dtype, const tw_shape *shape,
                           tw_tensor **tensor);

#endif
