// Rules as solvers: a graph of one parameter, "theta", whose gradient is fed, and whose update runs as in
// a training. A rule that looks ahead is fed the gradient there; one that evaluates with other weights
// than it trains is watched at those.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "minimize/solver.h"
#include "thalweg/method.h"
#include "thalweg/plan.h"

typedef struct rule_solver {
    tw_method *method;
    tw_schedule *schedule;
    tw_graph *graph;
    tw_plan *update, *look, *eval; // look and eval NULL where theta itself is meant
    tw_node theta, gradient, updates, point, averages;
    tw_tensor *theta_tensor;
    void *slope; // the gradient that is fed, where it is not that of the point shown
    tw_clock clock;
} rule_solver;

static bool has_own_gradient(const rule_solver *r) {
    return r->look != NULL || r->eval != NULL;
}

static tw_status parse_schedule(tw_minimization *m, rule_solver *r) {
    if (m->options.schedule == NULL) return TW_OK;
    tw_status status = tw_schedule_parse(m->context, m->options.schedule, &r->schedule);
    if (status != TW_OK) return status;
    if (tw_schedule_measure(r->schedule) != TW_MEASURE_NONE)
        return tw_fail(m->context, TW_BAD_ARGUMENT,
                       "schedule plateau: listens to a training's epochs; there are none here");
    double lr = tw_method_value(r->method, "lr", &r->clock);
    status = tw_schedule_check(r->schedule, &r->clock, lr);
    return status == TW_OK ? tw_method_schedule(r->method, "lr", r->schedule) : status;
}

static tw_status build(tw_minimization *m, rule_solver *r) {
    tw_dtype dtype = m->space.dtype;
    tw_shape shape = {1, {m->space.n}};
    tw_status status = tw_graph_new(m->context, dtype, &r->graph);
    if (status != TW_OK) return status;
    r->theta = tw_parameter(r->graph, "theta", shape);
    r->gradient = tw_input(r->graph, "gradient", dtype, shape);
    if (tw_method_looks_ahead(r->method))
        status = tw_method_look(r->method, r->graph, &r->theta, 1, &r->point);
    if (status == TW_OK)
        status = tw_method_attach_gradients(r->method, r->graph, &r->theta, &r->gradient, 1,
                                            &r->updates);
    if (status == TW_OK && tw_method_has_eval(r->method))
        status = tw_method_attach_eval(r->method, r->graph, &r->theta, 1, &r->averages);
    if (status == TW_OK)
        status = tw_variables_have(m->variables, "theta", dtype, &shape, &r->theta_tensor);
    if (status != TW_OK) return status;
    tw_minimization_copy(m, tw_tensor_data(r->theta_tensor), tw_trial(m));
    return tw_method_start(r->method, r->graph, m->variables, m->options.seed, &r->clock);
}

static tw_status plan(tw_minimization *m, rule_solver *r) {
    tw_plan_options options = tw_plan_options_default();
    options.seed = m->options.seed;
    tw_status status = tw_plan_new(r->graph, m->variables, &r->updates, 1, &options, &r->update);
    if (status == TW_OK && tw_method_looks_ahead(r->method))
        status = tw_plan_new(r->graph, m->variables, &r->point, 1, &options, &r->look);
    if (status == TW_OK && tw_method_has_eval(r->method))
        status = tw_plan_new(r->graph, m->variables, &r->averages, 1, &options, &r->eval);
    if (status == TW_OK && has_own_gradient(r))
        status = tw_minimization_array(m, "slope", m->space.dtype, m->space.n, &r->slope);
    return status;
}

