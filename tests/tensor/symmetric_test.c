// Symmetric matrices: what their eigenvectors and Cholesky factors must satisfy, at every size and with
// eigenvalues that repeat, vanish or lie far apart.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tensor/symmetric.h"
#include "tensor/vector.h"
#include "test.h"

#define SIZE_MAX_TRIED 70

static const tw_random draws = {.seed = 7, .purpose = TW_FOR_TEST};

// Q diag(values) Q' where Q is a product of reflections: a matrix whose eigenvalues are known.
static void matrix_of(const double *values, int64_t n, double *matrix) {
    memset(matrix, 0, (size_t)(n * n) * sizeof *matrix);
    for (int64_t i = 0; i < n; i++) matrix[i * n + i] = values[i];
    double v[SIZE_MAX_TRIED];
    for (int64_t times = 0; times < 3; times++) {
        for (int64_t i = 0; i < n; i++)
            v[i] = tw_random_normal(&draws, (uint64_t)(1000 * n + 100 * times + i));
        double scale = 2.0 / tw_dot(v, v, n);
        for (int64_t side = 0; side < 2; side++)
            for (int64_t i = 0; i < n; i++) {
                double along = 0.0;
                for (int64_t k = 0; k < n; k++)
                    along += scale * v[k] * (side ? matrix[i * n + k] : matrix[k * n + i]);
                for (int64_t k = 0; k < n; k++) {
                    double *element = side ? matrix + i * n + k : matrix + k * n + i;
                    *element -= along * v[k];
                }
            }
    }
}

static double kind_of_value(int kind, int64_t i, int64_t n) {
    switch (kind) {
    case 0:
        return (double)i - 3.0; // both signs
    case 1:
        return (double)(i / 3); // repeated, and zeros
    case 2:
        return n == 1 ? 1.0 : pow(1e6, (double)i / (double)(n - 1)); // far apart
    case 3:
        return n == 1 ? 1.0 : pow(1e18, (double)i / (double)(n - 1)); // farther than digits reach
    default:
        return 2.0; // all the same
    }
}

static void check_eigen(tw_context *context, const double *right, int64_t n) {
    double matrix[SIZE_MAX_TRIED * SIZE_MAX_TRIED], vectors[SIZE_MAX_TRIED * SIZE_MAX_TRIED];
    double values[SIZE_MAX_TRIED], alone[SIZE_MAX_TRIED];
    matrix_of(right, n, matrix);
    memcpy(vectors, matrix, sizeof matrix);
    assert_ok(context, tw_symmetric_eigen(context, vectors, n, true, values));
    double scale = fmax(fabs(right[0]), fabs(right[n - 1])), tolerance = 1e-14 * (double)n * scale;
    for (int64_t i = 0; i < n; i++) {
        assert_true(fabs(values[i] - right[i]) <= tolerance);
        const double *v = vectors + i * n;
        for (int64_t j = 0; j < n; j++) {
            double product = tw_dot(matrix + j * n, v, n);
            assert_true(fabs(product - values[i] * v[j]) <= 10.0 * tolerance);
            double angle = tw_dot(v, vectors + j * n, n);
            assert_true(fabs(angle - (i == j)) <= 1e-14 * (double)n);
        }
    }
    assert_ok(context, tw_symmetric_eigen(context, matrix, n, false, alone));
    assert_memory_equal(alone, values, (size_t)n * sizeof *values);
}

static void eigenvectors_are_orthogonal_and_satisfy_their_equation(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const int64_t sizes[] = {1, 2, 3, 4, 7, 16, 33, SIZE_MAX_TRIED};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < 5; kind++) {
            double right[SIZE_MAX_TRIED];
            for (int64_t i = 0; i < sizes[s]; i++) right[i] = kind_of_value(kind, i, sizes[s]);
            check_eigen(context, right, sizes[s]);
        }
    tw_context_free(context);
}

// The second difference matrix has eigenvalues 2 - 2 cos(k a), a = pi/(n + 1), and vectors that begin with
// sqrt(2/(n + 1)) sin(k a) and end with that or its opposite.
static void a_tridiagonal_matrix_of_known_values(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);

    enum { N = 200 };

    double d[N], e[N], ends[N][2] = {0};
    for (int i = 0; i < N; i++) d[i] = 2.0, e[i] = -1.0;
    ends[0][0] = ends[N - 1][1] = 1.0;
    assert_ok(context, tw_tridiagonal_eigen(context, d, e, N, ends[0], 2));
    for (int k = 1; k <= N; k++) {
        double angle = k * 3.14159265358979323846 / (N + 1);
        assert_true(fabs(d[k - 1] - (2.0 - 2.0 * cos(angle))) < 1e-13);
        for (int end = 0; end < 2; end++)
            assert_true(fabs(fabs(ends[k - 1][end]) - sqrt(2.0 / (N + 1)) * sin(angle)) < 1e-12);
    }
    tw_context_free(context);
}

