// div: a / b, broadcast; derivatives 1/b and -y/b from the output y.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node b = d->in[1];
    if (tw_needs(d, 0)) d->d_in[0] = tw_reduce_to(g, tw_div(g, d->d_out, b), d->in[0]);
    if (!tw_needs(d, 1)) return;
    tw_node slope = tw_div(g, tw_mul(g, d->d_out, d->out), b);
    d->d_in[1] = tw_neg(g, tw_reduce_to(g, slope, b));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_DIVIDE, in[0], in[1]);
}

static const tw_op op = {
    .name = "div",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_div(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
