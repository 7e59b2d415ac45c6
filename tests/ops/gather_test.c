#include "support/gradient.h"

#include "test.h"

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_gather(graph, in[0], in[1]);
}

static int64_t width_now;

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 2 * batch; i++) {
        for (int64_t k = 0; k < width_now; k++) {
            out[i * width_now + k] = in[0][(int64_t)in[1][i] * width_now + k];
        }
    }
}

static void gather_and_its_derivatives_are_right(void **state) {
    (void)state;
    width_now = 3;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 2,
                                     .in = {tw_test_from(TW_SHAPE(4, 3), -1.0, 1.0),
                                            tw_test_index(TW_SHAPE(TW_BATCH, 2), 0, 3)}});
    width_now = 1;
    tw_test_operator(&(tw_test_case){
        .build = build,
        .whole = reference,
        .inputs = 2,
        .in = {tw_test_from(TW_SHAPE(4), -1.0, 1.0), tw_test_index(TW_SHAPE(2, TW_BATCH), 0, 3)}});
}

static void gather_of_many_rows_is_right(void **state) {
    (void)state;
    width_now = 33;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 2,
                                     .in = {tw_test_from(TW_SHAPE(100, 33), -1.0, 1.0),
                                            tw_test_index(TW_SHAPE(TW_BATCH, 2), 0, 99)},
                                     .batch = 1501,
                                     .values_only = true,
                                     .tolerance = 1e-4});
}

static tw_node swapped(tw_graph *graph, const tw_node *in) {
    return tw_gather(graph, in[1], in[0]);
}

static void gather_names_the_first_index_outside(void **state) {
    (void)state;
    tw_test_fault(swapped, TW_SHAPE(4), (int32_t[]){0, 2, 3, -1}, TW_SHAPE(3, 2),
                  "gather: index 3 at position 2; indices are 0 to 2");
    tw_test_fault(swapped, TW_SHAPE(4), (int32_t[]){0, -7, 3, -1}, TW_SHAPE(3, 2),
                  "gather: index -7 at position 1; indices are 0 to 2");
}

static tw_node of_scalar(tw_graph *graph) {
    return tw_gather(graph, tw_test_numbers(graph, TW_SCALAR), tw_test_indices(graph, TW_SHAPE(2)));
}

static tw_node of_batch(tw_graph *graph) {
    return tw_gather(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 2)),
                     tw_test_indices(graph, TW_SHAPE(2)));
}

static tw_node of_two(tw_graph *graph) {
    return tw_gather(graph, tw_test_numbers(graph, TW_SHAPE(3, TW_BATCH)),
                     tw_test_indices(graph, TW_SHAPE(TW_BATCH)));
}

static tw_node by_numbers(tw_graph *graph) {
    return tw_gather(graph, tw_test_numbers(graph, TW_SHAPE(3, 2)),
                     tw_test_numbers(graph, TW_SHAPE(2)));
}

static void gather_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_scalar, "gather: table is []; its first axis must count its rows"},
        {of_batch, "gather: table is [B, 2]; its first axis must count its rows"},
        {of_two, "gather: index [B] into table [3, B]; the result may have 8 axes, one of them of "
                 "the batch"},
        {by_numbers, "gather: input 2 is of type f32; whole numbers, i32, are needed"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(gather_and_its_derivatives_are_right, gather_of_many_rows_is_right,
         gather_names_the_first_index_outside, gather_of_what_does_not_fit_is_refused)
