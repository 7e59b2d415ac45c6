// sum_all: over all axes, to a scalar.
#include "ops/axes.h"

tw_node tw_sum_all(tw_graph *graph, tw_node x) {
    return tw_sum_to(graph, x, TW_SCALAR);
}
