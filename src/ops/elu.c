// elu: x, or alpha*(exp(x) - 1) at 0 and below (Clevert, Unterthiner and Hochreiter, 2015). There the
// derivative is alpha*exp(x) = y + alpha; with alpha above 0 the output y is all that it needs.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    double alpha = d->attributes->number[0];
    tw_node above = tw_less(g, tw_constant(g, 0.0), alpha > 0.0 ? d->out : d->in[0]);
    tw_node below = tw_mul(g, d->d_out, tw_shift(g, alpha, d->out));
    d->d_in[0] = tw_where(g, above, d->d_out, below);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    tw_tile_value alpha = tw_tile_constant(builder, attributes->number[0]);
    tw_tile_value below = tw_tile_binary(builder, TW_TILE_MULTIPLY, alpha,
                                         tw_tile_unary(builder, TW_TILE_EXPM1, in[0]));
    tw_tile_value above =
        tw_tile_binary(builder, TW_TILE_LESS, tw_tile_constant(builder, 0.0), in[0]);
    return tw_tile_apply(builder, TW_TILE_SELECT, above, in[0], below);
}

static const tw_op op = {
    .name = "elu",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_elu(tw_graph *graph, tw_node x, double alpha) {
    tw_attributes attributes = {.number = {alpha}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
