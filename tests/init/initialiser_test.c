// Initialisers: their moments within bounds that a fixed seed meets and a wrong formula does not, their
// exact limits and structure, and that a draw depends on nothing but seed, stream and element.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thalweg/init.h"

#define SHAPE(...)                                                                                 \
    ((tw_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static tw_tensor *filled(const char *text, tw_dtype dtype, tw_shape shape, uint64_t seed,
                         uint32_t stream) {
    tw_initialiser *initialiser = NULL;
    tw_tensor *tensor = NULL;
    assert_ok(context, tw_initialiser_parse(context, text, &initialiser));
    assert_ok(context, tw_tensor_new(context, dtype, &shape, &tensor));
    assert_ok(context, tw_initialiser_fill(context, initialiser, tensor, seed, stream));
    tw_initialiser_free(initialiser);
    return tensor;
}

typedef struct moments {
    double mean, variance, kurtosis, least, most;
} moments;

static moments moments_of(const tw_tensor *tensor) {
    int64_t count = tw_tensor_elements(tensor);
    moments m = {.least = INFINITY, .most = -INFINITY};
    for (int64_t i = 0; i < count; i++) {
        double w = tw_tensor_get(tensor, i);
        m.mean += w / (double)count;
        m.least = fmin(m.least, w);
        m.most = fmax(m.most, w);
    }
    double fourth = 0.0;
    for (int64_t i = 0; i < count; i++) {
        double d = tw_tensor_get(tensor, i) - m.mean;
        m.variance += d * d / (double)count;
        fourth += d * d * d * d / (double)count;
    }
    m.kurtosis = fourth / (m.variance * m.variance);
    return m;
}

// ---- moments

typedef struct expected {
    const char *text;
    double mean, deviation, kurtosis;
} expected;

// Of a weight [300, 200]. The variance of a normal cut at two deviations is 0.773741, its kurtosis
// 2.3655 (Johnson, Kotz and Balakrishnan, 1994, section 13.10).
static const expected table[] = {
    {"gaussian", 0.0, 0.01, 3.0},
    {"gaussian:std=2,mean=-1", -1.0, 2.0, 3.0},
    {"uniform", 0.0, 0.1 / 3.4641016151377544, 1.8},
    {"uniform:low=1,high=4", 2.5, 3.0 / 3.4641016151377544, 1.8},
    {"xavier_uniform", 0.0, 0.0632455532033676, 1.8}, // sqrt(2/500)
    {"xavier_normal", 0.0, 0.0632455532033676, 3.0},
    {"xavier_normal:gain=3", 0.0, 3 * 0.0632455532033676, 3.0},
    {"he", 0.0, 0.0816496580927726, 3.0},    // sqrt(2/300)
    {"lecun", 0.0, 0.0577350269189626, 3.0}, // sqrt(1/300)
    {"truncated_gaussian:std=1", 0.0, 0.8796256610342398, 2.3655},
    {"truncated_gaussian:std=0.5,mean=3", 3.0, 0.5 * 0.8796256610342398, 2.3655},
};

static void drawn_weights_have_the_moments_of_their_formula(void **state) {
    (void)state;
    start();
    const double count = 300 * 200;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const expected *want = &table[i];
        tw_tensor *w = filled(want->text, TW_F64, SHAPE(300, 200), 1, 0);
        moments m = moments_of(w);
        double z_mean = (m.mean - want->mean) / (want->deviation / sqrt(count));
        double ratio = sqrt(m.variance) / want->deviation;
        // five standard errors of each
        double ratio_error = sqrt((want->kurtosis - 1.0) / count) / 2.0;
        if (fabs(z_mean) > 5.0 || fabs(ratio - 1.0) > 5.0 * ratio_error ||
            fabs(m.kurtosis - want->kurtosis) > 0.1) {
            fail_msg("%s: mean %g, deviation %g, kurtosis %g", want->text, m.mean, sqrt(m.variance),
                     m.kurtosis);
        }
        tw_tensor_free(w);
    }
    stop();
}

static void xavier_uniform_reaches_its_limit_and_not_beyond(void **state) {
    (void)state;
    start();
    tw_tensor *w = filled("xavier_uniform", TW_F64, SHAPE(400, 200), 3, 1);
    moments m = moments_of(w);
    const double limit = sqrt(6.0 / 600.0);
    assert_true(m.most < limit && m.least > -limit);
    assert_true(m.most > limit * (1 - 1e-3) && m.least < -limit * (1 - 1e-3));
    tw_tensor_free(w);
    w = filled("xavier_uniform:gain=2", TW_F64, SHAPE(400, 200), 3, 1);
    moments twice = moments_of(w);
    assert_true(fabs(twice.most - 2 * m.most) < 1e-12); // the same draws, scaled
    tw_tensor_free(w);
    stop();
}

static void truncated_draws_lie_within_two_deviations_in_both_types(void **state) {
    (void)state;
    start();
    for (int t = 0; t < 2; t++) {
        tw_tensor *w = filled("truncated_gaussian:std=0.5,mean=1", t == 0 ? TW_F32 : TW_F64,
                              SHAPE(301, 101), 4, 2);
        moments m = moments_of(w);
        assert_true(m.least >= 0.0 && m.most <= 2.0);
        assert_true(m.least < 0.01 && m.most > 1.99); // and they reach there
        tw_tensor_free(w);
    }
    stop();
}

// ---- structure

static void constants_fill_every_element(void **state) {
    (void)state;
    start();
    tw_tensor *b = filled("constant:value=0.1", TW_F32, SHAPE(7), 1, 0);
    for (int i = 0; i < 7; i++) assert_true(tw_tensor_get(b, i) == (double)0.1f);
    tw_tensor_free(b);
    b = filled("constant", TW_F64, SHAPE(2, 3), 1, 0);
    for (int i = 0; i < 6; i++) assert_true(tw_tensor_get(b, i) == 0.0);
    tw_tensor_free(b);
    stop();
}

static void identity_copies_inputs_tall_and_wide(void **state) {
    (void)state;
    start();
    static const int64_t sizes[][2] = {{4, 4}, {5, 3}, {3, 5}, {1, 1}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int64_t m = sizes[k][0], n = sizes[k][1];
        tw_tensor *w = filled("identity:gain=0.5", TW_F64, SHAPE(m, n), 1, 0);
        for (int64_t i = 0; i < m * n; i++)
            assert_true(tw_tensor_get(w, i) == (i / n == i % n ? 0.5 : 0.0));
        tw_tensor_free(w);
    }
    stop();
}

// Element of Q'Q (columns) or QQ' (rows) where Q is [m, n], row-major.
static double product_at(const tw_tensor *q, int64_t m, int64_t n, bool columns, int64_t a,
                         int64_t b) {
    double sum = 0.0;
    for (int64_t k = 0; k < (columns ? m : n); k++) {
        int64_t x = columns ? k * n + a : a * n + k, y = columns ? k * n + b : b * n + k;
        sum += tw_tensor_get(q, x) * tw_tensor_get(q, y);
    }
    return sum;
}

static void assert_orthogonal(tw_dtype dtype, int64_t m, int64_t n, double gain) {
    char text[64];
    snprintf(text, sizeof text, "orthogonal:gain=%g", gain);
    tw_tensor *q = filled(text, dtype, SHAPE(m, n), 5, 0);
    bool columns = m >= n;
    int64_t count = columns ? n : m;
    for (int64_t a = 0; a < count; a++) {
        for (int64_t b = 0; b < count; b++) {
            double want = a == b ? gain * gain : 0.0;
            double got = product_at(q, m, n, columns, a, b);
            double tolerance = dtype == TW_F32 ? 1e-6 : 1e-13;
            if (fabs(got - want) > tolerance * fmax(1.0, gain * gain))
                fail_msg("[%d, %d]: element %d, %d of Q'Q is %.9g", (int)m, (int)n, (int)a, (int)b,
                         got);
        }
    }
    tw_tensor_free(q);
}

static void orthogonal_matrices_are_orthogonal_square_tall_and_wide(void **state) {
    (void)state;
    start();
    static const int64_t sizes[][2] = {{1, 1},   {2, 2}, {33, 33}, {70, 40},
                                       {40, 70}, {1, 9}, {9, 1}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        assert_orthogonal(TW_F64, sizes[k][0], sizes[k][1], 1.0);
        assert_orthogonal(TW_F32, sizes[k][0], sizes[k][1], 1.5);
    }
    stop();
}

// Without the signs of R's diagonal, a factorisation by reflections leaves the first element of Q
// negative about always: then Q is not uniform over the rotations.
static void orthogonal_matrices_turn_either_way(void **state) {
    (void)state;
    start();
    int positive = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        tw_tensor *q = filled("orthogonal", TW_F64, SHAPE(3, 3), seed, 0);
        positive += tw_tensor_get(q, 0) > 0.0;
        tw_tensor_free(q);
    }
    assert_true(positive > 150 && positive < 250); // 200 with a deviation of 10
    stop();
}

