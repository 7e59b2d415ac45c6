// The loss over a data set as a function of the parameters: exact derivatives, whatever the minibatches.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "objective/objective.h"
#include "test.h"
#include "train/surface.h"

typedef struct opened {
    tw_context *context;
    tw_data *train, *test;
    tw_model *model;
    tw_variables *variables;
    tw_objective *objective;
} opened;

// The variables of a model, filled: what a training would have made.
static void fill(opened *o, tw_dtype dtype, const tw_example_form *form) {
    tw_graph *graph = NULL;
    assert_ok(o->context, tw_graph_new(o->context, dtype, &graph));
    tw_node x, target;
    tw_form_inputs(form, graph, &x, &target);
    tw_model_build(o->model, graph, x, tw_form_outputs(form), false);
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(graph, &parameters);
    for (int i = 0; i < count; i++) {
        tw_tensor *tensor = NULL;
        assert_ok(o->context,
                  tw_variables_have(o->variables, tw_node_name(graph, parameters[i]), dtype,
                                    tw_node_shape(graph, parameters[i]), &tensor));
    }
    assert_ok(o->context, tw_model_initialise(o->model, graph, o->variables, NULL, NULL, 3));
    tw_graph_free(graph);
}

static opened open_with(tw_dtype dtype, int threads, int64_t batch, int64_t examples, double l2) {
    opened o = {0};
    assert_int_equal(tw_context_new(&o.context), TW_OK);
    assert_ok(o.context, tw_context_set_threads(o.context, threads));
    assert_ok(o.context, tw_data_open(o.context, "moons", NULL, &o.train, &o.test));
    assert_ok(o.context, tw_model_parse(o.context, "dense 5 tanh; dense outputs", &o.model));
    assert_ok(o.context, tw_variables_new(o.context, &o.variables));
    const tw_loss *loss = NULL;
    assert_ok(o.context, tw_loss_parse(o.context, "cross_entropy", 2, &loss));
    tw_surface_options options = {
        .model = o.model,
        .loss = loss,
        .form = {.shape = *tw_data_shape(o.train), .classes = 2},
        .dtype = dtype,
        .l2 = l2,
        .variables = o.variables,
        .data = o.train,
        .batch = batch,
        .examples = examples,
        .seed = 1,
    };
    fill(&o, dtype, &options.form);
    assert_ok(o.context, tw_surface_new(o.context, &options, &o.objective));
    return o;
}

static void close_all(opened *o) {
    tw_objective_free(o->objective);
    tw_variables_free(o->variables);
    tw_model_free(o->model);
    tw_data_free(o->test);
    tw_data_free(o->train);
    tw_context_free(o->context);
}

static void gradient_and_product_are_exact(void **state) {
    (void)state;
    opened o = open_with(TW_F64, 2, 64, 0, 0.01);
    tw_objective_facts facts = tw_objective_describe(o.objective);
    assert_int_equal(facts.dimension, 2 * 5 + 5 + 5 * 2 + 2);
    assert_int_equal(facts.part_count, 4);
    assert_string_equal(facts.parts[1].name, "dense1/bias");
    assert_int_equal(facts.parts[2].first, 15);
    tw_gradient_check check;
    assert_ok(o.context, tw_objective_check(o.objective, facts.start, &check));
    if (!check.right) fail_msg("%s", tw_context_message(o.context));

    double v[27], product[27], after[27], before[27], moved[27], value;
    for (int i = 0; i < 27; i++) v[i] = cos(i);
    assert_ok(o.context, tw_objective_hessian_product(o.objective, facts.start, v, product));
    for (int i = 0; i < 27; i++) moved[i] = facts.start[i] + 1e-5 * v[i];
    assert_ok(o.context, tw_objective_evaluate(o.objective, moved, &value, after));
    for (int i = 0; i < 27; i++) moved[i] = facts.start[i] - 1e-5 * v[i];
    assert_ok(o.context, tw_objective_evaluate(o.objective, moved, &value, before));
    for (int i = 0; i < 27; i++)
        assert_true(fabs(product[i] - (after[i] - before[i]) / 2e-5) < 1e-8);
    close_all(&o);
}

static void the_size_of_minibatches_changes_rounding_alone(void **state) {
    (void)state;
    double first[28] = {0};
    const int64_t sizes[] = {1000000, 64, 7, 1};
    for (int i = 0; i < 4; i++) {
        opened o = open_with(TW_F64, 2, sizes[i], 300, 0.0);
        double all[28];
        const double *start = tw_objective_describe(o.objective).start;
        assert_ok(o.context, tw_objective_evaluate(o.objective, start, &all[27], all));
        if (i == 0) memcpy(first, all, sizeof all);
        for (int k = 0; k < 28; k++) assert_true(fabs(all[k] - first[k]) < 1e-13);
        close_all(&o);
    }
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    float first[27] = {0};
    for (int threads = 1; threads <= 4; threads++) {
        opened o = open_with(TW_F32, threads, 64, 0, 0.0);
        const double *start = tw_objective_describe(o.objective).start;
        float x[27], product[27];
        for (int i = 0; i < 27; i++) x[i] = (float)start[i];
        assert_ok(o.context, tw_objective_hessian_product(o.objective, x, x, product));
        if (threads == 1) memcpy(first, product, sizeof first);
        assert_memory_equal(first, product, sizeof first);
        close_all(&o);
    }
}

static void what_is_stored_is_where_it_starts(void **state) {
    (void)state;
    opened o = open_with(TW_F64, 1, 64, 0, 0.0);
    tw_objective_facts facts = tw_objective_describe(o.objective);
    double x[27];
    for (int i = 0; i < 27; i++) x[i] = (double)i;
    tw_surface_store(o.objective, x, o.variables);
    const tw_tensor *bias = tw_variables_find(o.variables, "dense2/bias");
    assert_true(tw_tensor_get(bias, 0) == 25.0 && tw_tensor_get(bias, 1) == 26.0);
    assert_true(facts.start[26] != 26.0);
    close_all(&o);
}

TW_TESTS(gradient_and_product_are_exact, the_size_of_minibatches_changes_rounding_alone,
         bits_do_not_depend_on_threads, what_is_stored_is_where_it_starts)