static void the_cholesky_factor_gives_the_matrix_back_and_solves(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);

    enum { N = 41 };

    double values[N], matrix[N * N], factor[N * N], b[N], x[N];
    for (int i = 0; i < N; i++) values[i] = 1.0 + i, x[i] = cos(i);
    matrix_of(values, N, matrix);
    memcpy(factor, matrix, sizeof matrix);
    assert_int_equal(tw_cholesky(context, factor, N), N);
    for (int i = 0; i < N; i++) {
        b[i] = tw_dot(matrix + i * N, x, N);
        for (int j = 0; j <= i; j++)
            assert_true(fabs(tw_dot(factor + i * N, factor + j * N, j + 1) - matrix[i * N + j]) <
                        1e-12);
    }
    tw_cholesky_forward(factor, N, b);
    tw_cholesky_backward(factor, N, b);
    for (int i = 0; i < N; i++) assert_true(fabs(b[i] - x[i]) < 1e-12);
    tw_context_free(context);
}

// Around the blocks of columns, full and in bands; with more threads than one.
static void factors_of_many_sizes_give_the_matrix_back(void **state) {
    (void)state;
    static const int64_t sizes[] = {1, 15, 16, 17, 32, 33, 100, 257};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_int_equal(tw_context_set_threads(context, 3), TW_OK);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int64_t band = 0; band < 300; band = 3 * band + 1) {
            int64_t n = sizes[s];
            double *matrix = calloc((size_t)(2 * n * n), sizeof *matrix), *factor = matrix + n * n;
            assert_non_null(matrix);
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j <= i; j++)
                    if (i - j <= band)
                        matrix[i * n + j] = i == j ? 300.0 : sin((double)(i + 2 * j));
            memcpy(factor, matrix, (size_t)(n * n) * sizeof *matrix);
            assert_int_equal(tw_cholesky(context, factor, n), n);
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j <= i; j++)
                    assert_true(fabs(tw_dot(factor + i * n, factor + j * n, j + 1) -
                                     matrix[i * n + j]) < 1e-11);
            // A pivot that is not positive is found where it stands.
            memcpy(factor, matrix, (size_t)(n * n) * sizeof *matrix);
            factor[(n / 2) * (n + 1)] = -1;
            assert_int_equal(tw_cholesky(context, factor, n), n / 2);
            free(matrix);
        }
    tw_context_free(context);
}

static void a_matrix_that_is_not_positive_has_no_factor(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    double saddle[] = {2, 0, 0, 0, -1, 0, 0, 0, 1};
    assert_int_equal(tw_cholesky(context, saddle, 3), 1);
    double no_number[] = {1, 0, NAN, 1};
    assert_int_equal(tw_cholesky(context, no_number, 2), 1);
    tw_context_free(context);
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;

    enum { N = 260 };

    double *first = calloc(N * N, sizeof *first), *matrix = calloc(N * N, sizeof *matrix),
           values[N];
    for (int threads = 1; threads <= 4; threads++) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        assert_ok(context, tw_context_set_threads(context, threads));
        for (int64_t i = 0; i < N; i++)
            for (int64_t j = 0; j <= i; j++)
                matrix[i * N + j] = matrix[j * N + i] =
                    tw_random_normal(&draws, (uint64_t)(i * N + j));
        assert_ok(context, tw_symmetric_eigen(context, matrix, N, true, values));
        if (threads == 1) memcpy(first, matrix, N * N * sizeof *first);
        assert_memory_equal(first, matrix, N * N * sizeof *first);
        tw_context_free(context);
    }
    free(first);
    free(matrix);
}

TW_TESTS(eigenvectors_are_orthogonal_and_satisfy_their_equation,
         a_tridiagonal_matrix_of_known_values, factors_of_many_sizes_give_the_matrix_back,
         the_cholesky_factor_gives_the_matrix_back_and_solves,
         a_matrix_that_is_not_positive_has_no_factor, bits_do_not_depend_on_threads)
