// A minimisation: where it is, the best it saw, and when it ends.
#include "minimize/solver.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "objective/objective.h"

tw_minimize_options tw_minimize_options_default(void) {
    return (tw_minimize_options){
        .method = "lbfgs", .tolerance = 1e-8, .max_iterations = 10000, .seed = 1};
}

const char *tw_minimize_end_name(tw_minimize_end end) {
    static const char *const names[] = {
        [TW_MINIMIZE_CONVERGED] = "converged",
        [TW_MINIMIZE_MAX_ITERATIONS] = "max_iterations",
        [TW_MINIMIZE_DIVERGED] = "diverged",
        [TW_MINIMIZE_LINE_SEARCH_FAILED] = "line_search_failed",
        [TW_MINIMIZE_INTERRUPTED] = "interrupted",
        [TW_MINIMIZE_RUNNING] = "running",
    };
    return (size_t)end < sizeof names / sizeof *names ? names[end] : "unknown";
}

// ---- for solvers

tw_status tw_minimization_array(tw_minimization *minimization, const char *name, tw_dtype dtype,
                                int64_t count, void **elements) {
    tw_shape shape = {1, {count}};
    tw_tensor *tensor = NULL;
    tw_status status = tw_variables_have(minimization->variables, name, dtype, &shape, &tensor);
    if (status == TW_OK) *elements = tw_tensor_data(tensor);
    return status;
}

void tw_minimization_copy(const tw_minimization *minimization, void *to, const void *from) {
    memcpy(to, from, (size_t)minimization->space.n * tw_dtype_size(minimization->space.dtype));
}

double tw_minimization_epsilon(const tw_minimization *minimization) {
    return minimization->space.dtype == TW_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
}

static void count_evaluations(tw_minimization *self) {
    tw_evaluation_counts now = tw_objective_counts(self->objective);
    self->at->f_evals = (double)(now.f_evals - self->before.f_evals);
    self->at->g_evals = (double)(now.g_evals - self->before.g_evals);
    self->at->h_evals = (double)(now.h_evals - self->before.h_evals);
}

tw_status tw_minimization_finish(tw_minimization *minimization, tw_minimize_end end,
                                 const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(minimization->reason, sizeof minimization->reason, format, list);
    va_end(list);
    minimization->end = end;
    return TW_OK;
}

tw_status tw_minimization_try(tw_minimization *minimization, double *value) {
    uint64_t most = minimization->options.max_evaluations;
    count_evaluations(minimization);
    if (most > 0 && minimization->at->f_evals >= (double)most) {
        tw_minimization_finish(minimization, TW_MINIMIZE_MAX_ITERATIONS,
                               "the budget of %" PRIu64 " evaluations is used up; |g| is %.3g",
                               most, minimization->at->grad_norm);
        return TW_INTERRUPTED;
    }
    return tw_objective_evaluate(minimization->objective, tw_trial(minimization), value,
                                 tw_trial_gradient(minimization));
}

// A lower value, or one that rounding cannot tell from it and a smaller gradient.
static bool is_better(const tw_minimization *self, double value, double slope) {
    double best = self->at->best_value;
    double noise = 4 * tw_minimization_epsilon(self) * fabs(best);
    if (fabs(value - best) <= noise) return slope < self->at->best_norm;
    return value < best;
}

void tw_minimization_reject(tw_minimization *minimization, double value, double largest_slope) {
    tw_minimize_numbers *at = minimization->at;
    if (!isfinite(value) || !isfinite(largest_slope)) return;
    if (!is_better(minimization, value, largest_slope)) return;
    tw_minimization_copy(minimization, minimization->best, tw_trial(minimization));
    at->best_is_here = 0;
    at->best_value = value;
    at->best_norm = largest_slope;
}

static double allowed_slope(const tw_minimization *self) {
    return self->options.tolerance * fmax(1, fabs(self->at->value));
}

// Only the best point seen is an end: a method that went by a lower one has to find its way back. And a
// gradient above the start's is none, however far a function without a floor has fallen.
static void end_if_converged(tw_minimization *self) {
    double allowed = allowed_slope(self), norm = self->at->grad_norm;
    if (!(norm <= allowed) || self->at->best_is_here == 0) return;
    if (norm > self->options.tolerance && norm > self->at->first_norm) return;
    tw_minimization_finish(self, TW_MINIMIZE_CONVERGED,
                           "the largest component of the gradient is %.3g, at most %.3g allowed",
                           self->at->grad_norm, allowed);
}

