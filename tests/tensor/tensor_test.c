// Types, shapes, arrays and named variables.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "thalweg/variables.h"

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void types_have_sizes_and_names(void **state) {
    (void)state;

    static const struct {
        tw_dtype dtype;
        size_t bytes;
        const char *name;
    } table[] = {{TW_F32, 4, "f32"}, {TW_F64, 8, "f64"}, {TW_I32, 4, "i32"}, {TW_U8, 1, "u8"}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(tw_dtype_size(table[i].dtype), table[i].bytes);
        assert_string_equal(tw_dtype_name(table[i].dtype), table[i].name);
    }
}

// ---- shapes

static void elements_are_the_product_of_sizes_or_minus_one(void **state) {
    (void)state;

    static const struct {
        tw_shape shape;
        int64_t elements;
    } table[] = {
        {{0, {0}}, 1},
        {{1, {7}}, 7},
        {{3, {2, 3, 4}}, 24},
        {{3, {2, 0, 4}}, 0},
        {{3, {INT64_MAX, INT64_MAX, 0}}, 0}, // empty however large the others are
        {{2, {INT64_C(1) << 31, INT64_C(1) << 31}}, INT64_C(1) << 62},
        {{2, {(INT64_C(1) << 31) + 1, INT64_C(1) << 31}}, -1}, // above 2^62
        {{1, {INT64_C(1) << 62}}, INT64_C(1) << 62},
        {{1, {(INT64_C(1) << 62) + 1}}, -1},
        {{2, {INT64_C(1) << 32, INT64_C(1) << 32}}, -1}, // 2^64 is 0 in 64 bits
        {{2, {INT64_MAX, INT64_MAX}}, -1},
        {{3, {INT64_C(1) << 40, INT64_C(1) << 40, 2}}, -1},
        {{2, {-1, 3}}, -1},
        {{2, {-1, 0}}, -1}, // negative before empty
        {{2, {-3, -4}}, -1},
        {{8, {1, 1, 1, 1, 1, 1, 1, 5}}, 5},
        {{9, {1}}, -1},
        {{-1, {1}}, -1},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (tw_shape_elements(&table[i].shape) != table[i].elements)
            fail_msg("shape %zu: %lld", i, (long long)tw_shape_elements(&table[i].shape));
    }
}

static void shapes_are_equal_by_rank_and_sizes(void **state) {
    (void)state;
    const tw_shape a = {2, {2, 3, 99}}, same = {2, {2, 3, 7}}, longer = {3, {2, 3, 1}};
    const tw_shape other = {2, {3, 2}}, scalar = {0, {5}}, empty = {0, {0}};
    assert_true(tw_shape_equal(&a, &same)); // what lies behind the rank does not count
    assert_false(tw_shape_equal(&a, &longer) || tw_shape_equal(&a, &other));
    assert_true(tw_shape_equal(&scalar, &empty));
}

// ---- arrays

static void arrays_start_as_zeros_and_aligned(void **state) {
    (void)state;
    start();
    for (int d = TW_F32; d <= TW_U8; d++) {
        tw_tensor *tensor = NULL;
        assert_ok(context, tw_tensor_new(context, (tw_dtype)d, &(tw_shape){2, {3, 5}}, &tensor));
        assert_int_equal(tw_tensor_elements(tensor), 15);
        assert_int_equal(tw_tensor_dtype(tensor), d);
        assert_true(tw_shape_equal(tw_tensor_shape(tensor), &(tw_shape){2, {3, 5}}));
        assert_int_equal((uintptr_t)tw_tensor_data(tensor) % 64, 0);
        for (int i = 0; i < 15; i++) assert_true(tw_tensor_get(tensor, i) == 0.0);
        tw_tensor_free(tensor);
    }
    tw_tensor_free(NULL);
    stop();
}

static void elements_are_rounded_to_the_type(void **state) {
    (void)state;

    static const struct {
        tw_dtype dtype;
        double set, get;
    } table[] = {
        {TW_F64, 0.1, 0.1},
        {TW_F32, 0.1, 0.10000000149011612},
        {TW_F32, 1e300, INFINITY},
        {TW_F32, NAN, NAN},
        {TW_I32, 2.5, 2}, // to the even neighbour
        {TW_I32, -3.7, -4},
        {TW_I32, 1e12, 2147483647},
        {TW_I32, -INFINITY, -2147483648.0},
        {TW_I32, NAN, -2147483648.0},
        {TW_U8, 254.6, 255},
        {TW_U8, 256, 255},
        {TW_U8, -1, 0},
        {TW_U8, NAN, 0},
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_tensor *tensor = NULL;
        assert_ok(context, tw_tensor_new(context, table[i].dtype, &(tw_shape){1, {3}}, &tensor));
        tw_tensor_set(tensor, 1, table[i].set);
        double got = tw_tensor_get(tensor, 1);
        assert_true(got == table[i].get || (isnan(got) && isnan(table[i].get)));
        assert_true(tw_tensor_get(tensor, 0) == 0.0 && tw_tensor_get(tensor, 2) == 0.0);
        tw_tensor_free(tensor);
    }
    stop();
}

