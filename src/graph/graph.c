// The builder: a table of nodes, names and scopes. Pure nodes that are equal become one.
#include "base/hash.h"
#include "base/memory.h"
#include "graph/nodes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NODES_MAX (1 << 28)

tw_status tw_graph_new(tw_context *context, tw_dtype dtype, tw_graph **graph) {
    *graph = NULL;
    if (dtype != TW_F32 && dtype != TW_F64) {
        return tw_fail(context, TW_BAD_ARGUMENT, "graph: type is %s; f32 or f64 can be computed in",
                       tw_dtype_name(dtype));
    }
    tw_graph *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->dtype = dtype;
    tw_text_start(&made->scope, context);
    made->message = tw_allocate(context, TW_MESSAGE_BYTES, 1);
    if (made->message == NULL) {
        tw_graph_free(made);
        return TW_NO_MEMORY;
    }
    *graph = made;
    return TW_OK;
}

void tw_graph_free(tw_graph *graph) {
    if (graph == NULL) return;
    for (size_t i = 0; i < graph->count; i++) tw_release(graph->nodes[i].name);
    tw_release(graph->nodes);
    tw_release(graph->inputs);
    tw_release(graph->index);
    tw_release(graph->parameters);
    tw_text_free(&graph->scope);
    tw_release(graph->message);
    tw_release(graph);
}

tw_status tw_graph_check(const tw_graph *graph) {
    return graph->status;
}

const char *tw_graph_message(const tw_graph *graph) {
    return graph->message;
}

// Keeps the context's message as the graph's.
static tw_status latch(tw_graph *graph, tw_status status) {
    graph->status = status;
    size_t length = strlen(tw_context_message(graph->context));
    if (length >= TW_MESSAGE_BYTES) length = TW_MESSAGE_BYTES - 1;
    memcpy(graph->message, tw_context_message(graph->context), length);
    graph->message[length] = '\0';
    return status;
}

tw_status tw_graph_fail(tw_graph *graph, tw_status status, const char *format, ...) {
    if (graph->status != TW_OK) return graph->status;
    char words[TW_MESSAGE_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    return latch(graph, tw_fail(graph->context, status, "%s%s", tw_graph_scope(graph), words));
}

// ---- scopes and names

const char *tw_graph_scope(const tw_graph *graph) {
    return graph->scope.length == 0 ? "" : graph->scope.data;
}

void tw_graph_enter(tw_graph *graph, const char *scope) {
    if (graph->status != TW_OK) return;
    if (graph->scope_count == TW_GRAPH_SCOPES_MAX) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "%s: is nested too deep; at most %d scopes", scope,
                      TW_GRAPH_SCOPES_MAX);
        return;
    }
    graph->scope_starts[graph->scope_count++] = graph->scope.length;
    tw_text_add(&graph->scope, "%s/", scope);
    if (graph->scope.status != TW_OK) latch(graph, graph->scope.status);
}

void tw_graph_leave(tw_graph *graph) {
    if (graph->status != TW_OK || graph->scope_count == 0) return;
    size_t length = graph->scope_starts[--graph->scope_count];
    graph->scope.length = length;
    graph->scope.data[length] = '\0';
}

// The scope, and the name or, if that is NULL, the operator's name with the node's number. NULL after a failure, which
// is latched.
static char *full_name(tw_graph *graph, const tw_op *op, const char *name) {
    tw_text text;
    tw_text_start(&text, graph->context);
    if (name != NULL)
        tw_text_add(&text, "%s%s", tw_graph_scope(graph), name);
    else
        tw_text_add(&text, "%s%s%zu", tw_graph_scope(graph), op->name, graph->count);
    tw_status status = text.status;
    char *taken = tw_text_take(&text);
    if (taken == NULL) latch(graph, status == TW_OK ? TW_NO_MEMORY : status);
    return taken;
}

// ---- the index

static bool is_named(const tw_op *op) {
    return op == &tw_op_input || tw_op_is_variable(op);
}

static bool is_unique(const tw_op *op) {
    return op->stateful || op->random;
}

// A hash of what makes nodes equal: the name where they have a given one; else operator, attributes and inputs.
static uint64_t hash_of(const tw_graph *graph, const tw_graph_entry *entry) {
    uint64_t hash = TW_HASH_START;
    if (is_named(entry->op)) {
        hash = tw_hash_bytes(hash, entry->name, strlen(entry->name));
    } else {
        hash = tw_hash_bytes(hash, &entry->op, sizeof entry->op);
        hash = tw_hash_bytes(hash, &entry->attributes, sizeof entry->attributes);
        if (entry->input_count > 0)
            hash = tw_hash_bytes(hash, graph->inputs + entry->first_input,
                                 (size_t)entry->input_count * sizeof *graph->inputs);
    }
    return tw_hash_fold(hash);
}

