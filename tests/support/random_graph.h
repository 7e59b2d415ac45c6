// Graphs drawn by a seed, of element-wise operators, repeated shapes, sums, products, views and updates
// of variables; and what they must compute, one element at a time and in the order they were made.
//
//     tw_random_graph drawn;
//     tw_random_graph_build(&drawn, p.graph, seed, 30);
//     ... plan some of drawn.node[...].made, feed x and y, set w and v ...
//     tw_random_graph_evaluate(&drawn, x, y, w, v, batch);   // drawn.node[i].value
//
// Numbers stay within about 100 and functions smooth enough for central differences.
#ifndef TW_TEST_RANDOM_GRAPH_H
#define TW_TEST_RANDOM_GRAPH_H

#include "test.h"
#include "thalweg/ops.h"

#define TW_RANDOM_NODES_MAX 96
#define TW_RANDOM_WIDTH 4
#define TW_RANDOM_BATCH_MAX 16
#define TW_RANDOM_VALUES_MAX (TW_RANDOM_BATCH_MAX * TW_RANDOM_WIDTH)

typedef struct tw_random_node {
    int operation, a, b;
    int64_t rows, columns; // rows TW_BATCH: the minibatch
    tw_node made;
    double value[TW_RANDOM_VALUES_MAX];
} tw_random_node;

// Of all: 0 is x [B, 4] and 1 is y [B, 4], inputs; 2 is w [4, 4] and 3 v [1, 4], parameters; 4 is 0.5
// as [1, 1].
typedef struct tw_random_graph {
    int count;
    tw_random_node node[TW_RANDOM_NODES_MAX];
} tw_random_graph;

enum { TW_RANDOM_X, TW_RANDOM_Y, TW_RANDOM_W, TW_RANDOM_V, TW_RANDOM_HALF, TW_RANDOM_LEAVES };

// Draws `count` nodes behind the leaves.
void tw_random_graph_build(tw_random_graph *drawn, tw_graph *graph, uint64_t seed, int count);

// Computes all values at a batch of at most TW_RANDOM_BATCH_MAX.
void tw_random_graph_evaluate(tw_random_graph *drawn, const double *x, const double *y,
                              const double *w, const double *v, int64_t batch);

// Whether a node shows the memory of a parameter: it is one, or a view of one.
bool tw_random_graph_shows_parameter(const tw_random_graph *drawn, int node);

// How many elements a node has at a batch.
int64_t tw_random_graph_elements(const tw_random_node *node, int64_t batch);

#endif
