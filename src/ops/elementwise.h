// What element-wise operators share: tile operations in short, numbers beside nodes, and the gradient
// of what is flat.
#ifndef TW_OPS_ELEMENTWISE_H
#define TW_OPS_ELEMENTWISE_H

#include "ops/op.h"

// One operation of a tile program on one or two operands.
static inline tw_tile_value tw_tile_unary(tw_tile_builder *builder, tw_tile_operation operation,
                                          tw_tile_value a) {
    return tw_tile_apply(builder, operation, a, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE);
}

static inline tw_tile_value tw_tile_binary(tw_tile_builder *builder, tw_tile_operation operation,
                                           tw_tile_value a, tw_tile_value b) {
    return tw_tile_apply(builder, operation, a, b, TW_TILE_NO_VALUE);
}

// number * x and number + x, as nodes.
static inline tw_node tw_scale(tw_graph *graph, double number, tw_node x) {
    return tw_mul(graph, x, tw_constant(graph, number));
}

static inline tw_node tw_shift(tw_graph *graph, double number, tw_node x) {
    return tw_add(graph, x, tw_constant(graph, number));
}

// Whether node `number` of an operator's inputs wants a gradient: what is not needed is not built.
static inline bool tw_needs(const tw_op_gradient *d, int number) {
    return d->needed[number];
}

// The gradient rule of steps and comparisons: their derivative is 0 wherever they have one.
static inline void tw_flat_gradient(const tw_op_gradient *d) {
    for (int i = 0; i < d->in_count; i++) d->d_in[i] = TW_NO_NODE;
}

#endif
