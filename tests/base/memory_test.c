#include "test.h"

#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "support/fault.h"

static tw_context *new_context(void) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    return context;
}

static void assert_all(const unsigned char *bytes, size_t count, unsigned char value) {
    for (size_t i = 0; i < count; i++) assert_int_equal(bytes[i], value);
}

static void blocks_are_zero_aligned_and_counted(void **state) {
    (void)state;
    tw_context *context = new_context();
    const size_t counts[] = {0, 1, 63, 64, 65, 1000, 1 << 20};
    uint64_t live = 0;
    void *blocks[7];
    for (size_t i = 0; i < 7; i++) {
        blocks[i] = tw_allocate(context, counts[i], 3);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % TW_ALIGN, 0);
        assert_all(blocks[i], 3 * counts[i], 0);
        memset(blocks[i], 0xFF, 3 * counts[i]);
        live += 3 * counts[i];
        assert_int_equal(tw_context_memory(context).live_bytes, live);
    }
    for (size_t i = 0; i < 7; i++) tw_release(blocks[i]);
    tw_memory memory = tw_context_memory(context);
    assert_int_equal(memory.live_bytes, 0);
    assert_int_equal(memory.peak_bytes, live);
    assert_int_equal(memory.allocation_count, 7);
    tw_context_free(context);
}

static void a_size_that_does_not_fit_is_refused(void **state) {
    (void)state;
    tw_context *context = new_context();
    assert_null(tw_allocate(context, SIZE_MAX / 2, 3));
    assert_non_null(strstr(tw_context_message(context), "elements of 3 bytes"));
    assert_null(tw_allocate(context, SIZE_MAX - 64, 1));
    assert_non_null(strstr(tw_context_message(context), "18446744073709551551 bytes"));
    assert_null(tw_copy_text(context, "", SIZE_MAX));
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    assert_int_equal(tw_context_memory(context).peak_bytes, 0);
    tw_context_free(context);
}

static void the_limit_refuses_one_byte_too_many_and_says_how_many(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_context_set_memory_limit(context, 1000);
    void *first = tw_allocate(context, 600, 1);
    assert_non_null(first);
    assert_null(tw_allocate(context, 401, 1));
    assert_string_equal(tw_context_message(context),
                        "memory: 401 bytes were refused with 600 of the limit of 1000 bytes in "
                        "use; raise the limit or use less");
    void *second = tw_allocate(context, 400, 1);
    assert_non_null(second);
    tw_release(first);
    assert_null(tw_allocate(context, 601, 1));
    tw_context_set_memory_limit(context, 0);
    first = tw_allocate(context, 601, 1);
    assert_non_null(first);
    tw_release(first);
    tw_release(second);
    assert_int_equal(tw_context_memory(context).peak_bytes, 1001);
    tw_context_free(context);
}

static void the_system_is_named_where_the_limit_would_have_allowed_it(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_context_set_memory_limit(context, UINT64_MAX);
    assert_null(tw_allocate(context, SIZE_MAX - 64, 1));
    assert_string_equal(tw_context_message(context),
                        "memory: the system refused 18446744073709551551 bytes");
    tw_context_free(context);
}

static void reallocated_blocks_keep_their_bytes_and_grow_by_zeros(void **state) {
    (void)state;
    tw_context *context = new_context();
    void *block = NULL;
    assert_ok(context, tw_reallocate(context, &block, 0, 10, 4));
    memset(block, 7, 40);
    assert_ok(context, tw_reallocate(context, &block, 10, 1000, 4));
    assert_all(block, 40, 7);
    assert_all((unsigned char *)block + 40, 3960, 0);
    assert_ok(context, tw_reallocate(context, &block, 1000, 5, 4));
    assert_all(block, 20, 7);
    assert_int_equal(tw_context_memory(context).live_bytes, 20);
    void *before = block;
    assert_int_equal(tw_reallocate(context, &block, 5, SIZE_MAX, 4), TW_NO_MEMORY);
    assert_ptr_equal(block, before);
    assert_all(block, 20, 7);
    tw_release(block);
    tw_context_free(context);
}

static tw_status grow_to_a_thousand(tw_context *context, void *user) {
    (void)user;
    int *numbers = NULL;
    size_t capacity = 0;
    tw_status status = TW_OK;
    for (int i = 0; i < 1000; i++) {
        status = tw_grow(context, (void **)&numbers, (size_t)i, &capacity, sizeof *numbers);
        if (status != TW_OK) break;
        numbers[i] = i;
        for (int j = 0; j <= i; j++) assert_int_equal(numbers[j], j);
    }
    tw_release(numbers);
    return status;
}

static void growing_doubles_and_survives_each_failing_allocation(void **state) {
    (void)state;
    assert_int_equal(tw_test_failing_allocations(grow_to_a_thousand, NULL), 8); // 8, 16, ... 1024
}

static void a_fault_for_ever_lasts_until_it_is_ended(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_memory_fail_at(context, 2, true);
    void *block = tw_allocate(context, 1, 1);
    assert_non_null(block);
    for (int i = 0; i < 3; i++) assert_null(tw_allocate(context, 1, 1));
    tw_memory_fail_at(context, 0, false);
    void *other = tw_allocate(context, 1, 1);
    assert_non_null(other);
    tw_release(block);
    tw_release(other);
    tw_release(NULL);
    tw_context_free(context);
}

enum { ROUNDS = 20000 };

static void *allocate_often(void *user) {
    for (size_t i = 1; i <= ROUNDS; i++) {
        void *block = tw_allocate(user, i % 100, 1);
        if (block == NULL) return user;
        tw_release(block);
    }
    return NULL;
}

static void threads_that_allocate_at_once_lose_no_count(void **state) {
    (void)state;
    tw_context *context = new_context();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, allocate_often, context), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    assert_int_equal(tw_context_memory(context).allocation_count, 4 * ROUNDS);
    tw_context_free(context);
}

static void a_copied_text_ends_with_nul(void **state) {
    (void)state;
    tw_context *context = new_context();
    char *copy = tw_copy_text(context, "abcdef", 3);
    assert_string_equal(copy, "abc");
    tw_release(copy);
    tw_context_free(context);
}

TW_TESTS(blocks_are_zero_aligned_and_counted, a_size_that_does_not_fit_is_refused,
         the_limit_refuses_one_byte_too_many_and_says_how_many,
         the_system_is_named_where_the_limit_would_have_allowed_it,
         reallocated_blocks_keep_their_bytes_and_grow_by_zeros,
         growing_doubles_and_survives_each_failing_allocation,
         a_fault_for_ever_lasts_until_it_is_ended, threads_that_allocate_at_once_lose_no_count,
         a_copied_text_ends_with_nul)
