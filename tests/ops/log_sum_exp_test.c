#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_log_sum_exp(graph, in[0]);
}

static int64_t width_now;

static void row(const double *x, int64_t n, double *out) {
    double top = -INFINITY, sum = 0.0;
    for (int64_t i = 0; i < n; i++) top = fmax(top, x[i]);
    for (int64_t i = 0; i < n; i++) sum += exp(x[i] - top);
    out[0] = top + log(sum);
}

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch; i++) row(in[0] + i * width_now, width_now, out + i * 1);
}

static void check(int64_t width, double range, int64_t batch) {
    width_now = width;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, width), -range, range)},
                                     .batch = batch,
                                     .values_only = batch > 0});
}

static void log_sum_exp_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(1, 2.0, 0);
    check(2, 2.0, 0);
    check(7, 2.0, 0);
}

// Sizes around a vector, a block and a chunk of rows.
static void log_sum_exp_is_right_at_every_size_of_row(void **state) {
    (void)state;
    const int64_t widths[] = {1, 10, 31, 32, 33, 1000, 1023, 1024, 1025, 17000};
    for (int i = 0; i < 10; i++) check(widths[i], 3.0, widths[i] > 500 ? 5 : 1701);
}

static tw_node of_two(tw_graph *graph, const tw_node *in) {
    tw_node both[] = {tw_reshape(graph, in[0], TW_SHAPE(1)), tw_reshape(graph, in[1], TW_SHAPE(1))};
    return tw_log_sum_exp(graph, tw_concat(graph, both, 2, 0));
}

static void log_sum_exp_of_large_and_of_infinite_inputs_is_right(void **state) {
    (void)state;
    assert_float_equal(tw_test_at(of_two, (double[]){1000.0, 1000.0}, 2), 1000.69314718055995,
                       1e-12);
    assert_float_equal(tw_test_at(of_two, (double[]){-INFINITY, 3.0}, 2), 3.0, 0.0);
    assert_true(tw_test_at(of_two, (double[]){-INFINITY, -INFINITY}, 2) == -INFINITY);
    assert_true(tw_test_at(of_two, (double[]){INFINITY, INFINITY}, 2) == INFINITY);
    assert_true(isnan(tw_test_at(of_two, (double[]){INFINITY, NAN}, 2)));
}

static tw_node of_scalar(tw_graph *graph) {
    return tw_log_sum_exp(graph, tw_test_numbers(graph, TW_SCALAR));
}

static tw_node of_indices(tw_graph *graph) {
    return tw_log_sum_exp(graph, tw_test_indices(graph, TW_SHAPE(3)));
}

static void log_sum_exp_of_a_scalar_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_scalar, "log_sum_exp: input is a scalar; it needs a last axis"},
        {of_indices,
         "log_sum_exp: input 1 is of type i32; numbers of type f32 can be computed with"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(log_sum_exp_and_its_derivatives_are_right, log_sum_exp_is_right_at_every_size_of_row,
         log_sum_exp_of_large_and_of_infinite_inputs_is_right, log_sum_exp_of_a_scalar_is_refused)
