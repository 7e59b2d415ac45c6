// What second derivatives say, on functions whose answers are known.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "objective/objective.h"
#include "test.h"
#include "thalweg/curvature.h"

// f = sum of value(i)*x_i^2/2: eigenvalues are the values.
typedef struct bowl {
    int64_t n;
    double (*value)(int64_t i, int64_t n);
} bowl;

static tw_status bowl_evaluate(const void *at, double *value, void *gradient, void *user) {
    const bowl *b = user;
    const double *x = at;
    double *g = gradient;
    *value = 0.0;
    for (int64_t i = 0; i < b->n; i++) {
        double slope = b->value(i, b->n) * x[i];
        *value += 0.5 * slope * x[i];
        if (g != NULL) g[i] = slope;
    }
    return TW_OK;
}

static tw_status bowl_product(const void *at, const void *vector, void *product, void *user) {
    (void)at;
    const bowl *b = user;
    for (int64_t i = 0; i < b->n; i++)
        ((double *)product)[i] = b->value(i, b->n) * ((const double *)vector)[i];
    return TW_OK;
}

static double up_to_a_million(int64_t i, int64_t n) {
    return pow(1e6, (double)i / (double)(n - 1));
}

static double from_minus_five(int64_t i, int64_t n) {
    return (double)i / (double)(n - 1) * 15.0 - 5.0; // -5 .. 10
}

static tw_objective *bowl_of(tw_context *context, bowl *b) {
    tw_objective *objective = NULL;
    tw_objective_calls calls = {
        .evaluate = bowl_evaluate, .hessian_product = bowl_product, .user = b};
    assert_ok(context, tw_objective_new(context, "bowl", b->n, TW_F64, &calls, &objective));
    return objective;
}

static void the_whole_spectrum_gives_the_condition_number(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {100, up_to_a_million};
    tw_objective *objective = bowl_of(context, &b);
    double x[100] = {0};
    tw_extremes extremes;
    tw_spectrum_options options = tw_spectrum_options_default();
    options.top = 3;
    assert_ok(context, tw_curvature_extremes(objective, x, &options, &extremes));
    assert_true(extremes.whole);
    assert_true(fabs(extremes.condition / 1e6 - 1.0) < 1e-6);
    assert_true(fabs(extremes.largest[2].value / up_to_a_million(97, 100) - 1.0) < 1e-9);
    assert_true(fabs(extremes.smallest[1].value / up_to_a_million(1, 100) - 1.0) < 1e-6);
    assert_int_equal(extremes.negative_count, 0);
    assert_int_equal(extremes.zero_count, 0);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void count_products(int64_t done, int64_t most, void *user) {
    assert_true(done == *(int64_t *)user + 1 && done <= most);
    *(int64_t *)user = done;
}

static void lanczos_finds_both_ends_within_its_error_bars(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {5000, from_minus_five};
    tw_objective *objective = bowl_of(context, &b);
    double *x = calloc(5000, sizeof *x);
    tw_spectrum_options options = tw_spectrum_options_default();
    int64_t products = 0;
    options.watch = count_products;
    options.user = &products;
    tw_extremes extremes;
    for (int64_t steps = 10; steps <= 160; steps *= 2) {
        products = 0;
        options.steps = steps;
        assert_ok(context, tw_curvature_extremes(objective, x, &options, &extremes));
        assert_false(extremes.whole);
        assert_true(isnan(extremes.condition));
        // Some eigenvalue lies within the bound; they stand 0.003 apart.
        double high = extremes.largest[0].value, low = extremes.smallest[0].value;
        assert_true(high < 10.0 + 1e-9 && low > -5.0 - 1e-9);
        assert_true(extremes.largest[0].error >= 0.0 && extremes.products <= steps);
        assert_int_equal(products, extremes.products);
    }
    assert_true(fabs(extremes.largest[0].value - 10.0) < 0.01);
    assert_true(fabs(extremes.smallest[0].value + 5.0) < 0.01);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
}

// Three eigenvalues far from the others: Lanczos knows them to all digits after a few steps.
static double three_outside(int64_t i, int64_t n) {
    (void)n;
    return i < 3 ? 100.0 * (double)(i + 1) : i == 3 ? -50.0 : 1.0 + (double)i / 5000.0;
}

static void eigenvalues_that_stand_apart_are_exact(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {5000, three_outside};
    tw_objective *objective = bowl_of(context, &b);
    double *x = calloc(5000, sizeof *x);
    tw_spectrum_options options = tw_spectrum_options_default();
    options.top = 3;
    options.tolerance = 1e-9;
    tw_extremes extremes;
    assert_ok(context, tw_curvature_extremes(objective, x, &options, &extremes));
    for (int i = 0; i < 3; i++)
        assert_true(fabs(extremes.largest[i].value - 100.0 * (3 - i)) <=
                    extremes.largest[i].error + 1e-9);
    assert_true(fabs(extremes.smallest[0].value + 50.0) <= extremes.smallest[0].error + 1e-9);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
}

static double down_from_minus_one(int64_t i, int64_t n) {
    return -up_to_a_million(i, n);
}

// One eigenvalue below 0, too near to it for Lanczos to see soon.
static double one_hidden(int64_t i, int64_t n) {
    return i == 0 ? -0.5 : up_to_a_million(i, n);
}

static double one_missing(int64_t i, int64_t n) {
    return i == 0 ? 0.0 : up_to_a_million(i, n);
}

static tw_extremes by_factor(double value(int64_t i, int64_t n)) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {2100, value};
    tw_objective *objective = bowl_of(context, &b);
    double *x = calloc(2100, sizeof *x);
    tw_spectrum_options options = tw_spectrum_options_default();
    int64_t products = 0;
    options.factor_max = 2100;
    options.watch = count_products;
    options.user = &products;
    tw_extremes extremes;
    assert_ok(context, tw_curvature_extremes(objective, x, &options, &extremes));
    assert_false(extremes.whole);
    assert_int_equal(extremes.products, products);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
    return extremes;
}

