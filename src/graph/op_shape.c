// What operators share: broadcasting, and its adjoint.
#include "graph/nodes.h"

bool tw_shape_broadcast(const tw_shape *a, const tw_shape *b, tw_shape *out) {
    tw_shape wide = a->rank >= b->rank ? *a : *b;
    const tw_shape *narrow = a->rank >= b->rank ? b : a;
    int missing = wide.rank - narrow->rank;
    for (int i = 0; i < narrow->rank; i++) {
        int64_t *size = &wide.size[missing + i];
        if (*size == narrow->size[i] || narrow->size[i] == 1) continue;
        if (*size != 1) return false;
        *size = narrow->size[i];
    }
    int batch_axes = 0;
    for (int i = 0; i < wide.rank; i++) batch_axes += wide.size[i] < 0;
    if (batch_axes > 1) return false;
    *out = wide;
    return true;
}

tw_status tw_op_broadcast_shape(const tw_op_shapes *shapes) {
    const char *name = shapes->name;
    char have[TW_SHAPE_TEXT_BYTES], got[TW_SHAPE_TEXT_BYTES];
    tw_shape out = *shapes->in[0];
    for (int i = 0; i < shapes->in_count; i++) {
        tw_dtype dtype = shapes->in_dtype[i];
        if (dtype != tw_graph_dtype(shapes->graph)) {
            return tw_graph_fail(
                shapes->graph, TW_BAD_ARGUMENT,
                "%s: input %d is of type %s; numbers of type %s can be computed with", name, i + 1,
                tw_dtype_name(dtype), tw_dtype_name(tw_graph_dtype(shapes->graph)));
        }
        if (tw_shape_broadcast(&out, shapes->in[i], &out)) continue;
        return tw_graph_fail(
            shapes->graph, TW_BAD_SHAPE,
            "%s: shapes %s and %s do not fit; each size must be the same, 1 or missing", name,
            tw_shape_format(&out, have), tw_shape_format(shapes->in[i], got));
    }
    *shapes->out = out;
    return TW_OK;
}

tw_node tw_reduce_to(tw_graph *graph, tw_node gradient, tw_node to) {
    if (!tw_graph_has(graph, gradient, "reduce_to") || !tw_graph_has(graph, to, "reduce_to")) {
        return TW_NO_NODE;
    }
    tw_shape shape = tw_graph_at(graph, to)->shape;
    if (tw_shape_equal(&tw_graph_at(graph, gradient)->shape, &shape)) return gradient;
    return tw_sum_to(graph, gradient, shape);
}
