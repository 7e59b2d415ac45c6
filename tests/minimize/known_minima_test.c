// Every built-in function from its standard start: newton, bfgs and lbfgs reach a minimum that is known, or
// what docs/minimize.md says of it.
#include "test.h"

#include <math.h>
#include <string.h>

#include "support/functions.h"
#include "thalweg/minimize.h"

// Functions whose start leads elsewhere: the value that each method ends at, NaN where it falls for ever.
static const struct {
    const char *name;
    double newton, bfgs, lbfgs;
} elsewhere[] = {
    {"ackley", 6.559645, 4.884069, 4.884069},
    {"levy", 3.373786, 3.373786, 3.373786},
    {"rastrigin", 1.989918, 1.989918, 1.989918},
    {"chained_rosenbrock", 3.986579, 0, 0},
    {"saddle", NAN, NAN, NAN},
    {"monkey_saddle", NAN, NAN, NAN},
};

static const char *const methods[] = {"newton", "bfgs", "lbfgs"};

// Where a run is to end; false: at a known minimum.
static bool find_elsewhere(const char *name, int method, double *value) {
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (strcmp(elsewhere[i].name, name) != 0) continue;
        const double values[] = {elsewhere[i].newton, elsewhere[i].bfgs, elsewhere[i].lbfgs};
        *value = values[method];
        return true;
    }
    return false;
}

static bool is_known(const tw_objective_facts *facts, double value) {
    for (int i = 0; i < facts->minimum_count; i++) {
        double minimum = facts->minima[i].value;
        if (fabs(value - minimum) <= 1e-8 * fmax(1, fabs(minimum))) return true;
    }
    return false;
}

static void check(tw_context *context, const char *name, int method) {
    enum { DIMENSION_MAX = 64 };

    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_parse(context, name, NULL, &objective));
    tw_objective_facts facts = tw_objective_describe(objective);
    double x[DIMENSION_MAX], value = 0;
    assert_true(facts.dimension <= DIMENSION_MAX && facts.start != NULL);
    memcpy(x, facts.start, (size_t)facts.dimension * sizeof *x);
    tw_minimize_options options = tw_minimize_options_default();
    options.method = methods[method];
    tw_minimize_result result;
    tw_status status = tw_minimize(objective, &options, x, &result);
    bool other = find_elsewhere(name, method, &value), right;
    if (other && isnan(value))
        right = status == TW_DIVERGED && result.end == TW_MINIMIZE_DIVERGED;
    else
        right = status == TW_OK && result.end == TW_MINIMIZE_CONVERGED &&
                (other ? fabs(result.value - value) < 1e-5 : is_known(&facts, result.value));
    if (!right)
        fail_msg("%s on %s: f %.12g, %s: %s", methods[method], name, result.value,
                 tw_minimize_end_name(result.end), result.reason);
    tw_objective_free(objective);
}

static void known_minima_are_reached_from_the_standard_starts(void **state) {
    (void)state;
    tw_context *context = tw_test_context();
    for (int i = 0; i < tw_objective_count(); i++)
        for (int k = 0; k < 3; k++) check(context, tw_objective_name_at(i), k);
    tw_context_free(context);
}

static void newton_ends_an_ill_conditioned_quadratic_in_one_iteration(void **state) {
    (void)state;
    tw_context *context = tw_test_context();
    tw_objective_options options = tw_objective_options_default();
    options.dimension = 50;
    tw_objective *objective = NULL;
    assert_ok(context,
              tw_objective_parse(context, "quadratic:condition=1e6", &options, &objective));
    double x[50];
    memcpy(x, tw_objective_describe(objective).start, sizeof x);
    tw_minimize_options minimize = tw_minimize_options_default();
    minimize.method = "newton";
    tw_minimize_result result;
    assert_ok(context, tw_minimize(objective, &minimize, x, &result));
    assert_int_equal(result.end, TW_MINIMIZE_CONVERGED);
    assert_int_equal(result.iterations, 1);
    tw_objective_free(objective);
    tw_context_free(context);
}

TW_TESTS(known_minima_are_reached_from_the_standard_starts,
         newton_ends_an_ill_conditioned_quadratic_in_one_iteration)
