#include "support/gradient.h"

#include "test.h"

static tw_node mean_of_first(tw_graph *graph, const tw_node *in) {
    return tw_mean(graph, in[0], 0);
}

static tw_node mean_of_squares(tw_graph *graph, const tw_node *in) {
    return tw_mean(graph, tw_square(graph, in[0]), -1);
}

static tw_node mean_of_square_of_mean(tw_graph *graph, const tw_node *in) {
    return tw_mean(graph, tw_square(graph, tw_mean(graph, in[0], 1)), 0);
}

static void over_batch(const double *const *in, int64_t batch, double *out) {
    for (int64_t j = 0; j < 5; j++) {
        out[j] = 0.0;
        for (int64_t i = 0; i < batch; i++) out[j] += in[0][i * 5 + j] / (double)batch;
    }
}

static void squares(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) {
        out[i] = 0.0;
        for (int64_t j = 0; j < 7; j++) out[i] += in[0][i * 7 + j] * in[0][i * 7 + j] / 7.0;
    }
}

static void twice(const double *const *in, int64_t batch, double *out) {
    out[0] = 0.0;
    for (int64_t i = 0; i < batch; i++) {
        double mean = (in[0][2 * i] + in[0][2 * i + 1]) / 2.0;
        out[0] += mean * mean / (double)batch;
    }
}

static void mean_over_the_batch_divides_by_the_batch_of_each_run(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = mean_of_first,
                                     .whole = over_batch,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 5), -1.0, 1.0)},
                                     .batch = 5});
}

static void mean_over_a_fixed_axis_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = mean_of_squares,
                                     .whole = squares,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -1.0, 1.0)}});
}

static void mean_of_a_mean_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = mean_of_square_of_mean,
                                     .whole = twice,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 2), -1.0, 1.0)}});
}

static tw_node of_no_axis(tw_graph *graph) {
    return tw_mean(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 4)), -3);
}

static void mean_over_what_is_no_axis_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_no_axis, "mean: axis -3 of [B, 4]; an axis is from -2 to 1"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(mean_over_the_batch_divides_by_the_batch_of_each_run, mean_over_a_fixed_axis_is_right,
         mean_of_a_mean_is_right, mean_over_what_is_no_axis_is_refused)
