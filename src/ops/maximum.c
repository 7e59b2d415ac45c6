// maximum: the larger of a and b, broadcast; a NaN in either gives NaN. The gradient goes to the one
// chosen, half to each where they are equal.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node a = d->in[0], b = d->in[1];
    tw_node share = tw_add(g, tw_less(g, b, a), tw_scale(g, 0.5, tw_equal(g, a, b))); // of a
    if (tw_needs(d, 0)) d->d_in[0] = tw_reduce_to(g, tw_mul(g, d->d_out, share), a);
    if (!tw_needs(d, 1)) return;
    share = tw_sub(g, tw_constant(g, 1.0), share);
    d->d_in[1] = tw_reduce_to(g, tw_mul(g, d->d_out, share), b);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_MAXIMUM, in[0], in[1]);
}

static const tw_op op = {
    .name = "maximum",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_maximum(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