static void arrays_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const tw_shape wrong[] = {
        {1, {-1}}, {9, {1}}, {2, {INT64_C(1) << 32, INT64_C(1) << 32}}, {1, {INT64_C(1) << 62}}};
    start();
    tw_tensor *tensor = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(tw_tensor_new(context, TW_F64, &wrong[i], &tensor), TW_BAD_SHAPE);
        assert_null(tensor);
        assert_string_equal(tw_context_message(context),
                            "tensor: shape is negative somewhere or too "
                            "large; at most 2^62 elements");
    }
    tw_context_set_memory_limit(context, 1 << 20);
    assert_int_equal(tw_tensor_new(context, TW_U8, &wrong[3], &tensor), TW_NO_MEMORY);
    assert_null(tensor);
    stop();
}

// ---- variables

static void variables_are_made_once_and_never_move(void **state) {
    (void)state;

    enum { COUNT = 3000 };

    start();
    tw_variables *variables = NULL;
    static tw_tensor *made[COUNT];
    static void *data[COUNT];
    assert_ok(context, tw_variables_new(context, &variables));
    assert_null(tw_variables_find(variables, "v0")); // of none
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            char name[32];
            tw_tensor *tensor = NULL;
            snprintf(name, sizeof name, "layer%d/w", i);
            assert_ok(context,
                      tw_variables_have(variables, name, TW_F32, &(tw_shape){1, {2}}, &tensor));
            if (round == 0) {
                made[i] = tensor;
                data[i] = tw_tensor_data(tensor);
            }
            assert_ptr_equal(tensor, made[i]);
            assert_ptr_equal(tw_tensor_data(tensor), data[i]);
            assert_ptr_equal(tw_variables_find(variables, name), made[i]);
        }
    }
    assert_int_equal(tw_variables_count(variables), COUNT);
    assert_string_equal(tw_variables_name(variables, 2999), "layer2999/w"); // in order
    assert_ptr_equal(tw_variables_tensor(variables, 17), made[17]);
    assert_null(tw_variables_find(variables, "layer17/W"));
    tw_variables_free(variables);
    tw_variables_free(NULL);
    stop();
}

static void a_variable_of_another_type_or_shape_is_a_mismatch(void **state) {
    (void)state;
    start();
    tw_variables *variables = NULL;
    tw_tensor *tensor = NULL;
    assert_ok(context, tw_variables_new(context, &variables));
    assert_ok(context, tw_variables_have(variables, "w", TW_F32, &(tw_shape){2, {2, 3}}, &tensor));
    assert_int_equal(tw_variables_have(variables, "w", TW_F64, &(tw_shape){2, {2, 3}}, &tensor),
                     TW_MISMATCH);
    assert_null(tensor);
    assert_string_equal(tw_context_message(context), "w: is there as f32; f64 is asked for");
    assert_int_equal(tw_variables_have(variables, "w", TW_F32, &(tw_shape){2, {3, 2}}, &tensor),
                     TW_MISMATCH);
    assert_string_equal(tw_context_message(context), "w: is there as [2, 3]; [3, 2] is asked for");
    assert_int_equal(tw_variables_have(variables, "b", TW_F32, &(tw_shape){1, {-1}}, &tensor),
                     TW_BAD_SHAPE);
    assert_int_equal(tw_variables_count(variables), 1); // nothing half made
    assert_null(tw_variables_find(variables, "b"));
    tw_variables_free(variables);
    stop();
}

static tw_status make_many(tw_context *in, void *user) {
    (void)user;
    tw_variables *variables = NULL;
    tw_status status = tw_variables_new(in, &variables);
    for (int i = 0; i < 40 && status == TW_OK; i++) {
        char name[16];
        tw_tensor *tensor = NULL;
        snprintf(name, sizeof name, "v%d", i);
        status = tw_variables_have(variables, name, TW_F64, &(tw_shape){1, {3}}, &tensor);
        assert_true((status == TW_OK) == (tw_variables_find(variables, name) != NULL));
    }
    tw_variables_free(variables);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    assert_true(tw_test_failing_allocations(make_many, NULL) > 80);
}

TW_TESTS(types_have_sizes_and_names, elements_are_the_product_of_sizes_or_minus_one,
         shapes_are_equal_by_rank_and_sizes, arrays_start_as_zeros_and_aligned,
         elements_are_rounded_to_the_type, arrays_that_cannot_be_are_refused,
         variables_are_made_once_and_never_move, a_variable_of_another_type_or_shape_is_a_mismatch,
         any_allocation_that_fails_is_told_and_leaves_nothing)
