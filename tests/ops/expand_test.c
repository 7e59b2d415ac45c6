#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_shape shape_now;

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_expand(graph, in[0], shape_now);
}

static tw_node build_tower(tw_graph *graph, const tw_node *in) {
    return tw_square(graph, tw_expand(graph, tw_sin(graph, in[0]), shape_now));
}

static double same(const double *in) {
    return in[0];
}

static double square_of_sin(const double *in) {
    return sin(in[0]) * sin(in[0]);
}

static void check(tw_shape from, tw_shape to) {
    shape_now = to;
    tw_test_operator(&(tw_test_case){
        .build = build, .element = same, .inputs = 1, .in = {tw_test_from(from, -1.0, 1.0)}});
    tw_test_operator(&(tw_test_case){.build = build_tower,
                                     .element = square_of_sin,
                                     .inputs = 1,
                                     .in = {tw_test_from(from, -1.0, 1.0)}});
}

static void expand_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SCALAR, TW_SHAPE(TW_BATCH, 3));
    check(TW_SHAPE(TW_BATCH, 1), TW_SHAPE(TW_BATCH, 5));
    check(TW_SHAPE(1, 3), TW_SHAPE(TW_BATCH, 3));
    check(TW_SHAPE(2, 1, 3), TW_SHAPE(2, TW_BATCH, 3));
    check(TW_SHAPE(TW_BATCH, 3), TW_SHAPE(TW_BATCH, 3));
    check(TW_SHAPE(2, 1, 3, 1), TW_SHAPE(2, TW_BATCH, 3, 5));
}

static tw_node to_other(tw_graph *graph) {
    return tw_expand(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)), TW_SHAPE(TW_BATCH, 6));
}

static tw_node to_less(tw_graph *graph) {
    return tw_expand(graph, tw_test_numbers(graph, TW_SHAPE(4, 3)), TW_SHAPE(3));
}

static tw_node of_indices(tw_graph *graph) {
    return tw_expand(graph, tw_test_indices(graph, TW_SHAPE(1)), TW_SHAPE(3));
}

static void expand_to_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {to_other, "expand: [B, 3] to [B, 6]; each size must be the same, or 1 or missing before"},
        {to_less, "expand: [4, 3] to [3]; each size must be the same, or 1 or missing before"},
        {of_indices, "expand: input 1 is of type i32; numbers of type f32 can be computed with"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(expand_and_its_derivatives_are_right, expand_to_what_does_not_fit_is_refused)
