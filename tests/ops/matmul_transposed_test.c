#include "support/gradient.h"

#include "test.h"

static tw_node transposed_a(tw_graph *graph, const tw_node *in) {
    return tw_matmul_transposed(graph, in[0], in[1], true, false);
}

static tw_node transposed_b(tw_graph *graph, const tw_node *in) {
    return tw_matmul_transposed(graph, in[0], in[1], false, true);
}

static tw_node transposed_both(tw_graph *graph, const tw_node *in) {
    return tw_matmul_transposed(graph, in[0], in[1], true, true);
}

// [batch, 2, 4] = op(a) op(b) over 3, one of each for `one_b`.
static void stack(const double *const *in, int64_t batch, bool a, bool b, bool one_b, double *out) {
    for (int64_t s = 0; s < batch; s++) {
        const double *x = in[0] + s * 6, *y = in[1] + (one_b ? 0 : s * 12);
        for (int64_t i = 0; i < 2; i++) {
            for (int64_t j = 0; j < 4; j++) {
                double sum = 0.0;
                for (int64_t k = 0; k < 3; k++) {
                    sum += x[a ? k * 2 + i : i * 3 + k] * y[b ? j * 3 + k : k * 4 + j];
                }
                out[s * 8 + i * 4 + j] = sum;
            }
        }
    }
}

static bool one_b_now;

static void reference_a(const double *const *in, int64_t batch, double *out) {
    stack(in, batch, true, false, one_b_now, out);
}

static void reference_b(const double *const *in, int64_t batch, double *out) {
    stack(in, batch, false, true, one_b_now, out);
}

static void reference_both(const double *const *in, int64_t batch, double *out) {
    stack(in, batch, true, true, one_b_now, out);
}

static void check(tw_test_build *build, void (*reference)(const double *const *, int64_t, double *),
                  tw_shape a, tw_shape b) {
    tw_test_operator(
        &(tw_test_case){.build = build,
                        .whole = reference,
                        .inputs = 2,
                        .in = {tw_test_from(a, -1.0, 1.0), tw_test_from(b, -1.0, 1.0)}});
}

static void matmul_transposed_and_its_derivatives_are_right_for_stacks(void **state) {
    (void)state;
    one_b_now = false;
    check(transposed_a, reference_a, TW_SHAPE(TW_BATCH, 3, 2), TW_SHAPE(TW_BATCH, 3, 4));
    check(transposed_b, reference_b, TW_SHAPE(TW_BATCH, 2, 3), TW_SHAPE(TW_BATCH, 4, 3));
    check(transposed_both, reference_both, TW_SHAPE(TW_BATCH, 3, 2), TW_SHAPE(TW_BATCH, 4, 3));
}

static void matmul_transposed_of_a_stack_and_one_matrix_is_right(void **state) {
    (void)state;
    one_b_now = true;
    check(transposed_a, reference_a, TW_SHAPE(TW_BATCH, 3, 2), TW_SHAPE(3, 4));
    check(transposed_b, reference_b, TW_SHAPE(TW_BATCH, 2, 3), TW_SHAPE(4, 3));
    check(transposed_both, reference_both, TW_SHAPE(TW_BATCH, 3, 2), TW_SHAPE(4, 3));
}

static void over_batch(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 6; i++) {
        out[i] = 0.0;
        for (int64_t k = 0; k < batch; k++) out[i] += in[0][k * 2 + i / 3] * in[1][k * 3 + i % 3];
    }
}

// What the gradient of a weight is.
static void matmul_transposed_sums_over_the_batch(void **state) {
    (void)state;
    check(transposed_a, over_batch, TW_SHAPE(TW_BATCH, 2), TW_SHAPE(TW_BATCH, 3));
}

static tw_node of_a(tw_graph *graph) {
    return tw_matmul_transposed(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 784)),
                                tw_test_numbers(graph, TW_SHAPE(512, 10)), true, false);
}

static tw_node of_b(tw_graph *graph) {
    return tw_matmul_transposed(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 784)),
                                tw_test_numbers(graph, TW_SHAPE(512, 10)), false, true);
}

static void matmul_transposed_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_a,
         "matmul: [B, 784] transposed times [512, 10]; the inner sizes B and 512 must be equal"},
        {of_b,
         "matmul: [B, 784] times [512, 10] transposed; the inner sizes 784 and 10 must be equal"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(matmul_transposed_and_its_derivatives_are_right_for_stacks,
         matmul_transposed_of_a_stack_and_one_matrix_is_right,
         matmul_transposed_sums_over_the_batch, matmul_transposed_of_what_does_not_fit_is_refused)