static void a_factor_gives_the_condition_number_of_a_wide_spectrum(void **state) {
    (void)state;
    tw_extremes up = by_factor(up_to_a_million), down = by_factor(down_from_minus_one);
    assert_true(fabs(up.condition / 1e6 - 1.0) < 0.001 && up.condition_least <= 1e6);
    assert_true(fabs(up.smallest[0].value - 1.0) <= up.smallest[0].error);
    assert_true(fabs(down.condition / 1e6 - 1.0) < 0.001);
    assert_true(fabs(down.largest[0].value + 1.0) <= down.largest[0].error);
}

static void a_factor_finds_what_lanczos_has_not_seen(void **state) {
    (void)state;
    tw_extremes hidden = by_factor(one_hidden), missing = by_factor(one_missing);
    assert_true(isnan(hidden.condition) && isnan(hidden.condition_least));
    assert_true(fabs(hidden.smallest[0].value + 0.5) <= hidden.smallest[0].error);
    assert_true(hidden.smallest[0].error < 0.01);
    assert_true(isinf(missing.condition));
}

static void the_density_integrates_to_one_and_lies_where_the_values_are(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {3000, from_minus_five};
    tw_objective *objective = bowl_of(context, &b);
    double *x = calloc(3000, sizeof *x), grid[400], density[400];
    assert_ok(context, tw_curvature_density(objective, x, NULL, grid, density, 400));
    double step = grid[1] - grid[0], total = 0.0, negative = 0.0;
    for (int i = 0; i < 400; i++) {
        total += density[i] * step;
        if (grid[i] < 0.0) negative += density[i] * step;
    }
    assert_true(fabs(total - 1.0) < 1e-9);
    assert_true(fabs(negative - 1.0 / 3.0) < 0.03);
    free(x);
    tw_objective_free(objective);
    tw_context_free(context);
}

static double ten_billion(int64_t i, int64_t n) {
    (void)n;
    return 1e10 + 1e-6 * (double)(i % 3);
}

