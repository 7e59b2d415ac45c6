#include "train/descent.h"

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

bool tw_descent_is_on(const tw_training *training) {
    return training->descent.method != NULL;
}

static bool has_minibatches(const tw_phases *phases) {
    bool has = false;
    for (int i = 0; i < phases->count; i++) has = has || phases->kind[i] != TW_PHASE_SOLVER;
    return has;
}

// Options that no phase has a use for.
static const char *refused_option(const tw_training *training) {
    const tw_training_options *options = &training->options.values;
    if (options->diagnose_every > 0 && !has_minibatches(&training->phases)) return "diagnose";
    if (tw_phases_have_rules(&training->phases)) return NULL;
    return options->groups != NULL      ? "groups"
           : options->schedule != NULL  ? "schedule"
           : options->schedules != NULL ? "schedules"
           : options->accumulate > 1    ? "accumulate"
                                        : NULL;
}

tw_status tw_descent_open(tw_training *training) {
    const char *method = tw_phase_method(training);
    const char *refused = refused_option(training);
    if (refused != NULL)
        return tw_fail(training->context, TW_BAD_ARGUMENT,
                       "%s: method %s has no use for it; leave it away, or take a rule", refused,
                       method);
    return tw_phase_kind_now(training) == TW_PHASE_SLBFGS
               ? tw_slbfgs_spell(training->context, method, &training->descent.method,
                                 &training->descent.rate)
               : tw_solver_spell(training->context, method, &training->descent.method);
}

tw_status tw_descent_check(const tw_training *training, const char *method) {
    return tw_solver_check_dimension(training->context, method,
                                     tw_network_size(&training->network));
}

// ---- made, begun and resumed

static tw_status make_own(tw_training *training) {
    tw_descent *own = &training->descent;
    if (tw_phase_kind_now(training) == TW_PHASE_SLBFGS)
        return tw_slbfgs_new(training->context, own->method, own->surface,
                             training->options.values.batch, &own->slbfgs);
    tw_minimize_options how = tw_minimize_options_default();
    how.method = own->method;
    how.max_iterations = ITERATIONS_MAX;
    how.seed = training->options.values.seed;
    return tw_minimization_make(own->surface, &how, NULL, &own->minimization);
}

tw_status tw_descent_make(tw_training *training) {
    tw_descent *own = &training->descent;
    tw_status status = tw_descent_check(training, tw_phase_method(training));
    if (status == TW_OK) status = tw_training_surface(training, 0, &own->surface);
    if (status == TW_OK && tw_solver_takes_products(own->method))
        status = tw_surface_plan_products(own->surface);
    uint64_t before = tw_context_memory(training->context).live_bytes;
    if (status == TW_OK) status = make_own(training);
    own->own_bytes = tw_context_memory(training->context).live_bytes - before;
    return status;
}

tw_plan_size tw_descent_measure(const tw_training *training) {
    tw_plan_size size = tw_surface_measure(training->descent.surface);
    size.variable_bytes += training->descent.own_bytes;
    return size;
}

// Goes to the parameters as they are: a host program may have changed them before the first step.
static tw_status begin(tw_training *training) {
    tw_descent *own = &training->descent;
    void *x = own->slbfgs != NULL ? tw_slbfgs_point(own->slbfgs) : tw_trial(own->minimization);
    tw_surface_take(own->surface, training->variables, x);
    tw_status status = own->slbfgs != NULL ? TW_OK : tw_minimization_begin(own->minimization);
    own->begun = status == TW_OK;
    return status;
}

static tw_status take(tw_training *training) {
    tw_descent *own = &training->descent;
    if (own->minimization != NULL)
        return tw_minimization_take(own->minimization, training->variables, TW_DESCENT_PREFIX);
    if (tw_minimization_copy_arrays(tw_slbfgs_variables(own->slbfgs), training->variables,
                                    TW_DESCENT_PREFIX) &&
        tw_slbfgs_is_sound(own->slbfgs))
        return TW_OK;
    return tw_fail(training->context, TW_BAD_FILE,
                   "the checkpoint's arrays %s* are not those of %s", TW_DESCENT_PREFIX,
                   own->method);
}

