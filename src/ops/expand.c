// expand: repeated to a shape as in broadcasting. Element by element, so that it is fused with what
// reads it and seldom lies in memory. Its adjoint is sum_to.
#include "ops/axes.h"

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    tw_shape wanted = tw_attributes_shape(s->attributes), out;
    if (!tw_shape_broadcast(s->in[0], &wanted, &out) || !tw_shape_equal(&out, &wanted)) {
        char from[TW_SHAPE_TEXT_BYTES], to[TW_SHAPE_TEXT_BYTES];
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "expand: %s to %s; each size must be the same, or 1 or missing before",
                             tw_shape_format(s->in[0], from), tw_shape_format(&wanted, to));
    }
    *s->out = wanted;
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = tw_reduce_to(d->graph, d->d_out, d->in[0]);
}

static tw_tile_value tile(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    (void)builder;
    (void)attributes;
    return in[0];
}

static const tw_op op = {
    .name = "expand",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .tile = tile,
};

tw_node tw_expand(tw_graph *graph, tw_node x, tw_shape shape_wanted) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    if (tw_shape_equal(tw_node_shape(graph, x), &shape_wanted)) return x;
    tw_attributes attributes = tw_shape_attributes(&shape_wanted);
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
