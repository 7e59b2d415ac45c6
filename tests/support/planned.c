// A graph with its variables and a plan; see planned.h.
#include "support/planned.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

void tw_planned_open(tw_planned *p, tw_dtype dtype, int threads) {
    *p = (tw_planned){.feed_count = 0};
    assert_int_equal(tw_context_new(&p->context), TW_OK);
    assert_ok(p->context, tw_context_set_threads(p->context, threads));
    assert_ok(p->context, tw_graph_new(p->context, dtype, &p->graph));
    assert_ok(p->context, tw_variables_new(p->context, &p->variables));
}

void tw_planned_close(tw_planned *p) {
    tw_plan_free(p->plan);
    tw_variables_free(p->variables);
    tw_graph_free(p->graph);
    assert_int_equal(tw_context_memory(p->context).live_bytes, 0);
    tw_context_free(p->context);
    for (int i = 0; i < p->feed_count; i++) free(p->feeds[i]);
    *p = (tw_planned){.feed_count = 0};
}

void tw_planned_plan(tw_planned *p, const tw_node *wanted, int count, int64_t batch_max) {
    tw_plan_free(p->plan);
    p->plan = NULL;
    tw_plan_options options = tw_plan_options_default();
    options.batch_max = batch_max;
    assert_string_equal(tw_graph_message(p->graph), "");
    assert_ok(p->context, tw_plan_new(p->graph, p->variables, wanted, count, &options, &p->plan));
}

// The place of an input's copy, its former one given back.
static void **place_of(tw_planned *p, tw_node input) {
    for (int i = 0; i < p->feed_count; i++) {
        if (p->fed[i].index != input.index) continue;
        free(p->feeds[i]);
        return &p->feeds[i];
    }
    assert_true(p->feed_count < TW_PLANNED_FEEDS_MAX);
    p->fed[p->feed_count] = input;
    return &p->feeds[p->feed_count++];
}

void tw_planned_feed(tw_planned *p, tw_node input, const double *numbers, int64_t count) {
    tw_dtype dtype = tw_node_dtype(p->graph, input);
    void **place = place_of(p, input);
    *place = malloc((size_t)(count > 0 ? count : 1) * tw_dtype_size(dtype));
    assert_non_null(*place);
    for (int64_t i = 0; i < count; i++) {
        if (dtype == TW_F32)
            ((float *)*place)[i] = (float)numbers[i];
        else if (dtype == TW_F64)
            ((double *)*place)[i] = numbers[i];
        else
            ((int32_t *)*place)[i] = (int32_t)numbers[i];
    }
    assert_ok(p->context, tw_plan_feed(p->plan, input, *place));
}

void tw_planned_run(tw_planned *p, int64_t batch) {
    assert_ok(p->context, tw_plan_run(p->plan, batch, NULL));
}

double tw_planned_at(const tw_planned *p, tw_node node, int64_t index) {
    const void *values = tw_plan_value(p->plan, node);
    assert_non_null(values);
    tw_dtype dtype = tw_node_dtype(p->graph, node);
    if (dtype == TW_F32) return (double)((const float *)values)[index];
    if (dtype == TW_F64) return ((const double *)values)[index];
    return (double)((const int32_t *)values)[index];
}

static tw_tensor *tensor_of(const tw_planned *p, const char *name) {
    tw_tensor *tensor = tw_variables_find(p->variables, name);
    if (tensor == NULL) fail_msg("no variable %s", name);
    return tensor;
}

double tw_planned_variable(const tw_planned *p, const char *name, int64_t index) {
    return tw_tensor_get(tensor_of(p, name), index);
}

void tw_planned_set(tw_planned *p, const char *name, const double *numbers, int64_t count) {
    tw_tensor *tensor = tensor_of(p, name);
    assert_int_equal(tw_tensor_elements(tensor), count);
    for (int64_t i = 0; i < count; i++) tw_tensor_set(tensor, i, numbers[i]);
}

void tw_planned_draw(tw_planned *p, const char *name, uint64_t seed) {
    tw_tensor *tensor = tensor_of(p, name);
    tw_random random = {.seed = seed, .purpose = TW_FOR_TEST};
    for (int64_t i = 0; i < tw_tensor_elements(tensor); i++) {
        tw_tensor_set(tensor, i, 2.0 * tw_random_uniform(&random, (uint64_t)i) - 1.0);
    }
}

void tw_planned_numbers(double *numbers, int64_t count, double low, double high, uint64_t seed) {
    tw_random random = {.seed = seed, .purpose = TW_FOR_TEST, .stream = 1};
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = low + (high - low) * tw_random_uniform(&random, (uint64_t)i);
    }
}

void tw_planned_assert_close(double got, double want, double tolerance, const char *what) {
    if (fabs(got - want) <= tolerance * fmax(1.0, fabs(want))) return; // and no NaN
    fail_msg("%s: %.17g instead of %.17g", what, got, want);
}
