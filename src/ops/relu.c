// relu: max(x, 0), derivative 0 at 0 and below, 1 above. The gradient looks at the output alone, so
// that x need not be kept.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node zero = tw_constant(g, 0.0);
    d->d_in[0] = tw_where(g, tw_less(g, zero, d->out), d->d_out, zero);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_MAXIMUM, in[0], tw_tile_constant(builder, 0.0));
}

static const tw_op op = {
    .name = "relu",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_relu(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