void tw_minimization_accept(tw_minimization *minimization, double value, double largest_slope,
                            double step) {
    tw_minimize_numbers *at = minimization->at;
    bool better = is_better(minimization, value, largest_slope);
    if (!better && at->best_is_here != 0) {
        tw_minimization_copy(minimization, minimization->best, tw_here(minimization));
        at->best_is_here = 0;
    }
    at->which = 1 - at->which;
    at->value = value;
    at->grad_norm = largest_slope;
    at->step = step;
    if (better) {
        at->best_is_here = 1;
        at->best_value = value;
        at->best_norm = largest_slope;
    }
    end_if_converged(minimization);
}

bool tw_minimization_is_exhausted(const tw_minimization *minimization, double slope) {
    double noise = tw_minimization_epsilon(minimization) * fabs(minimization->at->value);
    return fabs(slope) <= 1e3 * noise || minimization->at->grad_norm <= 1e3 * noise;
}

// ---- making one

static tw_status check_options(tw_context *context, const tw_minimize_options *options) {
    if (!(options->tolerance >= 0) || isinf(options->tolerance))
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "minimize: a tolerance of %g; 0 or a small number is needed",
                       options->tolerance);
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
        if (self->lower[i] <= self->upper[i]) continue;
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "minimize: bounds of coordinate %" PRId64 ": from %g to %g is empty", i,
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
    for (int64_t i = 0; i < self->space.n; i++) {
        double at = start != NULL ? tw_vector_get(&self->space, start, i) : facts.start[i];
        if (!isfinite(at))
            return tw_fail(self->context, TW_BAD_ARGUMENT,
                           "objective %s: coordinate %" PRId64 " of the start is %g", facts.name, i,
                           at);
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
        return tw_fail(self->context, TW_DIVERGED,
                       "objective %s: its value at the start is %s; choose a start at which it is "
                       "defined",
                       name, isnan(value) ? "not a number" : "infinite");
    if (isnan(largest))
        return tw_fail(
            self->context, TW_DIVERGED,
            "objective %s: its gradient at the start is not finite; choose another start", name);
    if (self->lower != NULL) largest = tw_box_slope(self, tw_trial(self), gradient);
    self->at->best_value = self->at->best_norm = INFINITY;
    self->at->first_norm = largest;
    tw_minimization_accept(self, value, largest, 0);
    return TW_OK;
}

static tw_status fill(tw_minimization *self, const tw_minimize_options *options,
                      const void *start) {
    tw_objective_facts facts = tw_objective_describe(self->objective);
    tw_status status = check_options(self->context, options);
    if (status == TW_OK) status = tw_solver_parse(self, options->method);
    if (status != TW_OK) return status;
    if (self->solver->dimension_max > 0 && facts.dimension > self->solver->dimension_max)
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "method %s: its matrix would be %" PRId64 " wide; at most %" PRId64
                       ": take lbfgs or newton_cg",
                       self->method, facts.dimension, self->solver->dimension_max);
    self->space = self->objective->space;
    status = copy_bounds(self, options);
    if (status == TW_OK)
        status = tw_passes_start(&self->passes, &self->space, self->solver->vector_max);
    if (status == TW_OK) status = make_arrays(self);
    if (status == TW_OK) status = fill_start(self, start);
    if (status == TW_OK) status = evaluate_start(self);
    if (status == TW_OK) status = self->solver->start(self);
    return status;
}

