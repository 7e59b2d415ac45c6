// assign, assign_add: store a value in a variable, or add it to one. They go element by element, so that one pass
// computes the value and stores it; their output is the variable's memory.
#include "graph/nodes.h"

static tw_status shape(const tw_op_shapes *shapes) {
    char have[TW_SHAPE_TEXT_BYTES], got[TW_SHAPE_TEXT_BYTES];
    if (tw_shape_equal(shapes->in[0], shapes->in[1])) return TW_OK;
    return tw_graph_fail(shapes->graph, TW_BAD_SHAPE,
                         "%s: variable is %s, value is %s; both must be the same", shapes->name,
                         tw_shape_format(shapes->in[0], have), tw_shape_format(shapes->in[1], got));
}

static tw_tile_value tile_assign(tw_tile_builder *builder, const tw_tile_value *in,
                                 const tw_attributes *attributes) {
    (void)builder;
    (void)attributes;
    return in[1];
}

static tw_tile_value tile_assign_add(tw_tile_builder *builder, const tw_tile_value *in,
                                     const tw_attributes *attributes) {
    (void)attributes;
    return tw_tile_apply(builder, TW_TILE_ADD, in[0], in[1], TW_TILE_NO_VALUE);
}

static const tw_op op_assign = {
    .name = "assign",
    .inputs = 2,
    .stateful = true,
    .writes = 1,
    .shape = shape,
    .tile = tile_assign,
};

static const tw_op op_assign_add = {
    .name = "assign_add",
    .inputs = 2,
    .stateful = true,
    .writes = 1,
    .shape = shape,
    .tile = tile_assign_add,
};

static tw_node store(tw_graph *graph, const tw_op *op, tw_node variable, tw_node value) {
    if (!tw_graph_has(graph, variable, op->name)) return TW_NO_NODE;
    const tw_graph_entry *entry = tw_graph_at(graph, variable);
    if (!tw_op_is_variable(entry->op)) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT,
                      "%s: %s is a node of %s; a variable or parameter can be stored in", op->name,
                      entry->name, entry->op->name);
        return TW_NO_NODE;
    }
    return tw_graph_add(graph, op, (tw_node[]){variable, value}, 2, NULL);
}

tw_node tw_assign(tw_graph *graph, tw_node variable, tw_node value) {
    return store(graph, &op_assign, variable, value);
}

tw_node tw_assign_add(tw_graph *graph, tw_node variable, tw_node value) {
    return store(graph, &op_assign_add, variable, value);
}
