// Expressions as functions: values and derivatives against the same written in
// C.
#include "test.h"

#include <math.h>
#include <string.h>

#include "thalweg/objective.h"

enum { N = 6 };

static const double point[N] = {0.7, -1.3, 2.1, 0.4, -0.6, 1.9};

static tw_context *new_context(void) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    return context;
}

static tw_objective *parse(tw_context *context, const char *text, int64_t dimension) {
    tw_objective_options options = tw_objective_options_default();
    options.dimension = dimension;
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_parse(context, text, &options, &objective));
    return objective;
}

static void assert_near(double value, double right, double tolerance, const char *what) {
    double scale = fmax(1, fabs(right));
    if (!(fabs(value - right) <= tolerance * scale))
        fail_msg("%s: %.17g instead of %.17g", what, value, right);
}

// The gradient by differences of values, the Hessian by differences of
// gradients, each extrapolated from two steps, and products by the Hessian.
static void assert_derivatives(tw_context *context, tw_objective *objective, const double *at,
                               const char *what) {
    int n = (int)tw_objective_describe(objective).dimension;
    double x[16], g[16], product[16], near[4][16], hessian[256], value, values[4];
    assert_true(n <= 16);
    memcpy(x, at, (size_t)n * sizeof *x);
    assert_ok(context, tw_objective_evaluate(objective, x, &value, g));
    assert_ok(context, tw_objective_hessian(objective, x, hessian));
    for (int j = 0; j < n; j++) {
        double h = 1e-3, moves[4] = {h, -h, 2 * h, -2 * h};
        for (int k = 0; k < 4; k++) {
            x[j] = at[j] + moves[k];
            assert_ok(context, tw_objective_evaluate(objective, x, &values[k], near[k]));
        }
        x[j] = at[j];
        double slope = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h);
        assert_near(g[j], slope, 1e-7, what);
        for (int i = 0; i < n; i++) {
            double curve = (8 * (near[0][i] - near[1][i]) - (near[2][i] - near[3][i])) / (12 * h);
            assert_near(hessian[i * n + j], curve, 1e-7, what);
        }
    }
    assert_ok(context, tw_objective_hessian_product(objective, x, at, product));
    for (int i = 0; i < n; i++) {
        double right = 0;
        for (int j = 0; j < n; j++) right += hessian[i * n + j] * at[j];
        assert_near(product[i], right, 1e-12, what);
    }
}

typedef struct expression {
    const char *text;
    double (*value)(const double *x);
} expression;

static double chained(const double *x) {
    double f = 0;
    for (int i = 0; i < N - 1; i++) f += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
    return f;
}

static double ragged(const double *x) {
    double f = 0;
    for (int i = 1; i <= N; i++)
        for (int j = 1; j <= i; j++)
            for (int k = j; k <= i; k++) f += x[k - 1] * x[j - 1] * i;
    return f;
}

static double products(const double *x) {
    double f = 0;
    for (int i = 1; i <= N; i++) {
        double p = 1;
        for (int j = i; j <= N - 1; j++) p *= x[j - 1] - 1 + j;
        f += p * x[i - 1];
    }
    return f;
}

static double backwards(const double *x) {
    double f = 1;
    for (int i = 1; i <= N; i++) f *= x[N - i] + x[i / 2];
    return f;
}

static double outer_product(const double *x) {
    double f = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < 3; j++) f += x[i] * x[2 * j + 1] * exp(x[j]) * (i + 1) / (j + 1);
    return f;
}

static double powers(const double *x) {
    double f = 0;
    for (int i = 1; i <= N; i++) f += pow(x[i - 1], i - 1) / i + pow(x[0], -i) + pow(2, x[i - 1]);
    return f;
}

static double branches(const double *x) {
    double f = 0;
    for (int i = 0; i < N; i++)
        f += (x[i] > 0 && x[i] < 1 ? x[i] * x[i] : fabs(x[i])) + fmax(x[i], 0.5) * fmin(x[i], 2);
    return f;
}

static double repeated(const double *x) {
    double f = 0;
    for (int i = 1; i <= N; i++) f += i * x[1] + (N - i + 1) * sin(x[i - 1]);
    return f + pow(x[2], N) + 21 + 8 - (1 + 4 + 27);
}

static double shadowed(const double *x) {
    double f = 0;
    for (int i = 1; i <= 3; i++)
        for (int k = 1; k <= i; k++) f += x[k - 1] * k;
    return f * x[0];
}

static double many_indices(const double *x) {
    double f = 0;
    for (int a = 1; a <= 2; a++)
        for (int b = 1; b <= 2; b++)
            for (int c = 1; c <= 2; c++)
                for (int d = 1; d <= a; d++)
                    for (int e = 1; e <= 2; e++)
                        f += x[a - 1] * x[b] * x[c + 1] * x[d + 2] * x[e + 3] * (a + b * c - d * e);
    return f;
}

