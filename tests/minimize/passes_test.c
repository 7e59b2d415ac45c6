// The fused passes against plain loops, in both types and with vectors of the other, at sizes around lanes,
// tiles and chunks; and their bits for any number of threads.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/passes.h"
#include "support/functions.h"

enum { KEPT = 8, VECTORS = KEPT + 2, OTHERS = 5, SIZE_MAX_TESTED = 70001 };

static const int64_t sizes[] = {1, 2, 7, 8, 9, 511, 513, 1023, 1025, 4099, SIZE_MAX_TESTED};

#define STEP_FACTOR 4.0
#define CHANGE_FACTOR 0.5

static const double factors[VECTORS] = {-1, 0.5, 0, 2, 0.25, -0.5, 0.75, 1, -3, 0.125};

static void *vector_of(tw_dtype dtype, int64_t n, int which) {
    tw_vector_space space = {.dtype = dtype, .n = n};
    void *v = calloc((size_t)n, sizeof(double));
    assert_non_null(v);
    for (int64_t i = 0; i < n; i++) tw_vector_set(&space, v, i, sin((double)i * 0.7 + which * 1.3));
    return v;
}

// The same pair where the products of the first vectors with the gradient before are known, which say what they are
// with the change before it was rounded.
static void assert_known_change_nothing(const tw_passes *passes, const tw_pair *pair,
                                        const void *before) {
    const tw_vector_space *s = &passes->space;
    tw_vector_space t = {s->context, passes->kept, s->n};
    double with_before[VECTORS] = {0}, with_change[VECTORS], with_after[VECTORS];
    for (int k = 0; k < KEPT; k++)
        for (int64_t i = 0; i < s->n; i++)
            with_before[k] +=
                tw_vector_get(&t, pair->vectors.at[k], i) * tw_vector_get(s, before, i);
    tw_pair again = *pair;
    again.with_before = with_before;
    again.with_change = with_change;
    again.with_after = with_after;
    tw_pass_pair(passes, &again);
    double unit = passes->kept == TW_F32 ? 1e-7 : 1e-14;
    for (int k = 0; k < VECTORS; k++) {
        assert_true(fabs(with_after[k] - pair->with_after[k]) < 1e-13 * (double)(s->n + 10));
        assert_true(fabs(with_change[k] - pair->with_change[k]) < unit * (double)(s->n + 10));
        if (k >= KEPT) assert_true(with_change[k] == pair->with_change[k]);
    }
}

// All results of all passes on one size, as numbers: sums, and the elements made. The vectors that are kept
// have a type of their own; the last two are the pair that is made.
static double *results(tw_dtype dtype, tw_dtype kept, int64_t n, int threads, int *count) {
    tw_context *context = tw_test_context();
    assert_ok(context, tw_context_set_threads(context, threads));
    tw_vector_space space = {context, dtype, n}, kept_space = {context, kept, n};
    tw_passes passes;
    assert_ok(context, tw_passes_start(&passes, &space, VECTORS));
    passes.kept = kept;
    void *v[VECTORS], *other[OTHERS]; // others: gradient, the one before, direction, x, the next x
    double *out = calloc(2 * VECTORS + 4 + 4 * (size_t)n, sizeof *out);
    for (int k = 0; k < VECTORS; k++) v[k] = vector_of(kept, n, k);
    for (int k = 0; k < OTHERS; k++) other[k] = vector_of(dtype, n, VECTORS + k);
    tw_vectors vectors = {VECTORS, (const void *const *)v};
    tw_slope slope = tw_pass_slope(&passes, other[0], other[2]);
    tw_pair pair = {.after = other[0],
                    .before = other[1],
                    .direction = other[2],
                    .step_factor = STEP_FACTOR,
                    .change_factor = CHANGE_FACTOR,
                    .step = v[KEPT],
                    .change = v[KEPT + 1],
                    .vectors = {KEPT, vectors.at},
                    .with_change = out,
                    .with_after = out + VECTORS};
    tw_pass_pair(&passes, &pair);
    assert_known_change_nothing(&passes, &pair, other[1]);
    tw_combination c = {.out = other[2],
                        .of_first = -2,
                        .first = other[0],
                        .vectors = vectors,
                        .factors = factors,
                        .from = other[3],
                        .step = 0.5,
                        .moved = other[4]};
    tw_pass_sums sums = tw_pass_combine(&passes, &c);
    int at = 2 * VECTORS;
    out[at++] = sums.with_first;
    out[at++] = sums.square;
    out[at++] = slope.product;
    out[at++] = slope.largest;
    for (int k = KEPT; k < VECTORS; k++)
        for (int64_t i = 0; i < n; i++) out[at++] = tw_vector_get(&kept_space, v[k], i);
    for (int k = 2; k <= 4; k += 2)
        for (int64_t i = 0; i < n; i++) out[at++] = tw_vector_get(&space, other[k], i);
    for (int k = 0; k < VECTORS; k++) free(v[k]);
    for (int k = 0; k < OTHERS; k++) free(other[k]);
    tw_passes_end(&passes);
    tw_context_free(context);
    *count = at;
    return out;
}

