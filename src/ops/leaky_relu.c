// leaky_relu: x, or slope*x at 0 and below (Maas, Hannun and Ng, 2013). With a slope above 0 the
// output's sign is that of x, and x need not be kept for the gradient.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    double slope = d->attributes->number[0];
    tw_node above = tw_less(g, tw_constant(g, 0.0), slope > 0.0 ? d->out : d->in[0]);
    d->d_in[0] = tw_where(g, above, d->d_out, tw_scale(g, slope, d->d_out));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    tw_tile_value slope = tw_tile_constant(builder, attributes->number[0]);
    tw_tile_value below = tw_tile_binary(builder, TW_TILE_MULTIPLY, in[0], slope);
    tw_tile_value above =
        tw_tile_binary(builder, TW_TILE_LESS, tw_tile_constant(builder, 0.0), in[0]);
    return tw_tile_apply(builder, TW_TILE_SELECT, above, in[0], below);
}

static const tw_op op = {
    .name = "leaky_relu",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_leaky_relu(tw_graph *graph, tw_node x, double slope) {
    tw_attributes attributes = {.number = {slope}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