// On a grid whose points differ, however near the eigenvalues are.
static void the_density_of_one_value_is_a_bell(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {50, ten_billion};
    tw_objective *objective = bowl_of(context, &b);
    double x[50] = {0}, grid[101], density[101], total = 0.0;
    tw_spectrum_options options = tw_spectrum_options_default();
    options.steps = INT64_MAX / 2; // as many as there are
    assert_ok(context, tw_curvature_density(objective, x, &options, grid, density, 101));
    for (int i = 0; i < 100; i++) {
        double step = grid[i + 1] - grid[i];
        if (!(step > 0.0 && fabs(step / (grid[1] - grid[0]) - 1.0) < 1e-3))
            fail_msg("step %d: %g %g", i, step, grid[1] - grid[0]);
        total += density[i] * step;
    }
    assert_true(fabs(total - 1.0) < 1e-3);
    assert_true(grid[0] < 1e10 && 1e10 < grid[100]);
    tw_objective_free(objective);
    tw_context_free(context);
}

// ---- forecasts

static void a_forecast_is_exact_on_a_quadratic(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    bowl b = {2, from_minus_five}; // -5 and 10
    tw_objective *objective = bowl_of(context, &b);
    double x[2] = {1, 1}; // g = (-5, 10): g'g = 125, g'Hg = -125 + 1000 = 875
    tw_step_forecast forecast;
    tw_objective_point point;
    assert_ok(context, tw_objective_at(objective, x, &point));
    assert_ok(context, tw_curvature_forecast(objective, &point, 0.1, &forecast));
    assert_true(fabs(forecast.gg - 125.0) < 1e-12 && fabs(forecast.gHg - 875.0) < 1e-12);
    assert_true(fabs(forecast.predicted_change - (-12.5 + 4.375)) < 1e-12);
    assert_true(fabs(forecast.measured_change - forecast.predicted_change) < 1e-12);
    assert_true(fabs(forecast.lr_limit - 2.0 / 7.0) < 1e-12);
    assert_false(forecast.stuck);
    assert_ok(context, tw_curvature_forecast(objective, &point, 0.3, &forecast));
    assert_true(forecast.stuck && forecast.measured_change > 0.0);
    assert_int_equal(tw_curvature_forecast(objective, &point, -1, &forecast), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "forecast: a learning rate of -1; a positive number is needed");
    assert_int_equal(tw_objective_counts(objective).g_evals, 1); // for all of them
    tw_objective_point_free(&point);
    tw_objective_free(objective);
    tw_context_free(context);
}

// ---- critical points

typedef double function_of_two(double x, double y, double *gx, double *gy);

static double saddle(double x, double y, double *gx, double *gy) {
    *gx = 2 * x, *gy = -2 * y;
    return x * x - y * y;
}

static double monkey_saddle(double x, double y, double *gx, double *gy) {
    *gx = 3 * x * x - 3 * y * y, *gy = -6 * x * y;
    return x * x * x - 3 * x * y * y;
}

static double flat_minimum(double x, double y, double *gx, double *gy) {
    *gx = 4 * x * x * x, *gy = 2 * y;
    return pow(x, 4) + y * y;
}

static double flat_saddle(double x, double y, double *gx, double *gy) {
    *gx = -4 * x * x * x, *gy = 2 * y;
    return -pow(x, 4) + y * y;
}

static double peak(double x, double y, double *gx, double *gy) {
    *gx = -2 * x, *gy = -4 * y;
    return 7 - x * x - 2 * y * y;
}

static double slope(double x, double y, double *gx, double *gy) {
    *gx = 1, *gy = 2 * y;
    return x + y * y;
}

typedef struct two {
    function_of_two *function;
} two;

static tw_status two_evaluate(const void *at, double *value, void *gradient, void *user) {
    const double *x = at;
    double g[2];
    *value = ((two *)user)->function(x[0], x[1], &g[0], &g[1]);
    if (gradient != NULL) memcpy(gradient, g, sizeof g);
    return TW_OK;
}

