#include "support/gradient.h"

#include "test.h"

#include <string.h>

static int order_now[TW_RANK_MAX];
static tw_shape from_now;

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_transpose(graph, in[0], order_now);
}

static void reference(const double *const *in, int64_t batch, double *out) {
    int rank = from_now.rank;
    int64_t size[TW_RANK_MAX], step[TW_RANK_MAX], count = 1;
    for (int i = rank - 1; i >= 0; i--) {
        size[i] = from_now.size[i] < 0 ? -from_now.size[i] * batch : from_now.size[i];
        step[i] = count;
        count *= size[i];
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i, at = 0;
        for (int k = rank - 1; k >= 0; k--) {
            at += rest % size[order_now[k]] * step[order_now[k]];
            rest /= size[order_now[k]];
        }
        out[i] = in[0][at];
    }
}

static void check(tw_shape from, int a, int b, int c, int d, int64_t large_batch) {
    from_now = from;
    const int order[] = {a, b, c, d};
    memcpy(order_now, order, sizeof order);
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(from, -1.0, 1.0)},
                                     .batch = large_batch,
                                     .values_only = large_batch != 0});
}

static void transpose_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 5), 1, 0, 2, 3, 0);
    check(TW_SHAPE(TW_BATCH, 5), 0, 1, 2, 3, 0);
    check(TW_SHAPE(2, TW_BATCH, 3), 2, 0, 1, 3, 0);
    check(TW_SHAPE(TW_BATCH, 1), 1, 0, 2, 3, 0);
}

static void transpose_moves_every_order_of_four_axes(void **state) {
    (void)state;
    for (int i = 0; i < 256; i++) {
        int a = i & 3, b = i >> 2 & 3, c = i >> 4 & 3, d = i >> 6 & 3;
        if (a == b || a == c || a == d || b == c || b == d || c == d) continue;
        check(TW_SHAPE(3, TW_BATCH, 34, 5), a, b, c, d, 7);
    }
}

static void transpose_of_large_squares_is_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 257), 1, 0, 2, 3, 301);
    check(TW_SHAPE(33, TW_BATCH), 1, 0, 2, 3, 1000);
    check(TW_SHAPE(TW_BATCH, 3, 1100), 1, 0, 2, 3, 31);
}

static tw_node twice(tw_graph *graph) {
    return tw_transpose(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)), (int[]){1, 1});
}

static tw_node outside(tw_graph *graph) {
    return tw_transpose(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)), (int[]){0, 2});
}

static void transpose_by_what_is_no_order_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {{twice, "transpose: axis 1 at place 1 of the order for [B, "
                                             "3]; each axis from 0 to 1 must be there once"},
                                     {outside, "transpose: axis 2 at place 1 of the order for [B, "
                                               "3]; each axis from 0 to 1 must be there once"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(transpose_and_its_derivatives_are_right, transpose_moves_every_order_of_four_axes,
         transpose_of_large_squares_is_right, transpose_by_what_is_no_order_is_refused)
