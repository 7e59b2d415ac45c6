// A model, its loss, its gradients and its update are nodes of one static graph.
//
//     tw_graph *graph = NULL;
//     tw_graph_new(context, TW_F32, &graph);
//     tw_node x = tw_input(graph, "x", TW_F32, TW_SHAPE(TW_BATCH, 784)); // no checks while building
//     tw_node w = tw_parameter(graph, "w", TW_SHAPE(784, 10));
//     tw_node y = tw_input(graph, "y", TW_I32, TW_SHAPE(TW_BATCH));
//     tw_node loss = tw_mean(graph, tw_softmax_cross_entropy(graph, tw_matmul(graph, x, w), y), -1);
//     tw_node slope;
//     tw_gradients(graph, loss, &w, 1, &slope);          // nodes again: can be differentiated again
//     if (tw_graph_check(graph) != TW_OK) report(tw_graph_message(graph));
//
// Order: new, build, check, plan (plan.h), run, free. One thread at a time. The builder latches its
// first error: later calls do nothing and return a node that is only good to be passed on, so that
// model code reads straight through and checks once. Operators are in ops.h.
#ifndef THALWEG_GRAPH_H
#define THALWEG_GRAPH_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_graph tw_graph;

// A node of a graph: a small handle, valid while the graph is.
typedef struct tw_node {
    int32_t index; // -1: none
} tw_node;

#define TW_NO_NODE ((tw_node){-1})

// The minibatch dimension. In a shape, TW_BATCH stands for B and TW_BATCH * 3 for 3 B, where B is the
// number of examples of a run, known only then. At most one axis of a shape may hold it.
#define TW_BATCH ((int64_t)-1)

// A shape by its sizes: TW_SHAPE(TW_BATCH, 784). TW_SCALAR has none.
#define TW_SHAPE(...)                                                                              \
    ((tw_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define TW_SCALAR ((tw_shape){0, {0}})

// An empty graph that computes in `dtype`: TW_F32 or TW_F64. `*graph` is owned by the caller: free with
// tw_graph_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_graph_new(tw_context *context, tw_dtype dtype, tw_graph **graph);

// Frees; NULL is fine. Plans made of it must be freed before.
TW_API void tw_graph_free(tw_graph *graph);

// TW_OK, or the first error of building. Its message: "" if none; borrowed: valid until the graph is
// freed.
TW_API tw_status tw_graph_check(const tw_graph *graph);

// The first error's message, "" if none. Borrowed: valid until the graph is freed.
TW_API const char *tw_graph_message(const tw_graph *graph);

// Names of nodes and parameters made from now on start with `scope` and a slash, until the matching
// tw_graph_leave. Scopes nest.
TW_API void tw_graph_enter(tw_graph *graph, const char *scope);

// Ends the innermost scope.
TW_API void tw_graph_leave(tw_graph *graph);

// Data given at each run: TW_F32 or TW_F64 means the graph's own type; TW_I32 for labels and indices.
// `name` copied; must be new.
TW_API tw_node tw_input(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape);

// What is trained: a named array that outlives runs, kept in the variables of the plan. No TW_BATCH.
TW_API tw_node tw_parameter(tw_graph *graph, const char *name, tw_shape shape);

// The same, but not trained: a counter, an accumulator, a running mean.
TW_API tw_node tw_variable(tw_graph *graph, const char *name, tw_shape shape);

// The same, kept in a type of its own (TW_F32, TW_F64) whatever the graph computes in: for operators
// that say that they take it, such as the updates of rules with a `state double`.
TW_API tw_node tw_variable_of(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape);

// A number that never changes, rounded to the graph's type; and one that fills a shape.
TW_API tw_node tw_constant(tw_graph *graph, double value);

// A number in every element of the shape of `like`.
TW_API tw_node tw_constant_like(tw_graph *graph, double value, tw_node like);

// Gradients of the scalar `loss` with respect to `count` nodes, as nodes: slopes[i] has the shape of
// with_respect_to[i] (zeros where the loss does not depend on it). Latches TW_BAD_SHAPE if `loss` is no
// scalar, TW_UNSUPPORTED naming an operator on the way that has no derivative.
TW_API void tw_gradients(tw_graph *graph, tw_node loss, const tw_node *with_respect_to, int count,
                         tw_node *slopes);

// The same from a given gradient of `of` (same shape as `of`): the vector-Jacobian product.
TW_API void tw_gradients_from(tw_graph *graph, tw_node of, tw_node of_slope,
                              const tw_node *with_respect_to, int count, tw_node *slopes);

// A node that, when run, stores `value` in `variable` (a tw_variable or tw_parameter of the same shape)
// or adds to it, after every other reader of the run has read it.
TW_API tw_node tw_assign(tw_graph *graph, tw_node variable, tw_node value);

// A node that, when run, adds `value` to `variable`, after every other reader of the run.
TW_API tw_node tw_assign_add(tw_graph *graph, tw_node variable, tw_node value);

// From now on everything built so far reads `replacement` where it read `node` (same shape), except
// `replacement` itself and what it is made from. How a rule that looks ahead moves the point at which
// the gradient is taken.
TW_API void tw_graph_substitute(tw_graph *graph, tw_node node, tw_node replacement);

// The context, the type computed in, and the number of nodes (a node's index is below it).
TW_API tw_context *tw_graph_context(const tw_graph *graph);

// The type computed in.
TW_API tw_dtype tw_graph_dtype(const tw_graph *graph);

// The number of nodes; a node's index is below it.
TW_API int tw_graph_node_count(const tw_graph *graph);

// What a node is: its shape and type, its name ("dense1/weight", or the operator's with a number), its
// operator ("matmul", "input", "parameter"), its inputs. Borrowed: valid until the graph changes.
TW_API const tw_shape *tw_node_shape(const tw_graph *graph, tw_node node);

// A node's type.
TW_API tw_dtype tw_node_dtype(const tw_graph *graph, tw_node node);

// Its name: "dense1/weight", or the operator's with a number. Borrowed: valid until the graph changes.
TW_API const char *tw_node_name(const tw_graph *graph, tw_node node);

// Its operator: "matmul", "input", "parameter". Borrowed: valid for ever.
TW_API const char *tw_node_operator(const tw_graph *graph, tw_node node);

// How many inputs it has; `*inputs` points at them. Borrowed: valid until the graph changes.
TW_API int tw_node_inputs(const tw_graph *graph, tw_node node, const tw_node **inputs);

// The parameters in the order they were made; returns how many. Borrowed: valid until the graph changes.
TW_API int tw_graph_parameters(const tw_graph *graph, const tw_node **parameters);

#ifdef __cplusplus
}
#endif

#endif