static int non_zeros(const tw_tensor *w, int64_t inputs, int64_t units, int64_t unit) {
    int count = 0;
    for (int64_t i = 0; i < inputs; i++) count += tw_tensor_get(w, i * units + unit) != 0.0;
    return count;
}

static void sparse_units_have_exactly_k_inputs(void **state) {
    (void)state;
    start();
    tw_tensor *w = filled("sparse", TW_F64, SHAPE(100, 50), 6, 0);
    int differs = 0, sums[100] = {0};
    for (int64_t u = 0; u < 50; u++) {
        assert_int_equal(non_zeros(w, 100, 50, u), 15);
        for (int64_t i = 0; i < 100; i++) {
            bool here = tw_tensor_get(w, i * 50 + u) != 0.0;
            sums[i] += here;
            differs += here != (tw_tensor_get(w, i * 50) != 0.0);
        }
    }
    assert_true(differs > 0); // not the same inputs for all
    for (int i = 0; i < 100; i++) assert_true(sums[i] > 0 && sums[i] < 20); // 7.5 each on average
    tw_tensor_free(w);
    stop();
}

static void sparse_of_few_inputs_takes_them_all(void **state) {
    (void)state;
    start();
    tw_tensor *w = filled("sparse:k=15,std=2", TW_F64, SHAPE(10, 400), 6, 0);
    for (int64_t u = 0; u < 400; u++) assert_int_equal(non_zeros(w, 10, 400, u), 10);
    double deviation = sqrt(moments_of(w).variance);
    assert_true(fabs(deviation - 2.0) < 0.12); // five standard errors of 4000 normals
    tw_tensor_free(w);
    w = filled("sparse:k=1", TW_F32, SHAPE(3, 4), 6, 0);
    for (int64_t u = 0; u < 4; u++) assert_int_equal(non_zeros(w, 3, 4, u), 1);
    tw_tensor_free(w);
    stop();
}

