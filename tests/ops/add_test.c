#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_add(graph, in[0], in[1]);
}

static double reference(const double *in) {
    double a = in[0], b = in[1];
    return a + b;
}

static void check(tw_shape a, tw_shape b) {
    tw_test_operator(
        &(tw_test_case){.build = build,
                        .element = reference,
                        .inputs = 2,
                        .in = {tw_test_from(a, -2.0, 2.0), tw_test_from(b, -2.0, 2.0)}});
}

static void add_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 5), TW_SHAPE(TW_BATCH, 5));
}

static void add_repeats_what_is_missing_on_either_side(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 3), TW_SHAPE(3));
    check(TW_SHAPE(1, 3), TW_SHAPE(TW_BATCH, 1));
    check(TW_SCALAR, TW_SHAPE(2, TW_BATCH, 3));
    check(TW_SHAPE(2, 1, 3), TW_SHAPE(4, 1));
}

static void add_of_special_numbers_is_right(void **state) {
    (void)state;
    const double in[][2] = {{NAN, 1.0}, {1.0, NAN}, {INFINITY, -INFINITY}};
    const double want[] = {NAN, NAN, NAN};
    for (int i = 0; i < 3; i++) {
        double got = tw_test_at(build, in[i], 2);
        if (isnan(want[i]))
            assert_true(isnan(got));
        else
            assert_float_equal(got, want[i], 1e-12);
    }
}

static tw_node of_other_sizes(tw_graph *graph) {
    return tw_add(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)),
                  tw_test_numbers(graph, TW_SHAPE(4)));
}

static tw_node of_indices(tw_graph *graph) {
    return tw_add(graph, tw_test_numbers(graph, TW_SHAPE(3)), tw_test_indices(graph, TW_SHAPE(3)));
}

static void add_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_other_sizes, "add: shapes [B, 3] and [4] do not fit; each size must be the same, 1 or "
                         "missing"},
        {of_indices, "add: input 2 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 2);
}

TW_TESTS(add_and_its_derivatives_are_right, add_repeats_what_is_missing_on_either_side,
         add_of_special_numbers_is_right, add_of_what_does_not_fit_is_refused)
