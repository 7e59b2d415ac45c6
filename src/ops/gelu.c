// gelu: x times the normal distribution's cumulative share P(x) = (1 + erf(x/sqrt(2)))/2 (Hendrycks
// and Gimpel, 2016, the exact form). Derivative P(x) + x p(x), p the normal density, from x alone.
#include "ops/elementwise.h"

#define ROOT_OF_HALF 0.70710678118654752440        // 1/sqrt(2)
#define NORMAL_DENSITY_AT_0 0.39894228040143267794 // 1/sqrt(2 pi)

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node x = d->in[0];
    tw_node share = tw_scale(g, 0.5, tw_shift(g, 1.0, tw_erf(g, tw_scale(g, ROOT_OF_HALF, x))));
    tw_node bell = tw_exp(g, tw_scale(g, -0.5, tw_square(g, x)));
    tw_node slope = tw_add(g, share, tw_mul(g, x, tw_scale(g, NORMAL_DENSITY_AT_0, bell)));
    d->d_in[0] = tw_mul(g, d->d_out, slope);
}

static tw_tile_value tile(tw_tile_builder *b, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    tw_tile_value scaled =
        tw_tile_binary(b, TW_TILE_MULTIPLY, in[0], tw_tile_constant(b, ROOT_OF_HALF));
    tw_tile_value twice = tw_tile_binary(b, TW_TILE_ADD, tw_tile_unary(b, TW_TILE_ERF, scaled),
                                         tw_tile_constant(b, 1.0));
    tw_tile_value half = tw_tile_binary(b, TW_TILE_MULTIPLY, in[0], tw_tile_constant(b, 0.5));
    return tw_tile_binary(b, TW_TILE_MULTIPLY, half, twice);
}

static const tw_op op = {
    .name = "gelu",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_gelu(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