static const expression expressions[] = {
    {"sum(i, 1, n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)", chained},
    {"sum(i, 1, n, sum(j, 1, i, sum(k, j, i, x[k]*x[j]*i)))", ragged},
    {"sum(i, 1, n, prod(j, i, n - 1, x[j] - 1 + j)*x[i])", products},
    {"prod(i, 1, n, x[n + 1 - i] + x[floor(i/2) + 1])", backwards},
    {"sum(i, 1, n, sum(j, 1, 3, x[i]*x[2*j]*exp(x[j])*i/j))", outer_product},
    {"sum(i, 1, n, x[i]^(i - 1)/i + x1^(-i) + 2^x[i])", powers},
    {"sum(i, 1, n, where(x[i] > 0 and x[i] < 1, x[i]^2, abs(x[i])) + max(x[i], "
     "1/2)*min(x[i], 2))",
     branches},
    {"sum(i, 1, n, sum(j, 1, i, x[2]) + sum(j, i, n, sin(x[i]))) + prod(i, 1, "
     "n, x[3]) + sum(i, 1, "
     "n, sum(j, 1, i, 1)) + prod(i, 1, 3, 2) - sum(i, 1, 3, prod(j, 1, i, i))",
     repeated},
    {"sum(i, 1, 3, sum(i, 1, i, x[i]*i))*x[1]", shadowed},
    {"sum(a, 1, 2, sum(b, 1, 2, sum(c, 1, 2, sum(d, 1, a, sum(k, 1, 2, "
     "x[a]*x[b + 1]*x[c + 2]*x[d + 3]*x[k + 4]*(a + b*c - d*k))))))",
     many_indices},
};

