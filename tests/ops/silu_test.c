#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_silu(graph, in[0]);
}

static double reference(const double *in) {
    double x = in[0];
    return x / (1.0 + exp(-x));
}

static void silu_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .element = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -3.0, 3.0)}});
}

static void silu_of_special_numbers_is_right(void **state) {
    (void)state;
    const tw_test_point points[] = {
        {NAN, NAN}, {0.0, 0.0}, {INFINITY, INFINITY}, {1000.0, 1000.0}, {-1000.0, 0.0}};
    tw_test_points(build, points, sizeof points / sizeof *points);
}

static void silu_has_the_derivatives_that_its_line_promises(void **state) {
    (void)state;
    const tw_test_point points[] = {{0.0, 0.5}};
    tw_test_slopes(build, points, sizeof points / sizeof *points);
}

static tw_node of_indices(tw_graph *graph) {
    tw_node x = tw_test_indices(graph, TW_SHAPE(TW_BATCH));
    return tw_silu(graph, x);
}

static void silu_of_whole_numbers_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_indices, "silu: input 1 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(silu_and_its_derivatives_are_right, silu_of_special_numbers_is_right,
         silu_has_the_derivatives_that_its_line_promises, silu_of_whole_numbers_is_refused)
