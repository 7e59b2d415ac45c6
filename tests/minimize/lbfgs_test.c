// lbfgs: reaches minima of functions written by hand, in both types and from many sizes; its bits depend
// on nothing but the problem; it ends cleanly where there is nothing to reach.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/solver.h"
#include "support/functions.h"

static tw_minimize_result minimized(tw_context *context, const tw_test_function *function,
                                    int64_t n, const tw_minimize_options *options, double *x) {
    tw_objective *objective = tw_test_objective(context, function, n, TW_F64);
    tw_minimize_result result;
    assert_ok(context, tw_minimize(objective, options, x, &result));
    double value = function->value(x, n, NULL);
    assert_true(value == result.value); // the point returned is the one told of
    assert_int_equal(result.counts.f_evals, tw_objective_counts(objective).f_evals);
    tw_objective_free(objective);
    return result;
}

static void minima_are_reached(void **state) {
    (void)state;

    const struct {
        const tw_test_function *function;
        int64_t n;
        uint64_t evaluations_max;
    } cases[] = {
        {&tw_test_rosenbrock, 2, 60},      {&tw_test_rosenbrock, 1000, 300},
        {&tw_test_powell_singular, 4, 90}, {&tw_test_wood, 4, 150},
        {&tw_test_beale, 2, 30},           {&tw_test_log_barrier, 5, 60},
        {&tw_test_quadratic, 100, 450},    {&tw_test_quadratic, 1, 10},
        {&tw_test_rosenbrock, 6000, 400},  {&tw_test_quadratic, 6000, 450},
    };

    tw_context *context = tw_test_context();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double *x = tw_test_start(cases[i].function, cases[i].n);
        tw_minimize_result result = minimized(context, cases[i].function, cases[i].n, NULL, x);
        double minimum = cases[i].function->minimum;
        if (cases[i].function == &tw_test_log_barrier) minimum *= (double)cases[i].n;
        if (result.end != TW_MINIMIZE_CONVERGED ||
            fabs(result.value - minimum) > 1e-8 * fmax(1, fabs(minimum)) ||
            result.grad_norm > 1e-8 * fmax(1, fabs(result.value)) ||
            result.counts.f_evals > cases[i].evaluations_max)
            fail_msg("%s %d: %s, f %.10g, |g| %.3g, %d iterations, %d evaluations",
                     cases[i].function->name, (int)cases[i].n, result.reason, result.value,
                     result.grad_norm, (int)result.iterations, (int)result.counts.f_evals);
        free(x);
    }
    tw_context_free(context);
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;

    enum { N = 30000 }; // many chunks, the last of them short

    double *once = NULL;
    for (int threads = 1; threads <= 3; threads++) {
        tw_context *context = tw_test_context();
        assert_ok(context, tw_context_set_threads(context, threads));
        double *x = tw_test_start(&tw_test_rosenbrock, N);
        tw_minimize_options options = tw_minimize_options_default();
        options.max_iterations = 12;
        tw_minimize_result result = minimized(context, &tw_test_rosenbrock, N, &options, x);
        assert_int_equal(result.end, TW_MINIMIZE_MAX_ITERATIONS);
        if (once == NULL) {
            once = x;
        } else {
            assert_memory_equal(once, x, N * sizeof *x);
            free(x);
        }
        tw_context_free(context);
    }
    free(once);
}

static tw_dtype type_of_pairs(int64_t n, tw_dtype dtype) {
    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_quadratic, n, dtype);
    double *x = calloc((size_t)n, sizeof *x);
    tw_minimization *m = NULL;
    assert_ok(context, tw_minimization_new(objective, NULL, x, &m));
    tw_dtype type = tw_tensor_dtype(tw_variables_find(m->variables, "lbfgs.change0"));
    assert_int_equal(tw_tensor_dtype(tw_variables_find(m->variables, "lbfgs.direction")), dtype);
    assert_int_equal(tw_tensor_dtype(tw_variables_find(m->variables, "lbfgs.step10")), type);
    tw_minimization_free(m);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
    return type;
}

static void long_problems_keep_their_pairs_in_floats(void **state) {
    (void)state;
    assert_int_equal(type_of_pairs(2047, TW_F64), TW_F64);
    assert_int_equal(type_of_pairs(2048, TW_F64), TW_F32);
    assert_int_equal(type_of_pairs(10, TW_F32), TW_F32);
    assert_int_equal(type_of_pairs(2048, TW_F32), TW_F32);
}

// Rosenbrock's function times a power of two.
typedef struct scaled {
    int64_t n;
    double factor;
} scaled;

static tw_status evaluate_scaled(const void *x, double *value, void *gradient, void *user) {
    const scaled *s = user;
    double *g = gradient;
    *value = s->factor * tw_test_rosenbrock.value(x, s->n, g);
    for (int64_t i = 0; i < s->n && g != NULL; i++) g[i] *= s->factor;
    return TW_OK;
}

