#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_pow(graph, in[0], in[1]);
}

static double reference(const double *in) {
    double a = in[0], b = in[1];
    return pow(a, b);
}

static void check(tw_shape a, tw_shape b) {
    tw_test_operator(
        &(tw_test_case){.build = build,
                        .element = reference,
                        .inputs = 2,
                        .in = {tw_test_from(a, 0.3, 2.0), tw_test_from(b, -2.0, 2.0)}});
}

static void pow_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 5), TW_SHAPE(TW_BATCH, 5));
}

static void pow_repeats_what_is_missing_on_either_side(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 3), TW_SHAPE(3));
    check(TW_SHAPE(1, 3), TW_SHAPE(TW_BATCH, 1));
    check(TW_SCALAR, TW_SHAPE(2, TW_BATCH, 3));
    check(TW_SHAPE(2, 1, 3), TW_SHAPE(4, 1));
}

static void pow_of_a_number_below_zero_is_right_for_whole_powers(void **state) {
    (void)state;
    const double in[][2] = {{-2.0, 3.0}, {-2.0, 2.0}, {-2.0, 0.5}, {NAN, 1.0}, {0.0, 0.0}};
    const double want[] = {-8.0, 4.0, NAN, NAN, 1.0};
    for (int i = 0; i < 5; i++) {
        double got = tw_test_at(build, in[i], 2);
        if (isnan(want[i]))
            assert_true(isnan(got));
        else
            assert_float_equal(got, want[i], 1e-12);
    }
}

static void pow_at_zero_has_derivatives_without_nan(void **state) {
    (void)state;
    const double in[][2] = {{0.0, 0.0}, {0.0, 1.0}, {0.0, 2.0}, {-3.0, 2.0}};
    const double want[] = {0.0, 1.0, 0.0, -6.0};
    for (int i = 0; i < 4; i++) {
        double got = tw_test_slope_at(build, in[i], 2, 0);
        if (isnan(want[i]))
            assert_true(isnan(got));
        else
            assert_float_equal(got, want[i], 1e-12);
    }
}

static void pow_by_its_exponent_at_zero_has_derivative_zero(void **state) {
    (void)state;
    const double in[][2] = {{0.0, 2.0}, {0.0, 1.0}, {0.0, 1e-300}};
    for (int i = 0; i < 3; i++) assert_true(tw_test_slope_at(build, in[i], 2, 1) == 0.0);
}

static void pow_by_its_exponent_falls_without_bound_where_both_are_zero(void **state) {
    (void)state;
    const double in[] = {0.0, 0.0}; // 0^0 = 1, and 0^b = 0 right of it
    assert_true(tw_test_slope_at(build, in, 2, 1) == -INFINITY);
}

static tw_node of_other_sizes(tw_graph *graph) {
    return tw_pow(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)),
                  tw_test_numbers(graph, TW_SHAPE(4)));
}

static tw_node of_indices(tw_graph *graph) {
    return tw_pow(graph, tw_test_numbers(graph, TW_SHAPE(3)), tw_test_indices(graph, TW_SHAPE(3)));
}

static void pow_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_other_sizes, "pow: shapes [B, 3] and [4] do not fit; each size must be the same, 1 or "
                         "missing"},
        {of_indices, "pow: input 2 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 2);
}

TW_TESTS(pow_and_its_derivatives_are_right, pow_repeats_what_is_missing_on_either_side,
         pow_of_a_number_below_zero_is_right_for_whole_powers,
         pow_at_zero_has_derivatives_without_nan, pow_by_its_exponent_at_zero_has_derivative_zero,
         pow_by_its_exponent_falls_without_bound_where_both_are_zero,
         pow_of_what_does_not_fit_is_refused)
