#include "support/gradient.h"

#include "test.h"

static tw_node of_last(tw_graph *graph, const tw_node *in) {
    return tw_pad(graph, in[0], 1, 2, 1);
}

static tw_node of_first(tw_graph *graph, const tw_node *in) {
    return tw_pad(graph, in[0], 0, 0, 2);
}

static void last(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        for (int64_t k = 0; k < 6; k++) {
            out[i * 6 + k] = k < 2 || k >= 5 ? 0.0 : in[0][i * 3 + k - 2];
        }
    }
}

static void first(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 4 * batch * 3; i++) out[i] = i < 2 * batch * 3 ? in[0][i] : 0.0;
}

static void pad_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = of_last,
                                     .whole = last,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 3), -1.0, 1.0)}});
    tw_test_operator(&(tw_test_case){.build = of_first,
                                     .whole = first,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(2, TW_BATCH, 3), -1.0, 1.0)}});
}

static void pad_of_many_elements_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = of_last,
                                     .whole = last,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 3), -1.0, 1.0)},
                                     .batch = 20001,
                                     .values_only = true});
}

static tw_node by_less(tw_graph *graph) {
    return tw_pad(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), 1, -1, 3);
}

static tw_node of_batch(tw_graph *graph) {
    return tw_pad(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)), -2, 0, 1);
}

static void pad_by_less_than_nothing_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {by_less, "pad: -1 before and 3 behind; both are from 0"},
        {of_batch, "pad: axis -2 of [B, 6] holds the batch; choose another"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(pad_and_its_derivatives_are_right, pad_of_many_elements_is_right,
         pad_by_less_than_nothing_is_refused)
