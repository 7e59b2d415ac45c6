#include "rules/rule_reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "thalweg/plan.h"

enum { NAME_BYTES = 600 };

static const char *const names[TW_REFERENCE_TENSORS] = {"a/bias", "a/weight", "b/weight"};
static const int64_t sizes[TW_REFERENCE_TENSORS] = {1, 7, 1300};

int64_t tw_reference_elements(int tensor) {
    return sizes[tensor];
}

const char *tw_reference_name(int tensor) {
    return names[tensor];
}

static double draw(int tensor, int64_t element, uint64_t t) {
    tw_random random = {5, TW_FOR_TEST, (uint32_t)tensor, t};
    return 2.0 * tw_random_uniform(&random, (uint64_t)element) - 1.0;
}

// Representable in float32, so that both precisions begin alike.
double tw_reference_weight(int tensor, int64_t element) {
    return (double)(float)(2.0 * draw(tensor, element, 0));
}

double tw_reference_gradient(int tensor, int64_t element, uint64_t t) {
    static const double scales[] = {1.0, 0.1, 1e-3, 4.0};
    if (element % 5 == 3 || t == 4) return 0.0;
    return (double)(float)(scales[element % 4] * draw(tensor, element, t));
}

// ---- a method at work

struct tw_rule_run {
    tw_context *context;
    tw_method *method;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_dtype dtype;
    uint64_t seed;
    tw_node gradients[TW_REFERENCE_TENSORS], updates[TW_REFERENCE_TENSORS];
    tw_tensor *inputs[TW_REFERENCE_TENSORS];
    tw_clock clock;
};

tw_rule_run *tw_rule_run_new(const char *method, const char *groups, tw_dtype dtype,
                             uint64_t seed) {
    tw_rule_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->dtype = dtype;
    run->seed = seed;
    run->clock = (tw_clock){.total_steps = TW_REFERENCE_STEPS,
                            .example_count = 10,
                            .minibatch = 2,
                            .steps_per_epoch = 5};
    assert_int_equal(tw_context_new(&run->context), TW_OK);
    tw_context *context = run->context;
    assert_ok(context, tw_method_parse(context, method, &run->method));
    if (groups != NULL) assert_ok(context, tw_method_override(run->method, groups));
    assert_ok(context, tw_graph_new(context, dtype, &run->graph));
    assert_ok(context, tw_variables_new(context, &run->variables));
    tw_node parameters[TW_REFERENCE_TENSORS];
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        char name[NAME_BYTES];
        tw_shape shape = TW_SHAPE(sizes[i]);
        snprintf(name, sizeof name, "slope of %s", names[i]);
        parameters[i] = tw_parameter(run->graph, names[i], shape);
        run->gradients[i] = tw_input(run->graph, name, dtype, shape);
        assert_ok(context, tw_tensor_new(context, dtype, &shape, &run->inputs[i]));
    }
    assert_ok(context,
              tw_method_attach_gradients(run->method, run->graph, parameters, run->gradients,
                                         TW_REFERENCE_TENSORS, run->updates));
    return run;
}

void tw_rule_run_free(tw_rule_run *run) {
    tw_plan_free(run->plan);
    tw_variables_free(run->variables);
    tw_graph_free(run->graph);
    tw_method_free(run->method);
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) tw_tensor_free(run->inputs[i]);
    assert_int_equal(tw_context_memory(run->context).live_bytes, 0);
    tw_context_free(run->context);
    free(run);
}

tw_context *tw_rule_run_context(const tw_rule_run *run) {
    return run->context;
}

tw_method *tw_rule_run_method(const tw_rule_run *run) {
    return run->method;
}

tw_variables *tw_rule_run_variables(const tw_rule_run *run) {
    return run->variables;
}

void tw_rule_run_start(tw_rule_run *run) {
    tw_context *context = run->context;
    tw_plan_options options = tw_plan_options_default();
    options.seed = run->seed;
    tw_clock_set_step(&run->clock, 1);
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        tw_tensor *theta;
        tw_shape shape = TW_SHAPE(sizes[i]);
        assert_ok(context, tw_variables_have(run->variables, names[i], run->dtype, &shape, &theta));
        for (int64_t k = 0; k < sizes[i]; k++) tw_tensor_set(theta, k, tw_reference_weight(i, k));
    }
    assert_ok(context,
              tw_method_start(run->method, run->graph, run->variables, run->seed, &run->clock));
    assert_ok(context, tw_plan_new(run->graph, run->variables, run->updates, TW_REFERENCE_TENSORS,
                                   &options, &run->plan));
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        assert_ok(context,
                  tw_plan_feed(run->plan, run->gradients[i], tw_tensor_data(run->inputs[i])));
    }
}

void tw_rule_run_step(tw_rule_run *run, uint64_t t) {
    tw_clock_set_step(&run->clock, t);
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int64_t k = 0; k < sizes[i]; k++) {
            tw_tensor_set(run->inputs[i], k, tw_reference_gradient(i, k, t));
        }
    }
    assert_ok(run->context, tw_plan_run(run->plan, 1, &run->clock));
}

