// log1p: log(1 + x) without cancellation near 0; derivative 1/(1 + x).
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    d->d_in[0] = tw_div(g, d->d_out, tw_shift(g, 1.0, d->in[0]));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_LOG1P, in[0]);
}

static const tw_op op = {
    .name = "log1p",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_log1p(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
