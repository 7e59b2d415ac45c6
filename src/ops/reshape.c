// reshape: the same elements in the same order under another shape. A view: nothing is moved.
#include "ops/axes.h"

static tw_status shape(const tw_op_shapes *s) {
    tw_shape wanted = tw_attributes_shape(s->attributes);
    bool has_batch, wants_batch;
    int64_t have = tw_shape_share(s->in[0], &has_batch);
    int64_t want = tw_shape_share(&wanted, &wants_batch);
    char from[TW_SHAPE_TEXT_BYTES], to[TW_SHAPE_TEXT_BYTES];
    if (have != want || has_batch != wants_batch) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "reshape: %s to %s; both must have the same number of elements",
                             tw_shape_format(s->in[0], from), tw_shape_format(&wanted, to));
    }
    *s->out = wanted;
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = tw_reshape(d->graph, d->d_out, *tw_node_shape(d->graph, d->in[0]));
}

static const tw_op op = {
    .name = "reshape",
    .inputs = 1,
    .view = true,
    .shape = shape,
    .gradient = gradient,
};

tw_node tw_reshape(tw_graph *graph, tw_node x, tw_shape shape_wanted) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    if (tw_shape_equal(tw_node_shape(graph, x), &shape_wanted)) return x;
    tw_attributes attributes = tw_shape_attributes(&shape_wanted);
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
