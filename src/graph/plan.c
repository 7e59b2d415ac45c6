// Plans: making, feeding and reading them. What a run does is in plan_run.c.
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <math.h>

#define BATCH_MAX ((int64_t)1 << 40)

tw_plan_options tw_plan_options_default(void) {
    return (tw_plan_options){.batch_max = 1, .seed = 1};
}

void tw_plan_free(tw_plan *plan) {
    if (plan == NULL) return;
    for (int32_t s = 0; s < plan->step_count && plan->steps != NULL; s++) {
        if (plan->steps[s].pass == NULL) continue;
        tw_tile_program_free(plan->steps[s].pass->program);
        tw_release(plan->steps[s].pass);
    }
    tw_release(plan->nodes);
    tw_release(plan->of_graph);
    tw_release(plan->order);
    tw_release(plan->steps);
    tw_release(plan->members);
    tw_release(plan->waves);
    tw_release(plan->items);
    tw_release(plan->slots);
    tw_release(plan->patches);
    tw_release(plan->arena);
    tw_release(plan->state);
    tw_release(plan);
}

static tw_status make_passes(tw_plan *plan) {
    tw_status status = TW_OK;
    for (int32_t s = 0; s < plan->step_count && status == TW_OK; s++) {
        if (plan->steps[s].pass != NULL) status = tw_plan_make_pass(plan, &plan->steps[s]);
    }
    return status;
}

static tw_status make(tw_plan *plan, tw_variables *variables, const tw_node *wanted, int count) {
    tw_plan_making making = {.plan = plan, .variables = variables};
    tw_status status = tw_plan_order(&making, wanted, count);
    if (status == TW_OK) status = tw_plan_fuse(&making);
    if (status == TW_OK) status = tw_plan_cut_waves(&making);
    if (status == TW_OK) status = tw_plan_lay_out(&making);
    if (status == TW_OK) status = make_passes(plan);
    if (status == TW_OK) status = tw_plan_make_runnable(plan);
    tw_release(making.edges);
    tw_release(making.first_in);
    tw_release(making.first_out);
    tw_release(making.out_edges);
    return status;
}

static tw_status check(tw_graph *graph, const tw_node *wanted, int count,
                       const tw_plan_options *options) {
    if (graph->status != TW_OK) {
        return tw_fail(graph->context, graph->status, "%s", graph->message);
    }
    if (options->batch_max < 1 || options->batch_max > BATCH_MAX) {
        return tw_fail(graph->context, TW_BAD_ARGUMENT,
                       "plan: batch_max is %lld; 1 to 2^40 are possible",
                       (long long)options->batch_max);
    }
    for (int i = 0; i < count; i++) {
        if (wanted[i].index >= 0 && (size_t)wanted[i].index < graph->count) continue;
        return tw_fail(graph->context, TW_BAD_ARGUMENT,
                       "plan: wanted node %d of %d is none of this graph", i + 1, count);
    }
    return TW_OK;
}

tw_status tw_plan_new(tw_graph *graph, tw_variables *variables, const tw_node *wanted, int count,
                      const tw_plan_options *options, tw_plan **plan) {
    const tw_plan_options defaults = tw_plan_options_default();
    if (options == NULL) options = &defaults;
    *plan = NULL;
    tw_status status = check(graph, wanted, count, options);
    if (status != TW_OK) return status;
    tw_plan *made = tw_allocate(graph->context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = graph->context;
    made->graph = graph;
    made->options = *options;
    made->threads = tw_context_threads(graph->context);
    status = make(made, variables, wanted, count);
    if (status == TW_OK)
        *plan = made;
    else
        tw_plan_free(made);
    return status;
}

static int32_t find(const tw_plan *plan, tw_node node) {
    if (node.index < 0 || node.index >= plan->graph_node_count) return -1;
    return plan->of_graph[node.index];
}

bool tw_plan_reads(const tw_plan *plan, tw_node input) {
    int32_t at = find(plan, input);
    return at >= 0 && tw_plan_entry(plan, at)->op == &tw_op_input;
}

tw_status tw_plan_feed(tw_plan *plan, tw_node input, const void *elements) {
    int32_t at = find(plan, input);
    if (!tw_plan_reads(plan, input)) {
        return tw_fail(plan->context, TW_BAD_ARGUMENT, "plan: %s is no input of it",
                       tw_node_name(plan->graph, input));
    }
    plan->slots[plan->nodes[at].slot].address = (void *)elements;
    plan->must_patch = true;
    return TW_OK;
}

const void *tw_plan_value(const tw_plan *plan, tw_node node) {
    int32_t at = find(plan, node);
    if (at < 0 || !plan->nodes[at].wanted) return NULL;
    return plan->slots[plan->nodes[at].slot].address;
}

double tw_plan_scalar(const tw_plan *plan, tw_node node) {
    const void *value = tw_plan_value(plan, node);
    if (value == NULL) return NAN;
    switch (tw_node_dtype(plan->graph, node)) {
    case TW_F32:
        return *(const float *)value;
    case TW_F64:
        return *(const double *)value;
    case TW_I32:
        return *(const int32_t *)value;
    case TW_U8:
        break; // no node has it
    }
    return NAN;
}

tw_plan_size tw_plan_measure(const tw_plan *plan) {
    tw_plan_size size = {.arena_bytes = plan->arena_bytes,
                         .unshared_bytes = plan->unshared_bytes,
                         .variable_bytes = plan->variable_bytes,
                         .parameter_count = plan->parameter_count,
                         .kernel_count = plan->step_count};
    for (int32_t s = 0; s < plan->step_count; s++) {
        int members = plan->steps[s].member_count;
        size.node_count += members;
        size.fused_count += members > 1 ? members : 0;
    }
    return size;
}
