// exp: e^x; the derivative is the output.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    d->d_in[0] = tw_mul(g, d->d_out, d->out);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_EXP, in[0]);
}

static const tw_op op = {
    .name = "exp",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_exp(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
