// The builder: its first error stays, with its words; names and scopes; equal nodes are one node;
// substitution; memory that runs out.
#include "support/fault.h"
#include "support/gradient.h"
#include "support/planned.h"

#include "graph/nodes.h"

#include <stdio.h>

// ---- words

static tw_node add_misfits(tw_graph *g) {
    return tw_add(g, tw_test_numbers(g, TW_SHAPE(2, 3)), tw_test_numbers(g, TW_SHAPE(4)));
}

static tw_node add_two_batches(tw_graph *g) {
    tw_node x = tw_test_numbers(g, TW_SHAPE(TW_BATCH, 1));
    return tw_add(g, x, tw_test_numbers(g, TW_SHAPE(TW_BATCH)));
}

static tw_node add_labels(tw_graph *g) {
    tw_node x = tw_test_numbers(g, TW_SHAPE(TW_BATCH));
    return tw_add(g, x, tw_test_indices(g, TW_SHAPE(TW_BATCH)));
}

static tw_node use_no_node(tw_graph *g) {
    return tw_tanh(g, TW_NO_NODE);
}

static tw_node use_a_node_of_elsewhere(tw_graph *g) {
    return tw_tanh(g, (tw_node){99});
}

static tw_node input_of_pixels(tw_graph *g) {
    return tw_input(g, "pixels", TW_U8, TW_SHAPE(TW_BATCH, 4));
}

static tw_node input_without_name(tw_graph *g) {
    return tw_input(g, "", TW_F32, TW_SCALAR);
}

static tw_node input_without_name_or_type(tw_graph *g) {
    return tw_input(g, NULL, TW_U8, TW_SCALAR);
}

static tw_node input_of_two_batches(tw_graph *g) {
    return tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 3 * TW_BATCH));
}

static tw_node input_too_large(tw_graph *g) {
    return tw_input(g, "x", TW_F32, TW_SHAPE(INT64_C(1) << 40, INT64_C(1) << 40));
}

static tw_node parameter_with_batch(tw_graph *g) {
    return tw_parameter(g, "w", TW_SHAPE(TW_BATCH, 3));
}

static tw_node parameter_twice(tw_graph *g) {
    tw_parameter(g, "w", TW_SHAPE(3));
    return tw_parameter(g, "w", TW_SHAPE(3));
}

static tw_node input_and_variable_of_one_name(tw_graph *g) {
    tw_graph_enter(g, "layer");
    tw_input(g, "x", TW_F32, TW_SCALAR);
    return tw_variable(g, "x", TW_SCALAR);
}

static tw_node loss_that_is_no_scalar(tw_graph *g) {
    tw_node x = tw_parameter(g, "w", TW_SHAPE(2, 3)), slope;
    tw_gradients(g, tw_square(g, x), &x, 1, &slope);
    return slope;
}

static tw_node loss_of_whole_numbers(tw_graph *g) {
    tw_node x = tw_input(g, "label", TW_I32, TW_SCALAR), slope;
    tw_gradients(g, x, &x, 1, &slope);
    return slope;
}

static tw_node gradient_by_whole_numbers(tw_graph *g) {
    tw_node x = tw_parameter(g, "w", TW_SCALAR), label = tw_input(g, "label", TW_I32, TW_SCALAR);
    tw_node slope;
    tw_gradients(g, tw_square(g, x), &label, 1, &slope);
    return slope;
}

static tw_node gradient_through_a_store(tw_graph *g) {
    tw_node x = tw_parameter(g, "w", TW_SCALAR), v = tw_variable(g, "v", TW_SCALAR), slope;
    tw_gradients(g, tw_assign(g, v, x), &x, 1, &slope);
    return slope;
}

static tw_node given_gradient_of_another_shape(tw_graph *g) {
    tw_node x = tw_parameter(g, "w", TW_SHAPE(3)), slope;
    tw_gradients_from(g, x, tw_constant(g, 1.0), &x, 1, &slope);
    return slope;
}

