// pow: a^b, broadcast; derivatives b a^(b - 1) and y log(a). Where b is 0 the first is 0, and where a
// is 0 and b above it the second, instead of the 0 times infinity that the formulas give. Where both are 0
// the second is -infinity: y falls from 1 to 0 there.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node a = d->in[0], b = d->in[1], zero = tw_constant(g, 0.0);
    if (tw_needs(d, 0)) {
        tw_node slope = tw_mul(g, b, tw_pow(g, a, tw_shift(g, -1.0, b)));
        slope = tw_where(g, tw_equal(g, b, zero), zero, slope);
        d->d_in[0] = tw_reduce_to(g, tw_mul(g, d->d_out, slope), a);
    }
    if (!tw_needs(d, 1)) return;
    tw_node is_zero = tw_mul(g, tw_equal(g, a, zero), tw_less(g, zero, b));
    tw_node base = tw_where(g, is_zero, tw_constant(g, 1.0), a);
    tw_node slope = tw_mul(g, d->out, tw_log(g, base));
    d->d_in[1] = tw_reduce_to(g, tw_mul(g, d->d_out, slope), b);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_POWER, in[0], in[1]);
}

static const tw_op op = {
    .name = "pow",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_pow(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
