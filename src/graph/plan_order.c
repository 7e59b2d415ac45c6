// Which nodes a plan computes, and what must run before what: inputs before their readers, the readers of a variable
// before the node that writes it, and all nodes that may find bad data before anything is written.
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <string.h>

static void describe(tw_plan *plan, int32_t at, int32_t node) {
    const tw_graph_entry *entry = &plan->graph->nodes[node];
    tw_plan_node *made = &plan->nodes[at];
    *made = (tw_plan_node){.node = node, .source = at, .step = -1, .slot = -1};
    plan->of_graph[node] = at;
    made->computed = tw_op_is_computed(entry->op) && !entry->op->view;
    made->element_wise = made->computed && entry->op->tile != NULL;
    if (entry->op->view) made->source = tw_plan_source(plan, at, 0);
}

// Lists the wanted nodes and those they are made from.
static tw_status collect(tw_plan *plan, const tw_node *wanted, int count) {
    tw_graph_walk walk;
    tw_status status = tw_graph_walk_start(plan->graph, &walk);
    if (status != TW_OK) goto done;
    for (int i = 0; i < count; i++) tw_graph_walk_from(&walk, wanted[i]);
    status = TW_NO_MEMORY;
    plan->graph_node_count = (int32_t)plan->graph->count;
    plan->of_graph = tw_allocate(plan->context, plan->graph->count, sizeof *plan->of_graph);
    plan->nodes = tw_allocate(plan->context, (size_t)walk.count, sizeof *plan->nodes);
    plan->order = tw_allocate(plan->context, (size_t)walk.count, sizeof *plan->order);
    if (plan->of_graph == NULL || plan->nodes == NULL || plan->order == NULL) goto done;
    memset(plan->of_graph, 0xff, plan->graph->count * sizeof *plan->of_graph);
    plan->node_count = walk.count;
    for (int32_t i = 0; i < walk.count; i++) describe(plan, i, walk.order[i]);
    for (int i = 0; i < count; i++) plan->nodes[plan->of_graph[wanted[i].index]].wanted = true;
    status = TW_OK;
done:
    tw_graph_walk_free(&walk);
    return status;
}

static tw_status add_edge(tw_plan_making *making, tw_plan_edge edge) {
    tw_status status = tw_grow(making->plan->context, (void **)&making->edges, making->edge_count,
                               &making->edge_capacity, sizeof edge);
    if (status == TW_OK) making->edges[making->edge_count++] = edge;
    return status;
}

// Whether b may read a, or write what a reads, within one pass: both go element by element over one shape.
static bool is_tight(const tw_plan *plan, int32_t a, int32_t b) {
    return plan->nodes[a].element_wise && plan->nodes[b].element_wise &&
           tw_shape_equal(&tw_plan_entry(plan, a)->shape, &tw_plan_entry(plan, b)->shape);
}

static tw_status add_data_edges(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    for (int32_t to = 0; to < plan->node_count; to++) {
        if (!plan->nodes[to].computed) continue;
        for (int32_t k = 0; k < tw_plan_entry(plan, to)->input_count; k++) {
            int32_t input = tw_plan_input(plan, to, k), from = plan->nodes[input].source;
            if (!plan->nodes[from].computed) continue;
            tw_plan_edge edge = {from, to, from == input && is_tight(plan, from, to), true};
            tw_status status = add_edge(making, edge);
            if (status != TW_OK) return status;
        }
    }
    return TW_OK;
}

static bool writes(const tw_graph_entry *entry, int32_t k) {
    return entry->op->stateful && (entry->op->writes >> k & 1) != 0;
}

// One reading of a leaf, in the list of that leaf's readings.
typedef struct reading {
    int32_t reader, input; // the input is the leaf, or a view of it
    int32_t next;          // -1: none
} reading;

typedef struct readings {
    reading *list;
    int32_t count;
    int32_t *first; // by leaf
} readings;

static tw_status list_readings(tw_plan *plan, readings *r) {
    size_t most = 0;
    for (int32_t i = 0; i < plan->node_count; i++) {
        most += (size_t)tw_plan_entry(plan, i)->input_count;
    }
    r->list = tw_allocate(plan->context, most, sizeof *r->list);
    r->first = tw_allocate(plan->context, (size_t)plan->node_count, sizeof *r->first);
    if (r->list == NULL || r->first == NULL) return TW_NO_MEMORY;
    for (int32_t i = 0; i < plan->node_count; i++) r->first[i] = -1;
    for (int32_t i = 0; i < plan->node_count; i++) {
        if (!plan->nodes[i].computed) continue;
        for (int32_t k = 0; k < tw_plan_entry(plan, i)->input_count; k++) {
            int32_t source = tw_plan_source(plan, i, k);
            if (plan->nodes[source].computed) continue;
            r->list[r->count] = (reading){i, tw_plan_input(plan, i, k), r->first[source]};
            r->first[source] = r->count++;
        }
    }
    return TW_OK;
}

