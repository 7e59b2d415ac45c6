// mean: over one axis, which disappears: the sum divided by the size of the axis, or by the run's B.
#include "ops/axes.h"

tw_node tw_mean(tw_graph *graph, tw_node x, int axis) {
    int counted = tw_axis_of(graph, "mean", x, axis);
    if (counted < 0) return TW_NO_NODE;
    int64_t size = tw_node_shape(graph, x)->size[counted];
    return tw_div(graph, tw_sum(graph, x, counted), tw_size_node(graph, size));
}
