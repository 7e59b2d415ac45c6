#include "support/gradient.h"

#include "test.h"

static tw_node of_last(tw_graph *graph, const tw_node *in) {
    return tw_concat(graph, in, 3, -1);
}

static tw_node of_first(tw_graph *graph, const tw_node *in) {
    return tw_concat(graph, in, 2, 0);
}

static void last(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        for (int64_t k = 0; k < 2; k++) out[i * 6 + k] = in[0][i * 2 + k];
        out[i * 6 + 2] = in[1][i];
        for (int64_t k = 0; k < 3; k++) out[i * 6 + 3 + k] = in[2][i * 3 + k];
    }
}

static void first(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 2 * batch; i++) out[i] = in[0][i];
    for (int64_t i = 0; i < 3 * batch; i++) out[2 * batch + i] = in[1][i];
}

static void check(int64_t batch) {
    tw_test_operator(&(tw_test_case){.build = of_last,
                                     .whole = last,
                                     .inputs = 3,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 2), -1.0, 1.0),
                                            tw_test_from(TW_SHAPE(TW_BATCH, 1), -1.0, 1.0),
                                            tw_test_from(TW_SHAPE(TW_BATCH, 3), -1.0, 1.0)},
                                     .batch = batch,
                                     .values_only = batch > 0});
    tw_test_operator(&(tw_test_case){.build = of_first,
                                     .whole = first,
                                     .inputs = 2,
                                     .in = {tw_test_from(TW_SHAPE(2, TW_BATCH), -1.0, 1.0),
                                            tw_test_from(TW_SHAPE(3, TW_BATCH), -1.0, 1.0)},
                                     .batch = batch,
                                     .values_only = batch > 0});
}

static void concat_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(0);
}

static void concat_of_many_elements_is_right(void **state) {
    (void)state;
    check(20001);
}

static tw_node of_sizes(tw_graph *graph) {
    tw_node parts[] = {tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 6)),
                       tw_test_numbers(graph, TW_SHAPE(2, 6))};
    return tw_concat(graph, parts, 2, 1);
}

static tw_node of_types(tw_graph *graph) {
    tw_node parts[] = {tw_test_numbers(graph, TW_SHAPE(6)), tw_test_indices(graph, TW_SHAPE(6))};
    return tw_concat(graph, parts, 2, 0);
}

static tw_node of_batch(tw_graph *graph) {
    tw_node parts[] = {tw_test_numbers(graph, TW_SHAPE(TW_BATCH)),
                       tw_test_numbers(graph, TW_SHAPE(TW_BATCH))};
    return tw_concat(graph, parts, 2, 0);
}

static tw_node of_none(tw_graph *graph) {
    return tw_concat(graph, NULL, 0, 0);
}

static void concat_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_sizes, "concat: part 1 is [B, 6], part 2 is [2, 6]; they may differ only in axis 1"},
        {of_types, "concat: part 1 is of type f32, part 2 of i32; they must be the same"},
        {of_batch, "concat: axis 0 of [B] holds the batch; choose another"},
        {of_none, "concat: 0 parts; 1 to 16 can be joined"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(concat_and_its_derivatives_are_right, concat_of_many_elements_is_right,
         concat_of_what_does_not_fit_is_refused)
