// Every solver on functions written by hand: minima, what theory promises of each, clean ends.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/solver.h"
#include "minimize/trust_region.h"
#include "support/functions.h"
#include "tensor/symmetric.h"
#include "thalweg/method.h"

static const char *const solvers[] = {
    "lbfgs", "newton", "newton_cg", "bfgs", "bfgs:line_search=exact", "conjugate_gradient"};

static tw_minimize_result run(const char *method, const tw_test_function *function, int64_t n,
                              double *x) {
    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, function, n, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    options.method = method;
    tw_minimize_result result;
    tw_status status = tw_minimize(objective, &options, x, &result);
    if (status != TW_OK && status != TW_DIVERGED) fail_msg("%s", tw_context_message(context));
    assert_true(result.value == function->value(x, n, NULL));
    tw_objective_free(objective);
    tw_context_free(context);
    return result;
}

static void all_solvers_reach_minima(void **state) {
    (void)state;

    const struct {
        const tw_test_function *function;
        int64_t n;
    } cases[] = {{&tw_test_rosenbrock, 2}, {&tw_test_rosenbrock, 20}, {&tw_test_powell_singular, 8},
                 {&tw_test_wood, 4},       {&tw_test_beale, 2},       {&tw_test_quadratic, 30},
                 {&tw_test_log_barrier, 5}};

    for (size_t s = 0; s < sizeof solvers / sizeof *solvers; s++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            double *x = tw_test_start(cases[i].function, cases[i].n);
            tw_minimize_result r = run(solvers[s], cases[i].function, cases[i].n, x);
            double minimum = cases[i].function->minimum;
            if (cases[i].function == &tw_test_log_barrier) minimum *= (double)cases[i].n;
            if (r.end != TW_MINIMIZE_CONVERGED ||
                fabs(r.value - minimum) > 1e-8 * fmax(1, fabs(minimum)))
                fail_msg("%s on %s: %s, f %.10g", solvers[s], cases[i].function->name, r.reason,
                         r.value);
            free(x);
        }
}

static void newton_takes_one_iteration_on_a_quadratic(void **state) {
    (void)state;
    double *x = tw_test_start(&tw_test_quadratic, 50);
    assert_int_equal(run("newton", &tw_test_quadratic, 50, x).iterations, 1);
    free(x);
}

static void bfgs_with_exact_steps_takes_at_most_n_iterations_on_a_quadratic(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 40; n += 3) {
        double *x = tw_test_start(&tw_test_quadratic, n);
        tw_minimize_result r = run("bfgs:line_search=exact", &tw_test_quadratic, n, x);
        if (r.end != TW_MINIMIZE_CONVERGED || r.iterations > (uint64_t)n)
            fail_msg("n = %d: %d iterations, |g| %.3g", (int)n, (int)r.iterations, r.grad_norm);
        free(x);
    }
}

// x^2 - y^2 from y = 0, where the gradient never tells of y, and from the saddle itself; a floor far away.
static double bounded_saddle(const double *x, int64_t n, double *g) {
    (void)n;
    if (g != NULL) {
        g[0] = 2 * x[0];
        g[1] = -2 * x[1] + 4 * pow(x[1], 3);
    }
    return x[0] * x[0] - x[1] * x[1] + pow(x[1], 4);
}

static double bounded_start(int64_t i) {
    return i == 0 ? 1 : 0;
}

static void newton_leaves_a_saddle_of_which_the_gradient_says_nothing(void **state) {
    (void)state;
    const tw_test_function function = {"bounded_saddle", 2, -0.25, bounded_saddle, bounded_start};
    double starts[2][2] = {{1, 0}, {0, 0}};
    for (int i = 0; i < 2; i++) {
        tw_minimize_result r = run("newton", &function, 2, starts[i]);
        assert_int_equal(r.end, TW_MINIMIZE_CONVERGED);
        assert_true(fabs(r.value + 0.25) < 1e-12);
        assert_true(fabs(fabs(starts[i][1]) - sqrt(0.5)) < 1e-6);
    }
}

