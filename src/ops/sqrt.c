// sqrt: the root of x; derivative 1/(2 y) from the output y, so that x need not be kept.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    d->d_in[0] = tw_div(g, tw_scale(g, 0.5, d->d_out), d->out);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_SQUARE_ROOT, in[0]);
}

static const tw_op op = {
    .name = "sqrt",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_sqrt(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
