#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_exp(graph, in[0]);
}

static double reference(const double *in) {
    double x = in[0];
    return exp(x);
}

static void exp_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .element = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -2.0, 2.0)}});
}

static void exp_of_special_numbers_is_right(void **state) {
    (void)state;
    const tw_test_point points[] = {
        {NAN, NAN}, {-INFINITY, 0.0}, {INFINITY, INFINITY}, {0.0, 1.0}, {1000.0, INFINITY}};
    tw_test_points(build, points, sizeof points / sizeof *points);
}

static tw_node of_indices(tw_graph *graph) {
    tw_node x = tw_test_indices(graph, TW_SHAPE(TW_BATCH));
    return tw_exp(graph, x);
}

static void exp_of_whole_numbers_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_indices, "exp: input 1 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(exp_and_its_derivatives_are_right, exp_of_special_numbers_is_right,
         exp_of_whole_numbers_is_refused)
