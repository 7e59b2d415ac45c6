// A graph of one's own and its second derivatives: f(x, y) = (1 - x)^2 + 100 (y - x^2)^2, its gradient,
// and the product of its Hessian with a vector, which is the gradient of (gradient . vector). The largest
// eigenvalue of the Hessian follows from a few such products, without the matrix ever being made.
#include <math.h>
#include <stdio.h>
#include <thalweg/thalweg.h>

#define PRODUCTS 50

// The nodes that are asked for at each run.
typedef struct valley {
    tw_node point, vector;                // inputs [2]
    tw_node value, gradient, along, bend; // f, its gradient, the Hessian times `vector`
} valley;

static void build(tw_graph *g, valley *v) {
    v->point = tw_input(g, "point", TW_F64, TW_SHAPE(2));
    v->vector = tw_input(g, "vector", TW_F64, TW_SHAPE(2));
    tw_node x = tw_slice(g, v->point, 0, 0, 1), y = tw_slice(g, v->point, 0, 1, 1);
    tw_node off = tw_square(g, tw_sub(g, y, tw_square(g, x)));
    tw_node wall = tw_mul(g, tw_constant(g, 100.0), off);
    tw_node bed = tw_square(g, tw_sub(g, tw_constant(g, 1.0), x));
    v->value = tw_sum_all(g, tw_add(g, bed, wall));
    tw_gradients(g, v->value, &v->point, 1, &v->gradient);
    v->along = tw_sum_all(g, tw_mul(g, v->gradient, v->vector));
    tw_gradients(g, v->along, &v->point, 1, &v->bend);
}

// Power iteration: the vector turns towards the direction of the largest curvature.
static tw_status find_curvature(const valley *v, tw_plan *plan) {
    double point[2] = {-1.2, 1.0}, vector[2] = {1.0, 0.0}, largest = 0.0;
    tw_status status = tw_plan_feed(plan, v->point, point);
    if (status == TW_OK) status = tw_plan_feed(plan, v->vector, vector);
    for (int i = 0; i < PRODUCTS && status == TW_OK; i++) {
        status = tw_plan_run(plan, 1, NULL);
        if (status != TW_OK) break;
        const double *product = tw_plan_value(plan, v->bend);
        largest = hypot(product[0], product[1]);
        for (int k = 0; k < 2; k++) vector[k] = product[k] / largest;
    }
    if (status != TW_OK) return status;
    const double *gradient = tw_plan_value(plan, v->gradient);
    printf("f(%g, %g) = %g, gradient (%g, %g)\n", point[0], point[1],
           tw_plan_scalar(plan, v->value), gradient[0], gradient[1]);
    printf("largest curvature %.6f along (%.6f, %.6f): gradient descent needs lr < %.6f\n", largest,
           vector[0], vector[1], 2.0 / largest);
    return TW_OK;
}

int main(void) {
    tw_context *context = NULL;
    tw_graph *graph = NULL;
    tw_variables *variables = NULL; // none here: point and vector are inputs
    tw_plan *plan = NULL;
    valley v;
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_plan_options options = tw_plan_options_default();
    tw_status status = tw_graph_new(context, TW_F64, &graph);
    if (status == TW_OK) status = tw_variables_new(context, &variables);
    if (status == TW_OK) {
        build(graph, &v); // errors of building are told by tw_plan_new
        status = tw_plan_new(graph, variables, (tw_node[]){v.value, v.gradient, v.bend}, 3,
                             &options, &plan);
    }
    if (status == TW_OK) status = find_curvature(&v, plan);
    if (status != TW_OK) fprintf(stderr, "second_derivatives: %s\n", tw_context_message(context));
    tw_plan_free(plan);
    tw_variables_free(variables);
    tw_graph_free(graph);
    tw_context_free(context);
    return status != TW_OK;
}
