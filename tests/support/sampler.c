#include "rules/sampler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thalweg/plan.h"

struct tw_sampler {
    tw_sampler_options options;
    tw_context *context;
    tw_method *method;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_tensor *theta, *u, *alpha;
    tw_clock clock;
};

tw_node tw_gaussian(tw_graph *graph, tw_node x) {
    return tw_mul(graph, tw_constant(graph, 0.5), tw_square(graph, x));
}

static tw_node plus(tw_graph *graph, tw_node x, double number) {
    return tw_add(graph, x, tw_constant(graph, number));
}

tw_node tw_double_well(tw_graph *graph, tw_node x) {
    tw_node left = tw_mul(graph, plus(graph, x, 4.0), plus(graph, x, 1.0));
    tw_node right = tw_mul(graph, plus(graph, x, -1.0), plus(graph, x, -3.0));
    return tw_div(graph, tw_mul(graph, left, right), tw_constant(graph, 14.0));
}

// The variable of the last rule's state, NULL if it has none.
static tw_tensor *find(const tw_sampler *sampler, const char *state) {
    char name[200];
    snprintf(name, sizeof name, "x:%s.%s", tw_method_name(sampler->method), state);
    return tw_variables_find(sampler->variables, name);
}

tw_sampler *tw_sampler_new(const tw_sampler_options *options) {
    tw_sampler *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->options = *options;
    if (s->options.example_count == 0) s->options.example_count = 1;
    if (s->options.seed == 0) s->options.seed = 1;
    s->clock = (tw_clock){.total_steps = options->total_steps,
                          .example_count = s->options.example_count,
                          .minibatch = 1};
    assert_int_equal(tw_context_new(&s->context), TW_OK);
    tw_context *context = s->context;
    assert_ok(context, tw_context_set_threads(context, 1)); // small tensors, many steps
    tw_shape shape = TW_SHAPE(options->chains);
    tw_node update;
    assert_ok(context, tw_method_parse(context, options->method, &s->method));
    assert_ok(context, tw_graph_new(context, TW_F64, &s->graph));
    assert_ok(context, tw_variables_new(context, &s->variables));
    tw_node x = tw_parameter(s->graph, "x", shape);
    tw_node share = tw_constant(s->graph, 1.0 / (double)s->options.example_count);
    tw_node loss = tw_mul(s->graph, share, tw_sum_all(s->graph, options->potential(s->graph, x)));
    assert_ok(context, tw_method_attach(s->method, s->graph, loss, &x, 1, &update));
    assert_ok(context, tw_variables_have(s->variables, "x", TW_F64, &shape, &s->theta));
    for (int64_t k = 0; k < options->chains; k++) tw_tensor_set(s->theta, k, options->start);
    tw_clock_set_step(&s->clock, 1);
    assert_ok(context,
              tw_method_start(s->method, s->graph, s->variables, s->options.seed, &s->clock));
    tw_plan_options plan_options = tw_plan_options_default();
    plan_options.seed = s->options.seed;
    assert_ok(context, tw_plan_new(s->graph, s->variables, &update, 1, &plan_options, &s->plan));
    s->u = find(s, "u");
    s->alpha = find(s, "alpha");
    return s;
}

void tw_sampler_free(tw_sampler *s) {
    tw_plan_free(s->plan);
    tw_variables_free(s->variables);
    tw_graph_free(s->graph);
    tw_method_free(s->method);
    tw_context_free(s->context);
    free(s);
}

tw_moments tw_sampler_run(tw_sampler *s, uint64_t first, uint64_t last,
                          void (*watch)(double theta)) {
    double sum = 0.0, squares = 0.0, u_squares = 0.0, alphas = 0.0, count = 0.0;
    for (uint64_t t = s->clock.step; t <= last; t++) {
        tw_clock_set_step(&s->clock, t);
        assert_ok(s->context, tw_plan_run(s->plan, 1, &s->clock));
        if (t <= first) continue;
        const double *theta = tw_tensor_data(s->theta);
        for (int64_t k = 0; k < s->options.chains; k++) {
            sum += theta[k];
            squares += theta[k] * theta[k];
            if (s->u != NULL) u_squares += pow(tw_tensor_get(s->u, k), 2.0);
            if (s->alpha != NULL) alphas += tw_tensor_get(s->alpha, k);
            if (watch != NULL) watch(theta[k]);
        }
        count += (double)s->options.chains;
    }
    tw_clock_set_step(&s->clock, last + 1);
    double mean = sum / count;
    return (tw_moments){mean, squares / count - mean * mean, u_squares / count, alphas / count};
}

static tw_tensor *named(const tw_sampler *s, const char *state) {
    if (state == NULL) return s->theta;
    char name[200];
    snprintf(name, sizeof name, "x:%s", state);
    tw_tensor *found = tw_variables_find(s->variables, name);
    if (found == NULL) fail_msg("there is no state '%s'", state);
    return found;
}

double tw_sampler_value(const tw_sampler *s, const char *state, int64_t chain) {
    return tw_tensor_get(named(s, state), chain);
}

void tw_sampler_set(tw_sampler *s, const char *state, int64_t chain, double value) {
    tw_tensor_set(named(s, state), chain, value);
}
