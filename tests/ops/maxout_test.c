#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_maxout(graph, in[0], 3);
}

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch * 4; i++) {
        out[i] = fmax(in[0][3 * i], fmax(in[0][3 * i + 1], in[0][3 * i + 2]));
    }
}

static void maxout_and_its_derivatives_are_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 12), -1.0, 1.0)}});
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 2, 6), -1.0, 1.0)}});
}

static tw_node of_one_piece(tw_graph *graph, const tw_node *in) {
    return tw_maxout(graph, tw_reshape(graph, in[0], TW_SHAPE(1)), 1);
}

static void maxout_of_one_piece_changes_nothing(void **state) {
    (void)state;
    assert_float_equal(tw_test_at(of_one_piece, (double[]){-2.0}, 1), -2.0, 0.0);
    assert_true(isnan(tw_test_at(of_one_piece, (double[]){NAN}, 1)));
}

static tw_node of_ten(tw_graph *graph) {
    return tw_maxout(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 10)), 4);
}

static tw_node of_batch(tw_graph *graph) {
    return tw_maxout(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH)), 2);
}

static tw_node of_none(tw_graph *graph) {
    return tw_maxout(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 10)), 0);
}

static void maxout_of_what_cannot_be_cut_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_ten, "maxout: 4 pieces of [B, 10]; the last axis must be a multiple of the pieces, the "
                 "rank below 8"},
        {of_batch, "maxout: axis -1 of [B] holds the batch; choose another"},
        {of_none, "maxout: 0 pieces of [B, 10]; the last axis must be a multiple of the pieces, "
                  "the rank below 8"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(maxout_and_its_derivatives_are_right, maxout_of_one_piece_changes_nothing,
         maxout_of_what_cannot_be_cut_is_refused)
