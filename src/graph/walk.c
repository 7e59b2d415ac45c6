// Lists what nodes are made from, inputs before their readers. Without recursion, since a chain of nodes may be too
// long for the stack.
#include "base/memory.h"
#include "graph/nodes.h"

tw_status tw_graph_walk_start(const tw_graph *graph, tw_graph_walk *walk) {
    *walk = (tw_graph_walk){.graph = graph};
    tw_context *context = graph->context;
    walk->order = tw_allocate(context, graph->count, sizeof *walk->order);
    walk->seen = tw_allocate(context, graph->count, sizeof *walk->seen);
    walk->stack = tw_allocate(context, graph->count, sizeof *walk->stack);
    walk->next_input = tw_allocate(context, graph->count, sizeof *walk->next_input);
    bool complete = walk->order != NULL && walk->seen != NULL && walk->stack != NULL &&
                    walk->next_input != NULL;
    return complete ? TW_OK : TW_NO_MEMORY;
}

void tw_graph_walk_free(tw_graph_walk *walk) {
    tw_release(walk->order);
    tw_release(walk->seen);
    tw_release(walk->stack);
    tw_release(walk->next_input);
    *walk = (tw_graph_walk){.graph = walk->graph};
}

void tw_graph_walk_from(tw_graph_walk *walk, tw_node node) {
    if (walk->seen[node.index]) return;
    int32_t depth = 0;
    walk->stack[depth++] = node.index;
    walk->seen[node.index] = true;
    while (depth > 0) {
        int32_t at = walk->stack[depth - 1];
        const tw_graph_entry *entry = &walk->graph->nodes[at];
        if (walk->next_input[at] == entry->input_count) {
            walk->order[walk->count++] = at;
            depth -= 1;
            continue;
        }
        int32_t input = tw_graph_inputs(walk->graph, entry)[walk->next_input[at]++].index;
        if (walk->seen[input]) continue;
        walk->seen[input] = true;
        walk->stack[depth++] = input;
    }
}
