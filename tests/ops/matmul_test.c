#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_matmul(graph, in[0], in[1]);
}

static int64_t m_now, n_now, k_now; // 0: the batch

static void reference(const double *const *in, int64_t batch, double *out) {
    int64_t m = m_now == 0 ? batch : m_now, k = k_now == 0 ? batch : k_now;
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n_now; j++) {
            double sum = 0.0;
            for (int64_t l = 0; l < k; l++) sum += in[0][i * k + l] * in[1][l * n_now + j];
            out[i * n_now + j] = sum;
        }
    }
}

static void check(tw_shape a, tw_shape b, int64_t m, int64_t n, int64_t k, int64_t batch) {
    m_now = m;
    n_now = n;
    k_now = k;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 2,
                                     .in = {tw_test_from(a, -1.0, 1.0), tw_test_from(b, -1.0, 1.0)},
                                     .batch = batch,
                                     .values_only = batch > 0});
}

static void matmul_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 4), TW_SHAPE(4, 5), 0, 5, 4, 0);
    check(TW_SHAPE(2, TW_BATCH), TW_SHAPE(TW_BATCH, 3), 2, 3, 0, 0);
    check(TW_SHAPE(TW_BATCH, 1), TW_SHAPE(1, 1), 0, 1, 1, 0);
}

static void matmul_of_large_matrices_is_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 130), TW_SHAPE(130, 70), 0, 70, 130, 65);
    check(TW_SHAPE(TW_BATCH, 600), TW_SHAPE(600, 10), 0, 10, 600, 33);
}

static void stack_reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t s = 0; s < batch; s++) {
        const double *const pair[] = {in[0] + s * 6, in[1] + s * 12};
        m_now = 2;
        n_now = 4;
        k_now = 3;
        reference(pair, batch, out + s * 8);
    }
}

static void matmul_of_stacks_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = stack_reference,
                                     .inputs = 2,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 2, 3), -1.0, 1.0),
                                            tw_test_from(TW_SHAPE(TW_BATCH, 3, 4), -1.0, 1.0)}});
}

static void tall_reference(const double *const *in, int64_t batch, double *out) {
    m_now = batch * 2;
    n_now = 4;
    k_now = 3;
    reference(in, batch, out);
}

static void matmul_of_a_stack_and_one_matrix_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = tall_reference,
                                     .inputs = 2,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 2, 3), -1.0, 1.0),
                                            tw_test_from(TW_SHAPE(3, 4), -1.0, 1.0)}});
}

static tw_node of_two(tw_graph *graph, const tw_node *in) {
    tw_node a = tw_reshape(graph, in[0], TW_SHAPE(1, 1));
    return tw_matmul(graph, a, tw_reshape(graph, in[1], TW_SHAPE(1, 1)));
}

static void matmul_lets_nan_through(void **state) {
    (void)state;
    assert_true(isnan(tw_test_at(of_two, (double[]){0.0, NAN}, 2)));
    assert_true(isnan(tw_test_at(of_two, (double[]){0.0, INFINITY}, 2)));
}

static tw_node of_sizes(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 784)),
                     tw_test_numbers(graph, TW_SHAPE(512, 10)));
}

static tw_node of_stack(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 5, 7)),
                     tw_test_numbers(graph, TW_SHAPE(8, 3)));
}

static tw_node of_batch(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(3, TW_BATCH)),
                     tw_test_numbers(graph, TW_SHAPE(8, 3)));
}

static tw_node of_leading(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(2, 5, 7)),
                     tw_test_numbers(graph, TW_SHAPE(3, 7, 3)));
}

static tw_node of_vector(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(7)),
                     tw_test_numbers(graph, TW_SHAPE(7, 3)));
}

static tw_node of_two_batches(tw_graph *graph) {
    return tw_matmul(graph, tw_test_numbers(graph, TW_SHAPE(TW_BATCH, 7)),
                     tw_test_numbers(graph, TW_SHAPE(7, TW_BATCH)));
}

static void matmul_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_sizes, "matmul: [B, 784] times [512, 10]; the inner sizes 784 and 512 must be equal"},
        {of_stack, "matmul: [B, 5, 7] times [8, 3]; the inner sizes 7 and 8 must be equal"},
        {of_batch, "matmul: [3, B] times [8, 3]; the inner sizes B and 8 must be equal"},
        {of_leading,
         "matmul: [2, 5, 7] times [3, 7, 3]; the leading axes must be the same, or missing in b"},
        {of_vector, "matmul: [7] times [7, 3]; each must have two axes at least"},
        {of_two_batches, "matmul: [B, 7] times [7, B]; the result may have one axis of the batch"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(matmul_and_its_derivatives_are_right, matmul_of_large_matrices_is_right,
         matmul_of_stacks_is_right, matmul_of_a_stack_and_one_matrix_is_right,
         matmul_lets_nan_through, matmul_of_what_does_not_fit_is_refused)
