// Makes what was built read another node in place of a node.
#include "graph/nodes.h"

static void replace_inputs(tw_graph *graph, const bool *keep, tw_node node, tw_node replacement) {
    for (size_t i = 0; i < graph->count; i++) {
        const tw_graph_entry *entry = &graph->nodes[i];
        if (keep[i]) continue;
        for (int32_t k = 0; k < entry->input_count; k++) {
            tw_node *input = &graph->inputs[entry->first_input + k];
            if (input->index != node.index) continue;
            if (entry->op->stateful && (entry->op->writes >> k & 1) != 0)
                continue; // the variable to store in
            *input = replacement;
        }
    }
}

void tw_graph_substitute(tw_graph *graph, tw_node node, tw_node replacement) {
    if (!tw_graph_has(graph, node, "substitute")) return;
    if (!tw_graph_has(graph, replacement, "substitute")) return;
    const tw_graph_entry *old = tw_graph_at(graph, node), *new = tw_graph_at(graph, replacement);
    if (!tw_shape_equal(&old->shape, &new->shape) || old->dtype != new->dtype) {
        char have[TW_SHAPE_TEXT_BYTES], got[TW_SHAPE_TEXT_BYTES];
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "substitute: %s is %s %s, what takes its place %s %s; both must be the same",
                      old->name, tw_dtype_name(old->dtype), tw_shape_format(&old->shape, have),
                      tw_dtype_name(new->dtype), tw_shape_format(&new->shape, got));
        return;
    }
    tw_graph_walk walk;
    tw_status status = tw_graph_walk_start(graph, &walk);
    if (status == TW_OK) {
        tw_graph_walk_from(&walk, replacement); // these go on reading `node`
        replace_inputs(graph, walk.seen, node, replacement);
        tw_graph_index_again(graph);
    } else {
        tw_graph_fail(graph, status, "substitute: no memory to walk the graph");
    }
    tw_graph_walk_free(&walk);
}
