// Methods that see the whole training set in each step: one iteration of a minimisation (minimize.h) over
// the loss surface is a step of the run, and an epoch.
#include "train/full_batch.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "minimize/solver.h"
#include "train/surface.h"
#include "train/training.h"

#define ITERATIONS_MAX (UINT64_C(1) << 52) // the run itself says when to end

bool tw_full_batch_is_named(const char *method) {
    return tw_solver_is_named(method);
}

bool tw_full_batch_is_on(const tw_training *training) {
    return training->full.method != NULL;
}

tw_status tw_full_batch_open(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    const char *refused = options->groups != NULL      ? "groups"
                          : options->schedule != NULL  ? "schedule"
                          : options->schedules != NULL ? "schedules"
                                                       : NULL;
    const char *method = tw_phase_method(training);
    if (tw_phases_have(&training->phases, false)) // which they are meant for
        return tw_solver_spell(training->context, method, &training->full.method);
    if (refused != NULL)
        return tw_fail(training->context, TW_BAD_ARGUMENT,
                       "%s: method %s finds its own steps and has nothing to give values to; leave "
                       "it away, or take a rule",
                       refused, method);
    if (options->accumulate > 1)
        return tw_fail(training->context, TW_BAD_ARGUMENT,
                       "accumulate: method %s takes the gradient of all examples for each step as "
                       "it is; leave it away",
                       method);
    return tw_solver_spell(training->context, method, &training->full.method);
}

tw_status tw_full_batch_check(const tw_training *training, const char *method) {
    return tw_solver_check_dimension(training->context, method,
                                     tw_network_size(&training->network));
}

// ---- the minimisation

static tw_status open_surface(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    tw_surface_options surface = {
        .model = training->model,
        .loss = training->loss,
        .form = training->form,
        .dtype = options->precision,
        .l1 = options->l1,
        .l2 = options->l2,
        .variables = training->variables,
        .data = training->train,
        .batch = options->batch,
        .seed = options->seed,
    };
    return tw_surface_new(training->context, &surface, &training->full.objective);
}

// Ready at the parameters as they are.
static tw_status start(tw_training *training) {
    tw_full_batch *full = &training->full;
    if (full->minimization != NULL) return TW_OK;
    tw_minimize_options how = tw_minimize_options_default();
    how.method = full->method;
    how.max_iterations = ITERATIONS_MAX;
    how.seed = training->options.values.seed;
    tw_status status = full->objective == NULL ? open_surface(training) : TW_OK;
    return status == TW_OK ? tw_minimization_new(full->objective, &how, NULL, &full->minimization)
                           : status;
}

// How many examples were looked at: a value is a pass over all, a Hessian product one more.
static double examples_seen(const tw_training *training) {
    tw_evaluation_counts counts = tw_objective_counts(training->full.objective);
    return (double)(counts.f_evals + counts.h_evals) * (double)training->clock.example_count;
}

tw_status tw_full_batch_resume(tw_training *training) {
    const tw_variables *kept = training->variables;
    if (tw_training_phase_step(training) == 0) return TW_OK;
    tw_status status = start(training);
    if (status == TW_OK)
        status = tw_minimization_take(training->full.minimization, kept, TW_FULL_BATCH_PREFIX);
    if (status != TW_OK) return status;
    tw_variables_drop(training->variables, TW_FULL_BATCH_PREFIX);
    training->full.examples_counted = examples_seen(training);
    return TW_OK;
}

const tw_variables *tw_full_batch_variables(const tw_training *training) {
    const tw_minimization *minimization = training->full.minimization;
    return minimization != NULL ? minimization->variables : NULL;
}

static void say_end(tw_training *training, const tw_minimize_result *result) {
    const char *name = training->full.method;
    snprintf(training->ending, sizeof training->ending, "%.*s %s: %s", (int)strcspn(name, ":"),
             name, result->end == TW_MINIMIZE_CONVERGED ? "has converged" : "found no lower loss",
             result->reason);
    training->state.ended = 1.0;
}

// Only the best point seen is handed on: to be measured, kept, continued from.
static void take_weights(tw_training *training) {
    tw_minimization *m = training->full.minimization;
    const void *gradient = tw_gradient_here(m);
    tw_surface_store(training->full.objective, tw_minimization_best(m), training->variables);
    training->state.grad_norm = sqrt(tw_vector_dot(&m->space, gradient, gradient));
    m->at->seconds = 0; // the run counts them, and a clock has no place among a checkpoint's arrays
}

static tw_status ended(tw_training *training, const tw_minimize_result *result) {
    if (result->end == TW_MINIMIZE_RUNNING) return TW_OK;
    if (result->end == TW_MINIMIZE_DIVERGED)
        return tw_fail(training->context, TW_DIVERGED, "step %" PRIu64 ": %s",
                       (uint64_t)training->state.step + 1, result->reason);
    say_end(training, result);
    return TW_OK;
}

tw_status tw_full_batch_step(tw_training *training, double *loss) {
    tw_status status = start(training);
    if (status != TW_OK) return status;
    double before = training->full.examples_counted;
    status = tw_minimization_step(training->full.minimization);
    training->full.examples_counted = examples_seen(training);
    training->state.trained_count += training->full.examples_counted - before;
    if (status != TW_OK) return status;
    tw_minimize_result result = tw_minimization_result(training->full.minimization);
    *loss = result.value * training->loss_unit;
    take_weights(training);
    return ended(training, &result);
}

void tw_full_batch_close(tw_training *training) {
    tw_full_batch *full = &training->full;
    tw_minimization_free(full->minimization);
    tw_objective_free(full->objective);
    tw_release(full->method);
    *full = (tw_full_batch){0};
}