// Against a search over the circle: values of the model, two dimensions, all kinds of cases.
static void trust_regions_are_solved_to_the_hard_case(void **state) {
    (void)state;
    const double cases[][5] = {
        // values, g, radius
        {1, 2, 1, 1, 10},   {1, 2, 3, -4, 0.5},   {-1, 2, 1, 1, 1},  {-1, 2, 0, 1, 1}, // hard
        {-1, 2, 0, 0, 2},   {-1, 2, 1e-30, 1, 1}, {-1, -1, 0, 0, 1}, {0, 1, 0, 1, 5},
        {0, 1, 1e-3, 1, 5}, {-3, -1, 0, 5, 0.1},  {1e-9, 1, 1, 1, 3}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double *values = cases[c], *g = cases[c] + 2, radius = cases[c][4];
        double p[2], best = 0;
        tw_trust_solve(2, values, g, radius, p);
        double model =
            g[0] * p[0] + g[1] * p[1] + values[0] * p[0] * p[0] / 2 + values[1] * p[1] * p[1] / 2;
        for (int k = 0; k < 20000; k++)
            for (int r = 0; r <= 20; r++) {
                double angle = k * 2 * 3.14159265358979 / 20000, length = radius * r / 20;
                double a = length * cos(angle), b = length * sin(angle);
                double at = g[0] * a + g[1] * b + values[0] * a * a / 2 + values[1] * b * b / 2;
                best = fmin(best, at);
            }
        assert_true(hypot(p[0], p[1]) <= radius * (1 + 1e-9));
        if (!(model <= best + 1e-9 * fabs(best)))
            fail_msg("case %d: the model falls by %.12g, by %.12g elsewhere", (int)c, model, best);
    }
}

// H y = s for the newest pair, of bfgs and of lbfgs: their next direction from the gradient y is -s.
// A step that ends on the radius is the least of the model within its own length: by eigenvectors here, by
// factors there. Double wells, reflected, so that the Hessian is full and indefinite.
static void newtons_steps_to_the_edge_are_the_exact_ones(void **state) {
    (void)state;

    enum { N = 40 };

    tw_context *context = tw_test_context();
    tw_objective_options how = tw_objective_options_default();
    tw_objective *objective = NULL;
    how.dimension = N;
    assert_ok(context, tw_objective_parse(context,
                                          "sum(i, 1, n, (x[i] - 2*sum(j, 1, n, x[j])/n)^4 - "
                                          "(i - 20)/2*(x[i] - 2*sum(j, 1, n, x[j])/n)^2 + x[i])",
                                          &how, &objective));
    const char *const methods[] = {"newton:radius=0.01", "newton:radius=0.3", "newton:radius=2"};
    for (int k = 0; k < 3; k++) {
        double x[N], g[N], hessian[N * N], values[N], turned[N], p[N], value;
        for (int i = 0; i < N; i++) x[i] = sin(3.0 * i);
        assert_ok(context, tw_objective_evaluate(objective, x, &value, g));
        assert_ok(context, tw_objective_hessian(objective, x, hessian));
        assert_ok(context, tw_symmetric_eigen(context, hessian, N, true, values));
        assert_true(values[0] < 0 && values[N - 1] > 0);
        tw_minimize_options options = tw_minimize_options_default();
        options.method = methods[k];
        tw_minimization *m = NULL;
        assert_ok(context, tw_minimization_new(objective, &options, x, &m));
        assert_ok(context, tw_minimization_step(m));
        tw_minimize_point point = tw_minimization_point(m);
        assert_true(point.step > 0.0099);
        for (int i = 0; i < N; i++) turned[i] = tw_dot(hessian + i * N, g, N);
        tw_trust_solve(N, values, turned, point.step, p);
        for (int i = 0; i < N; i++) {
            double step = ((const double *)point.x)[i] - x[i], exact = 0;
            for (int j = 0; j < N; j++) exact += hessian[j * N + i] * p[j];
            assert_true(fabs(step - exact) < 1e-7 * point.step);
        }
        tw_minimization_free(m);
    }
    tw_objective_free(objective);
    tw_context_free(context);
}

