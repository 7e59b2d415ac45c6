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
// first error: later calls do nothing and return a node that may only be passed on, so that code which
// builds a model need check only once, at the end. Operators are in ops.h.
#ifndef THALWEG_GRAPH_H
#define THALWEG_GRAPH_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
#include <initializer_list>

extern "C" {
#endif

typedef struct tw_graph tw_graph;

// A node of a graph: a small handle, valid while the graph is.
typedef struct tw_node {
    int32_t index; // -1: none
} tw_node;

#ifdef __cplusplus
#define TW_NO_NODE (tw_node{-1})
#else
#define TW_NO_NODE ((tw_node){-1})
#endif

// The minibatch dimension. In a shape, TW_BATCH stands for B and TW_BATCH * 3 for 3 B, where B is the
// number of examples of a run, known only then. At most one axis of a shape may hold it.
#define TW_BATCH ((int64_t)-1)

// A shape by its sizes, 1 to TW_RANK_MAX of them: TW_SHAPE(TW_BATCH, 784). TW_SCALAR has none.
#ifdef __cplusplus
#define TW_SHAPE(...)                                                                              \
    (tw_shape{(int)std::initializer_list<int64_t>{__VA_ARGS__}.size(), {__VA_ARGS__}})
#define TW_SCALAR (tw_shape{0, {0}})
#else
#define TW_SHAPE(...)                                                                              \
    ((tw_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define TW_SCALAR ((tw_shape){0, {0}})
#endif

// An empty graph that computes in `dtype`: TW_F32 or TW_F64. `*graph` is owned by the caller: free with
// tw_graph_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_graph_new(tw_context *context, tw_dtype dtype, tw_graph **graph);

// Frees; NULL is fine. Plans made of it must be freed before.
TW_API void tw_graph_free(tw_graph *graph);

// TW_OK, or the status of the first error of building. Any of the functions below that add to the graph may
// latch TW_BAD_SHAPE, TW_BAD_ARGUMENT or TW_NO_MEMORY.
TW_API tw_status tw_graph_check(const tw_graph *graph);

// The first error's message, "" if none. Borrowed: valid until the graph is freed.
TW_API const char *tw_graph_message(const tw_graph *graph);

// Names of nodes and parameters made from now on start with `scope` and a slash, until the matching
// tw_graph_leave. Scopes nest.
TW_API void tw_graph_enter(tw_graph *graph, const char *scope);

// Ends the innermost scope.
TW_API void tw_graph_leave(tw_graph *graph);

// Data that is fed at each run (plan.h). `dtype` TW_F32 or TW_F64 means the type of the graph; TW_I32 is for
// labels and indices. `name` is copied and must be new in the graph.
TW_API tw_node tw_input(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape);

// What is trained: an array that outlives runs, kept under its name in the variables of the plan
// (variables.h). `name` is copied and must be new; `shape` must not contain TW_BATCH.
TW_API tw_node tw_parameter(tw_graph *graph, const char *name, tw_shape shape);

// Like tw_parameter, but not trained: a counter, an accumulator, a running mean.
TW_API tw_node tw_variable(tw_graph *graph, const char *name, tw_shape shape);

// Like tw_variable, but stored as `dtype` (TW_F32 or TW_F64) whatever the type of the graph. Only operators
// that say so accept it, such as the updates of rules with a `state double`.
TW_API tw_node tw_variable_of(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape);

// A scalar that never changes, rounded to the type of the graph.
TW_API tw_node tw_constant(tw_graph *graph, double value);

// An array of the shape of `like` with the same number in every element.
TW_API tw_node tw_constant_like(tw_graph *graph, double value, tw_node like);

// Gradients of the scalar `loss` with respect to `count` nodes, as nodes: slopes[i] has the shape of
// with_respect_to[i], and is zero where the loss does not depend on it. Latches TW_BAD_SHAPE if `loss` is
// not a scalar, and TW_UNSUPPORTED, naming the operator, if an operator on the way has no derivative. After
// an error the slopes are not meaningful, but may be passed on.
TW_API void tw_gradients(tw_graph *graph, tw_node loss, const tw_node *with_respect_to, int count,
                         tw_node *slopes);

// The same for any node: `of_slope`, of the shape of `of`, is the gradient of some scalar with respect to
// `of`, and slopes[i] becomes the gradient of that scalar with respect to with_respect_to[i]: the
// vector-Jacobian product.
TW_API void tw_gradients_from(tw_graph *graph, tw_node of, tw_node of_slope,
                              const tw_node *with_respect_to, int count, tw_node *slopes);

// A node that, when run, stores `value` in `variable`, a tw_variable or tw_parameter of the same shape. The
// store comes after every other node of the run has read the variable.
TW_API tw_node tw_assign(tw_graph *graph, tw_node variable, tw_node value);

// The same, but adds `value` to the variable.
TW_API tw_node tw_assign_add(tw_graph *graph, tw_node variable, tw_node value);

// Makes everything built so far read `replacement` where it read `node` (of the same shape), except
// `replacement` itself and the nodes it is made from. This is how a rule that looks ahead moves the point at
// which the gradient is taken.
TW_API void tw_graph_substitute(tw_graph *graph, tw_node node, tw_node replacement);

// The context that the graph was made with.
TW_API tw_context *tw_graph_context(const tw_graph *graph);

// The type that the graph computes in, TW_F32 or TW_F64.
TW_API tw_dtype tw_graph_dtype(const tw_graph *graph);

// The number of nodes; the index of each is below it.
TW_API int tw_graph_node_count(const tw_graph *graph);

// The shape of a node, with negative sizes for TW_BATCH. Borrowed: valid until the graph changes.
TW_API const tw_shape *tw_node_shape(const tw_graph *graph, tw_node node);

// The type of its elements.
TW_API tw_dtype tw_node_dtype(const tw_graph *graph, tw_node node);

// Its name: "dense1/weight", or the name of its operator with a number. Borrowed: valid until the graph
// changes.
TW_API const char *tw_node_name(const tw_graph *graph, tw_node node);

// Its operator: "matmul", "input", "parameter". Borrowed: valid for ever.
TW_API const char *tw_node_operator(const tw_graph *graph, tw_node node);

// Returns the number of its inputs and makes `*inputs` point at them. Borrowed: valid until the graph
// changes.
TW_API int tw_node_inputs(const tw_graph *graph, tw_node node, const tw_node **inputs);

// Returns the number of parameters and makes `*parameters` point at them, in the order they were made.
// Borrowed: valid until the graph changes.
TW_API int tw_graph_parameters(const tw_graph *graph, const tw_node **parameters);

#ifdef __cplusplus
}
#endif

#endif
