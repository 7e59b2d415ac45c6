// The operators of the graph, named as the field names them: tw_matmul, tw_softmax, tw_relu, ...
//
//     tw_node hidden = tw_relu(graph, tw_add(graph, tw_matmul(graph, x, w), b));
//
// Each takes nodes of one graph and returns a node. Shapes that do not fit latch TW_BAD_SHAPE in the graph, with both
// shapes in the message. ops.def lists the operators and says what each does.
#ifndef THALWEG_OPS_H
#define THALWEG_OPS_H

#include "thalweg/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_OPERATOR(name, arguments) TW_API tw_node tw_##name arguments;
#include "thalweg/ops.def"
#undef TW_OPERATOR

#ifdef __cplusplus
}
#endif

#endif
