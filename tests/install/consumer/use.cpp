// Every public header compiles as C++ and links.
#include <thalweg/thalweg.h>

int main() {
    tw_context *context = nullptr;
    if (tw_context_new(&context) != TW_OK) return 1;
    bool right = tw_context_threads(context) >= 1;
    tw_graph *graph = nullptr;
    tw_node loss = TW_NO_NODE;
    if (tw_graph_new(context, TW_F32, &graph) == TW_OK) {
        tw_node x = tw_input(graph, "x", TW_F32, TW_SHAPE(TW_BATCH, 3));
        loss = tw_mean_all(graph, tw_mul(graph, x, tw_parameter(graph, "scale", TW_SCALAR)));
        right = right && tw_graph_check(graph) == TW_OK && tw_node_shape(graph, x)->size[1] == 3;
    }
    right = right && loss.index >= 0 && tw_node_shape(graph, loss)->rank == 0;
    tw_graph_free(graph);
    tw_context_free(context);
    return right ? 0 : 1;
}