static const tw_tensor *find(const tw_rule_run *run, int tensor, const char *state) {
    char name[NAME_BYTES];
    snprintf(name, sizeof name, state == NULL ? "%s" : "%s:%s", names[tensor], state);
    const tw_tensor *found = tw_variables_find(run->variables, name);
    if (found == NULL) fail_msg("there is no variable '%s'", name);
    return found;
}

double tw_rule_run_value(const tw_rule_run *run, int tensor, const char *state, int64_t element) {
    return tw_tensor_get(find(run, tensor, state), element);
}

static void assert_same_bits(const tw_tensor *a, const tw_tensor *b, const char *name) {
    size_t bytes = (size_t)tw_tensor_elements(a) * tw_dtype_size(tw_tensor_dtype(a));
    assert_int_equal(tw_tensor_dtype(a), tw_tensor_dtype(b));
    assert_int_equal(tw_tensor_elements(a), tw_tensor_elements(b));
    if (memcmp(tw_tensor_data(a), tw_tensor_data(b), bytes) != 0) {
        fail_msg("'%s' has other bits in the second run", name);
    }
}

void tw_rule_run_assert_same(const tw_rule_run *first, const tw_rule_run *second) {
    for (int i = 0; i < tw_variables_count(first->variables); i++) {
        const char *name = tw_variables_name(first->variables, i);
        const tw_tensor *other = tw_variables_find(second->variables, name);
        if (other == NULL) fail_msg("'%s' is not in the second run", name);
        assert_same_bits(tw_variables_tensor(first->variables, i), other, name);
    }
}

// ---- against the reference

static void check_element(const tw_rule_run *run, int tensor, const char *state, int64_t element,
                          double wanted, uint64_t t) {
    double got = tw_rule_run_value(run, tensor, state, element);
    double share = run->dtype == TW_F64 ? 1e-12 : 4e-6, floor = run->dtype == TW_F64 ? 1e-13 : 4e-6;
    if (fabs(got - wanted) <= share * fabs(wanted) + floor) return;
    fail_msg("step %d, %s %s[%d] in %s: got %.17g, the reference has %.17g", (int)t, names[tensor],
             state == NULL ? "theta" : state, (int)element, tw_dtype_name(run->dtype), got, wanted);
}

static void make_reference(const tw_reference *reference,
                           tw_reference_tensor all[TW_REFERENCE_TENSORS]) {
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        all[i] = (tw_reference_tensor){.name = names[i], .n = sizes[i]};
        double *rows = calloc((size_t)(sizes[i] * (2 + TW_REFERENCE_STATES)), sizeof *rows);
        assert_non_null(rows);
        all[i].theta = rows;
        all[i].g = rows + sizes[i];
        for (int s = 0; s < TW_REFERENCE_STATES; s++) all[i].state[s] = rows + (2 + s) * sizes[i];
        for (int64_t k = 0; k < sizes[i]; k++) {
            all[i].theta[k] = tw_reference_weight(i, k);
            for (int s = 0; s < TW_REFERENCE_STATES; s++) {
                all[i].state[s][k] = reference->first[s];
            }
        }
    }
}

static void copy_drawn(const tw_reference *reference, const tw_rule_run *run,
                       tw_reference_tensor *all) {
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int s = 0; s < TW_REFERENCE_STATES; s++) {
            if (!isnan(reference->first[s])) continue;
            for (int64_t k = 0; k < sizes[i]; k++) {
                all[i].state[s][k] = tw_rule_run_value(run, i, reference->states[s], k);
            }
        }
    }
}

static void check_step(const tw_reference *reference, const tw_rule_run *run,
                       tw_reference_tensor *all, uint64_t t) {
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int64_t k = 0; k < sizes[i]; k++) {
            check_element(run, i, NULL, k, all[i].theta[k], t);
            for (int s = 0; s < TW_REFERENCE_STATES && reference->states[s] != NULL; s++) {
                check_element(run, i, reference->states[s], k, all[i].state[s][k], t);
            }
        }
    }
}

static void check_in(const tw_reference *reference, tw_dtype dtype) {
    char behind_links[NAME_BYTES];
    snprintf(behind_links, sizeof behind_links, "clip_value:c=1e30 | clip_value:c=1e30 | %s",
             reference->method);
    tw_rule_run *run = tw_rule_run_new(reference->method, reference->groups, dtype, 1);
    tw_rule_run *interpreted = tw_rule_run_new(behind_links, reference->groups, dtype, 1);
    tw_reference_tensor all[TW_REFERENCE_TENSORS];
    make_reference(reference, all);
    tw_rule_run_start(run);
    tw_rule_run_start(interpreted);
    copy_drawn(reference, run, all);
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) {
        for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
            for (int64_t k = 0; k < sizes[i]; k++) {
                all[i].g[k] = tw_reference_gradient(i, k, t);
            }
        }
        tw_rule_run_step(run, t);
        tw_rule_run_step(interpreted, t);
        reference->step(all, TW_REFERENCE_TENSORS, t);
        check_step(reference, run, all, t);
    }
    tw_rule_run_assert_same(run, interpreted);
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) free(all[i].theta);
    tw_rule_run_free(run);
    tw_rule_run_free(interpreted);
}

void tw_test_against_reference(const tw_reference *reference) {
    check_in(reference, TW_F64);
    check_in(reference, TW_F32);
}
