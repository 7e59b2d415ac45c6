// How a graph lies in memory: a table of nodes, in the order in which they were made, and an index that finds a pure
// node by what it is made of. After tw_graph_substitute an input may come behind its reader in the table, so code
// that needs an order has to sort (tw_graph_walk).
#ifndef TW_GRAPH_NODES_H
#define TW_GRAPH_NODES_H

#include "base/text.h"
#include "ops/op.h"

#define TW_GRAPH_SCOPES_MAX 32

typedef struct tw_graph_entry {
    const tw_op *op;
    tw_attributes attributes;
    tw_shape shape;
    tw_dtype dtype;
    int32_t first_input, input_count; // in tw_graph.inputs
    char *name;
    size_t scope_length; // of the name, without the slash
    uint64_t hash;
    bool of_gradient; // made by tw_gradients
} tw_graph_entry;

struct tw_graph {
    tw_context *context;
    tw_dtype dtype;
    tw_status status;
    char *message;
    tw_graph_entry *nodes;
    size_t count, capacity;
    tw_node *inputs;
    size_t input_count, input_capacity;
    int32_t *index; // hash table: 1 + the node; 0: free
    size_t index_size;
    tw_node *parameters;
    size_t parameter_count, parameter_capacity;
    tw_text scope; // "model/dense1/"
    size_t scope_starts[TW_GRAPH_SCOPES_MAX];
    int scope_count;
    int64_t stream_count;
    bool in_gradient;
};

// The operators of nodes that a graph does not compute.
extern const tw_op tw_op_input, tw_op_parameter, tw_op_variable, tw_op_constant;

// The entry of a node, which must be one of the graph's.
static inline const tw_graph_entry *tw_graph_at(const tw_graph *graph, tw_node node) {
    return &graph->nodes[node.index];
}

static inline const tw_node *tw_graph_inputs(const tw_graph *graph, const tw_graph_entry *entry) {
    return graph->inputs + entry->first_input;
}

// Whether a node of this operator is computed, as inputs, parameters, variables and constants are not; whether it is
// kept in variables.
static inline bool tw_op_is_computed(const tw_op *op) {
    return op->shape != NULL;
}

static inline bool tw_op_is_variable(const tw_op *op) {
    return op == &tw_op_parameter || op == &tw_op_variable;
}

// Adds a node whose shape is known. If `name` is NULL, it is the operator's name with a number. Latches failures.
tw_node tw_graph_add_shaped(tw_graph *graph, const tw_op *op, const tw_node *inputs, int count,
                            const tw_attributes *attributes, const tw_shape *shape, tw_dtype dtype,
                            const char *name);

// Whether the node is one of the graph's; latches TW_BAD_ARGUMENT naming `what` if not.
bool tw_graph_has(tw_graph *graph, tw_node node, const char *what);

// Fills the index anew, after inputs were replaced.
void tw_graph_index_again(tw_graph *graph);

// The scope with its slash, "" if none. Borrowed: valid until the scope changes.
const char *tw_graph_scope(const tw_graph *graph);

// Lists nodes and what they are made from, each once and inputs before their readers.
typedef struct tw_graph_walk {
    const tw_graph *graph;
    int32_t *order; // nodes in that order; room for all
    int32_t count;
    bool *seen; // by node
    int32_t *stack;
    int32_t *next_input; // by node: the input that is walked next
} tw_graph_walk;

// Starts a walk over a graph that does not change meanwhile. Free with tw_graph_walk_free, also after
// a failure. Errors: TW_NO_MEMORY.
tw_status tw_graph_walk_start(const tw_graph *graph, tw_graph_walk *walk);
void tw_graph_walk_free(tw_graph_walk *walk);

// Adds `node` and what it is made from, except what was added before.
void tw_graph_walk_from(tw_graph_walk *walk, tw_node node);

#endif
