#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_argmax(graph, in[0]);
}

static int64_t width_now;

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        int64_t best = 0;
        for (int64_t k = 1; k < width_now; k++) {
            if (in[0][i * width_now + k] > in[0][i * width_now + best]) best = k;
        }
        out[i] = (double)best;
    }
}

static void argmax_is_the_index_of_the_largest(void **state) {
    (void)state;
    for (width_now = 1; width_now < 40; width_now += 9) {
        tw_test_operator(
            &(tw_test_case){.build = build,
                            .whole = reference,
                            .inputs = 1,
                            .in = {tw_test_from(TW_SHAPE(TW_BATCH, width_now), -1.0, 1.0)},
                            .batch = 2003,
                            .no_gradient = true});
    }
}

static tw_node of_three(tw_graph *graph, const tw_node *in) {
    tw_node parts[3];
    for (int i = 0; i < 3; i++) parts[i] = tw_reshape(graph, in[i], TW_SHAPE(1));
    return tw_argmax(graph, tw_concat(graph, parts, 3, 0));
}

static void argmax_takes_the_first_of_equals_and_nan_for_the_largest(void **state) {
    (void)state;
    assert_float_equal(tw_test_at(of_three, (double[]){1.0, 2.0, 2.0}, 3), 1.0, 0.0);
    assert_float_equal(tw_test_at(of_three, (double[]){1.0, NAN, 2.0}, 3), 1.0, 0.0);
    assert_float_equal(tw_test_at(of_three, (double[]){NAN, NAN, 2.0}, 3), 0.0, 0.0);
}

static tw_node gradient_of_argmax(tw_graph *graph) {
    tw_node x = tw_test_numbers(graph, TW_SHAPE(4)), slope;
    tw_gradients(graph, tw_argmax(graph, x), &x, 1, &slope);
    return slope;
}

static tw_node of_scalar(tw_graph *graph) {
    return tw_argmax(graph, tw_test_numbers(graph, TW_SCALAR));
}

static tw_node of_nothing(tw_graph *graph) {
    return tw_argmax(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 0)));
}

static void argmax_of_a_scalar_and_its_gradient_are_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_scalar, "argmax: input is a scalar; it needs a last axis"},
        {gradient_of_argmax, "gradients: argmax1 is i32 []; a loss is one number, a scalar"},
        {of_nothing, "argmax: the last axis of [B, 0] is empty; it needs an element"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(argmax_is_the_index_of_the_largest,
         argmax_takes_the_first_of_equals_and_nan_for_the_largest,
         argmax_of_a_scalar_and_its_gradient_are_refused)
