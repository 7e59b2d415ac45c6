#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_sin(graph, tw_reshape(graph, in[0], TW_SHAPE(TW_BATCH * 2, 3)));
}

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch * 6; i++) out[i] = sin(in[0][i]);
}

static void reshape_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(3, TW_BATCH, 2), -1.0, 1.0)}});
}

static tw_node to_one(tw_graph *graph, const tw_node *in) {
    return tw_reshape(graph, in[0], TW_SHAPE(1, 1, 1));
}

static void reshape_alone_gives_the_elements_as_they_are(void **state) {
    (void)state;
    const tw_test_point points[] = {{2.5, 2.5}, {NAN, NAN}};
    tw_test_points(to_one, points, 2);
}

static tw_node to_fewer(tw_graph *graph) {
    return tw_reshape(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), TW_SHAPE(TW_BATCH, 5));
}

static tw_node to_fixed(tw_graph *graph) {
    return tw_reshape(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), TW_SHAPE(6));
}

static tw_node to_batch(tw_graph *graph) {
    return tw_reshape(graph, tw_test_numbers(graph, TW_SHAPE(6)), TW_SHAPE(TW_BATCH, 6));
}

static void reshape_to_another_number_of_elements_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {to_fewer, "reshape: [B, 6] to [B, 5]; both must have the same number of elements"},
        {to_fixed, "reshape: [B, 6] to [6]; both must have the same number of elements"},
        {to_batch, "reshape: [6] to [B, 6]; both must have the same number of elements"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(reshape_and_its_derivatives_are_right, reshape_alone_gives_the_elements_as_they_are,
         reshape_to_another_number_of_elements_is_refused)
