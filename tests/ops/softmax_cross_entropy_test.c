#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_softmax_cross_entropy(graph, in[0], in[1]);
}

static int64_t width_now;

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        const double *x = in[0] + i * width_now;
        double top = -INFINITY, sum = 0.0;
        for (int64_t k = 0; k < width_now; k++) top = fmax(top, x[k]);
        for (int64_t k = 0; k < width_now; k++) sum += exp(x[k] - top);
        out[i] = log(sum) - (x[(int64_t)in[1][i]] - top);
    }
}

static void check(int64_t width, int64_t batch) {
    width_now = width;
    tw_test_operator(
        &(tw_test_case){.build = build,
                        .whole = reference,
                        .inputs = 2,
                        .in = {tw_test_from(TW_SHAPE(TW_BATCH, width), -2.0, 2.0),
                               tw_test_index(TW_SHAPE(TW_BATCH), 0, (double)(width - 1))},
                        .batch = batch,
                        .values_only = batch > 0});
}

static void softmax_cross_entropy_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(1, 0);
    check(2, 0);
    check(7, 0);
}

static void softmax_cross_entropy_is_right_at_every_size_of_row(void **state) {
    (void)state;
    const int64_t widths[] = {10, 1023, 1024, 1025, 17000};
    for (int i = 0; i < 5; i++) check(widths[i], widths[i] > 500 ? 5 : 1701);
}

static double want_now;

static void wanted(const double *const *in, int64_t batch, double *out) {
    (void)in;
    (void)batch;
    out[0] = want_now;
}

static tw_node of_two(tw_graph *graph, const tw_node *in) {
    tw_node both[] = {tw_reshape(graph, in[0], TW_SHAPE(1)), tw_reshape(graph, in[1], TW_SHAPE(1))};
    return tw_softmax_cross_entropy(graph, tw_concat(graph, both, 2, 0), in[2]);
}

// The loss of logits [a, b] with label 1.
static void check_two(double a, double b, double want) {
    want_now = want;
    tw_test_operator(
        &(tw_test_case){.build = of_two,
                        .whole = wanted,
                        .inputs = 3,
                        .in = {tw_test_from(TW_SCALAR, a, a), tw_test_from(TW_SCALAR, b, b),
                               tw_test_index(TW_SCALAR, 1, 1)},
                        .values_only = true});
}

static void softmax_cross_entropy_of_large_logits_is_finite(void **state) {
    (void)state;
    check_two(1000.0, 1000.0, 0.69314718055994530942);
    check_two(1000.0, -1000.0, 2000.0);
    check_two(-1000.0, 1000.0, 0.0);
    check_two(0.0, NAN, NAN);
}

static tw_node swapped(tw_graph *graph, const tw_node *in) {
    return tw_softmax_cross_entropy(graph, in[1], in[0]);
}

static tw_node gradient_alone(tw_graph *graph, const tw_node *in) {
    tw_node slope;
    tw_gradients(graph, tw_sum_all(graph, swapped(graph, in)), &in[1], 1, &slope);
    return slope;
}

static void softmax_cross_entropy_names_the_first_label_outside(void **state) {
    (void)state;
    const char *words = "softmax_cross_entropy: label 12 at position 3; labels are 0 to 9";
    const int32_t label[] = {0, 9, 1, 12, -1};
    tw_test_fault(swapped, TW_SHAPE(5), label, TW_SHAPE(5, 10), words);
    tw_test_fault(gradient_alone, TW_SHAPE(5), label, TW_SHAPE(5, 10), words);
}

static tw_node of_shapes(tw_graph *graph) {
    return tw_softmax_cross_entropy(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 10)),
                                    tw_test_indices(graph, TW_SHAPE(TW_BATCH, 1)));
}

static tw_node of_numbers(tw_graph *graph) {
    return tw_softmax_cross_entropy(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 10)),
                                    tw_test_numbers(graph, TW_SHAPE(TW_BATCH)));
}

static tw_node of_scalar(tw_graph *graph) {
    return tw_softmax_cross_entropy(graph, tw_test_numbers(graph, TW_SCALAR),
                                    tw_test_indices(graph, TW_SCALAR));
}

static void softmax_cross_entropy_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_shapes,
         "softmax_cross_entropy: logits [B, 10] with labels [B, 1]; the labels must be [B]"},
        {of_numbers,
         "softmax_cross_entropy: input 2 is of type f32; whole numbers, i32, are needed"},
        {of_scalar, "softmax_cross_entropy: input is a scalar; it needs a last axis"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(softmax_cross_entropy_and_its_derivatives_are_right,
         softmax_cross_entropy_is_right_at_every_size_of_row,
         softmax_cross_entropy_of_large_logits_is_finite,
         softmax_cross_entropy_names_the_first_label_outside,
         softmax_cross_entropy_of_what_does_not_fit_is_refused)