static void the_inverse_maps_the_newest_change_to_its_step(void **state) {
    (void)state;

    enum { N = 6 };

    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_rosenbrock, N, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    options.method = "bfgs";
    tw_minimization *m = NULL;
    double *x = tw_test_start(&tw_test_rosenbrock, N), before[N], gradient[N];
    assert_ok(context, tw_minimization_new(objective, &options, x, &m));
    for (int step = 0; step < 10; step++) {
        memcpy(before, tw_here(m), sizeof before);
        memcpy(gradient, tw_gradient_here(m), sizeof gradient);
        assert_ok(context, tw_minimization_step(m));
        const double *h = tw_tensor_data(tw_variables_find(m->variables, "bfgs.inverse"));
        const double *now = tw_here(m), *slope = tw_gradient_here(m);
        double largest = 0;
        for (int i = 0; i < N; i++) largest = fmax(largest, fabs(now[i] - before[i]));
        for (int i = 0; i < N; i++) {
            double sum = 0;
            for (int k = 0; k < N; k++) sum += h[i * N + k] * (slope[k] - gradient[k]);
            assert_true(fabs(sum - (now[i] - before[i])) < 1e-9 * largest);
            for (int k = 0; k < N; k++) // symmetric up to rounding
                assert_true(fabs(h[i * N + k] - h[k * N + i]) <= 1e-12 * fabs(h[i * N + i]));
        }
    }
    tw_minimization_free(m);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
}

typedef struct traced {
    double theta[64][2];
} traced;

static tw_status keep_step(const tw_method_step *step, void *user) {
    memcpy(((traced *)user)->theta[step->t], step->theta, 2 * sizeof(double));
    return TW_OK;
}

// The gradients that a rule met, fed to a trace of it, give the points that it went through; nag met
// them at its look-ahead points, which the function is asked for.
static void rules_go_as_in_a_trace(void **state) {
    (void)state;

    enum { STEPS = 20 };

    const char *const rules[] = {"sgd:lr=1e-3*exp(-0.01*t)", "adam:lr=0.1",
                                 "clip_norm:c=1 | momentum"};
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        tw_context *context = tw_test_context();
        tw_objective *objective = tw_test_objective(context, &tw_test_beale, 2, TW_F64);
        tw_minimize_options options = tw_minimize_options_default();
        options.method = rules[k];
        options.max_iterations = STEPS;
        double x[2] = {1, 1}, gradients[STEPS][2], points[STEPS + 1][2];
        tw_minimization *m = NULL;
        assert_ok(context, tw_minimization_new(objective, &options, x, &m));
        for (int t = 0; t < STEPS; t++) {
            memcpy(gradients[t], tw_gradient_here(m), sizeof gradients[t]);
            assert_ok(context, tw_minimization_step(m));
            memcpy(points[t + 1], tw_here(m), sizeof points[t]);
        }
        tw_method *method = NULL;
        traced trace;
        assert_ok(context, tw_method_parse(context, rules[k], &method));
        assert_ok(context,
                  tw_method_trace(method, &(tw_method_feed){TW_F64, x, 2, gradients[0], STEPS, 1},
                                  keep_step, &trace));
        for (int t = 1; t <= STEPS; t++)
            assert_memory_equal(trace.theta[t], points[t], sizeof points[t]);
        tw_method_free(method);
        tw_minimization_free(m);
        tw_objective_free(objective);
        tw_context_free(context);
    }
}

