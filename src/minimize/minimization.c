// A minimisation: where it is, the best it saw, and when it ends.
#include "minimize/solver.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

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
    return tw_vector_epsilon(&minimization->space);
}

tw_status tw_minimization_scratch(tw_minimization *minimization, int count, void **vectors) {
    assert(minimization->scratch == NULL);
    minimization->scratch = tw_allocate(minimization->context, (size_t)minimization->space.n,
                                        (size_t)count * tw_dtype_size(minimization->space.dtype));
    *vectors = minimization->scratch;
    return minimization->scratch == NULL ? TW_NO_MEMORY : TW_OK;
}

void *tw_scratch_at(const tw_minimization *minimization, int index) {
    size_t bytes = (size_t)minimization->space.n * tw_dtype_size(minimization->space.dtype);
    return (char *)minimization->scratch + (size_t)index * bytes;
}

double tw_minimization_noise(const tw_minimization *minimization, double value) {
    return 100 * tw_minimization_epsilon(minimization) * fabs(value);
}

static void count_evaluations(tw_minimization *self) {
    tw_evaluation_counts now = tw_objective_counts(self->objective);
    self->at->f_evals = (double)(now.f_evals - self->before.f_evals);
    self->at->g_evals = (double)(now.g_evals - self->before.g_evals);
    self->at->h_evals = (double)(now.h_evals - self->before.h_evals);
}

// Others may evaluate the objective between two steps: that is not counted here.
static void count_from_here(tw_minimization *self) {
    tw_evaluation_counts now = tw_objective_counts(self->objective);
    self->before = (tw_evaluation_counts){.f_evals = now.f_evals - (uint64_t)self->at->f_evals,
                                          .g_evals = now.g_evals - (uint64_t)self->at->g_evals,
                                          .h_evals = now.h_evals - (uint64_t)self->at->h_evals};
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

tw_status tw_minimization_evaluate(tw_minimization *minimization, const void *x, double *value,
                                   void *gradient) {
    uint64_t most = minimization->options.max_evaluations;
    count_evaluations(minimization);
    if (most > 0 && minimization->at->f_evals >= (double)most) {
        tw_minimization_finish(minimization, TW_MINIMIZE_MAX_ITERATIONS,
                               "the budget of %" PRIu64 " evaluations is used up; |g| is %.3g",
                               most, minimization->at->best_norm);
        return TW_INTERRUPTED;
    }
    return tw_objective_evaluate(minimization->objective, x, value, gradient);
}

tw_status tw_minimization_try(tw_minimization *minimization, double *value) {
    return tw_minimization_evaluate(minimization, tw_trial(minimization), value,
                                    tw_trial_gradient(minimization));
}

// A lower value, or one that rounding cannot tell from it and a smaller gradient.
static bool is_better(const tw_minimization *self, double value, double slope) {
    double best = self->at->best_value;
    double noise = tw_minimization_noise(self, best);
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

static double allowed_slope(const tw_minimization *self, double value) {
    return self->options.tolerance * fmax(1, fabs(value));
}

// Only the best point seen is an end: a method that went by a lower one has to find its way back. And a
// gradient above the start's is none, however far a function without a floor has fallen.
static bool meets_tolerance(const tw_minimization *self) {
    double norm = self->at->grad_norm;
    if (!(norm <= allowed_slope(self, self->at->value)) || self->at->best_is_here == 0)
        return false;
    return norm <= self->options.tolerance || norm <= self->at->first_norm;
}

static tw_status converged(tw_minimization *self) {
    return tw_minimization_finish(
        self, TW_MINIMIZE_CONVERGED,
        "the largest component of the gradient is %.3g, at most %.3g allowed", self->at->grad_norm,
        allowed_slope(self, self->at->value));
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
    if (minimization->solver->confirm == NULL && meets_tolerance(minimization))
        converged(minimization);
}

void tw_minimization_resumed(tw_minimization *minimization) {
    minimization->end = TW_MINIMIZE_RUNNING;
    minimization->reason[0] = '\0';
    if (minimization->solver->confirm == NULL && meets_tolerance(minimization))
        converged(minimization);
}

bool tw_minimization_is_exhausted(const tw_minimization *minimization, double slope) {
    double noise = tw_minimization_epsilon(minimization) * fabs(minimization->at->value);
    return fabs(slope) <= 1e3 * noise || minimization->at->grad_norm <= 1e3 * noise;
}

// ---- running

// Ends where the solver confirms that a point which meets the tolerance is a minimum.
static tw_status confirm(tw_minimization *self) {
    bool confirmed = false;
    count_from_here(self);
    if (self->solver->confirm == NULL || !meets_tolerance(self)) return TW_OK;
    tw_status status = self->solver->confirm(self, &confirmed);
    count_evaluations(self);
    return status == TW_OK && confirmed ? converged(self) : status;
}

tw_status tw_minimization_step(tw_minimization *minimization) {
    if (minimization->end == TW_MINIMIZE_INTERRUPTED) minimization->end = TW_MINIMIZE_RUNNING;
    tw_status status = minimization->end == TW_MINIMIZE_RUNNING ? confirm(minimization) : TW_OK;
    if (status != TW_OK || minimization->end != TW_MINIMIZE_RUNNING) return status;
    tw_minimize_numbers *at = minimization->at;
    if (at->iteration >= (double)minimization->options.max_iterations)
        return tw_minimization_finish(minimization, TW_MINIMIZE_MAX_ITERATIONS,
                                      "%" PRIu64
                                      " iteration%s allowed; |g| is %.3g, at most %.3g was wanted",
                                      minimization->options.max_iterations,
                                      minimization->options.max_iterations == 1 ? " was" : "s were",
                                      at->best_norm, allowed_slope(minimization, at->best_value));
    count_from_here(minimization);
    double begin = tw_clock_seconds(), before = at->which;
    status = minimization->solver->iterate(minimization);
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
