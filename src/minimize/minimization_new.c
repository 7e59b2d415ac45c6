// How a minimisation is made: options checked, memory laid out, the start evaluated.
#include <inttypes.h>
#include <math.h>

#include "base/memory.h"
#include "base/random.h"
#include "minimize/solver.h"
#include "objective/objective.h"

static tw_status check_options(tw_context *context, const tw_minimize_options *options) {
    if (!(options->tolerance >= 0) || isinf(options->tolerance))
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "minimize: a tolerance of %g; 0 or a small number is needed",
                       options->tolerance);
    if (!(options->jitter >= 0) || isinf(options->jitter))
        return tw_fail(context, TW_BAD_ARGUMENT, "minimize: a jitter of %g; 0 or more is needed",
                       options->jitter);
    if (options->method == NULL || options->method[0] == '\0')
        return tw_fail(context, TW_BAD_ARGUMENT, "minimize: no method; lbfgs is a good one");
    return TW_OK;
}

static tw_status copy_bounds(tw_minimization *self, const tw_minimize_options *options) {
    int64_t n = self->space.n;
    const double *given[2] = {options->lower, options->upper};
    double **kept[2] = {&self->lower, &self->upper};
    if (given[0] == NULL && given[1] == NULL) return TW_OK;
    if (self->solver->boxed == NULL)
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "method %s: knows no bounds; lbfgs keeps to them", self->method);
    self->solver = self->solver->boxed;
    for (int k = 0; k < 2; k++) {
        *kept[k] = tw_allocate(self->context, (size_t)n, sizeof(double));
        if (*kept[k] == NULL) return TW_NO_MEMORY;
        for (int64_t i = 0; i < n; i++)
            (*kept[k])[i] = given[k] != NULL ? given[k][i] : k == 0 ? -INFINITY : INFINITY;
    }
    for (int64_t i = 0; i < n; i++) {
        bool holds_any = self->lower[i] < INFINITY && self->upper[i] > -INFINITY;
        if (holds_any && self->lower[i] <= self->upper[i]) continue;
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "minimize: bounds of variable %" PRId64 ": from %g to %g is empty", i + 1,
                       self->lower[i], self->upper[i]);
    }
    return TW_OK;
}

static tw_status make_arrays(tw_minimization *self) {
    tw_dtype dtype = self->space.dtype;
    int64_t n = self->space.n, numbers = sizeof *self->at / sizeof(double);
    void *at = NULL;
    tw_status status = tw_variables_new(self->context, &self->variables);
    if (status == TW_OK) status = tw_minimization_array(self, "numbers", TW_F64, numbers, &at);
    self->at = at;
    if (status == TW_OK) status = tw_minimization_array(self, "x0", dtype, n, &self->x[0]);
    if (status == TW_OK) status = tw_minimization_array(self, "x1", dtype, n, &self->x[1]);
    if (status == TW_OK)
        status = tw_minimization_array(self, "gradient0", dtype, n, &self->gradient[0]);
    if (status == TW_OK)
        status = tw_minimization_array(self, "gradient1", dtype, n, &self->gradient[1]);
    if (status == TW_OK) status = tw_minimization_array(self, "best", dtype, n, &self->best);
    return status;
}

static tw_status fill_start(tw_minimization *self, const void *start) {
    tw_objective_facts facts = tw_objective_describe(self->objective);
    if (start == NULL && facts.start == NULL)
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "objective %s: has no start of its own; give one", facts.name);
    void *x = tw_trial(self);
    tw_random draw = {.seed = self->options.seed, .purpose = TW_FOR_START};
    for (int64_t i = 0; i < self->space.n; i++) {
        double at = start != NULL ? tw_vector_get(&self->space, start, i) : facts.start[i];
        if (!isfinite(at))
            return tw_fail(self->context, TW_BAD_ARGUMENT,
                           "objective %s: coordinate %" PRId64 " of the start is %g", facts.name,
                           i + 1, at);
        double share = 2 * tw_random_uniform(&draw, (uint64_t)i) - 1;
        if (self->options.jitter > 0) at += self->options.jitter * share;
        if (self->lower != NULL) at = fmax(self->lower[i], fmin(self->upper[i], at));
        tw_vector_set(&self->space, x, i, at);
    }
    return TW_OK;
}

