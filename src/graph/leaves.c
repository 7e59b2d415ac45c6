// What a graph does not compute: inputs, parameters, variables, constants. Each kind is an operator without a shape
// rule, since the shape is given.
#include "base/memory.h"
#include "graph/nodes.h"

const tw_op tw_op_input = {.name = "input"};
const tw_op tw_op_parameter = {.name = "parameter"};
const tw_op tw_op_variable = {.name = "variable"};
const tw_op tw_op_constant = {.name = "constant"}; // of attributes.number[0] in every element

// Whether all sizes are 0 or more, except one that may hold the batch if `batch_allowed`.
static bool shape_fits(const tw_shape *shape, bool batch_allowed) {
    if (shape->rank < 0 || shape->rank > TW_RANK_MAX) return false;
    tw_shape real = *shape;
    int batch_axes = 0;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] >= 0) continue;
        batch_axes += 1;
        if (shape->size[i] < -INT32_MAX) return false;
        real.size[i] = -real.size[i];
    }
    return batch_axes <= (batch_allowed ? 1 : 0) && tw_shape_elements(&real) >= 0;
}

static tw_node add_named(tw_graph *graph, const tw_op *op, const char *name, tw_dtype dtype,
                         const tw_shape *shape) {
    if (graph->status != TW_OK) return TW_NO_NODE;
    char text[TW_SHAPE_TEXT_BYTES];
    if (name == NULL || name[0] == '\0') {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "%s: has no name; give it one", op->name);
        return TW_NO_NODE;
    }
    if (dtype == TW_U8) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT,
                      "%s: type of the %s is u8; f32, f64 and i32 can be fed", name, op->name);
        return TW_NO_NODE;
    }
    if (!shape_fits(shape, op == &tw_op_input)) {
        tw_graph_fail(graph, TW_BAD_SHAPE, "%s: shape of the %s is %s; sizes are from 0, %s", name,
                      op->name, tw_shape_format(shape, text),
                      op == &tw_op_input ? "and one may be B" : "and none may be B");
        return TW_NO_NODE;
    }
    return tw_graph_add_shaped(graph, op, NULL, 0, NULL, shape, dtype, name);
}

tw_node tw_input(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape) {
    bool number = dtype == TW_F32 || dtype == TW_F64;
    return add_named(graph, &tw_op_input, name, number ? graph->dtype : dtype, &shape);
}

tw_node tw_parameter(tw_graph *graph, const char *name, tw_shape shape) {
    tw_node node = add_named(graph, &tw_op_parameter, name, graph->dtype, &shape);
    if (node.index < 0) return node;
    tw_status status = tw_grow(graph->context, (void **)&graph->parameters, graph->parameter_count,
                               &graph->parameter_capacity, sizeof node);
    if (status != TW_OK) {
        tw_graph_fail(graph, status, "%s: no memory for the list of parameters", name);
        return TW_NO_NODE;
    }
    graph->parameters[graph->parameter_count++] = node;
    return node;
}

tw_node tw_variable(tw_graph *graph, const char *name, tw_shape shape) {
    return add_named(graph, &tw_op_variable, name, graph->dtype, &shape);
}

tw_node tw_variable_of(tw_graph *graph, const char *name, tw_dtype dtype, tw_shape shape) {
    if (dtype != TW_F32 && dtype != TW_F64) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "%s: type of the variable is %s; f32 and f64 can be",
                      name, tw_dtype_name(dtype));
        return TW_NO_NODE;
    }
    return add_named(graph, &tw_op_variable, name, dtype, &shape);
}

static tw_node constant(tw_graph *graph, double value, const tw_shape *shape) {
    double rounded = graph->dtype == TW_F32 ? (double)(float)value : value;
    tw_attributes attributes = {.number = {rounded}};
    return tw_graph_add_shaped(graph, &tw_op_constant, NULL, 0, &attributes, shape, graph->dtype,
                               NULL);
}

tw_node tw_constant(tw_graph *graph, double value) {
    return constant(graph, value, &TW_SCALAR);
}

tw_node tw_constant_like(tw_graph *graph, double value, tw_node like) {
    if (!tw_graph_has(graph, like, "constant")) return TW_NO_NODE;
    tw_shape shape = tw_graph_at(graph, like)->shape;
    return constant(graph, value, &shape);
}
