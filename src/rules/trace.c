// A method fed with a given sequence of gradients: what `thalweg rules trace` prints.
#include <string.h>

#include "base/memory.h"
#include "rules/method_parts.h"
#include "thalweg/plan.h"

typedef struct trace {
    tw_method *method;
    tw_context *context;
    const tw_method_feed *feed;
    int64_t n;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_node theta, gradient, update;
    tw_tensor *input; // the gradient of a step, in the trace's type
    double *numbers;  // [1 + states, n]: theta and states in double
    const double *states[TW_RULE_CHAIN_STATES_MAX];
    const char *names[TW_RULE_CHAIN_STATES_MAX];
} trace;

// "v", or "adam.s" where two rules of the chain have a state of that name.
static const char *short_name(const tw_method *method, int state) {
    const char *name = strrchr(method->states[state].name, '.') + 1;
    for (int i = 0; i < method->state_count; i++) {
        if (i == state) continue;
        if (strcmp(strrchr(method->states[i].name, '.') + 1, name) == 0) {
            return method->states[state].name;
        }
    }
    return name;
}

static void fetch(const trace *t, const char *name, double *out) {
    const tw_tensor *tensor = tw_variables_find(t->variables, name);
    for (int64_t i = 0; i < t->n; i++) out[i] = tw_tensor_get(tensor, i);
}

static tw_status build(trace *t) {
    tw_method *method = t->method;
    tw_dtype dtype = t->feed->dtype;
    tw_tensor *start;
    tw_shape shape = TW_SHAPE(t->n);
    tw_status status = tw_graph_new(t->context, dtype, &t->graph);
    if (status != TW_OK) return status;
    t->theta = tw_parameter(t->graph, "theta", shape);
    t->gradient = tw_input(t->graph, "gradient", dtype, shape);
    status = tw_method_attach_gradients(method, t->graph, &t->theta, &t->gradient, 1, &t->update);
    if (status == TW_OK) status = tw_variables_new(t->context, &t->variables);
    if (status == TW_OK) {
        status = tw_variables_have(t->variables, "theta", dtype, &shape, &start);
    }
    if (status != TW_OK) return status;
    for (int64_t i = 0; i < t->n; i++) tw_tensor_set(start, i, t->feed->theta[i]);
    status = tw_tensor_new(t->context, dtype, &shape, &t->input);
    return status;
}

static tw_status make_ready(trace *t, const tw_clock *clock) {
    tw_plan_options options = tw_plan_options_default();
    options.seed = t->feed->seed;
    tw_status status = tw_method_start(t->method, t->graph, t->variables, options.seed, clock);
    if (status == TW_OK) {
        status = tw_plan_new(t->graph, t->variables, &t->update, 1, &options, &t->plan);
    }
    if (status == TW_OK) status = tw_plan_feed(t->plan, t->gradient, tw_tensor_data(t->input));
    if (status != TW_OK) return status;
    size_t rows = (size_t)t->method->state_count + 1;
    t->numbers = tw_allocate(t->context, rows * (size_t)t->n, sizeof *t->numbers);
    if (t->numbers == NULL) return TW_NO_MEMORY;
    for (int k = 0; k < t->method->state_count; k++) {
        t->states[k] = t->numbers + (k + 1) * t->n;
        t->names[k] = short_name(t->method, k);
    }
    return TW_OK;
}

static tw_status run_step(const trace *t, const tw_clock *clock, const double *gradient,
                          tw_method_step_function *function, void *user) {
    char name[TW_STATE_NAME_BYTES];
    for (int64_t i = 0; i < t->n; i++) tw_tensor_set(t->input, i, gradient[i]);
    tw_status status = tw_plan_run(t->plan, 1, clock);
    if (status != TW_OK) return status;
    fetch(t, "theta", t->numbers);
    for (int k = 0; k < t->method->state_count; k++) {
        if (tw_method_state_name("theta", t->method->states[k].name, name)) {
            fetch(t, name, t->numbers + (k + 1) * t->n);
        }
    }
    tw_method_step step = {.t = clock->step,
                           .n = t->n,
                           .theta = t->numbers,
                           .state_count = t->method->state_count,
                           .state_names = t->names,
                           .states = t->states};
    return function(&step, user);
}

tw_status tw_method_trace(tw_method *method, const tw_method_feed *feed,
                          tw_method_step_function *function, void *user) {
    trace t = {.method = method, .context = method->context, .feed = feed, .n = feed->n};
    if (feed->n < 1 || feed->steps < 0) {
        return tw_fail(method->context, TW_BAD_ARGUMENT,
                       "trace: %lld elements, %lld steps; at least 1 and 0", (long long)feed->n,
                       (long long)feed->steps);
    }
    tw_clock clock = {.total_steps = (uint64_t)feed->steps,
                      .example_count = 1,
                      .minibatch = 1,
                      .steps_per_epoch = 1};
    tw_clock_set_step(&clock, 1);
    tw_status status = build(&t);
    if (status == TW_OK) status = make_ready(&t, &clock);
    for (int64_t step = 0; step < feed->steps && status == TW_OK; step++) {
        tw_clock_set_step(&clock, (uint64_t)step + 1);
        status = run_step(&t, &clock, feed->gradients + step * feed->n, function, user);
    }
    tw_plan_free(t.plan);
    tw_tensor_free(t.input);
    tw_variables_free(t.variables);
    tw_graph_free(t.graph);
    tw_release(t.numbers);
    return status;
}