static tw_status evaluate_start(tw_minimization *self) {
    const char *name = tw_objective_describe(self->objective).name;
    double value;
    self->before = tw_objective_counts(self->objective);
    tw_status status = tw_minimization_try(self, &value);
    if (status != TW_OK) return status;
    const void *gradient = tw_trial_gradient(self);
    double largest = tw_pass_slope(&self->passes, gradient, gradient).largest;
    if (!isfinite(value))
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "objective %s: its value at the start is %s; choose a start at which it is "
                       "defined",
                       name, isnan(value) ? "not a number" : "infinite");
    if (isnan(largest))
        return tw_fail(
            self->context, TW_BAD_ARGUMENT,
            "objective %s: its gradient at the start is not finite; choose another start", name);
    if (self->lower != NULL) largest = tw_box_slope(self, tw_trial(self), gradient);
    self->at->best_value = self->at->best_norm = INFINITY;
    self->at->first_norm = largest;
    self->at->f_evals = self->at->g_evals = 1;
    tw_minimization_accept(self, value, largest, 0);
    return TW_OK;
}

static tw_status fill(tw_minimization *self, const tw_minimize_options *options,
                      const void *start) {
    tw_objective_facts facts = tw_objective_describe(self->objective);
    tw_status status = check_options(self->context, options);
    if (status == TW_OK) status = tw_solver_parse(self, options->method);
    if (status != TW_OK) return status;
    if (options->schedule != NULL && self->solver != &tw_solver_rule)
        return tw_fail(self->context, TW_BAD_ARGUMENT, "method %s: has no lr to be scheduled",
                       self->method);
    status = tw_solver_check_dimension(self->context, self->method, facts.dimension);
    self->space = self->objective->space;
    if (status == TW_OK) status = copy_bounds(self, options);
    if (status == TW_OK)
        status = tw_passes_start(&self->passes, &self->space, self->solver->vector_max);
    if (status == TW_OK) status = make_arrays(self);
    if (status == TW_OK) status = fill_start(self, start);
    return status == TW_OK ? self->solver->make(self) : status;
}

tw_status tw_minimization_make(tw_objective *objective, const tw_minimize_options *options,
                               const void *start, tw_minimization **minimization) {
    tw_context *context = objective->context;
    tw_minimize_options fallback = tw_minimize_options_default();
    *minimization = NULL;
    if (options == NULL) options = &fallback;
    tw_minimization *self = tw_allocate(context, 1, sizeof *self);
    if (self == NULL) return TW_NO_MEMORY;
    self->context = context;
    self->objective = objective;
    self->options = *options;
    self->end = TW_MINIMIZE_RUNNING;
    tw_status status = fill(self, options, start);
    if (status == TW_OK)
        *minimization = self;
    else
        tw_minimization_free(self);
    return status;
}

tw_status tw_minimization_begin(tw_minimization *minimization) {
    tw_status status = evaluate_start(minimization);
    if (status == TW_OK && minimization->solver->begin != NULL)
        minimization->solver->begin(minimization);
    return status;
}

tw_status tw_minimization_new(tw_objective *objective, const tw_minimize_options *options,
                              const void *start, tw_minimization **minimization) {
    tw_minimization *made = NULL;
    *minimization = NULL;
    tw_status status = tw_minimization_make(objective, options, start, &made);
    if (status == TW_OK)
        status = tw_minimization_note(made, options != NULL ? options->schedule : NULL, start);
    if (status == TW_OK) status = tw_minimization_begin(made);
    if (status == TW_OK)
        *minimization = made;
    else
        tw_minimization_free(made);
    return status;
}

void tw_minimization_free(tw_minimization *minimization) {
    if (minimization == NULL) return;
    if (minimization->solver != NULL && minimization->solver->end != NULL)
        minimization->solver->end(minimization);
    tw_release(minimization->memory);
    tw_release(minimization->scratch);
    tw_variables_free(minimization->variables);
    tw_passes_end(&minimization->passes);
    tw_release(minimization->lower);
    tw_release(minimization->upper);
    tw_release(minimization->method);
    tw_release(minimization->start);
    tw_release(minimization->box);
    tw_release(minimization->schedule);
    tw_release(minimization->rules);
    tw_release(minimization);
}
