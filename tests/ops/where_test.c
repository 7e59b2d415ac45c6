#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_where(graph, tw_less(graph, in[0], tw_constant(graph, 0.2)), in[1], in[2]);
}

static double reference(const double *in) {
    return in[0] < (double)(float)0.2 ? in[1] : in[2];
}

static void check(tw_shape condition, tw_shape a, tw_shape b) {
    tw_test_operator(
        &(tw_test_case){.build = build,
                        .element = reference,
                        .inputs = 3,
                        .in = {tw_test_from(condition, -1.0, 1.0), tw_test_from(a, -1.0, 1.0),
                               tw_test_from(b, -1.0, 1.0)}});
}

static void where_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 5), TW_SHAPE(TW_BATCH, 5), TW_SHAPE(TW_BATCH, 5));
}

static void where_repeats_what_is_missing_anywhere(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 1), TW_SHAPE(3), TW_SCALAR);
    check(TW_SCALAR, TW_SHAPE(2, 3), TW_SHAPE(TW_BATCH, 1, 1));
}

static tw_node choose(tw_graph *graph, const tw_node *in) {
    return tw_where(graph, in[0], in[1], in[2]);
}

static void where_takes_nothing_from_what_is_not_chosen(void **state) {
    (void)state;
    assert_float_equal(tw_test_at(choose, (double[]){1.0, 2.0, NAN}, 3), 2.0, 0.0);
    assert_float_equal(tw_test_at(choose, (double[]){0.0, NAN, 3.0}, 3), 3.0, 0.0);
    assert_float_equal(tw_test_slope_at(choose, (double[]){0.0, NAN, 3.0}, 3, 1), 0.0, 0.0);
    assert_float_equal(tw_test_slope_at(choose, (double[]){0.0, 2.0, 3.0}, 3, 2), 1.0, 0.0);
    assert_float_equal(tw_test_at(choose, (double[]){-0.5, 2.0, 3.0}, 3), 2.0, 0.0); // not 0: holds
}

static tw_node of_other_sizes(tw_graph *graph) {
    return tw_where(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH)),
                    tw_test_numbers(graph, TW_SHAPE(2, 3)), tw_test_numbers(graph, TW_SHAPE(3)));
}

static void where_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_other_sizes,
         "where: shapes [B] and [2, 3] do not fit; each size must be the same, 1 or "
         "missing"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(where_and_its_derivatives_are_right, where_repeats_what_is_missing_anywhere,
         where_takes_nothing_from_what_is_not_chosen, where_of_what_does_not_fit_is_refused)
