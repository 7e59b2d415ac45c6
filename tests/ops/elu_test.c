#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_elu(graph, in[0], 0.7);
}

static double reference(const double *in) {
    double x = in[0];
    return x > 0.0 ? x : 0.7 * expm1(x);
}

static void elu_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .element = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -3.0, 3.0)}});
}

static void elu_of_special_numbers_is_right(void **state) {
    (void)state;
    const tw_test_point points[] = {
        {NAN, NAN}, {0.0, 0.0}, {-INFINITY, -0.7}, {INFINITY, INFINITY}, {1000.0, 1000.0}};
    tw_test_points(build, points, sizeof points / sizeof *points);
}

static void elu_has_the_derivatives_that_its_line_promises(void **state) {
    (void)state;
    const tw_test_point points[] = {{1.0, 1.0}, {-1000.0, 0.0}};
    tw_test_slopes(build, points, sizeof points / sizeof *points);
}

static tw_node build_descending(tw_graph *graph, const tw_node *in) {
    return tw_elu(graph, in[0], -1.0);
}

static void elu_with_alpha_below_zero_looks_at_its_input(void **state) {
    (void)state;
    const tw_test_point slopes[] = {{-1.0, -0.36787944117144232160}, {1.0, 1.0}};
    tw_test_slopes(build_descending, slopes, 2);
}

static tw_node of_indices(tw_graph *graph) {
    tw_node x = tw_test_indices(graph, TW_SHAPE(TW_BATCH));
    return tw_elu(graph, x, 0.7);
}

static void elu_of_whole_numbers_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_indices, "elu: input 1 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(elu_and_its_derivatives_are_right, elu_of_special_numbers_is_right,
         elu_has_the_derivatives_that_its_line_promises,
         elu_with_alpha_below_zero_looks_at_its_input, elu_of_whole_numbers_is_refused)
