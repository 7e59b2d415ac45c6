// The built-in functions: values where they start, derivatives against differences, minima.
#include "test.h"

#include <math.h>
#include <string.h>

#include "thalweg/objective.h"

enum { N_MAX = 32 };

static void assert_near(double value, double right, double tolerance, const char *what) {
    if (!(fabs(value - right) <= tolerance * fmax(1, fabs(right))))
        fail_msg("%s: %.17g instead of %.17g", what, value, right);
}

typedef struct started {
    const char *name;
    int64_t dimension;
    double value; // where it starts
} started;

// More, Garbow and Hillstrom's, computed with 40 digits by another program; the others by hand.
static const started starts[] = {
    {"rosenbrock", 2, 24.2},
    {"rosenbrock", 10, 121},
    {"beale", 2, 14.203125},
    {"helical_valley", 3, 2500},
    {"biggs_exp6", 6, 0.77907007565597045},
    {"gaussian", 3, 3.8881069911666615e-6},
    {"powell_badly_scaled", 2, 1.1352617173483784},
    {"box_3d", 3, 1031.1538106093983},
    {"variably_dimensioned", 10, 2198551.1625},
    {"watson", 6, 30},
    {"penalty_1", 4, 885.06264},
    {"penalty_2", 4, 2.3400088054630245},
    {"brown_badly_scaled", 2, 999998000003},
    {"brown_dennis", 4, 7926693.3369974324},
    {"gulf", 3, 12.110705825569488},
    {"trigonometric", 10, 0.0070757594662222023},
    {"extended_powell", 4, 215},
    {"extended_powell", 8, 430},
    {"wood", 4, 19192},
    {"chebyquad", 8, 0.038617698285930232},
    {"chained_rosenbrock", 2, 24.2},
    {"chained_rosenbrock", 3, 24.2 + 100 * 4.84},
    {"booth", 2, 104},
    {"himmelblau", 2, 170},
    {"mccormick", 2, 1},
    {"matyas", 2, 0.26 * 89 + 0.48 * 40},
    {"saddle", 2, 1 - 1e-6},
    {"monkey_saddle", 2, 0.125 - 1.5e-6},
    {"long_valley", 2, 20 + 2.16227766016837933},
    {"double_well", 1, 8. * 5 * 3 * 1 / 14 + 0.5},
    {"quadratic:condition=1000", 2, 500.5},
    {"quadratic:condition=16,rotate=1,dim=5", 5, 0.5 * (1 + 2 + 4 + 8 + 16)},
    {"styblinski_tang", 3, 0},
};

static tw_objective *open(tw_context *context, const char *name, int64_t dimension) {
    tw_objective_options options = tw_objective_options_default();
    options.dimension = dimension;
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_parse(context, name, &options, &objective));
    assert_true(tw_objective_describe(objective).dimension <= N_MAX);
    return objective;
}

static void functions_have_the_right_values_where_they_start(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        tw_objective *objective = open(context, starts[k].name, starts[k].dimension);
        tw_objective_facts facts = tw_objective_describe(objective);
        assert_int_equal(facts.dimension, starts[k].dimension);
        double value;
        assert_ok(context, tw_objective_evaluate(objective, facts.start, &value, NULL));
        double scale = starts[k].value == 0 ? 1 : fabs(starts[k].value);
        assert_near(value / scale, starts[k].value / scale, 5e-13, starts[k].name);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static void assert_derivatives(tw_context *context, tw_objective *objective, const double *at) {
    tw_objective_facts facts = tw_objective_describe(objective);
    int n = (int)facts.dimension;
    double x[N_MAX], g[N_MAX], near[4][N_MAX], hessian[N_MAX * N_MAX], value, values[4], most = 0;
    memcpy(x, at, (size_t)n * sizeof *x);
    assert_ok(context, tw_objective_evaluate(objective, x, &value, g));
    assert_ok(context, tw_objective_hessian(objective, x, hessian));
    for (int i = 0; i < n * n; i++) most = fmax(most, fabs(hessian[i]));
    for (int j = 0; j < n; j++) {
        double h = 2e-4 * fmax(fabs(at[j]), 0.5), moves[4] = {h, -h, 2 * h, -2 * h};
        for (int k = 0; k < 4; k++) {
            x[j] = at[j] + moves[k];
            assert_ok(context, tw_objective_evaluate(objective, x, &values[k], near[k]));
        }
        x[j] = at[j];
        // Differences of large values say little of small slopes.
        double noise = 1e-14 * fabs(value) / h + 1e-13 * most;
        double slope = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h);
        if (fabs(g[j] - slope) > noise) assert_near(g[j], slope, 1e-7, facts.name);
        for (int i = 0; i < n; i++) {
            double curve = (8 * (near[0][i] - near[1][i]) - (near[2][i] - near[3][i])) / (12 * h);
            assert_near(hessian[i * n + j] / most, curve / most, 1e-7, facts.name);
        }
    }
}

static void derivatives_are_those_of_the_values(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int k = 0; k < tw_objective_count(); k++) {
        tw_objective *objective = open(context, tw_objective_name_at(k), 0);
        tw_objective_facts facts = tw_objective_describe(objective);
        double x[N_MAX];
        for (int64_t i = 0; i < facts.dimension; i++)
            x[i] = facts.start[i] + 0.01 * (double)(i + 1);
        assert_derivatives(context, objective, x);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static void known_minima_are_minima(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    int count = 0;
    for (int k = 0; k < tw_objective_count(); k++) {
        tw_objective *objective = open(context, tw_objective_name_at(k), 0);
        tw_objective_facts facts = tw_objective_describe(objective);
        for (int m = 0; m < facts.minimum_count; m++) {
            const tw_known_minimum *minimum = &facts.minima[m];
            bool kink = strcmp(facts.name, "ackley") == 0;
            if (minimum->x == NULL) continue;
            double value, gradient[N_MAX];
            assert_ok(context, tw_objective_evaluate(objective, minimum->x, &value, gradient));
            assert_near(value, minimum->value, 1e-14, facts.name);
            for (int64_t i = 0; i < facts.dimension && !kink; i++)
                assert_near(gradient[i], 0, 2e-8, facts.name);
            count++;
        }
        tw_objective_free(objective);
    }
    assert_true(count >= 40);
    tw_context_free(context);
}

static void the_list_is_whole_and_in_order(void **state) {
    (void)state;
    assert_true(tw_objective_count() == 35);
    for (int k = 0; k < tw_objective_count(); k++) {
        assert_true(strlen(tw_objective_summary_at(k)) > 20);
        if (k > 0) assert_true(strcmp(tw_objective_name_at(k - 1), tw_objective_name_at(k)) < 0);
    }
}

static void every_dimension_that_is_possible_works(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char *const names[] = {
        "chebyquad", "penalty_1", "penalty_2", "trigonometric",        "levy",
        "ackley",    "rastrigin", "quadratic", "variably_dimensioned", "styblinski_tang"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        for (int64_t n = 1; n <= 4; n++) {
            tw_objective *objective = open(context, names[k], n);
            double value, gradient[N_MAX];
            assert_ok(context,
                      tw_objective_evaluate(objective, tw_objective_describe(objective).start,
                                            &value, gradient));
            assert_true(isfinite(value) && isfinite(gradient[n - 1]));
            tw_objective_free(objective);
        }
    }
    tw_context_free(context);
}

TW_TESTS(functions_have_the_right_values_where_they_start, derivatives_are_those_of_the_values,
         known_minima_are_minima, the_list_is_whole_and_in_order,
         every_dimension_that_is_possible_works)