static tw_node given_gradient_of_another_type(tw_graph *g) {
    tw_node x = tw_parameter(g, "w", TW_SHAPE(3)), slope;
    tw_node label = tw_input(g, "label", TW_I32, TW_SHAPE(3));
    tw_gradients_from(g, x, label, &x, 1, &slope);
    return slope;
}

static tw_node store_in_an_input(tw_graph *g) {
    tw_node x = tw_input(g, "x", TW_F32, TW_SCALAR);
    return tw_assign(g, x, x);
}

static tw_node store_another_shape(tw_graph *g) {
    tw_node v = tw_variable(g, "v", TW_SHAPE(2, 2));
    return tw_assign_add(g, v, tw_constant(g, 1.0));
}

static tw_node substitute_another_shape(tw_graph *g) {
    tw_node v = tw_variable(g, "v", TW_SHAPE(2, 2));
    tw_graph_substitute(g, v, tw_constant(g, 1.0));
    return TW_NO_NODE;
}

static tw_node nest_33_scopes(tw_graph *g) {
    for (int i = 0; i < 32; i++) tw_graph_enter(g, "s");
    for (int i = 0; i < 32; i++) tw_graph_leave(g);
    for (int i = 0; i < 33; i++) tw_graph_enter(g, i < 31 ? "s" : "last");
    return TW_NO_NODE;
}

static tw_node fail_in_a_scope(tw_graph *g) {
    tw_graph_enter(g, "net");
    tw_graph_enter(g, "dense1");
    return add_misfits(g);
}

static void what_cannot_be_built_is_said(void **state) {
    (void)state;
    static const tw_test_refusal table[] = {
        {add_misfits,
         "add: shapes [2, 3] and [4] do not fit; each size must be the same, 1 or missing"},
        {add_two_batches,
         "add: shapes [B, 1] and [B] do not fit; each size must be the same, 1 or missing"},
        {add_labels, "add: input 2 is of type i32; numbers of type f32 can be computed with"},
        {use_no_node, "tanh: is given a node that is none of this graph"},
        {use_a_node_of_elsewhere, "tanh: is given a node that is none of this graph"},
        {input_of_pixels, "pixels: type of the input is u8; f32, f64 and i32 can be fed"},
        {input_without_name, "input: has no name; give it one"},
        {input_without_name_or_type, "input: has no name; give it one"},
        {input_of_two_batches,
         "x: shape of the input is [B, 3 B]; sizes are from 0, and one may be B"},
        {input_too_large, "x: shape of the input is [1099511627776, 1099511627776]; sizes are from "
                          "0, and one may be B"},
        {parameter_with_batch,
         "w: shape of the parameter is [B, 3]; sizes are from 0, and none may be B"},
        {parameter_twice, "w: the name is taken; choose another for this parameter"},
        {input_and_variable_of_one_name,
         "layer/x: the name is taken; choose another for this variable"},
        {loss_that_is_no_scalar,
         "gradients: square1 is f32 [2, 3]; a loss is one number, a scalar"},
        {loss_of_whole_numbers, "gradients: label is i32 []; a loss is one number, a scalar"},
        {gradient_by_whole_numbers, "gradients: label holds whole numbers; it has none"},
        {gradient_through_a_store, "gradients/assign: assign2 has no derivative"},
        {given_gradient_of_another_shape,
         "gradients: w is f32 [3], its given gradient f32 []; both must be the same"},
        {given_gradient_of_another_type,
         "gradients: w is f32 [3], its given gradient i32 [3]; both must be the same"},
        {store_in_an_input,
         "assign: x is a node of input; a variable or parameter can be stored in"},
        {store_another_shape, "assign_add: variable is [2, 2], value is []; both must be the same"},
        {substitute_another_shape, "substitute: v is f32 [2, 2], what takes its place f32 []; both "
                                   "must be the same"},
        {nest_33_scopes, "s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/s/last/last: "
                         "is nested too deep; at most 32 scopes"},
        {fail_in_a_scope, "net/dense1/add: shapes [2, 3] and [4] do not fit; each size must be the "
                          "same, 1 or missing"},
    };
    tw_test_refusals(table, (int)(sizeof table / sizeof *table));
}

