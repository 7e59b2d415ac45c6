// sum_to: summed down to a shape that could be broadcast back, the adjoint of expand. Neighbouring axes
// that go together are one, so that each pass over the elements is one sum.
#include "ops/axes.h"

// Whether each axis of x, of `rank` axes, is summed: where `shape` has 1 or nothing and x does not have 1.
static bool find_summed(const tw_shape *x, const tw_shape *shape, bool summed[TW_RANK_MAX]) {
    int missing = x->rank - shape->rank;
    if (missing < 0) return false;
    for (int i = 0; i < x->rank; i++) {
        int64_t want = i < missing ? 1 : shape->size[i - missing];
        if (want != x->size[i] && want != 1) return false;
        summed[i] = want != x->size[i];
    }
    return true;
}

tw_node tw_sum_to(tw_graph *graph, tw_node x, tw_shape shape) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    tw_shape whole = *tw_node_shape(graph, x); // a copy: nodes are added
    bool summed[TW_RANK_MAX];
    char from[TW_SHAPE_TEXT_BYTES], to[TW_SHAPE_TEXT_BYTES];
    if (!find_summed(&whole, &shape, summed)) {
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "sum_to: %s to %s; each size must be the same, or 1 or missing behind",
                      tw_shape_format(&whole, from), tw_shape_format(&shape, to));
        return TW_NO_NODE;
    }
    int64_t outer = 1; // of the axes before, those that stay
    for (int first = 0, end; first < whole.rank; first = end) {
        for (end = first + 1; end < whole.rank && summed[end] == summed[first];) end++;
        int64_t size = tw_merged_size(&whole, first, end);
        if (!summed[first]) {
            outer *= size;
            continue;
        }
        int64_t inner = tw_merged_size(&whole, end, whole.rank);
        x = tw_sum(graph, tw_reshape(graph, x, TW_SHAPE(outer, size, inner)), 1);
    }
    return tw_reshape(graph, x, shape);
}
