// mul: a * b, broadcast; each derivative is the other factor.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    for (int i = 0; i < 2; i++) {
        if (!tw_needs(d, i)) continue;
        d->d_in[i] = tw_reduce_to(g, tw_mul(g, d->d_out, d->in[1 - i]), d->in[i]);
    }
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_MULTIPLY, in[0], in[1]);
}

static const tw_op op = {
    .name = "mul",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_mul(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