static void fans_are_the_first_and_the_last_axis(void **state) {
    (void)state;
    start();
    tw_tensor *w = filled("lecun", TW_F64, SHAPE(400, 100), 7, 0);
    tw_tensor *other = filled("lecun", TW_F64, SHAPE(100, 400), 7, 0);
    double ratio = sqrt(moments_of(other).variance / moments_of(w).variance);
    assert_true(fabs(ratio - 2.0) < 1e-9); // the same draws
    tw_tensor_free(w);
    tw_tensor_free(other);
    stop();
}

// ---- what a draw depends on

static bool same(const tw_tensor *a, const tw_tensor *b) {
    size_t bytes = (size_t)tw_tensor_elements(a) * tw_dtype_size(tw_tensor_dtype(a));
    return memcmp(tw_tensor_data(a), tw_tensor_data(b), bytes) == 0;
}

static const char *const drawn[] = {"gaussian",      "uniform",    "xavier_uniform",
                                    "xavier_normal", "he",         "lecun",
                                    "sparse",        "orthogonal", "truncated_gaussian"};

static void the_same_seed_and_stream_give_the_same_bits(void **state) {
    (void)state;
    start();
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        assert_ok(context, tw_context_set_threads(context, 1));
        tw_tensor *a = filled(drawn[i], TW_F32, SHAPE(40, 30), 8, 1);
        assert_ok(context, tw_context_set_threads(context, 4));
        tw_tensor *b = filled(drawn[i], TW_F32, SHAPE(40, 30), 8, 1);
        tw_tensor *seed = filled(drawn[i], TW_F32, SHAPE(40, 30), 9, 1);
        tw_tensor *stream = filled(drawn[i], TW_F32, SHAPE(40, 30), 8, 2);
        assert_true(same(a, b));
        assert_false(same(a, seed) || same(a, stream) || same(seed, stream));
        tw_tensor_free(a);
        tw_tensor_free(b);
        tw_tensor_free(seed);
        tw_tensor_free(stream);
    }
    stop();
}

