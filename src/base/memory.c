// Allocation: calloc, with a header before each block that holds its size and context.
//
// calloc rather than aligned_alloc and memset, because pages from the system are zero already: a large
// block then costs nothing until it is used.
#define _DEFAULT_SOURCE // madvise
#include "base/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/checked.h"
#include "base/context.h"

#define LARGE_BYTES ((size_t)2 << 20)
#define PAGE_BYTES 65536 // a multiple of every system's page size

typedef struct header {
    tw_context *context;
    void *start; // what calloc gave
    size_t bytes;
} header;

_Static_assert(sizeof(header) <= TW_ALIGN, "the header lies in the cache line before the block");

static header *header_of(void *block) {
    return (header *)(void *)((char *)block - TW_ALIGN);
}

static void raise_peak(tw_context *context, uint64_t live) {
    uint64_t peak = atomic_load(&context->peak_bytes);
    while (peak < live && !atomic_compare_exchange_weak(&context->peak_bytes, &peak, live))
        continue;
}

static void fail_by_system(tw_context *context, size_t bytes) {
    tw_fail(context, TW_NO_MEMORY, "memory: the system refused %zu bytes", bytes);
}

static void fail_by_budget(tw_context *context, size_t bytes) {
    if (context->limit_bytes == 0) { // all that is live would not fit into 64 bits
        fail_by_system(context, bytes);
        return;
    }
    tw_fail(context, TW_NO_MEMORY,
            "memory: %zu bytes were refused with %" PRIu64 " of the limit of %" PRIu64
            " bytes in use; raise the limit or use less",
            bytes, atomic_load(&context->live_bytes), context->limit_bytes);
}

// Books `bytes` against the budget; false if they exceed it.
static bool book(tw_context *context, size_t bytes) {
    uint64_t live = atomic_fetch_add(&context->live_bytes, bytes) + bytes;
    bool fits = live >= bytes && (context->limit_bytes == 0 || live <= context->limit_bytes);
    if (!fits) atomic_fetch_sub(&context->live_bytes, bytes);
    return fits;
}

// Asks for large pages for a block that can hold some: a loop that reads many such blocks at once then spends
// less time on translating addresses. Only advice: the system may have no large pages.
static void want_large_pages(char *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
    if (bytes < LARGE_BYTES) return;
    size_t before = PAGE_BYTES - (uintptr_t)start % PAGE_BYTES;
    madvise(start + before, bytes - before, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
#endif
}

// Memory for a block, its header, and the gap that aligns the block to TW_ALIGN.
static void *take(size_t bytes) {
    size_t padded = 0;
    if (!tw_checked_add_size(bytes, 2 * TW_ALIGN, &padded)) return NULL;
    char *start = calloc(1, padded);
    if (start != NULL) want_large_pages(start, padded);
    return start;
}

void *tw_allocate(tw_context *context, size_t count, size_t size) {
    size_t bytes = 0;
    if (!tw_checked_multiply_size(count, size, &bytes)) {
        tw_fail(context, TW_NO_MEMORY, "memory: %zu elements of %zu bytes are more than can be",
                count, size);
        return NULL;
    }
    if (tw_fault_strikes(&context->memory_fault) || !book(context, bytes)) {
        fail_by_budget(context, bytes);
        return NULL;
    }
    char *start = take(bytes);
    if (start == NULL) {
        atomic_fetch_sub(&context->live_bytes, bytes);
        fail_by_system(context, bytes);
        return NULL;
    }
    char *block = start + (2 * TW_ALIGN - (uintptr_t)start % TW_ALIGN);
    *header_of(block) = (header){.context = context, .start = start, .bytes = bytes};
    raise_peak(context, atomic_load(&context->live_bytes));
    atomic_fetch_add(&context->allocation_count, 1);
    assert((uintptr_t)block % TW_ALIGN == 0);
    return block;
}

tw_status tw_reallocate(tw_context *context, void **block, size_t count, size_t new_count,
                        size_t size) {
    void *grown = tw_allocate(context, new_count, size);
    if (grown == NULL) return TW_NO_MEMORY;
    size_t kept = count < new_count ? count : new_count;
    if (*block != NULL) {
        assert(kept * size <= header_of(*block)->bytes);
        memcpy(grown, *block, kept * size);
        tw_release(*block);
    }
    *block = grown;
    return TW_OK;
}

tw_status tw_grow(tw_context *context, void **block, size_t count, size_t *capacity, size_t size) {
    enum { FIRST_CAPACITY = 8 };

    if (count < *capacity) return TW_OK;
    size_t wider = FIRST_CAPACITY;
    if (*capacity != 0 && !tw_checked_multiply_size(*capacity, 2, &wider)) {
        return tw_fail(context, TW_NO_MEMORY, "memory: twice %zu elements are more than can be",
                       *capacity);
    }
    tw_status status = tw_reallocate(context, block, count, wider, size);
    if (status == TW_OK) *capacity = wider;
    return status;
}

char *tw_copy_text(tw_context *context, const char *text, size_t length) {
    size_t bytes = 0;
    if (!tw_checked_add_size(length, 1, &bytes)) bytes = SIZE_MAX; // tw_allocate refuses that
    char *copy = tw_allocate(context, bytes, 1);
    if (copy != NULL) memcpy(copy, text, length);
    return copy;
}

void tw_release(void *block) {
    if (block == NULL) return;
    header *head = header_of(block);
    atomic_fetch_sub(&head->context->live_bytes, head->bytes);
    free(head->start);
}

void tw_memory_fail_at(tw_context *context, uint64_t nth, bool for_ever) {
    tw_fault_arm(&context->memory_fault, nth, 0, for_ever);
}
