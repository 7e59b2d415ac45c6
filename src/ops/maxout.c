// maxout: the largest of each `pieces` neighbours along the last axis (Goodfellow and others, 2013).
#include "ops/axes.h"

tw_node tw_maxout(tw_graph *graph, tw_node x, int pieces) {
    int axis = tw_fixed_axis_of(graph, "maxout", x, -1);
    if (axis < 0) return TW_NO_NODE;
    tw_shape shape = *tw_node_shape(graph, x);
    char text[TW_SHAPE_TEXT_BYTES];
    if (pieces < 1 || shape.size[axis] % pieces != 0 || shape.rank == TW_RANK_MAX) {
        tw_graph_fail(
            graph, TW_BAD_SHAPE,
            "maxout: %d pieces of %s; the last axis must be a multiple of the pieces, the "
            "rank below %d",
            pieces, tw_shape_format(&shape, text), TW_RANK_MAX);
        return TW_NO_NODE;
    }
    shape.rank += 1;
    shape.size[axis] /= pieces;
    shape.size[axis + 1] = pieces;
    return tw_max(graph, tw_reshape(graph, x, shape), -1);
}
