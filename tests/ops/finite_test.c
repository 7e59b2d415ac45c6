#include <math.h>
#include <stdio.h>

#include "support/gradient.h"

#include "test.h"

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_finite(graph, in[0]);
}

static double reference(const double *in) {
    return in[0];
}

static void finite_is_its_input(void **state) {
    (void)state;
    for (int64_t batch = 1; batch < 20000; batch = 7 * batch + 2)
        tw_test_operator(&(tw_test_case){.build = build,
                                         .element = reference,
                                         .inputs = 1,
                                         .in = {tw_test_from(TW_SHAPE(TW_BATCH, 5), -3.0, 3.0)},
                                         .batch = batch,
                                         .values_only = batch > 10});
}

// v += finite(x): what a run with x leaves in v, and what it returns.
static tw_status add_to_variable(const float *x, float *v, char *message, size_t bytes) {
    tw_context *context = NULL;
    tw_graph *graph = NULL;
    tw_variables *variables = NULL;
    tw_plan *plan = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_graph_new(context, TW_F32, &graph));
    assert_ok(context, tw_variables_new(context, &variables));
    tw_node in = tw_input(graph, "x", TW_F32, TW_SHAPE(3));
    tw_node sum = tw_variable(graph, "v", TW_SHAPE(3));
    // Not x + 1 checked: what is added does not wait for the check by itself.
    tw_node wanted[] = {tw_assign_add(graph, sum, in), tw_finite(graph, in)};
    tw_plan_options options = tw_plan_options_default();
    assert_ok(context, tw_plan_new(graph, variables, wanted, 2, &options, &plan));
    assert_ok(context, tw_plan_feed(plan, in, x));
    tw_status status = tw_plan_run(plan, 1, NULL);
    const tw_tensor *held = tw_variables_find(variables, "v");
    for (int64_t i = 0; i < 3; i++) v[i] = (float)tw_tensor_get(held, i);
    snprintf(message, bytes, "%s", tw_context_message(context));
    tw_plan_free(plan);
    tw_graph_free(graph);
    tw_variables_free(variables);
    tw_context_free(context);
    return status;
}

static void nothing_is_written_where_it_is_not(void **state) {
    (void)state;
    float v[3];
    char message[256];
    const float right[] = {1.0f, -2.0f, 3e38f}, nan[] = {1.0f, 2.0f, NAN},
                infinite[] = {1.0f, -INFINITY, NAN};
    assert_int_equal(add_to_variable(right, v, message, sizeof message), TW_OK);
    assert_true(v[0] == 1.0f && v[1] == -2.0f && v[2] == 3e38f);
    assert_int_equal(add_to_variable(nan, v, message, sizeof message), TW_DIVERGED);
    assert_string_equal(message, "finite: element 2 is not a number");
    assert_true(v[0] == 0.0f && v[1] == 0.0f && v[2] == 0.0f);
    assert_int_equal(add_to_variable(infinite, v, message, sizeof message), TW_DIVERGED);
    assert_string_equal(message, "finite: element 1 is infinite");
    assert_true(v[0] == 0.0f && v[1] == 0.0f && v[2] == 0.0f);
}

static tw_node of_indices(tw_graph *graph) {
    return tw_finite(graph, tw_test_indices(graph, TW_SHAPE(3)));
}

static void whole_numbers_are_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {{of_indices, "finite: whole numbers always are"}};
    tw_test_refusals(table, 1);
}

TW_TESTS(finite_is_its_input, nothing_is_written_where_it_is_not, whole_numbers_are_refused)
