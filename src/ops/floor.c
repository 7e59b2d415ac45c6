// floor: the largest whole number that is not above x; derivative 0.
#include "ops/elementwise.h"

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_unary(builder, TW_TILE_FLOOR, in[0]);
}

static const tw_op op = {
    .name = "floor",
    .inputs = 1,
    .shape = tw_op_broadcast_shape,
    .gradient = tw_flat_gradient,
    .tile = tile,
};

tw_node tw_floor(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
