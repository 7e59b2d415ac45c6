// less: 1 where a < b, else 0, broadcast; derivative 0.
#include "ops/elementwise.h"

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_binary(builder, TW_TILE_LESS, in[0], in[1]);
}

static const tw_op op = {
    .name = "less",
    .inputs = 2,
    .shape = tw_op_broadcast_shape,
    .gradient = tw_flat_gradient,
    .tile = tile,
};

tw_node tw_less(tw_graph *graph, tw_node a, tw_node b) {
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, NULL);
}
