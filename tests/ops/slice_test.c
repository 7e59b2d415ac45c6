#include "support/gradient.h"

#include "test.h"

static tw_node of_last(tw_graph *graph, const tw_node *in) {
    return tw_slice(graph, in[0], -1, 2, 3);
}

static tw_node of_first(tw_graph *graph, const tw_node *in) {
    return tw_slice(graph, in[0], 0, 1, 2);
}

static void last(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        for (int64_t k = 0; k < 3; k++) out[i * 3 + k] = in[0][i * 6 + 2 + k];
    }
}

static void first(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 2 * batch * 3; i++) out[i] = in[0][batch * 3 + i];
}

static void slice_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = of_last,
                                     .whole = last,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 6), -1.0, 1.0)}});
    tw_test_operator(&(tw_test_case){.build = of_first,
                                     .whole = first,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(4, TW_BATCH, 3), -1.0, 1.0)}});
}

static void slice_of_many_elements_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = of_last,
                                     .whole = last,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 6), -1.0, 1.0)},
                                     .batch = 20001,
                                     .values_only = true});
    tw_test_operator(&(tw_test_case){.build = of_first,
                                     .whole = first,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(4, TW_BATCH, 3), -1.0, 1.0)},
                                     .batch = 20001,
                                     .values_only = true});
}

static tw_node behind(tw_graph *graph) {
    return tw_slice(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), 1, 4, 3);
}

static tw_node before(tw_graph *graph) {
    return tw_slice(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), 1, -1, 3);
}

static tw_node of_nothing(tw_graph *graph) {
    return tw_slice(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), 1, 0, 0);
}

static tw_node of_batch(tw_graph *graph) {
    return tw_slice(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), 0, 0, 1);
}

static void slice_outside_an_axis_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {behind, "slice: 3 elements from 4 of an axis of 6; at least 1, and none behind the last"},
        {before, "slice: 3 elements from -1 of an axis of 6; at least 1, and none behind the last"},
        {of_nothing,
         "slice: 0 elements from 0 of an axis of 6; at least 1, and none behind the last"},
        {of_batch, "slice: axis 0 of [B, 6] holds the batch; choose another"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(slice_and_its_derivatives_are_right, slice_of_many_elements_is_right,
         slice_outside_an_axis_is_refused)
