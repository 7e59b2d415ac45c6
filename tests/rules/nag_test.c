#include "rules/rule_reference.h"

#include <math.h>

#include "thalweg/ops.h"
#include "thalweg/plan.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] - 0.03 * x->g[k];
            x->theta[k] += x->state[0][k];
        }
    }
}

static void nag_steps_like_momentum_by_the_gradient_it_is_given(void **state) {
    (void)state;
    tw_test_against_reference(
        &(tw_reference){"nag:lr=0.03,momentum=0.8", .states = {"nag.v"}, .step = step});
}

// x^4/4 from 2: whose slope is x^3, taken at x + momentum*v.
static void nag_takes_the_gradient_ahead(void **state) {
    (void)state;
    tw_context *context;
    tw_graph *graph;
    tw_method *method;
    tw_variables *variables;
    tw_plan *plan;
    tw_tensor *theta;
    tw_node update;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_graph_new(context, TW_F64, &graph));
    assert_ok(context, tw_method_parse(context, "nag:lr=0.02,momentum=0.7", &method));
    assert_ok(context, tw_variables_new(context, &variables));
    tw_node x = tw_parameter(graph, "x", TW_SHAPE(1)), square = tw_square(graph, x);
    tw_node loss =
        tw_sum_all(graph, tw_mul(graph, tw_constant(graph, 0.25), tw_square(graph, square)));
    assert_ok(context, tw_method_attach(method, graph, loss, &x, 1, &update));
    assert_ok(context, tw_variables_have(variables, "x", TW_F64, &TW_SHAPE(1), &theta));
    tw_tensor_set(theta, 0, 2.0);
    assert_ok(context, tw_method_start(method, graph, variables, 1, NULL));
    tw_plan_options options = tw_plan_options_default();
    assert_ok(context, tw_plan_new(graph, variables, &update, 1, &options, &plan));
    double at = 2.0, v = 0.0;
    for (int t = 1; t <= 20; t++) {
        assert_ok(context, tw_plan_run(plan, 1, NULL));
        v = 0.7 * v - 0.02 * pow(at + 0.7 * v, 3.0);
        at += v;
        assert_true(fabs(tw_tensor_get(theta, 0) - at) < 1e-13);
    }
    tw_plan_free(plan);
    tw_variables_free(variables);
    tw_graph_free(graph);
    tw_method_free(method);
    tw_context_free(context);
}

// Sutskever and others, 2013, theorem 2.1: along a direction of curvature l, nag is momentum with
// momentum*(1 - lr*l). With the gradient at the look-ahead point, l*(x + momentum*v).
static tw_status keep(const tw_method_step *at, void *user) {
    *(double *)user = at->theta[0];
    return TW_OK;
}

static void nag_on_a_parabola_is_momentum_with_less_of_it(void **state) {
    (void)state;

    enum { STEPS = 40 };

    const double lr = 0.05, mu = 0.9, l = 3.0;
    double gradients[STEPS], x = 1.0, v = 0.0, got = 0.0;
    for (int t = 0; t < STEPS; t++) {
        gradients[t] = l * (x + mu * v);
        v = mu * (1.0 - lr * l) * v - lr * l * x; // the heavy ball's own gradient: at x
        x += v;
    }
    tw_context *context;
    tw_method *method;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_method_parse(context, "nag:lr=0.05,momentum=0.9", &method));
    assert_ok(context,
              tw_method_trace(method,
                              &(tw_method_feed){TW_F64, &(double){1.0}, 1, gradients, STEPS, 1},
                              keep, &got));
    assert_true(fabs(got - x) < 1e-12);
    tw_method_free(method);
    tw_context_free(context);
}

TW_TESTS(nag_steps_like_momentum_by_the_gradient_it_is_given, nag_takes_the_gradient_ahead,
         nag_on_a_parabola_is_momentum_with_less_of_it)