static void a_rule_that_looks_ahead_is_fed_the_gradient_there(void **state) {
    (void)state;
    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_quadratic, 2, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    options.method = "nag:lr=1e-3,momentum=0.5";
    tw_minimization *m = NULL;
    double theta[2] = {1, 1}, v[2] = {0, 0}, weight[2] = {1, 1e3};
    assert_ok(context, tw_minimization_new(objective, &options, theta, &m));
    for (int t = 0; t < 10; t++) {
        assert_ok(context, tw_minimization_step(m));
        for (int i = 0; i < 2; i++) {
            v[i] = 0.5 * v[i] - 1e-3 * weight[i] * (theta[i] + 0.5 * v[i]);
            theta[i] += v[i];
            assert_true(fabs(((const double *)tw_here(m))[i] - theta[i]) < 1e-14);
        }
    }
    assert_int_equal(tw_minimization_result(m).counts.g_evals, 21); // the start, then two each
    tw_minimization_free(m);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void rules_that_diverge_give_back_the_best_point(void **state) {
    (void)state;
    double *x = tw_test_start(&tw_test_wood, 4);
    tw_minimize_result r = run("sgd:lr=0.01", &tw_test_wood, 4, x);
    assert_int_equal(r.end, TW_MINIMIZE_DIVERGED);
    assert_non_null(strstr(r.reason, "a smaller lr may help"));
    assert_true(r.value <= tw_test_wood.value((double[]){-3, -1, -3, -1}, 4, NULL));
    free(x);
}

static void bounds_are_kept_to(void **state) {
    (void)state;

    const struct {
        double lower[2], upper[2], x[2], value;
    } cases[] = {
        {{-INFINITY, -INFINITY}, {0.5, INFINITY}, {0.5, 0.25}, 0.25},
        {{1.5, -INFINITY}, {INFINITY, INFINITY}, {1.5, 2.25}, 0.25},
        {{-2, -2}, {2, 0.5}, {0.708559, 0.5}, 0.0853608},
        {{-2, -2}, {2, 2}, {1, 1}, 0},
        {{-1, 3}, {-1, 3}, {-1, 3}, 404},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_context *context = tw_test_context();
        tw_objective *objective = tw_test_objective(context, &tw_test_rosenbrock, 2, TW_F64);
        tw_minimize_options options = tw_minimize_options_default();
        options.lower = cases[i].lower;
        options.upper = cases[i].upper;
        double x[2] = {-1.2, 1};
        tw_minimize_result r;
        assert_ok(context, tw_minimize(objective, &options, x, &r));
        if (r.end != TW_MINIMIZE_CONVERGED || r.counts.f_evals > 80)
            fail_msg("case %d: %s, f %.10g after %d evaluations", (int)i, r.reason, r.value,
                     (int)r.counts.f_evals);
        for (int k = 0; k < 2; k++) {
            assert_true(x[k] >= cases[i].lower[k] && x[k] <= cases[i].upper[k]);
            assert_true(fabs(x[k] - cases[i].x[k]) < 1e-5);
        }
        assert_true(fabs(r.value - cases[i].value) < 1e-6);
        options.method = "newton";
        assert_int_equal(tw_minimize(objective, &options, x, &r), TW_BAD_ARGUMENT);
        assert_string_equal(tw_context_message(context),
                            "method newton:radius=0: knows no bounds; lbfgs keeps to them");
        tw_objective_free(objective);
        tw_context_free(context);
    }
}

static void budgets_and_wishes_to_stop_end_cleanly(void **state) {
    (void)state;
    const char *const methods[] = {
        "lbfgs", "bfgs",       "newton", "newton_cg", "conjugate_gradient", "gradient_descent",
        "adam",  "nag:lr=1e-6"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        tw_context *context = tw_test_context();
        tw_objective *objective = tw_test_objective(context, &tw_test_wood, 4, TW_F64);
        tw_minimize_options options = tw_minimize_options_default();
        options.method = methods[i];
        options.max_evaluations = 17;
        double *x = tw_test_start(&tw_test_wood, 4);
        tw_minimize_result r;
        assert_ok(context, tw_minimize(objective, &options, x, &r));
        assert_int_equal(r.end, TW_MINIMIZE_MAX_ITERATIONS);
        assert_non_null(strstr(r.reason, "17 evaluations"));
        assert_true(r.counts.f_evals >= 17 && tw_test_wood.value(x, 4, NULL) == r.value);
        tw_context_cancel(context);
        assert_int_equal(tw_minimize(objective, &options, x, &r), TW_INTERRUPTED);
        assert_int_equal(r.end, TW_MINIMIZE_INTERRUPTED);
        free(x);
        tw_objective_free(objective);
        tw_context_free(context);
    }
}

TW_TESTS(all_solvers_reach_minima, newton_takes_one_iteration_on_a_quadratic,
         bfgs_with_exact_steps_takes_at_most_n_iterations_on_a_quadratic,
         newtons_steps_to_the_edge_are_the_exact_ones,
         newton_leaves_a_saddle_of_which_the_gradient_says_nothing,
         trust_regions_are_solved_to_the_hard_case, the_inverse_maps_the_newest_change_to_its_step,
         rules_go_as_in_a_trace, a_rule_that_looks_ahead_is_fed_the_gradient_there,
         rules_that_diverge_give_back_the_best_point, bounds_are_kept_to,
         budgets_and_wishes_to_stop_end_cleanly)