static void an_expression_has_the_value_and_derivatives_of_its_loops(void **state) {
    (void)state;
    tw_context *context = new_context();
    for (size_t k = 0; k < sizeof expressions / sizeof *expressions; k++) {
        tw_objective *objective = parse(context, expressions[k].text, N);
        double value;
        assert_ok(context, tw_objective_evaluate(objective, point, &value, NULL));
        assert_near(value, expressions[k].value(point), 1e-13, expressions[k].text);
        assert_derivatives(context, objective, point, expressions[k].text);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static const char *const calls[] = {
    "sqrt(x + 1)",     "cbrt(x)",          "exp(x*y)",
    "expm1(x)",        "log(x + 3)",       "log1p(x^2)",
    "abs(y)^3",        "sin(x)*cos(y)",    "tan(x)",
    "tanh(x - y)",     "atan(x/y)",        "sinh(x)/cosh(y)",
    "erf(x + y)",      "sigmoid(x*3)",     "x^y + 0*x",
    "(x + y)^3/(1+x)", "clip(x*y, -9, 9)", "(x + 2)^(y + 0.5)",
    "-x^2 - -y",       "x^2.5*2^y",        "1/x^3",
    "x/y*x^0",         "(x > y)*x^2",      "(x != y or x >= 3)*y^3 + (x == 3)"};

static void every_function_that_is_allowed_has_its_derivatives(void **state) {
    (void)state;
    tw_context *context = new_context();
    for (size_t k = 0; k < sizeof calls / sizeof *calls; k++) {
        tw_objective *objective = parse(context, calls[k], 2);
        assert_derivatives(context, objective, (double[]){0.7, 1.3}, calls[k]);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static void whole_powers_and_products_have_derivatives_at_0(void **state) {
    (void)state;
    tw_context *context = new_context();
    static const char *const texts[] = {
        "sum(i, 1, n, x[i]^(i - 1)*i)", "prod(i, 1, n, x[i])", "prod(i, 1, n, x[i] - 1)",
        "sum(i, 1, n, prod(j, 1, i, x[j]))", "sum(i, 1, n, x[i]^2 + x[i]^3 + x[i]^0)"};
    static const double points[3][N] = {{0, 0, 0, 0, 0, 0}, {0, 1, 2, 0, 3, 4}, {1, 2, 0, 1, 1, 1}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        for (int p = 0; p < 3; p++) {
            tw_objective *objective = parse(context, texts[k], N);
            assert_derivatives(context, objective, points[p], texts[k]);
            tw_objective_free(objective);
        }
    }
    tw_context_free(context);
}

static void variables_are_named_in_four_ways(void **state) {
    (void)state;
    tw_context *context = new_context();

    static const struct {
        const char *text, *variables;
        int64_t dimension;
    } cases[] = {{"x + 10*y + 100*z + 1000*w", NULL, 4},
                 {"x1 + 10*x2 + 100*x3 + 1000*x4", NULL, 4},
                 {"x[1] + 10*x[2] + 100*x[3] + 1000*x4", NULL, 4},
                 {"a + 10*bc + 100*d_1 + 1000*y", "a, bc,d_1,y", 4}};

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        tw_objective_options options = tw_objective_options_default();
        options.variables = cases[k].variables;
        tw_objective *objective = NULL;
        if (k == 2) options.start_count = 4;
        assert_ok(context, tw_objective_parse(context, cases[k].text, &options, &objective));
        assert_int_equal(tw_objective_describe(objective).dimension, 4);
        double value;
        assert_ok(context, tw_objective_evaluate(objective, (double[]){1, 2, 3, 4}, &value, NULL));
        assert_true(value == 4321);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static void narrow_numbers_are_possible(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_objective_options options = tw_objective_options_default();
    options.dtype = TW_F32;
    options.dimension = N;
    tw_objective *narrow = NULL;
    assert_ok(context, tw_objective_parse(context, expressions[0].text, &options, &narrow));
    float x[N], gradient[N];
    double value, hessian[N * N], right[N], exact, exact_hessian[N * N];
    for (int i = 0; i < N; i++) x[i] = (float)point[i];
    assert_ok(context, tw_objective_evaluate(narrow, x, &value, gradient));
    assert_ok(context, tw_objective_hessian(narrow, x, hessian));
    tw_objective *wide = parse(context, expressions[0].text, N);
    assert_ok(context, tw_objective_evaluate(wide, point, &exact, right));
    assert_ok(context, tw_objective_hessian(wide, point, exact_hessian));
    assert_near(value, exact, 1e-6, "value");
    for (int i = 0; i < N; i++) assert_near((double)gradient[i], right[i], 1e-5, "gradient");
    for (int i = 0; i < N * N; i++) assert_near(hessian[i], exact_hessian[i], 1e-5, "hessian");
    tw_objective_free(narrow);
    tw_objective_free(wide);
    tw_context_free(context);
}

static void evaluations_are_counted_and_a_whole_hessian_is_one(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_objective *objective = parse(context, "x*y", 2);
    double value, gradient[2], hessian[4];
    tw_objective_evaluate(objective, point, &value, NULL);
    tw_objective_evaluate(objective, point, &value, gradient);
    tw_objective_hessian(objective, point, hessian);
    tw_evaluation_counts counts = tw_objective_counts(objective);
    assert_true(counts.f_evals == 2 && counts.g_evals == 1 && counts.h_evals == 1);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void outside_of_its_domain_a_function_is_no_number(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_objective *objective = parse(context, "log(x)", 0);
    double value;
    assert_ok(context, tw_objective_evaluate(objective, (double[]){-1}, &value, NULL));
    assert_true(isnan(value));
    tw_objective_free(objective);
    tw_context_free(context);
}

enum { MANY = 200000 };

static double chained_many(const double *x) {
    double f = 0;
    for (int i = 0; i < MANY - 1; i++) f += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
    return f;
}

static double strided_many(const double *x) {
    double f = 0;
    for (int i = 0; i < MANY; i += 4) f += pow(x[i + 3] * x[i], 2) + x[i + 1] * x[i + 3];
    return f;
}

static double ragged_many(const double *x) {
    double f = 0;
    for (int i = 0; i < MANY - 2; i++) f += pow(x[i] + x[i + 1] + (i >= 5 ? x[i + 2] : 0), 2);
    return f;
}

static const expression many[] = {
    {"sum(i, 1, n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)", chained_many},
    {"sum(i, 1, n/4, (x[4*i]*x[4*i-3])^2 + x[4*i-2]*x[4*i])", strided_many},
    {"sum(i, 1, n-2, sum(j, i, i + 1 + (i > 5), x[j])^2)", ragged_many},
};

// The graph has as many nodes for a million variables as for ten, and the same
// bits on any number of threads. The gradient is seen along one direction.
static void a_sum_over_many_is_not_unrolled(void **state) {
    (void)state;
    double *x = test_calloc(MANY, sizeof *x), *gradient = test_calloc(MANY, sizeof *x);
    for (size_t k = 0; k < sizeof many / sizeof *many; k++) {
        double values[2], slopes[2] = {0, 0};
        for (int i = 0; i < MANY; i++) x[i] = sin((double)i);
        for (int threads = 1; threads <= 2; threads++) {
            tw_context *context = new_context();
            assert_ok(context, tw_context_set_threads(context, threads));
            tw_objective *objective = parse(context, many[k].text, MANY);
            assert_true(tw_context_memory(context).allocation_count < 2000);
            assert_ok(context, tw_objective_evaluate(objective, x, &values[threads - 1], gradient));
            for (int i = 0; i < MANY; i++) slopes[threads - 1] += gradient[i] * cos((double)i);
            tw_objective_free(objective);
            tw_context_free(context);
        }
        assert_near(values[0], many[k].value(x), 1e-12, many[k].text);
        double h = 1e-4, near[2];
        for (int side = 0; side < 2; side++) {
            double move = side == 0 ? h : -h;
            for (int i = 0; i < MANY; i++) x[i] = sin((double)i) + move * cos((double)i);
            near[side] = many[k].value(x);
        }
        assert_near(slopes[0], (near[0] - near[1]) / (2 * h), 1e-5, many[k].text);
        assert_true(values[0] == values[1] && slopes[0] == slopes[1]);
    }
    test_free(x);
    test_free(gradient);
}

TW_TESTS(an_expression_has_the_value_and_derivatives_of_its_loops,
         every_function_that_is_allowed_has_its_derivatives,
         whole_powers_and_products_have_derivatives_at_0, variables_are_named_in_four_ways,
         narrow_numbers_are_possible, evaluations_are_counted_and_a_whole_hessian_is_one,
         outside_of_its_domain_a_function_is_no_number, a_sum_over_many_is_not_unrolled)
