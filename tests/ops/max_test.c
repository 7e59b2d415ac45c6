#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node max_of_first(tw_graph *graph, const tw_node *in) {
    return tw_max(graph, in[0], 0);
}

static tw_node max_of_middle(tw_graph *graph, const tw_node *in) {
    return tw_max(graph, in[0], -2);
}

static tw_node max_of_last(tw_graph *graph, const tw_node *in) {
    return tw_max(graph, in[0], -1);
}

static int64_t outer_now, size_now, inner_now; // of the case that is checked; 0: the batch

static void reference(const double *const *in, int64_t batch, double *out) {
    int64_t outer = outer_now == 0 ? batch : outer_now, size = size_now == 0 ? batch : size_now;
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t i = 0; i < inner_now; i++) {
            double top = -INFINITY;
            for (int64_t k = 0; k < size; k++) {
                top = fmax(top, in[0][(o * size + k) * inner_now + i]);
            }
            out[o * inner_now + i] = top;
        }
    }
}

static void check(tw_test_build *build, tw_shape shape, int64_t outer, int64_t size, int64_t inner,
                  int64_t large_batch) {
    outer_now = outer;
    size_now = size;
    inner_now = inner;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(shape, -1.0, 1.0)},
                                     .batch = large_batch,
                                     .values_only = large_batch != 0});
}

static void max_and_its_derivatives_are_right_on_any_axis(void **state) {
    (void)state;
    check(max_of_first, TW_SHAPE(TW_BATCH, 5), 1, 0, 5, 0);
    check(max_of_middle, TW_SHAPE(TW_BATCH, 4, 3), 0, 4, 3, 0);
    check(max_of_last, TW_SHAPE(TW_BATCH, 7), 0, 7, 1, 0);
    check(max_of_last, TW_SHAPE(TW_BATCH, 1), 0, 1, 1, 0);
}

static void max_of_many_elements_is_right(void **state) {
    (void)state;
    check(max_of_first, TW_SHAPE(TW_BATCH, 257), 1, 0, 257, 33);
    check(max_of_last, TW_SHAPE(TW_BATCH, 67), 0, 67, 1, 1501);
    check(max_of_middle, TW_SHAPE(TW_BATCH, 9, 31), 0, 9, 31, 1501);
}

static tw_node max_of_two(tw_graph *graph, const tw_node *in) {
    tw_node both[] = {tw_reshape(graph, in[0], TW_SHAPE(1)), tw_reshape(graph, in[1], TW_SHAPE(1))};
    return tw_max(graph, tw_concat(graph, both, 2, 0), 0);
}

static void max_is_nan_if_one_is(void **state) {
    (void)state;
    assert_true(isnan(tw_test_at(max_of_two, (double[]){NAN, 1.0}, 2)));
    assert_true(isnan(tw_test_at(max_of_two, (double[]){1.0, NAN}, 2)));
    assert_float_equal(tw_test_at(max_of_two, (double[]){-INFINITY, 1.0}, 2), 1.0, 0.0);
}

static void max_shares_its_derivative_between_equals(void **state) {
    (void)state;
    assert_float_equal(tw_test_slope_at(max_of_two, (double[]){2.0, 2.0}, 2, 0), 0.5, 0.0);
    assert_float_equal(tw_test_slope_at(max_of_two, (double[]){2.0, 3.0}, 2, 0), 0.0, 0.0);
    assert_float_equal(tw_test_slope_at(max_of_two, (double[]){2.0, 3.0}, 2, 1), 1.0, 0.0);
}

static tw_node of_empty(tw_graph *graph) {
    return tw_max(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 0)), 1);
}

static tw_node of_no_axis(tw_graph *graph) {
    return tw_max(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH)), 1);
}

static void max_over_nothing_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_empty, "max: axis 1 of [B, 0] is empty; it needs an element"},
        {of_no_axis, "max: axis 1 of [B]; an axis is from -1 to 0"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(max_and_its_derivatives_are_right_on_any_axis, max_of_many_elements_is_right,
         max_is_nan_if_one_is, max_shares_its_derivative_between_equals,
         max_over_nothing_is_refused)