static void the_first_error_stays(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    assert_int_equal(tw_graph_check(g), TW_OK);
    assert_string_equal(tw_graph_message(g), "");
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 3)), slope = x;
    assert_int_equal(add_misfits(g).index, -1);
    assert_int_equal(tw_graph_check(g), TW_BAD_SHAPE);
    char first[200];
    snprintf(first, sizeof first, "%s", tw_graph_message(g));
    int count = tw_graph_node_count(g);
    // whatever comes later does nothing, good or bad
    assert_int_equal(tw_tanh(g, x).index, -1);
    assert_int_equal(parameter_with_batch(g).index, -1);
    assert_int_equal(tw_parameter(g, "later", TW_SCALAR).index, -1);
    assert_int_equal(tw_constant(g, 1.0).index, -1);
    tw_gradients(g, x, &x, 1, &slope);
    assert_int_equal(slope.index, -1);
    tw_graph_enter(g, "scope");
    tw_graph_leave(g);
    tw_graph_substitute(g, x, x);
    assert_int_equal(tw_graph_check(g), TW_BAD_SHAPE);
    assert_string_equal(tw_graph_message(g), first);
    assert_int_equal(tw_graph_node_count(g), count);
    tw_plan_options options = tw_plan_options_default();
    assert_int_equal(tw_plan_new(g, p.variables, &x, 1, &options, &p.plan), TW_BAD_SHAPE);
    assert_null(p.plan);
    assert_string_equal(tw_context_message(p.context), first);
    tw_planned_close(&p);
}

static void graphs_compute_in_floating_point_only(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char *const words[] = {"graph: type is i32; f32 or f64 can be computed in",
                                        "graph: type is u8; f32 or f64 can be computed in"};
    for (int i = 0; i < 2; i++) {
        tw_graph *graph = NULL;
        assert_int_equal(tw_graph_new(context, i == 0 ? TW_I32 : TW_U8, &graph), TW_BAD_ARGUMENT);
        assert_null(graph);
        assert_string_equal(tw_context_message(context), words[i]);
    }
    tw_graph_free(NULL);
    tw_context_free(context);
}

// ---- names

static void names_carry_their_scopes(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_graph_enter(g, "net");
    tw_graph_enter(g, "dense1");
    tw_node w = tw_parameter(g, "weight", TW_SHAPE(2));
    tw_node y = tw_tanh(g, w);
    tw_graph_leave(g);
    tw_node b = tw_parameter(g, "weight", TW_SHAPE(3));
    tw_graph_leave(g);
    tw_graph_leave(g); // one too many is nothing
    tw_node c = tw_variable(g, "count", TW_SCALAR);
    assert_string_equal(tw_node_name(g, w), "net/dense1/weight");
    assert_string_equal(tw_node_name(g, y), "net/dense1/tanh1");
    assert_string_equal(tw_node_name(g, b), "net/weight");
    assert_string_equal(tw_node_name(g, c), "count");
    assert_string_equal(tw_node_operator(g, y), "tanh");
    assert_string_equal(tw_node_operator(g, c), "variable");
    const tw_node *parameters = NULL, *inputs = NULL;
    assert_int_equal(tw_graph_parameters(g, &parameters), 2);
    assert_true(parameters[0].index == w.index && parameters[1].index == b.index);
    assert_int_equal(tw_node_inputs(g, y, &inputs), 1);
    assert_int_equal(inputs[0].index, w.index);
    assert_int_equal(tw_node_dtype(g, w), TW_F64);
    tw_planned_close(&p);
}

// ---- equal nodes

