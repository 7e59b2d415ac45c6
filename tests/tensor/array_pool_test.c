// Many arrays: zeros, aligned, small ones in common blocks that are given back with their last array.
#include "tensor/array_pool.h"

#include <string.h>

#include "base/memory.h"
#include "test.h"
#include "thalweg/variables.h"

#define ARRAYS 500
#define BYTES 2680 // no multiple of a cache line

static tw_context *context_new(void) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    return context;
}

static void arrays_are_apart_and_zero(void **state) {
    (void)state;
    tw_context *context = context_new();
    tw_array_pool pool = {.context = context};
    unsigned char *array[ARRAYS];
    for (int i = 0; i < ARRAYS; i++) {
        void *made = NULL;
        assert_ok(context, tw_array_pool_take(&pool, BYTES, 1, &made));
        array[i] = made;
        assert_int_equal((uintptr_t)made % TW_ALIGN, 0);
        for (int k = 0; k < BYTES; k++) assert_int_equal(array[i][k], 0);
        memset(array[i], 1 + i % 255, BYTES);
    }
    for (int i = 0; i < ARRAYS; i++) {
        assert_int_equal(array[i][0], 1 + i % 255);
        assert_int_equal(array[i][BYTES - 1], 1 + i % 255);
    }
    for (int i = 0; i < ARRAYS; i++)
        tw_array_pool_release(&pool, array[(i * 7) % ARRAYS]); // 7 has no factor of ARRAYS
    assert_null(pool.newest);
    assert_int_equal(pool.shared_bytes, 0);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void small_arrays_follow_each_other(void **state) {
    (void)state;
#ifdef TW_SANITIZE
    skip();
#endif
    tw_context *context = context_new();
    tw_array_pool pool = {.context = context};
    void *array[ARRAYS];
    int neighbours = 0;
    for (int i = 0; i < ARRAYS; i++) {
        assert_ok(context, tw_array_pool_take(&pool, BYTES, 1, &array[i]));
        if (i > 0 && (uintptr_t)array[i] - (uintptr_t)array[i - 1] < BYTES + TW_ALIGN) neighbours++;
    }
    assert_true(neighbours > ARRAYS * 9 / 10);
    assert_true(tw_context_memory(context).live_bytes < 2 * ARRAYS * (BYTES + TW_ALIGN));
    for (int i = 0; i < ARRAYS; i++) tw_array_pool_release(&pool, array[i]);
    tw_context_free(context);
}

static void large_and_empty_arrays_have_memory_of_their_own(void **state) {
    (void)state;
    tw_context *context = context_new();
    tw_array_pool pool = {.context = context};
    void *large = NULL, *empty = NULL, *never = context;
    assert_ok(context, tw_array_pool_take(&pool, 1 << 20, 1, &large));
    assert_ok(context, tw_array_pool_take(&pool, 0, 4, &empty));
    assert_null(pool.newest);
    assert_int_equal(tw_array_pool_take(&pool, SIZE_MAX, 2, &never), TW_NO_MEMORY);
    assert_null(never);
    tw_array_pool_release(&pool, large);
    tw_array_pool_release(&pool, empty);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

// Whichever allocation fails, nothing is lost and what was made before is as it was.
static void refused_memory_changes_nothing(void **state) {
    (void)state;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        tw_context *context = context_new();
        tw_array_pool pool = {.context = context};
        void *array = context;
        tw_memory_fail_at(context, nth, false);
        tw_status status = tw_array_pool_take(&pool, 100, 1, &array);
#ifdef TW_SANITIZE
        assert_int_equal(status, nth == 1 ? TW_NO_MEMORY : TW_OK);
#else
        assert_int_equal(status, TW_NO_MEMORY);
#endif
        tw_memory_fail_at(context, 0, false);
        if (status != TW_OK) {
            assert_null(array);
            assert_ok(context, tw_array_pool_take(&pool, 100, 1, &array));
        }
        tw_array_pool_release(&pool, array);
        assert_int_equal(tw_context_memory(context).live_bytes, 0);
        tw_context_free(context);
    }
}

// Dropped variables leave the others as they were, and their memory goes with the last of a block.
static void variables_can_be_dropped(void **state) {
    (void)state;
    tw_context *context = context_new();
    tw_variables *variables = NULL;
    assert_ok(context, tw_variables_new(context, &variables));
    tw_shape shape = {1, {33}};
    tw_tensor *kept = NULL, *gone = NULL, *later = NULL;
    assert_ok(context, tw_variables_have(variables, "w", TW_F32, &shape, &kept));
    assert_ok(context, tw_variables_have(variables, "w.m", TW_F64, &shape, &gone));
    tw_tensor_set(kept, 32, 7);
    tw_tensor_set(gone, 0, 8);
    tw_variables_drop(variables, ".m");
    assert_ok(context, tw_variables_have(variables, "w.m", TW_F64, &shape, &later));
    assert_true(tw_tensor_get(kept, 32) == 7);
    assert_true(tw_tensor_get(later, 0) == 0);
    tw_variables_free(variables);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_apart_and_zero),
        cmocka_unit_test(small_arrays_follow_each_other),
        cmocka_unit_test(large_and_empty_arrays_have_memory_of_their_own),
        cmocka_unit_test(refused_memory_changes_nothing),
        cmocka_unit_test(variables_can_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
