#include "support/gradient.h"

#include "test.h"

static tw_shape shape_now; // that is summed to

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_sum_to(graph, in[0], shape_now);
}

static tw_shape from_now;

// Adds each element to its place, found axis by axis.
static void reference(const double *const *in, int64_t batch, double *out) {
    int64_t count = 1, out_count = 1;
    for (int i = 0; i < from_now.rank; i++) {
        count *= from_now.size[i] < 0 ? -from_now.size[i] * batch : from_now.size[i];
    }
    for (int i = 0; i < shape_now.rank; i++) {
        out_count *= shape_now.size[i] < 0 ? -shape_now.size[i] * batch : shape_now.size[i];
    }
    for (int64_t i = 0; i < out_count; i++) out[i] = 0.0;
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i, at = 0, step = 1;
        for (int k = from_now.rank - 1, m = shape_now.rank - 1; k >= 0; k--, m--) {
            int64_t size = from_now.size[k] < 0 ? -from_now.size[k] * batch : from_now.size[k];
            if (m >= 0 && shape_now.size[m] != 1) {
                at += rest % size * step;
                step *= size;
            }
            rest /= size;
        }
        out[at] += in[0][i];
    }
}

static void check(tw_shape from, tw_shape to) {
    from_now = from;
    shape_now = to;
    tw_test_operator(&(tw_test_case){
        .build = build, .whole = reference, .inputs = 1, .in = {tw_test_from(from, -1.0, 1.0)}});
}

static void sum_to_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SHAPE(TW_BATCH, 1));
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SHAPE(3));
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SHAPE(4, 1, 3));
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SHAPE(1, TW_BATCH, 1));
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SCALAR);
    check(TW_SHAPE(4, TW_BATCH, 3), TW_SHAPE(1, 1, 1));
    check(TW_SHAPE(TW_BATCH, 2, 3, 2, 3), TW_SHAPE(1, 3, 1, 3));
    check(TW_SHAPE(TW_BATCH, 1, 3), TW_SHAPE(TW_BATCH, 1, 1));
}

static void sum_to_the_same_shape_changes_nothing(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 3), TW_SHAPE(TW_BATCH, 3));
    check(TW_SHAPE(1, 1, TW_BATCH), TW_SHAPE(TW_BATCH));
}

static tw_node to_other(tw_graph *graph) {
    return tw_sum_to(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 3)), TW_SHAPE(2, 3));
}

static tw_node to_more(tw_graph *graph) {
    return tw_sum_to(graph, tw_test_numbers(graph, TW_SHAPE(3)), TW_SHAPE(1, 3));
}

static void sum_to_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {to_other, "sum_to: [B, 3] to [2, 3]; each size must be the same, or 1 or missing behind"},
        {to_more, "sum_to: [3] to [1, 3]; each size must be the same, or 1 or missing behind"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(sum_to_and_its_derivatives_are_right, sum_to_the_same_shape_changes_nothing,
         sum_to_what_does_not_fit_is_refused)