static void critical_points_are_told_apart(void **state) {
    (void)state;

    const struct {
        function_of_two *function;
        tw_critical_point kind;
    } cases[] = {{saddle, TW_CRITICAL_SADDLE},        {monkey_saddle, TW_CRITICAL_SADDLE},
                 {flat_minimum, TW_CRITICAL_MINIMUM}, {flat_saddle, TW_CRITICAL_SADDLE},
                 {peak, TW_CRITICAL_MAXIMUM},         {slope, TW_CRITICAL_NONE}};

    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        two user = {cases[i].function};
        tw_objective_calls calls = {.evaluate = two_evaluate, .user = &user};
        tw_objective *objective = NULL;
        assert_ok(context, tw_objective_new(context, "two", 2, TW_F64, &calls, &objective));
        double x[2] = {0, 0};
        tw_extremes extremes;
        tw_critical_point kind;
        assert_ok(context, tw_curvature_extremes(objective, x, NULL, &extremes));
        tw_objective_point point;
        assert_ok(context, tw_objective_at(objective, x, &point));
        assert_ok(context, tw_curvature_classify(objective, &point, 1e-8, &extremes, &kind));
        tw_objective_point_free(&point);
        if (kind != cases[i].kind) fail_msg("case %zu: %s", i, tw_critical_point_name(kind));
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static double no_hessian(double x, double y, double *gx, double *gy) {
    *gx = x == 0 ? 0 : NAN, *gy = 2 * y;
    return y * y;
}

static void a_hessian_that_is_not_finite_is_said_so(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    two user = {no_hessian};
    tw_objective_calls calls = {.evaluate = two_evaluate, .user = &user};
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_new(context, "two", 2, TW_F64, &calls, &objective));
    tw_extremes extremes;
    assert_int_equal(tw_curvature_extremes(objective, (double[]){0, 0}, NULL, &extremes),
                     TW_DIVERGED);
    assert_string_equal(tw_context_message(context),
                        "objective two: element (0, 0) of the Hessian is nan; a place where it is "
                        "finite is needed");
    tw_objective_free(objective);
    tw_context_free(context);
}

static void a_part_that_is_not_finite_is_said_so(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    two user = {no_hessian};
    tw_objective_calls calls = {.evaluate = two_evaluate, .user = &user};
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_new(context, "two", 2, TW_F64, &calls, &objective));
    const tw_objective_part parts[] = {{"x", 0, 1}, {"y", 1, 1}, {"x", 0, 1}};
    objective->facts.part_count = 2;
    tw_objective_point point;
    tw_part_forecast forecasts[2];
    const double x[2] = {1, 1}; // the point borrows it
    assert_ok(context, tw_objective_at(objective, x, &point));
    objective->facts.parts = parts;
    assert_int_equal(tw_curvature_parts(objective, &point, forecasts), TW_DIVERGED);
    assert_string_equal(tw_context_message(context),
                        "objective two: the gradient at this point is not finite");
    objective->facts.parts = parts + 1; // the slope along y is, but not how it changes
    assert_int_equal(tw_curvature_parts(objective, &point, forecasts), TW_DIVERGED);
    assert_string_equal(tw_context_message(context),
                        "objective two: the Hessian at this point is not finite");
    tw_objective_point_free(&point);
    tw_objective_free(objective);
    tw_context_free(context);
}

TW_TESTS(the_whole_spectrum_gives_the_condition_number,
         lanczos_finds_both_ends_within_its_error_bars, eigenvalues_that_stand_apart_are_exact,
         a_factor_gives_the_condition_number_of_a_wide_spectrum,
         a_factor_finds_what_lanczos_has_not_seen,
         the_density_integrates_to_one_and_lies_where_the_values_are,
         a_forecast_is_exact_on_a_quadratic, critical_points_are_told_apart,
         a_hessian_that_is_not_finite_is_said_so, a_part_that_is_not_finite_is_said_so,
         the_density_of_one_value_is_a_bell)
