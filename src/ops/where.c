// where: a where the condition is not 0, else b, broadcast. The condition has no derivative.
#include "ops/elementwise.h"

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node condition = d->in[0], zero = tw_constant(g, 0.0);
    if (tw_needs(d, 1)) {
        d->d_in[1] = tw_reduce_to(g, tw_where(g, condition, d->d_out, zero), d->in[1]);
    }
    if (tw_needs(d, 2)) {
        d->d_in[2] = tw_reduce_to(g, tw_where(g, condition, zero, d->d_out), d->in[2]);
    }
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_apply(builder, TW_TILE_SELECT, in[0], in[1], in[2]);
}

static const tw_op op = {
    .name = "where",
    .inputs = 3,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_where(tw_graph *graph, tw_node condition, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){condition, a, b}, 3, NULL);
}
