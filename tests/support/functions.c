#include "support/functions.h"

#include <math.h>
#include <stdlib.h>

#include "test.h"

static double rosenbrock(const double *x, int64_t n, double *g) {
    double f = 0;
    for (int64_t i = 0; i < n; i += 2) {
        double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
        f += a * a + 100 * b * b;
        if (g == NULL) continue;
        g[i] = -2 * a - 400 * x[i] * b;
        g[i + 1] = 200 * b;
    }
    return f;
}

// Each coordinate moved by up to 1/2, so that no two pairs are the same.
static double rosenbrock_start(int64_t i) {
    double moved = (double)(((uint64_t)i + 1) * 0x9e3779b97f4a7c15u >> 11) * 0x1p-53 - 0.5;
    return (i % 2 ? 1 : -1.2) + (i < 2 ? 0 : moved);
}

static double powell_singular(const double *x, int64_t n, double *g) {
    double f = 0;
    for (int64_t i = 0; i < n; i += 4) {
        double a = x[i] + 10 * x[i + 1], b = x[i + 2] - x[i + 3];
        double c = x[i + 1] - 2 * x[i + 2], d = x[i] - x[i + 3];
        f += a * a + 5 * b * b + pow(c, 4) + 10 * pow(d, 4);
        if (g == NULL) continue;
        g[i] = 2 * a + 40 * pow(d, 3);
        g[i + 1] = 20 * a + 4 * pow(c, 3);
        g[i + 2] = 10 * b - 8 * pow(c, 3);
        g[i + 3] = -10 * b - 40 * pow(d, 3);
    }
    return f;
}

static double powell_start(int64_t i) {
    static const double start[] = {3, -1, 0, 1};
    return start[i % 4];
}

static double wood(const double *x, int64_t n, double *g) {
    (void)n;
    double a = x[1] - x[0] * x[0], b = 1 - x[0], c = x[3] - x[2] * x[2], d = 1 - x[2];
    double e = x[1] + x[3] - 2, h = x[1] - x[3];
    if (g != NULL) {
        g[0] = -400 * x[0] * a - 2 * b;
        g[1] = 200 * a + 20 * e + 0.2 * h;
        g[2] = -360 * x[2] * c - 2 * d;
        g[3] = 180 * c + 20 * e - 0.2 * h;
    }
    return 100 * a * a + b * b + 90 * c * c + d * d + 10 * e * e + 0.1 * h * h;
}

static double wood_start(int64_t i) {
    return i % 2 ? -1 : -3;
}

static double beale(const double *x, int64_t n, double *g) {
    static const double y[] = {1.5, 2.25, 2.625};
    (void)n;
    double f = 0;
    if (g != NULL) g[0] = g[1] = 0;
    for (int i = 0; i < 3; i++) {
        double r = y[i] - x[0] * (1 - pow(x[1], i + 1));
        f += r * r;
        if (g == NULL) continue;
        g[0] -= 2 * r * (1 - pow(x[1], i + 1));
        g[1] += 2 * r * x[0] * (i + 1) * pow(x[1], i);
    }
    return f;
}

static double one(int64_t i) {
    (void)i;
    return 1;
}

// Falls for ever along y.
static double saddle(const double *x, int64_t n, double *g) {
    (void)n;
    if (g != NULL) {
        g[0] = 2 * x[0];
        g[1] = -2 * x[1];
    }
    return x[0] * x[0] - x[1] * x[1];
}

// x - log(x) each: not defined at 0 and below, which long steps reach.
static double log_barrier(const double *x, int64_t n, double *g) {
    double f = 0;
    for (int64_t i = 0; i < n; i++) {
        f += x[i] - log(x[i]);
        if (g != NULL) g[i] = 1 - 1 / x[i];
    }
    return f;
}

static double barrier_start(int64_t i) {
    return i % 2 ? 20 : 0.01;
}

