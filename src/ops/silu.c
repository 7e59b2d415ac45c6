// silu: x*sigmoid(x) (Elfwing, Uchibe and Doya, 2017). Derivative s (1 + x (1 - s)) with s the
// sigmoid, from x alone.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node x = d->in[0], s = tw_sigmoid(g, x), one = tw_constant(g, 1.0);
    tw_node slope = tw_mul(g, s, tw_add(g, one, tw_mul(g, x, tw_sub(g, one, s))));
    d->d_in[0] = tw_mul(g, d->d_out, slope);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    tw_tile_value s = tw_tile_unary(builder, TW_TILE_SIGMOID, in[0]);
    return tw_tile_binary(builder, TW_TILE_MULTIPLY, in[0], s);
}

static const tw_op op = {
    .name = "silu",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_silu(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
