#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_leaky_relu(graph, in[0], 0.1);
}

static double reference(const double *in) {
    double x = in[0];
    return x > 0.0 ? x : 0.1 * x;
}

static void leaky_relu_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .element = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -3.0, 3.0)}});
}

static void leaky_relu_of_special_numbers_is_right(void **state) {
    (void)state;
    const tw_test_point points[] = {
        {NAN, NAN}, {0.0, 0.0}, {-2.0, -0.2}, {2.0, 2.0}, {INFINITY, INFINITY}};
    tw_test_points(build, points, sizeof points / sizeof *points);
}

static void leaky_relu_has_the_derivatives_that_its_line_promises(void **state) {
    (void)state;
    const tw_test_point points[] = {{-1.0, 0.1}, {1.0, 1.0}};
    tw_test_slopes(build, points, sizeof points / sizeof *points);
}

static tw_node build_descending(tw_graph *graph, const tw_node *in) {
    return tw_leaky_relu(graph, in[0], -0.5);
}

static void leaky_relu_with_a_slope_below_zero_looks_at_its_input(void **state) {
    (void)state;
    const tw_test_point values[] = {{-2.0, 1.0}, {2.0, 2.0}};
    const tw_test_point slopes[] = {{-2.0, -0.5}, {2.0, 1.0}};
    tw_test_points(build_descending, values, 2);
    tw_test_slopes(build_descending, slopes, 2);
}

static tw_node of_indices(tw_graph *graph) {
    tw_node x = tw_test_indices(graph, TW_SHAPE(TW_BATCH));
    return tw_leaky_relu(graph, x, 0.1);
}

static void leaky_relu_of_whole_numbers_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_indices,
         "leaky_relu: input 1 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(leaky_relu_and_its_derivatives_are_right, leaky_relu_of_special_numbers_is_right,
         leaky_relu_has_the_derivatives_that_its_line_promises,
         leaky_relu_with_a_slope_below_zero_looks_at_its_input,
         leaky_relu_of_whole_numbers_is_refused)