// Its infimum lies at infinity.
static double falling(const double *x, int64_t n, double *g) {
    (void)n;
    if (g != NULL) g[0] = -exp(-x[0]);
    return exp(-x[0]);
}

static double weight(int64_t i, int64_t n) {
    return n > 1 ? pow(1e3, (double)i / (double)(n - 1)) : 1;
}

static double quadratic(const double *x, int64_t n, double *g) {
    double f = 0;
    for (int64_t i = 0; i < n; i++) {
        f += weight(i, n) * x[i] * x[i] / 2;
        if (g != NULL) g[i] = weight(i, n) * x[i];
    }
    return f;
}

const tw_test_function tw_test_rosenbrock = {"rosenbrock", 2, 0, rosenbrock, rosenbrock_start};
const tw_test_function tw_test_powell_singular = {"powell_singular", 4, 0, powell_singular,
                                                  powell_start};
const tw_test_function tw_test_wood = {"wood", 4, 0, wood, wood_start};
const tw_test_function tw_test_beale = {"beale", 2, 0, beale, one};
const tw_test_function tw_test_saddle = {"saddle", 2, -INFINITY, saddle, one};
const tw_test_function tw_test_log_barrier = {"log_barrier", 1, 1, log_barrier, barrier_start};
const tw_test_function tw_test_falling = {"falling", 1, 0, falling, one};
const tw_test_function tw_test_quadratic = {"quadratic", 1, 0, quadratic, one};

// ---- as objectives

typedef struct holder {
    const tw_test_function *function;
    int64_t n;
    double *wide, *slope; // for f32
} holder;

static tw_status evaluate_f64(const void *x, double *value, void *gradient, void *user) {
    const holder *h = user;
    *value = h->function->value(x, h->n, gradient);
    return TW_OK;
}

static tw_status evaluate_f32(const void *x, double *value, void *gradient, void *user) {
    const holder *h = user;
    for (int64_t i = 0; i < h->n; i++) h->wide[i] = (double)((const float *)x)[i];
    *value = h->function->value(h->wide, h->n, gradient == NULL ? NULL : h->slope);
    for (int64_t i = 0; i < h->n && gradient != NULL; i++)
        ((float *)gradient)[i] = (float)h->slope[i];
    return TW_OK;
}

static tw_status quadratic_product(const void *x, const void *vector, void *product, void *user) {
    const holder *h = user;
    (void)x;
    for (int64_t i = 0; i < h->n; i++)
        ((double *)product)[i] = weight(i, h->n) * ((const double *)vector)[i];
    return TW_OK;
}

static void release(void *user) {
    holder *h = user;
    free(h->wide);
    free(h);
}

tw_status tw_test_try_objective(tw_context *context, const tw_test_function *function,
                                int64_t dimension, tw_dtype dtype, tw_objective **objective) {
    holder *h = calloc(1, sizeof *h);
    assert_non_null(h);
    *h = (holder){.function = function, .n = dimension};
    h->wide = calloc(2 * (size_t)dimension, sizeof *h->wide);
    assert_non_null(h->wide);
    h->slope = h->wide + dimension;
    tw_objective_calls calls = {
        .evaluate = dtype == TW_F32 ? evaluate_f32 : evaluate_f64, .free = release, .user = h};
    if (function == &tw_test_quadratic && dtype == TW_F64)
        calls.hessian_product = quadratic_product;
    return tw_objective_new(context, function->name, dimension, dtype, &calls, objective);
}

tw_objective *tw_test_objective(tw_context *context, const tw_test_function *function,
                                int64_t dimension, tw_dtype dtype) {
    tw_objective *objective = NULL;
    assert_ok(context, tw_test_try_objective(context, function, dimension, dtype, &objective));
    return objective;
}

double *tw_test_start(const tw_test_function *function, int64_t n) {
    double *x = calloc((size_t)n, sizeof *x);
    assert_non_null(x);
    for (int64_t i = 0; i < n; i++) x[i] = function->start(i);
    return x;
}

tw_context *tw_test_context(void) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    return context;
}
