// The fused passes against plain loops, in both types, at sizes around lanes, tiles and chunks; and their
// bits for any number of threads.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/passes.h"
#include "support/functions.h"

enum { VECTORS = 9, SIZE_MAX_TESTED = 70001 };

static const int64_t sizes[] = {1, 2, 7, 8, 9, 511, 513, 1023, 1025, 4099, SIZE_MAX_TESTED};

static void *vector_of(tw_dtype dtype, int64_t n, int which) {
    tw_vector_space space = {.dtype = dtype, .n = n};
    void *v = calloc((size_t)n, sizeof(double));
    assert_non_null(v);
    for (int64_t i = 0; i < n; i++) tw_vector_set(&space, v, i, sin((double)i * 0.7 + which * 1.3));
    return v;
}

// All results of all passes on one size, as numbers: sums, and the elements made.
static double *results(tw_dtype dtype, int64_t n, int threads, int *count) {
    tw_context *context = tw_test_context();
    assert_ok(context, tw_context_set_threads(context, threads));
    tw_vector_space space = {context, dtype, n};
    tw_passes passes;
    assert_ok(context, tw_passes_start(&passes, &space, VECTORS));
    void *v[VECTORS + 3], *y = vector_of(dtype, n, 0), *to = vector_of(dtype, n, 1);
    double factors[VECTORS], *out = calloc(2 * VECTORS + 4 + 3 * (size_t)n, sizeof *out);
    for (int k = 0; k < VECTORS + 3; k++) v[k] = vector_of(dtype, n, k + 2);
    for (int k = 0; k < VECTORS; k++) factors[k] = 0.25 * k - 1;
    tw_pass_products(&passes, y, v[VECTORS], v[VECTORS + 1], VECTORS, (const void *const *)v, out,
                     out + VECTORS);
    tw_combination c = {.out = v[VECTORS + 2],
                        .count = VECTORS,
                        .factors = factors,
                        .vectors = (const void *const *)v,
                        .with = v[VECTORS],
                        .from = y,
                        .step = 0.5,
                        .moved = to};
    tw_pass_sums sums = tw_pass_combine(&passes, &c);
    tw_slope slope = tw_pass_slope(&passes, v[0], v[1]);
    int at = 2 * VECTORS;
    out[at++] = sums.with;
    out[at++] = sums.square;
    out[at++] = slope.product;
    out[at++] = slope.largest;
    void *const made[] = {y, v[VECTORS + 2], to};
    for (int k = 0; k < 3; k++)
        for (int64_t i = 0; i < n; i++) out[at++] = tw_vector_get(&space, made[k], i);
    for (int k = 0; k < VECTORS + 3; k++) free(v[k]);
    free(y);
    free(to);
    tw_passes_end(&passes);
    tw_context_free(context);
    *count = at;
    return out;
}

// The same with one loop a number.
static void assert_plain(tw_dtype dtype, int64_t n, const double *found) {
    tw_vector_space s = {.dtype = dtype, .n = n};
    void *v[VECTORS + 2];
    for (int k = 0; k < VECTORS + 2; k++) v[k] = vector_of(dtype, n, k + 2);
    const double *y = found + 2 * VECTORS + 4, *d = y + n, *moved = d + n;
    double tolerance = (dtype == TW_F32 ? 1e-6 : 1e-14) * (double)(n + 10);
    double largest = 0, with = 0, square = 0, slope = 0;
    for (int k = 0; k < VECTORS; k++) {
        double to_y = 0, to_g = 0;
        for (int64_t i = 0; i < n; i++) {
            to_y += tw_vector_get(&s, v[k], i) * y[i];
            to_g += tw_vector_get(&s, v[k], i) * tw_vector_get(&s, v[VECTORS], i);
        }
        assert_true(fabs(found[k] - to_y) < tolerance &&
                    fabs(found[VECTORS + k] - to_g) < tolerance);
    }
    for (int64_t i = 0; i < n; i++) {
        double sum = 0, g = tw_vector_get(&s, v[VECTORS], i), first = tw_vector_get(&s, v[0], i);
        for (int k = 0; k < VECTORS; k++) sum += (0.25 * k - 1) * tw_vector_get(&s, v[k], i);
        double step = dtype == TW_F32 ? 1e-6 : 1e-14;
        assert_true(fabs(y[i] - (g - tw_vector_get(&s, v[VECTORS + 1], i))) < step);
        assert_true(fabs(d[i] - sum) < 10 * step && fabs(moved[i] - (y[i] + d[i] / 2)) < 10 * step);
        with += g * d[i];
        square += d[i] * d[i];
        slope += first * tw_vector_get(&s, v[1], i);
        largest = fmax(largest, fabs(first));
    }
    const double *sums = found + 2 * VECTORS;
    assert_true(fabs(sums[0] - with) < 10 * tolerance && fabs(sums[1] - square) < 10 * tolerance);
    assert_true(fabs(sums[2] - slope) < tolerance && sums[3] == largest);
    for (int k = 0; k < VECTORS + 2; k++) free(v[k]);
}

static void passes_compute_what_plain_loops_do(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int wide = 0; wide < 2; wide++) {
            int count, other;
            tw_dtype dtype = wide ? TW_F64 : TW_F32;
            double *once = results(dtype, sizes[i], 1, &count);
            double *again = results(dtype, sizes[i], 3, &other);
            assert_plain(dtype, sizes[i], once);
            assert_int_equal(count, other);
            assert_memory_equal(once, again, (size_t)count * sizeof *once);
            free(once);
            free(again);
        }
}

static void a_slope_that_is_not_finite_is_noticed_wherever_it_is(void **state) {
    (void)state;

    enum { N = 1031 };

    tw_context *context = tw_test_context();
    tw_vector_space space = {context, TW_F64, N};
    tw_passes passes;
    assert_ok(context, tw_passes_start(&passes, &space, 1));
    double *g = vector_of(TW_F64, N, 0);
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < N; i += 103)
        for (int k = 0; k < 3; k++) {
            double kept = g[i];
            g[i] = bad[k];
            assert_true(isnan(tw_pass_slope(&passes, g, g).largest));
            g[i] = kept;
        }
    assert_true(tw_pass_slope(&passes, g, g).largest <= 1);
    free(g);
    tw_passes_end(&passes);
    tw_context_free(context);
}

TW_TESTS(passes_compute_what_plain_loops_do, a_slope_that_is_not_finite_is_noticed_wherever_it_is)
