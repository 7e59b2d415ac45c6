#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node sum_of_first(tw_graph *graph, const tw_node *in) {
    return tw_sum(graph, in[0], 0);
}

static tw_node sum_of_middle(tw_graph *graph, const tw_node *in) {
    return tw_sum(graph, in[0], 1);
}

static tw_node sum_of_last(tw_graph *graph, const tw_node *in) {
    return tw_sum(graph, in[0], -1);
}

static void add_up(const double *x, int64_t outer, int64_t size, int64_t inner, double *out) {
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t i = 0; i < inner; i++) {
            double sum = 0.0;
            for (int64_t k = 0; k < size; k++) sum += x[(o * size + k) * inner + i];
            out[o * inner + i] = sum;
        }
    }
}

static int64_t outer_now, size_now, inner_now; // of the case that is checked; 0: the batch

static void reference(const double *const *in, int64_t batch, double *out) {
    add_up(in[0], outer_now == 0 ? batch : outer_now, size_now == 0 ? batch : size_now,
           inner_now == 0 ? batch : inner_now, out);
}

static void check(tw_test_build *build, tw_shape shape, int64_t outer, int64_t size,
                  int64_t inner) {
    outer_now = outer;
    size_now = size;
    inner_now = inner;
    tw_test_operator(&(tw_test_case){
        .build = build, .whole = reference, .inputs = 1, .in = {tw_test_from(shape, -1.0, 1.0)}});
}

static void sum_and_its_derivatives_are_right_on_any_axis(void **state) {
    (void)state;
    check(sum_of_first, TW_SHAPE(TW_BATCH, 5), 1, 0, 5);
    check(sum_of_middle, TW_SHAPE(TW_BATCH, 4, 3), 0, 4, 3);
    check(sum_of_middle, TW_SHAPE(2, TW_BATCH, 3), 2, 0, 3);
    check(sum_of_last, TW_SHAPE(TW_BATCH, 7), 0, 7, 1);
    check(sum_of_last, TW_SHAPE(4, TW_BATCH), 4, 0, 1);
    check(sum_of_first, TW_SHAPE(1), 1, 1, 1);
    check(sum_of_last, TW_SHAPE(TW_BATCH, 1), 0, 1, 1);
}

// Sizes around those at which the kernel cuts: vectors, folds, runs of rows, blocks of columns.
static void check_large(tw_test_build *build, int64_t batch, tw_shape shape, int64_t outer,
                        int64_t size, int64_t inner) {
    outer_now = outer;
    size_now = size;
    inner_now = inner;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(shape, -1.0, 1.0)},
                                     .batch = batch,
                                     .values_only = true});
}

static void sum_is_right_at_every_size_of_row(void **state) {
    (void)state;
    for (int64_t inner = 1; inner < 140; inner += 13) {
        check_large(sum_of_first, 301, TW_SHAPE(TW_BATCH, inner), 1, 0, inner);
    }
    check_large(sum_of_first, 77, TW_SHAPE(TW_BATCH, 255), 1, 0, 255);
    check_large(sum_of_first, 77, TW_SHAPE(TW_BATCH, 256), 1, 0, 256);
    check_large(sum_of_first, 77, TW_SHAPE(TW_BATCH, 257), 1, 0, 257);
    check_large(sum_of_middle, 3, TW_SHAPE(TW_BATCH, 35, 259), 0, 35, 259);
}

static void sum_is_right_where_rows_are_cut(void **state) {
    (void)state;
    check_large(sum_of_first, 100003, TW_SHAPE(TW_BATCH), 1, 0, 1);
    check_large(sum_of_first, 40001, TW_SHAPE(TW_BATCH, 3), 1, 0, 3);
    check_large(sum_of_first, 1025, TW_SHAPE(TW_BATCH, 300), 1, 0, 300);
    check_large(sum_of_last, 3, TW_SHAPE(TW_BATCH, 70001), 0, 70001, 1);
}

static tw_node sum_of_column(tw_graph *graph, const tw_node *in) {
    return tw_sum(graph, tw_expand(graph, in[0], TW_SHAPE(300)), 0);
}

static void sum_of_nan_is_nan(void **state) {
    (void)state;
    assert_true(isnan(tw_test_at(sum_of_column, (double[]){NAN}, 1)));
    assert_float_equal(tw_test_at_f32(sum_of_column, (double[]){0.1}, 1), 300 * 0.1, 1e-5);
}

static tw_node of_no_axis(tw_graph *graph) {
    return tw_sum(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 4)), 2);
}

static tw_node of_scalar(tw_graph *graph) {
    return tw_sum(graph, tw_test_numbers(graph, TW_SCALAR), -1);
}

static tw_node of_indices(tw_graph *graph) {
    return tw_sum(graph, tw_test_indices(graph, TW_SHAPE(3)), 0);
}

static void sum_over_what_is_no_axis_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_no_axis, "sum: axis 2 of [B, 4]; an axis is from -2 to 1"},
        {of_scalar, "sum: input is a scalar; it has no axis -1"},
        {of_indices, "sum: input 1 is of type i32; numbers of type f32 can be computed with"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(sum_and_its_derivatives_are_right_on_any_axis, sum_is_right_at_every_size_of_row,
         sum_is_right_where_rows_are_cut, sum_of_nan_is_nan, sum_over_what_is_no_axis_is_refused)
