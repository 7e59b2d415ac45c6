// reciprocal: 1/x; derivative -y^2 from the output y.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    d->d_in[0] = tw_neg(g, tw_mul(g, d->d_out, tw_square(g, d->out)));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_RECIPROCAL, in[0]);
}

static const tw_op op = {
    .name = "reciprocal",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_reciprocal(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
