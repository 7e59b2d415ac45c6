// erf: the error function; derivative 2/sqrt(pi) exp(-x^2).
#include "ops/elementwise.h"

#define SLOPE_AT_0 1.12837916709551257390 // 2/sqrt(pi)

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    d->d_in[0] =
        tw_mul(g, d->d_out, tw_scale(g, SLOPE_AT_0, tw_exp(g, tw_neg(g, tw_square(g, d->in[0])))));
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_ERF, in[0]);
}

static const tw_op op = {
    .name = "erf",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_erf(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