tw_status tw_descent_resume(tw_training *training) {
    if (tw_training_phase_step(training) == 0) return TW_OK;
    tw_status status = take(training);
    training->descent.begun = status == TW_OK;
    tw_variables_drop(training->variables, TW_DESCENT_PREFIX);
    return status;
}

const tw_variables *tw_descent_variables(const tw_training *training) {
    const tw_descent *own = &training->descent;
    if (!own->begun) return NULL;
    return own->slbfgs != NULL ? tw_slbfgs_variables(own->slbfgs) : own->minimization->variables;
}

double tw_descent_rate(const tw_training *training, uint64_t step) {
    return tw_phase_kind_now(training) == TW_PHASE_SLBFGS
               ? tw_slbfgs_rate_at(training->descent.rate, step)
               : NAN;
}

// ---- steps

static tw_status diverged(const tw_training *training, const char *reason) {
    return tw_fail(training->context, TW_DIVERGED, "step %" PRIu64 ": %s",
                   (uint64_t)training->state.step + 1, reason);
}

static void say_end(tw_training *training, const tw_minimize_result *result) {
    const char *name = training->descent.method;
    snprintf(training->ending, sizeof training->ending, "%.*s %s: %s", (int)strcspn(name, ":"),
             name, result->end == TW_MINIMIZE_CONVERGED ? "has converged" : "found no lower loss",
             result->reason);
    training->state.ended = 1.0;
}

// Only the best point seen is handed on: to be measured, kept, continued from.
static void take_weights(tw_training *training) {
    tw_minimization *m = training->descent.minimization;
    const void *gradient = tw_gradient_here(m);
    tw_surface_store(training->descent.surface, tw_minimization_best(m), training->variables);
    training->state.grad_norm = sqrt(tw_vector_dot(&m->space, gradient, gradient));
    m->at->seconds = 0; // the run counts them, and a clock has no place among a checkpoint's arrays
}

static tw_status step_solver(tw_training *training, double *loss) {
    tw_status status = tw_minimization_step(training->descent.minimization);
    if (status != TW_OK) return status;
    tw_minimize_result result = tw_minimization_result(training->descent.minimization);
    *loss = result.value;
    take_weights(training);
    if (result.end == TW_MINIMIZE_DIVERGED) return diverged(training, result.reason);
    if (result.end != TW_MINIMIZE_RUNNING) say_end(training, &result);
    return TW_OK;
}

static tw_status step_slbfgs(tw_training *training, double *loss) {
    uint64_t done = tw_training_phase_step(training), each = training->clock.steps_per_epoch;
    tw_slbfgs *slbfgs = training->descent.slbfgs;
    tw_slbfgs_place place = {.step = done + 1,
                             .epoch = (uint64_t)training->state.phase_epoch + done / each,
                             .index = (int64_t)(done % each),
                             .count = training->minibatches};
    tw_status status = tw_slbfgs_step(slbfgs, &place, loss);
    if (status != TW_OK) return status;
    if (!isfinite(*loss)) return diverged(training, "the loss is not finite; try a smaller lr");
    tw_surface_store(training->descent.surface, tw_slbfgs_point(slbfgs), training->variables);
    training->state.grad_norm = tw_slbfgs_gradient_norm(slbfgs);
    return TW_OK;
}

tw_status tw_descent_step(tw_training *training, double *loss) {
    tw_descent *own = &training->descent;
    tw_status status = own->begun ? TW_OK : begin(training);
    if (status != TW_OK) return status;
    status = own->slbfgs != NULL ? step_slbfgs(training, loss) : step_solver(training, loss);
    *loss *= training->loss_unit;
    double seen = tw_surface_seen(own->surface);
    training->state.trained_count += seen - own->seen;
    own->seen = seen;
    return status;
}

void tw_descent_close(tw_training *training) {
    tw_descent *own = &training->descent;
    tw_minimization_free(own->minimization);
    tw_slbfgs_free(own->slbfgs);
    tw_objective_free(own->surface);
    tw_release(own->method);
    *own = (tw_descent){0};
}