static bool is_same(const tw_graph *graph, const tw_graph_entry *a, const tw_graph_entry *b) {
    if (a->hash != b->hash || is_named(a->op) != is_named(b->op)) return false;
    if (is_named(a->op)) return strcmp(a->name, b->name) == 0;
    return a->op == b->op && a->input_count == b->input_count &&
           (a->input_count == 0 ||
            memcmp(graph->inputs + a->first_input, graph->inputs + b->first_input,
                   (size_t)a->input_count * sizeof *graph->inputs) == 0) &&
           memcmp(&a->attributes, &b->attributes, sizeof a->attributes) == 0 &&
           tw_shape_equal(&a->shape, &b->shape);
}

// The place in the index of the node that is the same as `entry`, or the free place for it.
static int32_t *place_of(const tw_graph *graph, const tw_graph_entry *entry) {
    size_t mask = graph->index_size - 1;
    size_t at = (size_t)entry->hash & mask;
    while (graph->index[at] != 0 && !is_same(graph, &graph->nodes[graph->index[at] - 1], entry)) {
        at = (at + 1) & mask;
    }
    return &graph->index[at];
}

void tw_graph_index_again(tw_graph *graph) {
    memset(graph->index, 0, graph->index_size * sizeof *graph->index);
    for (size_t i = 0; i < graph->count; i++) {
        tw_graph_entry *entry = &graph->nodes[i];
        if (is_unique(entry->op)) continue;
        entry->hash = hash_of(graph, entry);
        *place_of(graph, entry) = (int32_t)i + 1;
    }
}

static tw_status grow_index(tw_graph *graph) {
    if (graph->index_size >= 2 * (graph->count + 1)) return TW_OK;
    size_t size = graph->index_size == 0 ? 256 : 2 * graph->index_size;
    int32_t *index = tw_allocate(graph->context, size, sizeof *index);
    if (index == NULL) return TW_NO_MEMORY;
    tw_release(graph->index);
    graph->index = index;
    graph->index_size = size;
    tw_graph_index_again(graph);
    return TW_OK;
}

// ---- nodes

bool tw_graph_has(tw_graph *graph, tw_node node, const char *what) {
    if (graph->status != TW_OK) return false;
    if (node.index >= 0 && (size_t)node.index < graph->count) return true;
    tw_graph_fail(graph, TW_BAD_ARGUMENT, "%s: is given a node that is none of this graph", what);
    return false;
}

// Appends the inputs to those of all nodes. They stay there if the node turns out to be new.
static tw_status push_inputs(tw_graph *graph, const tw_node *inputs, int count) {
    if (count == 0) return TW_OK;
    size_t before = graph->input_count;
    tw_node copy[TW_OP_INPUTS_MAX]; // `inputs` may lie in what grows
    memcpy(copy, inputs, (size_t)count * sizeof *copy);
    tw_status status = TW_OK;
    for (int i = 0; i < count && status == TW_OK; i++) {
        status = tw_grow(graph->context, (void **)&graph->inputs, graph->input_count,
                         &graph->input_capacity, sizeof *inputs);
        if (status == TW_OK) graph->inputs[graph->input_count++] = copy[i];
    }
    if (status != TW_OK) graph->input_count = before;
    return status;
}

// Makes room for a node, and appends its `count` inputs.
static tw_status make_room(tw_graph *graph, const tw_node *inputs, int count) {
    if (graph->count >= NODES_MAX || graph->input_count >= NODES_MAX) {
        return tw_fail(graph->context, TW_BAD_ARGUMENT, "graph: has too many nodes; at most %d",
                       NODES_MAX);
    }
    tw_status status = tw_grow(graph->context, (void **)&graph->nodes, graph->count,
                               &graph->capacity, sizeof *graph->nodes);
    if (status == TW_OK) status = grow_index(graph);
    if (status == TW_OK) status = push_inputs(graph, inputs, count);
    return status;
}

// Appends `entry`, whose inputs were pushed last, or finds the one that is the same.
static tw_node append(tw_graph *graph, tw_graph_entry *entry) {
    int32_t *place = NULL;
    if (!is_unique(entry->op)) {
        entry->hash = hash_of(graph, entry);
        place = place_of(graph, entry);
        if (*place != 0) return (tw_node){*place - 1};
    }
    if (entry->name == NULL) entry->name = full_name(graph, entry->op, NULL);
    if (entry->name == NULL) return TW_NO_NODE;
    entry->scope_length = graph->scope.length == 0 ? 0 : graph->scope.length - 1;
    entry->of_gradient = graph->in_gradient;
    graph->nodes[graph->count] = *entry;
    if (place != NULL) *place = (int32_t)graph->count + 1;
    return (tw_node){(int32_t)graph->count++};
}