static void orthogonal_bits_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    start();
    tw_tensor *q[4];
    for (int threads = 1; threads <= 4; threads++) {
        assert_ok(context, tw_context_set_threads(context, threads));
        q[threads - 1] = filled("orthogonal", TW_F64, SHAPE(160, 90), 8, 1);
        assert_true(same(q[0], q[threads - 1]));
    }
    for (int i = 0; i < 4; i++) tw_tensor_free(q[i]);
    stop();
}

static void draws_of_two_streams_are_uncorrelated(void **state) {
    (void)state;
    start();
    const int64_t count = 40000;
    tw_tensor *w[5];
    for (uint32_t k = 0; k < 4; k++)
        w[k] = filled("gaussian:std=1", TW_F64, SHAPE(200, 200), 10, k);
    w[4] = filled("gaussian:std=1", TW_F64, SHAPE(200, 200), 11, 0);
    for (int a = 0; a < 5; a++) {
        for (int b = a; b < 5; b++) {
            for (int64_t lag = a == b ? 1 : 0; lag < 4; lag++) {
                double sum = 0.0;
                for (int64_t i = 0; i < count - lag; i++)
                    sum += tw_tensor_get(w[a], i) * tw_tensor_get(w[b], i + lag);
                assert_true(fabs(sum) < 5.0 * sqrt((double)count));
            }
        }
    }
    for (int k = 0; k < 5; k++) tw_tensor_free(w[k]);
    stop();
}

static void an_empty_tensor_is_filled_with_nothing(void **state) {
    (void)state;
    start();
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        tw_tensor_free(filled(drawn[i], TW_F32, SHAPE(0, 4), 1, 0));
    stop();
}

TW_TESTS(drawn_weights_have_the_moments_of_their_formula,
         xavier_uniform_reaches_its_limit_and_not_beyond,
         truncated_draws_lie_within_two_deviations_in_both_types, constants_fill_every_element,
         identity_copies_inputs_tall_and_wide,
         orthogonal_matrices_are_orthogonal_square_tall_and_wide,
         orthogonal_matrices_turn_either_way, sparse_units_have_exactly_k_inputs,
         sparse_of_few_inputs_takes_them_all, fans_are_the_first_and_the_last_axis,
         the_same_seed_and_stream_give_the_same_bits,
         orthogonal_bits_do_not_depend_on_the_number_of_threads,
         draws_of_two_streams_are_uncorrelated, an_empty_tensor_is_filled_with_nothing)