// Beyond what float32 holds, too.
static void the_size_of_values_changes_no_bit_of_the_way(void **state) {
    (void)state;

    enum { N = 5000 };

    double *way[3];
    const double factors[] = {1, 0x1p300, 0x1p-10};
    tw_context *context = tw_test_context();
    for (int k = 0; k < 3; k++) {
        scaled s = {N, factors[k]};
        tw_objective_calls calls = {.evaluate = evaluate_scaled, .user = &s};
        tw_objective *objective = NULL;
        assert_ok(context, tw_objective_new(context, "scaled", N, TW_F64, &calls, &objective));
        tw_minimize_options options = tw_minimize_options_default();
        options.tolerance = 0;
        options.max_iterations = 40;
        tw_minimize_result result;
        way[k] = tw_test_start(&tw_test_rosenbrock, N);
        assert_ok(context, tw_minimize(objective, &options, way[k], &result));
        assert_int_equal(result.iterations, 40);
        tw_objective_free(objective);
    }
    for (int k = 1; k < 3; k++) assert_memory_equal(way[0], way[k], N * sizeof(double));
    for (int k = 0; k < 3; k++) free(way[k]);
    tw_context_free(context);
}

static void floats_go_as_far_as_floats_can(void **state) {
    (void)state;

    enum { N = 1000 };

    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_rosenbrock, N, TW_F32);
    float x[N];
    for (int i = 0; i < N; i++) x[i] = (float)tw_test_rosenbrock.start(i);
    tw_minimize_result result;
    tw_minimize_options options = tw_minimize_options_default();
    options.tolerance = 1e-4;
    assert_ok(context, tw_minimize(objective, &options, x, &result));
    assert_int_equal(result.end, TW_MINIMIZE_CONVERGED);
    for (int i = 0; i < N; i++) assert_true(fabs((double)x[i] - 1) < 2e-2);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void a_function_without_a_floor_diverges_in_words(void **state) {
    (void)state;
    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_saddle, 2, TW_F64);
    double x[2] = {1, 0.5};
    tw_minimize_result result;
    assert_int_equal(tw_minimize(objective, NULL, x, &result), TW_DIVERGED);
    assert_int_equal(result.end, TW_MINIMIZE_DIVERGED);
    assert_non_null(strstr(result.reason, "falls without bound"));
    assert_true(result.value < -1e10 && isfinite(result.value));
    assert_true(result.value == tw_test_saddle.value(x, 2, NULL));
    tw_objective_free(objective);
    tw_context_free(context);
}

static void what_cannot_be_asked_is_refused_in_words(void **state) {
    (void)state;

    const struct {
        const char *method, *message;
        tw_status status;
    } cases[] = {
        {"lbfsg", "method 'lbfsg': not known; did you mean lbfgs?", TW_NOT_FOUND},
        {"lbfgs:m=0", "method lbfgs: m is a whole number from 1 to 50", TW_BAD_ARGUMENT},
        {"lbfgs:n=3", "method lbfgs: no key 'n'; it has m", TW_BAD_ARGUMENT},
        {"lbfgs:m=4,m=5", "method lbfgs: m is given twice", TW_BAD_ARGUMENT},
        {"lbfgs:m=ten", "method lbfgs: m='ten' is no number", TW_BAD_ARGUMENT},
        {"", "minimize: no method; lbfgs is a good one", TW_BAD_ARGUMENT},
    };

    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_log_barrier, 1, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    tw_minimization *minimization = NULL;
    double x = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        options.method = cases[i].method;
        assert_int_equal(tw_minimization_new(objective, &options, &x, &minimization),
                         cases[i].status);
        assert_string_equal(tw_context_message(context), cases[i].message);
        assert_null(minimization);
    }
    options.method = "lbfgs:m=7";
    x = -1;
    assert_int_equal(tw_minimization_new(objective, &options, &x, &minimization), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "objective log_barrier: its value at the start is not a number; choose a "
                        "start at which it is defined");
    assert_int_equal(tw_minimization_new(objective, &options, NULL, &minimization),
                     TW_BAD_ARGUMENT);
    x = 2;
    assert_ok(context, tw_minimization_new(objective, &options, &x, &minimization));
    assert_string_equal(tw_minimization_method(minimization), "lbfgs:m=7");
    tw_minimization_free(minimization);
    tw_objective_free(objective);
    tw_context_free(context);
}

TW_TESTS(minima_are_reached, bits_do_not_depend_on_threads,
         long_problems_keep_their_pairs_in_floats, the_size_of_values_changes_no_bit_of_the_way,
         floats_go_as_far_as_floats_can, a_function_without_a_floor_diverges_in_words,
         what_cannot_be_asked_is_refused_in_words)