tw_node tw_graph_add_shaped(tw_graph *graph, const tw_op *op, const tw_node *inputs, int count,
                            const tw_attributes *attributes, const tw_shape *shape, tw_dtype dtype,
                            const char *name) {
    if (graph->status != TW_OK) return TW_NO_NODE;
    tw_graph_entry entry = {.op = op,
                            .shape = *shape,
                            .dtype = dtype,
                            .first_input = (int32_t)graph->input_count,
                            .input_count = count};
    if (attributes != NULL) entry.attributes = *attributes;
    if (name != NULL) {
        entry.name = full_name(graph, op, name);
        if (entry.name == NULL) return TW_NO_NODE;
    }
    tw_status status = make_room(graph, inputs, count);
    if (status != TW_OK) latch(graph, status);
    size_t before = graph->count;
    tw_node node = status == TW_OK ? append(graph, &entry) : TW_NO_NODE;
    if (graph->count > before) return node;
    graph->input_count = (size_t)entry.first_input;
    tw_release(entry.name);
    if (name != NULL && node.index >= 0) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "%s: the name is taken; choose another for this %s",
                      name, op->name);
        return TW_NO_NODE;
    }
    return node;
}

tw_node tw_graph_add(tw_graph *graph, const tw_op *op, const tw_node *inputs, int count,
                     const tw_attributes *attributes) {
    assert(count <= TW_OP_INPUTS_MAX && (op->inputs < 0 || op->inputs == count));
    assert((op->tile != NULL) + (op->chunk != NULL) + op->view == 1);
    static const tw_attributes none = {.object = NULL};
    tw_shape shape = TW_SCALAR;
    tw_dtype dtype = graph->dtype;
    tw_op_shapes shapes = {.graph = graph,
                           .name = op->name,
                           .in_count = count,
                           .attributes = attributes == NULL ? &none : attributes,
                           .out = &shape,
                           .out_dtype = &dtype};
    for (int i = 0; i < count; i++) {
        if (!tw_graph_has(graph, inputs[i], op->name)) return TW_NO_NODE;
        const tw_graph_entry *in = tw_graph_at(graph, inputs[i]);
        shapes.in[i] = &in->shape;
        shapes.in_dtype[i] = in->dtype;
    }
    if (graph->status != TW_OK) return TW_NO_NODE;
    if (count > 0) {
        shape = *shapes.in[0];
        dtype = shapes.in_dtype[0];
    }
    if (op->shape(&shapes) != TW_OK) {
        assert(graph->status != TW_OK);
        return TW_NO_NODE;
    }
    return tw_graph_add_shaped(graph, op, inputs, count, attributes, &shape, dtype, NULL);
}

int64_t tw_graph_stream(tw_graph *graph) {
    return graph->stream_count++;
}

// ---- asking a graph and its nodes

tw_context *tw_graph_context(const tw_graph *graph) {
    return graph->context;
}

tw_dtype tw_graph_dtype(const tw_graph *graph) {
    return graph->dtype;
}

int tw_graph_node_count(const tw_graph *graph) {
    return (int)graph->count;
}

// What a node that is none has: the shape of a scalar, no inputs, no name.
static const tw_graph_entry no_entry = {.op = &tw_op_constant};

static const tw_graph_entry *entry_of(const tw_graph *graph, tw_node node) {
    if (node.index < 0 || (size_t)node.index >= graph->count) return &no_entry;
    return &graph->nodes[node.index];
}

const tw_shape *tw_node_shape(const tw_graph *graph, tw_node node) {
    return &entry_of(graph, node)->shape;
}

tw_dtype tw_node_dtype(const tw_graph *graph, tw_node node) {
    return entry_of(graph, node)->dtype;
}

const char *tw_node_name(const tw_graph *graph, tw_node node) {
    const char *name = entry_of(graph, node)->name;
    return name == NULL ? "" : name;
}

const char *tw_node_operator(const tw_graph *graph, tw_node node) {
    return entry_of(graph, node)->op->name;
}

int tw_node_inputs(const tw_graph *graph, tw_node node, const tw_node **inputs) {
    const tw_graph_entry *entry = entry_of(graph, node);
    *inputs = entry->input_count > 0 ? tw_graph_inputs(graph, entry) : NULL;
    return entry->input_count;
}

int tw_graph_parameters(const tw_graph *graph, const tw_node **parameters) {
    *parameters = graph->parameters;
    return (int)graph->parameter_count;
}