static tw_status make(tw_minimization *m) {
    rule_solver *r = m->memory = tw_allocate(m->context, 1, sizeof *r);
    if (r == NULL) return TW_NO_MEMORY;
    r->clock = (tw_clock){.total_steps = m->options.max_iterations,
                          .example_count = 1,
                          .minibatch = 1,
                          .steps_per_epoch = 1};
    tw_clock_set_step(&r->clock, 1);
    tw_status status = tw_method_parse(m->context, m->method, &r->method);
    if (status == TW_OK) status = parse_schedule(m, r);
    if (status == TW_OK) status = build(m, r);
    return status == TW_OK ? plan(m, r) : status;
}

static void end(tw_minimization *m) {
    rule_solver *r = m->memory;
    if (r == NULL) return;
    tw_plan_free(r->update);
    tw_plan_free(r->look);
    tw_plan_free(r->eval);
    tw_graph_free(r->graph);
    tw_method_free(r->method);
    tw_schedule_free(r->schedule);
}

static tw_status diverged(tw_minimization *m, const char *what, double value) {
    return tw_minimization_finish(m, TW_MINIMIZE_DIVERGED,
                                  "%s became %s in iteration %.0f, from a value of %.6g; a smaller "
                                  "lr may help",
                                  what, isnan(value) ? "not a number" : "infinite",
                                  m->at->iteration + 1, m->at->value);
}

// The gradient that the rule asks for: here, or where it looks.
static tw_status find_gradient(tw_minimization *m, rule_solver *r, const void **gradient) {
    *gradient = tw_gradient_here(m);
    if (!has_own_gradient(r)) return TW_OK;
    const void *at = tw_tensor_data(r->theta_tensor);
    tw_status status = r->look == NULL ? TW_OK : tw_plan_run(r->look, 1, &r->clock);
    if (r->look != NULL && status == TW_OK) at = tw_plan_value(r->look, r->point);
    double value = NAN;
    if (status == TW_OK) status = tw_minimization_evaluate(m, at, &value, r->slope);
    *gradient = r->slope;
    if (status == TW_OK && !isfinite(value))
        diverged(m, "the value at the look-ahead point", value);
    return status;
}

static tw_status update(tw_minimization *m, rule_solver *r, const void *gradient) {
    tw_status status = tw_plan_feed(r->update, r->gradient, gradient);
    if (status == TW_OK) status = tw_plan_run(r->update, 1, &r->clock);
    if (status == TW_OK && r->eval != NULL) status = tw_plan_run(r->eval, 1, &r->clock);
    if (status != TW_OK) return status;
    const tw_tensor *shown = r->theta_tensor;
    if (r->eval != NULL) shown = tw_variables_find(m->variables, "theta:eval");
    tw_minimization_copy(m, tw_trial(m), tw_tensor_data(shown));
    return TW_OK;
}

// How far the trial point is; its gradient's memory is still free.
static double distance(const tw_minimization *m) {
    const void *const here[] = {tw_here(m)};
    tw_combination difference = {.out = tw_trial_gradient(m),
                                 .of_first = 1,
                                 .first = tw_trial(m),
                                 .vectors = {1, here},
                                 .factors = (const double[]){-1}};
    return sqrt(tw_pass_combine(&m->passes, &difference).square);
}

static tw_status iterate(tw_minimization *m) {
    rule_solver *r = m->memory;
    const void *gradient = NULL;
    double value = NAN;
    tw_clock_set_step(&r->clock, (uint64_t)m->at->iteration + 1);
    tw_status status = find_gradient(m, r, &gradient);
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING) return status;
    status = update(m, r, gradient);
    if (status != TW_OK) return status;
    double step = distance(m);
    status = tw_minimization_try(m, &value);
    if (status != TW_OK) return status;
    double largest = tw_pass_slope(&m->passes, tw_trial_gradient(m), tw_trial_gradient(m)).largest;
    if (!isfinite(value)) return diverged(m, "the value", value);
    if (isnan(largest)) return diverged(m, "the gradient", largest);
    tw_minimization_accept(m, value, largest, step);
    return TW_OK;
}

const tw_solver tw_solver_rule = {.make = make, .iterate = iterate, .end = end};
