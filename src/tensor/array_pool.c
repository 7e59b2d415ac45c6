#include "tensor/array_pool.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/checked.h"
#include "base/memory.h"

#define BLOCK_BYTES_MIN ((size_t)16 << 10)
#define BLOCK_BYTES_MAX ((size_t)4 << 20)

// Larger arrays have memory of their own; under sanitizers all have, so that they see the end of each.
#ifdef TW_SANITIZE
#define SMALL_BYTES ((size_t)0)
#else
#define SMALL_BYTES ((size_t)64 << 10)
#endif

struct tw_array_block {
    tw_array_block *older;
    char *bytes;
    size_t size, used;
    size_t array_count; // arrays in use
};

static size_t clamp(size_t value, size_t least, size_t most) {
    return value < least ? least : value < most ? value : most;
}

// A block as large as all those before it together, so that there are few, and at most half of the memory is unused.
static tw_status add_block(tw_array_pool *pool, size_t bytes) {
    size_t size = clamp(pool->shared_bytes, BLOCK_BYTES_MIN, BLOCK_BYTES_MAX);
    if (size < bytes) size = bytes;
    tw_array_block *block = tw_allocate(pool->context, 1, sizeof *block);
    if (block == NULL) return TW_NO_MEMORY;
    *block = (tw_array_block){.older = pool->newest, .size = size};
    block->bytes = tw_allocate(pool->context, size, 1);
    if (block->bytes == NULL) {
        tw_release(block);
        return TW_NO_MEMORY;
    }
    pool->newest = block;
    pool->shared_bytes += size;
    return TW_OK;
}

tw_status tw_array_pool_take(tw_array_pool *pool, size_t count, size_t size, void **array) {
    size_t bytes = 0, padded = 0;
    bool small = tw_checked_multiply_size(count, size, &bytes) && bytes > 0 &&
                 bytes <= SMALL_BYTES && tw_checked_add_size(bytes, TW_ALIGN - 1, &padded);
    if (!small) {
        *array = tw_allocate(pool->context, count, size);
        return *array != NULL ? TW_OK : TW_NO_MEMORY;
    }
    padded -= padded % TW_ALIGN;
    tw_array_block *block = pool->newest;
    if (block == NULL || block->size - block->used < padded) {
        *array = NULL;
        tw_status status = add_block(pool, padded);
        if (status != TW_OK) return status;
        block = pool->newest;
    }
    *array = block->bytes + block->used;
    block->used += padded;
    block->array_count++;
    return TW_OK;
}

static bool holds(const tw_array_block *block, const void *array) {
    uintptr_t first = (uintptr_t)block->bytes, at = (uintptr_t)array;
    return at >= first && at - first < block->size;
}

void tw_array_pool_release(tw_array_pool *pool, void *array) {
    tw_array_block **at = &pool->newest;
    while (*at != NULL && !holds(*at, array)) at = &(*at)->older;
    tw_array_block *block = *at;
    if (block == NULL) {
        tw_release(array);
        return;
    }
    if (--block->array_count > 0) return;
    *at = block->older;
    pool->shared_bytes -= block->size;
    tw_release(block->bytes);
    tw_release(block);
}
