// mean_all: over all axes, to a scalar: the sum divided by the number of elements of the run.
#include "ops/axes.h"

tw_node tw_mean_all(tw_graph *graph, tw_node x) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    tw_shape shape = *tw_node_shape(graph, x);
    int64_t size = tw_merged_size(&shape, 0, shape.rank);
    return tw_div(graph, tw_sum_all(graph, x), tw_size_node(graph, size));
}