// A number as a type holds it.
static double rounded(tw_dtype dtype, double number) {
    return dtype == TW_F32 ? (double)(float)number : number;
}

// The same with one loop a number.
static void assert_plain(tw_dtype dtype, tw_dtype kept, int64_t n, const double *found) {
    tw_vector_space s = {.dtype = dtype, .n = n}, t = {.dtype = kept, .n = n};
    void *v[KEPT], *other[OTHERS];
    for (int k = 0; k < KEPT; k++) v[k] = vector_of(kept, n, k);
    for (int k = 0; k < OTHERS; k++) other[k] = vector_of(dtype, n, VECTORS + k);
    const double *step = found + 2 * VECTORS + 4, *change = step + n, *d = change + n;
    const double *moved = d + n, *sums = found + 2 * VECTORS;
    double unit = dtype == TW_F32 ? 1e-6 : 1e-14, tolerance = 1e-14 * (double)(n + 10);
    double with[2 * VECTORS] = {0}, largest = 0, of_with = 0, square = 0, slope = 0;
    for (int64_t i = 0; i < n; i++) {
        double g = tw_vector_get(&s, other[0], i), before = tw_vector_get(&s, other[1], i);
        double direction = tw_vector_get(&s, other[2], i), x = tw_vector_get(&s, other[3], i);
        assert_true(step[i] == rounded(kept, STEP_FACTOR * direction));
        assert_true(change[i] == rounded(kept, CHANGE_FACTOR * (g - before)));
        double sum = -2 * g;
        for (int k = 0; k < VECTORS; k++) {
            double at = k < KEPT ? tw_vector_get(&t, v[k], i) : k == KEPT ? step[i] : change[i];
            with[k] += at * change[i];
            with[VECTORS + k] += at * g;
            sum += factors[k] * at;
        }
        assert_true(fabs(d[i] - sum) < 10 * unit && fabs(moved[i] - (x + d[i] / 2)) < unit);
        of_with += g * d[i];
        square += d[i] * d[i];
        slope += g * direction;
        largest = fmax(largest, fabs(g));
    }
    for (int k = 0; k < 2 * VECTORS; k++) assert_true(fabs(found[k] - with[k]) < 10 * tolerance);
    assert_true(fabs(sums[0] - of_with) < 1000 * tolerance);
    assert_true(fabs(sums[1] - square) < 1000 * tolerance);
    assert_true(fabs(sums[2] - slope) < tolerance && sums[3] == largest);
    for (int k = 0; k < KEPT; k++) free(v[k]);
    for (int k = 0; k < OTHERS; k++) free(other[k]);
}

static void passes_compute_what_plain_loops_do(void **state) {
    (void)state;
    static const tw_dtype types[][2] = {{TW_F32, TW_F32}, {TW_F64, TW_F64}, {TW_F64, TW_F32}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
            int count, other;
            double *once = results(types[k][0], types[k][1], sizes[i], 1, &count);
            double *again = results(types[k][0], types[k][1], sizes[i], 3, &other);
            assert_plain(types[k][0], types[k][1], sizes[i], once);
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