static void equal_pure_nodes_are_one(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(2, 3)), v = tw_variable(g, "v", TW_SHAPE(2, 3));
    assert_int_equal(tw_tanh(g, x).index, tw_tanh(g, x).index);
    assert_int_equal(tw_constant(g, 0.1).index, tw_constant(g, (double)0.1f).index); // in f32
    assert_int_equal(tw_sum(g, x, 1).index, tw_sum(g, x, -1).index);
    assert_int_not_equal(tw_sum(g, x, 0).index, tw_sum(g, x, 1).index);
    assert_int_not_equal(tw_constant(g, 0.0).index, tw_constant(g, -0.0).index);
    assert_int_not_equal(tw_constant(g, 0.0).index, tw_constant_like(g, 0.0, x).index);
    assert_int_not_equal(tw_leaky_relu(g, x, 0.1).index, tw_leaky_relu(g, x, 0.2).index);
    assert_int_not_equal(tw_dropout(g, x, 0.5).index, tw_dropout(g, x, 0.5).index);
    assert_int_not_equal(tw_assign(g, v, x).index, tw_assign(g, v, x).index);
    assert_int_not_equal(tw_reshape(g, x, TW_SHAPE(6)).index,
                         tw_reshape(g, x, TW_SHAPE(3, 2)).index);
    tw_planned_close(&p);
}

// ---- substitution

static void substituted_nodes_are_read_in_the_place_of_others(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node w = tw_parameter(g, "w", TW_SHAPE(2)), slope;
    tw_node loss = tw_sum_all(g, tw_square(g, w));
    tw_gradients(g, loss, &w, 1, &slope); // 2 w
    tw_node update = tw_assign(g, w, tw_sub(g, w, slope));
    tw_node ahead = tw_add(g, w, tw_constant(g, 10.0));
    tw_graph_substitute(g, w, ahead); // but for what `ahead` is made from, and the place written
    tw_node later = tw_neg(g, w);
    tw_planned_plan(&p, (tw_node[]){loss, slope, update, later}, 4, 1);
    tw_planned_set(&p, "w", (const double[]){1, 2}, 2);
    tw_planned_run(&p, 1);
    assert_true(tw_planned_at(&p, loss, 0) == 11 * 11 + 12 * 12);
    assert_true(tw_planned_at(&p, slope, 0) == 22 && tw_planned_at(&p, slope, 1) == 24);
    assert_true(tw_planned_at(&p, later, 0) == -1 && tw_planned_at(&p, later, 1) == -2);
    assert_true(tw_planned_variable(&p, "w", 0) == 11 - 22); // the update too reads it ahead
    tw_planned_close(&p);
}

// ---- memory

static tw_status build(tw_context *context, void *user) {
    (void)user;
    tw_graph *g = NULL;
    tw_status status = tw_graph_new(context, TW_F32, &g);
    if (status != TW_OK) return status;
    tw_graph_enter(g, "scope");
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 3)), slopes[2];
    tw_node w = tw_parameter(g, "w", TW_SHAPE(3, 4)), b = tw_parameter(g, "b", TW_SHAPE(4));
    tw_node y = tw_tanh(g, tw_add(g, tw_matmul(g, x, w), b));
    for (int i = 0; i < 100; i++) y = tw_mul(g, y, tw_sin(g, y));
    tw_node loss = tw_mean_all(g, y);
    tw_gradients(g, loss, (tw_node[]){w, b}, 2, slopes);
    tw_assign_add(g, w, slopes[0]);
    tw_graph_substitute(g, w, tw_neg(g, w));
    tw_graph_leave(g);
    status = tw_graph_check(g);
    if (status != TW_OK) assert_string_not_equal(tw_graph_message(g), "");
    tw_graph_free(g);
    return status;
}

static void any_allocation_that_fails_is_latched_and_leaves_nothing(void **state) {
    (void)state;
    assert_true(tw_test_failing_allocations(build, NULL) > 300);
}

TW_TESTS(what_cannot_be_built_is_said, the_first_error_stays, graphs_compute_in_floating_point_only,
         names_carry_their_scopes, equal_pure_nodes_are_one,
         substituted_nodes_are_read_in_the_place_of_others,
         any_allocation_that_fails_is_latched_and_leaves_nothing)