// Makes all other readers of `variable` run before `writer`. Errors: another of them writes it too.
static tw_status put_readers_before(tw_plan_making *making, const readings *r, int32_t writer,
                                    int32_t variable) {
    tw_plan *plan = making->plan;
    for (int32_t i = r->first[variable]; i >= 0; i = r->list[i].next) {
        int32_t reader = r->list[i].reader;
        if (reader == writer) continue;
        const tw_graph_entry *entry = tw_plan_entry(plan, reader);
        for (int32_t k = 0; k < entry->input_count; k++) {
            if (!writes(entry, k) || tw_plan_source(plan, reader, k) != variable) continue;
            return tw_fail(plan->context, TW_BAD_ARGUMENT,
                           "plan: %s is written by %s and by %s; one of them may in a run",
                           tw_plan_entry(plan, variable)->name, entry->name,
                           tw_plan_entry(plan, writer)->name);
        }
        bool tight = r->list[i].input == variable && is_tight(plan, reader, writer);
        tw_status status = add_edge(making, (tw_plan_edge){reader, writer, tight, false});
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

static tw_status add_write_edges(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    readings r = {.count = 0};
    tw_status status = list_readings(plan, &r);
    for (int32_t i = 0; i < plan->node_count && status == TW_OK; i++) {
        const tw_graph_entry *entry = tw_plan_entry(plan, i);
        for (int32_t k = 0; k < entry->input_count && status == TW_OK; k++) {
            if (!writes(entry, k)) continue;
            int32_t variable = tw_plan_input(plan, i, k);
            if (tw_op_is_variable(tw_plan_entry(plan, variable)->op)) {
                status = put_readers_before(making, &r, i, variable);
            } else {
                status = tw_fail(plan->context, TW_BAD_ARGUMENT,
                                 "plan: %s writes %s, which is no variable", entry->name,
                                 tw_plan_entry(plan, variable)->name);
            }
        }
    }
    tw_release(r.list);
    tw_release(r.first);
    return status;
}

static tw_status add_fault_edges(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    int32_t *from = tw_allocate(plan->context, (size_t)plan->node_count, sizeof *from), count = 0;
    if (from == NULL) return TW_NO_MEMORY;
    for (int32_t i = 0; i < plan->node_count; i++) {
        if (tw_plan_entry(plan, i)->op->explain != NULL) from[count++] = i;
    }
    tw_status status = TW_OK;
    for (int32_t to = 0; to < plan->node_count && count > 0; to++) {
        if (!tw_plan_entry(plan, to)->op->stateful) continue;
        for (int32_t i = 0; i < count && status == TW_OK; i++) {
            if (from[i] != to) status = add_edge(making, (tw_plan_edge){from[i], to, false, false});
        }
    }
    tw_release(from);
    return status;
}

// Sorts edges by `to`, and lists them by `from`.
static tw_status index_edges(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    size_t nodes = (size_t)plan->node_count, edges = making->edge_count;
    tw_plan_edge *sorted = tw_allocate(plan->context, edges, sizeof *sorted);
    making->first_in = tw_allocate(plan->context, nodes + 2, sizeof *making->first_in);
    making->first_out = tw_allocate(plan->context, nodes + 2, sizeof *making->first_out);
    making->out_edges = tw_allocate(plan->context, edges, sizeof *making->out_edges);
    if (sorted == NULL || making->first_in == NULL || making->first_out == NULL ||
        making->out_edges == NULL) {
        tw_release(sorted);
        return TW_NO_MEMORY;
    }
    for (size_t i = 0; i < edges; i++) {
        making->first_in[making->edges[i].to + 2] += 1;
        making->first_out[making->edges[i].from + 2] += 1;
    }
    for (size_t i = 2; i < nodes + 2; i++) {
        making->first_in[i] += making->first_in[i - 1];
        making->first_out[i] += making->first_out[i - 1];
    }
    for (size_t i = 0; i < edges; i++) {
        sorted[making->first_in[making->edges[i].to + 1]++] = making->edges[i];
    }
    tw_release(making->edges);
    making->edges = sorted;
    for (size_t i = 0; i < edges; i++) {
        making->out_edges[making->first_out[sorted[i].from + 1]++] = (int32_t)i;
    }
    return TW_OK;
}

// Depth first from the lowest number on, so that what belongs together stays together. Errors: a node would have to
// run before itself, as it reads a variable that must be written only later.
static tw_status sort(tw_plan_making *making) {
    tw_plan *plan = making->plan;

    enum { NEW, OPEN, DONE };

    size_t count = (size_t)plan->node_count;
    int32_t *stack = tw_allocate(plan->context, count, sizeof *stack);
    int32_t *next = tw_allocate(plan->context, count, sizeof *next);
    char *mark = tw_allocate(plan->context, count, 1);
    tw_status status = stack && next && mark ? TW_OK : TW_NO_MEMORY;
    int32_t done = 0;
    for (int32_t start = 0; start < plan->node_count && status == TW_OK; start++) {
        if (mark[start] != NEW) continue;
        int32_t depth = 0;
        stack[depth++] = start;
        mark[start] = OPEN;
        while (depth > 0 && status == TW_OK) {
            int32_t at = stack[depth - 1];
            int32_t edge = making->first_in[at] + next[at]++;
            if (edge == making->first_in[at + 1]) {
                mark[at] = DONE;
                plan->order[done++] = at;
                depth -= 1;
                continue;
            }
            int32_t from = making->edges[edge].from;
            if (mark[from] == OPEN) {
                status = tw_fail(plan->context, TW_BAD_ARGUMENT,
                                 "plan: %s must run both before and behind %s; read a variable "
                                 "that is written in a run of its own",
                                 tw_plan_entry(plan, from)->name, tw_plan_entry(plan, at)->name);
            } else if (mark[from] == NEW) {
                mark[from] = OPEN;
                stack[depth++] = from;
            }
        }
    }
    tw_release(stack);
    tw_release(next);
    tw_release(mark);
    return status;
}

tw_status tw_plan_order(tw_plan_making *making, const tw_node *wanted, int count) {
    tw_status status = collect(making->plan, wanted, count);
    if (status == TW_OK) status = add_data_edges(making);
    if (status == TW_OK) status = add_write_edges(making);
    if (status == TW_OK) status = add_fault_edges(making);
    if (status == TW_OK) status = index_edges(making);
    if (status == TW_OK) status = sort(making);
    return status;
}
