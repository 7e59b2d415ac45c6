// Reverse mode: each operator adds nodes for the gradients of its inputs by its own rule, and contributions to one
// node are added. All these nodes can be differentiated again, so gradients of gradients are exact.
#include "base/memory.h"
#include "graph/nodes.h"

// What is known about the nodes that were there when the gradients were asked for.
typedef struct reverse {
    tw_graph *graph;
    tw_graph_walk walk; // from the loss
    bool *depends;      // by node: whether it is, or depends on, a node whose gradient is wanted
    tw_node *slope;     // by node: its gradient so far; TW_NO_NODE: none yet
} reverse;

// Whole numbers have no derivative. (What an operator chooses by whole numbers has one with respect to what it
// chooses from.)
static bool is_differentiable(const tw_graph_entry *entry) {
    return entry->dtype == TW_F32 || entry->dtype == TW_F64;
}

static bool reads_dependent(const reverse *r, const tw_graph_entry *entry) {
    for (int32_t k = 0; k < entry->input_count; k++) {
        if (r->depends[tw_graph_inputs(r->graph, entry)[k].index]) return true;
    }
    return false;
}

static void mark_dependent(reverse *r, const tw_node *with_respect_to, int count) {
    for (int i = 0; i < count; i++) r->depends[with_respect_to[i].index] = true;
    for (int32_t i = 0; i < r->walk.count; i++) {
        int32_t at = r->walk.order[i];
        const tw_graph_entry *entry = &r->graph->nodes[at];
        if (is_differentiable(entry) && reads_dependent(r, entry)) r->depends[at] = true;
    }
}

// Adds a contribution to the gradient of `input`, after checking that operator `name` has given it the right shape.
static void contribute(reverse *r, const char *name, int32_t input, tw_node slope) {
    tw_graph *graph = r->graph;
    if (!tw_graph_has(graph, slope, name)) return;
    const tw_shape *want = &graph->nodes[input].shape, *got = &tw_graph_at(graph, slope)->shape;
    if (!tw_shape_equal(want, got)) {
        char have[TW_SHAPE_TEXT_BYTES], given[TW_SHAPE_TEXT_BYTES];
        tw_graph_fail(graph, TW_BAD_SHAPE, "%s: gradient of %s is %s; its shape is %s", name,
                      graph->nodes[input].name, tw_shape_format(got, given),
                      tw_shape_format(want, have));
        return;
    }
    tw_node before = r->slope[input];
    r->slope[input] = before.index < 0 ? slope : tw_add(graph, before, slope);
}

// Hands the gradient of node `at` on to those of its inputs whose gradients are needed.
static void pass_on(reverse *r, int32_t at) {
    tw_graph *graph = r->graph;
    const tw_graph_entry entry = graph->nodes[at]; // a copy: the table grows
    tw_attributes attributes = entry.attributes;
    tw_node d_in[TW_OP_INPUTS_MAX];
    tw_op_gradient d = {.graph = graph,
                        .in_count = entry.input_count,
                        .out = {at},
                        .d_out = r->slope[at],
                        .attributes = &attributes,
                        .d_in = d_in};
    for (int32_t k = 0; k < entry.input_count; k++) {
        d.in[k] = tw_graph_inputs(graph, &entry)[k];
        d.needed[k] = r->depends[d.in[k].index];
        d_in[k] = TW_NO_NODE;
    }
    if (entry.op->gradient == NULL) {
        tw_graph_fail(graph, TW_UNSUPPORTED, "%s: %s has no derivative", entry.op->name,
                      entry.name);
        return;
    }
    entry.op->gradient(&d);
    for (int32_t k = 0; k < entry.input_count && graph->status == TW_OK; k++) {
        if (d.needed[k] && d_in[k].index >= 0) {
            contribute(r, entry.op->name, d.in[k].index, d_in[k]);
        }
    }
}

static tw_status allocate(reverse *r) {
    tw_graph *graph = r->graph;
    tw_status status = tw_graph_walk_start(graph, &r->walk);
    r->depends = tw_allocate(graph->context, graph->count, sizeof *r->depends);
    r->slope = tw_allocate(graph->context, graph->count, sizeof *r->slope);
    if (status != TW_OK || r->depends == NULL || r->slope == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < graph->count; i++) r->slope[i] = TW_NO_NODE;
    return TW_OK;
}

