// matmul: the matrix product.
#include "ops/op.h"

tw_node tw_matmul(tw_graph *graph, tw_node a, tw_node b) {
    return tw_matmul_transposed(graph, a, b, false, false);
}
