// Every operation, alone and between scalars, at the edges of its domain and over ordinary values.
#include "test.h"

#include <math.h>

#include "support/tile_check.h"

static tw_context *context;

static const double edges[] = {0.0,  -0.0,  1.0,  -1.0,   0.5,   -2.5,     3.0,       1e-40, 1e-310,
                               1e30, -1e30, 87.0, -103.0, 709.0, INFINITY, -INFINITY, NAN,   7.25};
#define EDGE_COUNT (int)(sizeof edges / sizeof *edges)

static tw_tile_check check_of(int64_t elements) {
    return (tw_tile_check){.context = context,
                           .array_count = 4,
                           .elements = elements,
                           .low = 0.1,
                           .high = 3,
                           .tolerance_f32 = 4e-6,
                           .tolerance_f64 = 1e-14};
}

// Array 3 becomes the operation of arrays 0, 1, 2, or of arguments in their place where `scalars` has
// a bit.
static void check_operation(tw_tile_operation operation, unsigned scalars, tw_tile_check check) {
    tw_tile_value in[3] = {TW_TILE_NO_VALUE, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE};
    assert_ok(context, tw_tile_builder_new(context, &check.builder));
    for (int i = 0; i < tw_tile_operands(operation); i++)
        in[i] =
            scalars >> i & 1 ? tw_tile_argument(check.builder, i) : tw_tile_read(check.builder, i);
    tw_tile_write(check.builder, 3, tw_tile_apply(check.builder, operation, in[0], in[1], in[2]));
    tw_test_tile(&check);
    tw_tile_builder_free(check.builder);
}

static void each_operation_agrees_with_the_c_library(void **state) {
    (void)state;
    static const double arguments[3] = {0.75, 1.5, -2};
    for (int operation = 0; operation < TW_TILE_UNIFORM; operation++) {
        const unsigned forms = 1u << tw_tile_operands((tw_tile_operation)operation);
        for (unsigned scalars = 0; scalars < forms; scalars++) {
            tw_tile_check check = check_of(1300);
            check.arguments = arguments;
            check_operation((tw_tile_operation)operation, scalars, check);
        }
    }
}

static void each_operation_agrees_at_the_edges(void **state) {
    (void)state;
    for (int operation = 0; operation < TW_TILE_UNIFORM; operation++) {
        const int operands = tw_tile_operands((tw_tile_operation)operation);
        if (operation == TW_TILE_POWER) continue; // has a test of its own
        tw_tile_check check = check_of(operands == 3 ? EDGE_COUNT * EDGE_COUNT * EDGE_COUNT
                                                     : EDGE_COUNT * EDGE_COUNT);
        check.values = edges;
        check.value_count = EDGE_COUNT;
        check_operation((tw_tile_operation)operation, 0, check);
    }
}

static void a_nan_in_either_operand_makes_minimum_and_maximum_nan(void **state) {
    (void)state;
    float x[2] = {NAN, 1}, y[2] = {1, NAN}, smaller[2], larger[2];
    void *arrays[] = {x, y, smaller, larger};
    tw_tile_builder *b = NULL;
    tw_tile_program *program = NULL;
    assert_ok(context, tw_tile_builder_new(context, &b));
    const tw_tile_value p = tw_tile_read(b, 0), q = tw_tile_read(b, 1);
    tw_tile_write(b, 2, tw_tile_apply(b, TW_TILE_MINIMUM, p, q, TW_TILE_NO_VALUE));
    tw_tile_write(b, 3, tw_tile_apply(b, TW_TILE_MAXIMUM, p, q, TW_TILE_NO_VALUE));
    assert_ok(context, tw_tile_build(b, &program));
    const tw_tile_call call = {.arrays = arrays};
    tw_tile_run(program, TW_F32, &call, 0, 2);
    for (int i = 0; i < 2; i++) assert_true(isnan(smaller[i]) && isnan(larger[i]));
    tw_tile_program_free(program);
    tw_tile_builder_free(b);
}

static void every_length_of_a_tail_is_computed_and_no_more(void **state) {
    (void)state;
    static const int64_t lengths[] = {0, 1, 2, 15, 16, 17, 511, 512, 513, 1023, 1024, 1025};
    static const tw_tile_operation operations[] = {TW_TILE_ADD, TW_TILE_EXP, TW_TILE_POWER,
                                                   TW_TILE_SOFTPLUS, TW_TILE_SIGMOID};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t k = 0; k < sizeof operations / sizeof *operations; k++)
            check_operation(operations[k], 0, check_of(lengths[i]));
}

static void powers_with_small_exponents_are_products_and_roots(void **state) {
    (void)state;
    static const double exponents[] = {0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 1.7, -3};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        tw_tile_check check = check_of(600);
        assert_ok(context, tw_tile_builder_new(context, &check.builder));
        const tw_tile_value p = tw_tile_constant(check.builder, exponents[i]);
        tw_tile_write(check.builder, 3,
                      tw_tile_apply(check.builder, TW_TILE_POWER, tw_tile_read(check.builder, 0), p,
                                    TW_TILE_NO_VALUE));
        check.tolerance_f32 = 1e-5;
        check.tolerance_f64 = 1e-13;
        tw_test_tile(&check);
        tw_tile_builder_free(check.builder);
    }
}

static void random_numbers_are_those_of_their_element_and_stream(void **state) {
    (void)state;
    tw_tile_check check = check_of(1300);
    check.tolerance_f32 = 2e-5;
    assert_ok(context, tw_tile_builder_new(context, &check.builder));
    tw_tile_write(check.builder, 0, tw_tile_random(check.builder, TW_TILE_UNIFORM, 0));
    tw_tile_write(check.builder, 1, tw_tile_random(check.builder, TW_TILE_UNIFORM, 1));
    tw_tile_write(check.builder, 2, tw_tile_random(check.builder, TW_TILE_NORMAL, 2));
    tw_tile_write(check.builder, 3, tw_tile_random(check.builder, TW_TILE_COARSE_UNIFORM, 3));
    tw_test_tile(&check);
    tw_tile_builder_free(check.builder);
}

static void reductions_agree_with_plain_sums(void **state) {
    (void)state;
    static const int64_t lengths[] = {0, 1, 17, 512, 1300};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        tw_tile_check check = check_of(lengths[i]);
        assert_ok(context, tw_tile_builder_new(context, &check.builder));
        const tw_tile_value x = tw_tile_read(check.builder, 0);
        const tw_tile_value y = tw_tile_apply(check.builder, TW_TILE_MULTIPLY, x,
                                              tw_tile_read(check.builder, 1), TW_TILE_NO_VALUE);
        assert_int_equal(tw_tile_reduce(check.builder, TW_TILE_SUM, x), 0);
        assert_int_equal(tw_tile_reduce(check.builder, TW_TILE_SQUARES, y), 1);
        assert_int_equal(tw_tile_reduce(check.builder, TW_TILE_LARGEST, y), 2);
        tw_tile_write(check.builder, 0, y);
        tw_test_tile(&check);
        tw_tile_builder_free(check.builder);
    }
}

static void setup_is_made_once(void **state) {
    (void)state;
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void nothing_is_left_allocated(void **state) {
    (void)state;
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

TW_TESTS(setup_is_made_once, each_operation_agrees_with_the_c_library,
         each_operation_agrees_at_the_edges, a_nan_in_either_operand_makes_minimum_and_maximum_nan,
         every_length_of_a_tail_is_computed_and_no_more,
         powers_with_small_exponents_are_products_and_roots,
         random_numbers_are_those_of_their_element_and_stream, reductions_agree_with_plain_sums,
         nothing_is_left_allocated)