static void go_back(reverse *r, tw_node of, tw_node of_slope, const tw_node *with_respect_to,
                    int count, tw_node *slopes) {
    tw_graph *graph = r->graph;
    tw_graph_walk_from(&r->walk, of);
    mark_dependent(r, with_respect_to, count);
    r->slope[of.index] = of_slope;
    for (int32_t i = r->walk.count; i-- > 0 && graph->status == TW_OK;) {
        int32_t at = r->walk.order[i];
        if (r->slope[at].index >= 0 && reads_dependent(r, &graph->nodes[at])) pass_on(r, at);
    }
    for (int i = 0; i < count; i++) {
        tw_node slope = r->slope[with_respect_to[i].index];
        slopes[i] = slope.index < 0 ? tw_constant_like(graph, 0.0, with_respect_to[i]) : slope;
    }
}

static bool are_given(tw_graph *graph, tw_node of, tw_node of_slope, const tw_node *with_respect_to,
                      int count) {
    if (!tw_graph_has(graph, of, "gradients") || !tw_graph_has(graph, of_slope, "gradients")) {
        return false;
    }
    char have[TW_SHAPE_TEXT_BYTES], got[TW_SHAPE_TEXT_BYTES];
    const tw_graph_entry *entry = tw_graph_at(graph, of), *slope = tw_graph_at(graph, of_slope);
    if (!tw_shape_equal(&entry->shape, &slope->shape) || entry->dtype != slope->dtype) {
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "gradients: %s is %s %s, its given gradient %s %s; both must be the same",
                      entry->name, tw_dtype_name(entry->dtype),
                      tw_shape_format(&entry->shape, have), tw_dtype_name(slope->dtype),
                      tw_shape_format(&slope->shape, got));
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (!tw_graph_has(graph, with_respect_to[i], "gradients")) return false;
        entry = tw_graph_at(graph, with_respect_to[i]);
        if (is_differentiable(entry)) continue;
        tw_graph_fail(graph, TW_UNSUPPORTED, "gradients: %s holds whole numbers; it has none",
                      entry->name);
        return false;
    }
    return true;
}

void tw_gradients_from(tw_graph *graph, tw_node of, tw_node of_slope,
                       const tw_node *with_respect_to, int count, tw_node *slopes) {
    for (int i = 0; i < count; i++) slopes[i] = TW_NO_NODE;
    if (!are_given(graph, of, of_slope, with_respect_to, count)) return;
    bool outermost = !graph->in_gradient;
    if (outermost) tw_graph_enter(graph, "gradients");
    reverse r = {.graph = graph};
    tw_status status = allocate(&r);
    graph->in_gradient = true;
    if (status == TW_OK)
        go_back(&r, of, of_slope, with_respect_to, count, slopes);
    else
        tw_graph_fail(graph, status, "gradients: no memory to walk the graph");
    if (outermost) {
        graph->in_gradient = false;
        tw_graph_leave(graph);
    }
    tw_graph_walk_free(&r.walk);
    tw_release(r.depends);
    tw_release(r.slope);
}

void tw_gradients(tw_graph *graph, tw_node loss, const tw_node *with_respect_to, int count,
                  tw_node *slopes) {
    for (int i = 0; i < count; i++) slopes[i] = TW_NO_NODE;
    if (!tw_graph_has(graph, loss, "gradients")) return;
    const tw_graph_entry *entry = tw_graph_at(graph, loss);
    char text[TW_SHAPE_TEXT_BYTES];
    if (entry->shape.rank != 0 || !is_differentiable(entry)) {
        tw_graph_fail(graph, TW_BAD_SHAPE, "gradients: %s is %s %s; a loss is one number, a scalar",
                      entry->name, tw_dtype_name(entry->dtype),
                      tw_shape_format(&entry->shape, text));
        return;
    }
    tw_gradients_from(graph, loss, tw_constant(graph, 1.0), with_respect_to, count, slopes);
}