tw_status tw_minimization_new(tw_objective *objective, const tw_minimize_options *options,
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

void tw_minimization_free(tw_minimization *minimization) {
    if (minimization == NULL) return;
    if (minimization->solver != NULL && minimization->solver->end != NULL)
        minimization->solver->end(minimization);
    tw_release(minimization->memory);
    tw_variables_free(minimization->variables);
    tw_passes_end(&minimization->passes);
    tw_release(minimization->lower);
    tw_release(minimization->upper);
    tw_release(minimization->method);
    tw_release(minimization);
}

// ---- running

tw_status tw_minimization_step(tw_minimization *minimization) {
    if (minimization->end == TW_MINIMIZE_INTERRUPTED) minimization->end = TW_MINIMIZE_RUNNING;
    if (minimization->end != TW_MINIMIZE_RUNNING) return TW_OK;
    tw_minimize_numbers *at = minimization->at;
    if (at->iteration >= (double)minimization->options.max_iterations)
        return tw_minimization_finish(
            minimization, TW_MINIMIZE_MAX_ITERATIONS,
            "%" PRIu64 " iterations were allowed; |g| is %.3g, at most %.3g was wanted",
            minimization->options.max_iterations, at->grad_norm, allowed_slope(minimization));
    double begin = tw_clock_seconds(), before = at->which;
    tw_status status = minimization->solver->iterate(minimization);
    count_evaluations(minimization);
    at->seconds += tw_clock_seconds() - begin;
    if (status == TW_OK && at->which != before) at->iteration += 1;
    // The budget was used up: that is an end, no failure.
    return status == TW_INTERRUPTED && minimization->end != TW_MINIMIZE_RUNNING ? TW_OK : status;
}

static tw_status status_of_end(tw_minimization *self) {
    if (self->end == TW_MINIMIZE_DIVERGED)
        return tw_fail(self->context, TW_DIVERGED, "method %s: %s", self->method, self->reason);
    if (self->end == TW_MINIMIZE_INTERRUPTED)
        return tw_fail(self->context, TW_INTERRUPTED, "stopped after iteration %.0f",
                       self->at->iteration);
    return TW_OK;
}

tw_status tw_minimization_run(tw_minimization *minimization, tw_minimize_watch *watch, void *user,
                              tw_minimize_result *result) {
    tw_status status = TW_OK;
    tw_minimize_point point = tw_minimization_point(minimization);
    if (watch != NULL) watch(&point, user);
    while (status == TW_OK && (minimization->end == TW_MINIMIZE_RUNNING ||
                               minimization->end == TW_MINIMIZE_INTERRUPTED)) {
        if (tw_context_cancelled(minimization->context)) {
            tw_minimization_finish(minimization, TW_MINIMIZE_INTERRUPTED,
                                   "stopped after iteration %.0f", minimization->at->iteration);
            break;
        }
        double before = minimization->at->iteration;
        status = tw_minimization_step(minimization);
        point = tw_minimization_point(minimization);
        if (watch != NULL && minimization->at->iteration != before) watch(&point, user);
    }
    *result = tw_minimization_result(minimization);
    return status == TW_OK ? status_of_end(minimization) : status;
}

static tw_evaluation_counts counts_of(const tw_minimize_numbers *at) {
    return (tw_evaluation_counts){.f_evals = (uint64_t)at->f_evals,
                                  .g_evals = (uint64_t)at->g_evals,
                                  .h_evals = (uint64_t)at->h_evals};
}

tw_minimize_point tw_minimization_point(const tw_minimization *minimization) {
    const tw_minimize_numbers *at = minimization->at;
    return (tw_minimize_point){.iteration = (uint64_t)at->iteration,
                               .x = tw_here(minimization),
                               .value = at->value,
                               .grad_norm = at->grad_norm,
                               .step = at->step,
                               .counts = counts_of(at)};
}

const char *tw_minimization_method(const tw_minimization *minimization) {
    return minimization->method;
}

tw_minimize_result tw_minimization_result(const tw_minimization *minimization) {
    const tw_minimize_numbers *at = minimization->at;
    tw_minimize_result result = {.end = minimization->end,
                                 .value = at->best_value,
                                 .grad_norm = at->best_norm,
                                 .iterations = (uint64_t)at->iteration,
                                 .counts = counts_of(at),
                                 .seconds = at->seconds};
    memcpy(result.reason, minimization->reason, sizeof result.reason);
    return result;
}

const void *tw_minimization_best(const tw_minimization *minimization) {
    return minimization->at->best_is_here != 0 ? tw_here(minimization) : minimization->best;
}

tw_status tw_minimize(tw_objective *objective, const tw_minimize_options *options, void *x,
                      tw_minimize_result *result) {
    tw_minimization *minimization = NULL;
    *result = (tw_minimize_result){.end = TW_MINIMIZE_RUNNING};
    tw_status status = tw_minimization_new(objective, options, x, &minimization);
    if (status != TW_OK) return status;
    status = tw_minimization_run(minimization, NULL, NULL, result);
    tw_minimization_copy(minimization, x, tw_minimization_best(minimization));
    tw_minimization_free(minimization);
    return status;
}
