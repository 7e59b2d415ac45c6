// sub: a - b, broadcast.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    if (tw_needs(d, 0)) d->d_in[0] = tw_reduce_to(g, d->d_out, d->in[0]);
    if (tw_needs(d, 1)) d->d_in[1] = tw_neg(g, tw_reduce_to(g, d->d_out, d->in[1]));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_SUBTRACT, in[0], in[1]);
}

static const tw_op op = {
    .name = "sub",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_sub(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
