// Gradients of whole graphs in double: against central differences, differentiated twice and more, of
// what is used several times or not at all, and only as far as they are asked for.
#include "support/planned.h"
#include "support/random_graph.h"

#include <math.h>

#define STEP 1e-5
#define DIFFERENCE 1e-6 // relative to max(1, |slope|)

enum { NODES = 16, GRAPHS = 60, WIDTH = TW_RANDOM_WIDTH, BATCH = 3, OF_W = WIDTH * WIDTH };

// A drawn graph with the mean of its last node as loss, its gradients, and those of u'g by w for a
// direction u that is fed.
typedef struct rig {
    tw_planned p;
    tw_random_graph drawn;
    tw_node loss, direction, slopes[3], curved; // of x, w, v; H u
    double x[BATCH * WIDTH], y[BATCH * WIDTH], w[OF_W], v[WIDTH], u[OF_W];
} rig;

static void give(rig *r) {
    static const double unused[1];
    tw_node x = r->drawn.node[TW_RANDOM_X].made, y = r->drawn.node[TW_RANDOM_Y].made;
    const tw_node inputs[] = {x, y, r->direction};
    const double *numbers[] = {r->x, r->y, r->u};
    const int64_t counts[] = {BATCH * WIDTH, BATCH * WIDTH, OF_W};
    for (int i = 0; i < 3; i++) {
        if (tw_plan_feed(r->p.plan, inputs[i], unused) == TW_OK)
            tw_planned_feed(&r->p, inputs[i], numbers[i], counts[i]);
    }
    if (tw_variables_find(r->p.variables, "w") != NULL) tw_planned_set(&r->p, "w", r->w, OF_W);
    if (tw_variables_find(r->p.variables, "v") != NULL) tw_planned_set(&r->p, "v", r->v, WIDTH);
}

static void run(rig *r) {
    give(r);
    tw_planned_run(&r->p, BATCH);
}

static void open_rig(rig *r, uint64_t seed) {
    tw_planned_open(&r->p, TW_F64, 1);
    tw_graph *g = r->p.graph;
    tw_random_graph_build(&r->drawn, g, seed, NODES);
    tw_random_node *node = r->drawn.node;
    const tw_node of[] = {node[TW_RANDOM_X].made, node[TW_RANDOM_W].made, node[TW_RANDOM_V].made};
    r->loss = tw_mean_all(g, tw_sin(g, node[r->drawn.count - 1].made));
    tw_gradients(g, r->loss, of, 3, r->slopes);
    r->direction = tw_input(g, "u", TW_F64, TW_SHAPE(WIDTH, WIDTH));
    tw_node along = tw_sum_all(g, tw_mul(g, r->slopes[1], r->direction));
    tw_gradients(g, along, &of[1], 1, &r->curved);
    tw_node wanted[] = {r->loss, r->slopes[0], r->slopes[1], r->slopes[2], r->curved};
    tw_planned_plan(&r->p, wanted, 5, BATCH);
    tw_planned_numbers(r->x, BATCH * WIDTH, -1.5, 1.5, seed + 1000);
    tw_planned_numbers(r->y, BATCH * WIDTH, -1.5, 1.5, seed + 2000);
    tw_planned_numbers(r->w, OF_W, -1.0, 1.0, seed + 3000);
    tw_planned_numbers(r->v, WIDTH, -1.0, 1.0, seed + 4000);
    tw_planned_numbers(r->u, OF_W, -1.0, 1.0, seed + 5000);
}

static double loss_with(rig *r, double *place, double value) {
    double kept = *place;
    *place = value;
    run(r);
    *place = kept;
    return tw_planned_at(&r->p, r->loss, 0);
}

static void check_slopes(rig *r, int which, double *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        run(r);
        double slope = tw_planned_at(&r->p, r->slopes[which], i);
        double above = loss_with(r, &numbers[i], numbers[i] + STEP);
        double below = loss_with(r, &numbers[i], numbers[i] - STEP);
        tw_planned_assert_close(slope, (above - below) / (2.0 * STEP), DIFFERENCE, "slope");
    }
}

static void gradients_of_drawn_graphs_match_central_differences(void **state) {
    (void)state;
    static rig r;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        open_rig(&r, seed);
        check_slopes(&r, 0, r.x, BATCH * WIDTH);
        check_slopes(&r, 1, r.w, OF_W);
        check_slopes(&r, 2, r.v, WIDTH);
        tw_planned_close(&r.p);
    }
}

// g(w + step u) into `slope`.
static void slope_along(rig *r, double step, double *slope) {
    double kept[OF_W];
    for (int i = 0; i < OF_W; i++) {
        kept[i] = r->w[i];
        r->w[i] += step * r->u[i];
    }
    run(r);
    for (int i = 0; i < OF_W; i++) {
        slope[i] = tw_planned_at(&r->p, r->slopes[1], i);
        r->w[i] = kept[i];
    }
}

static void hessian_products_match_differences_of_gradients(void **state) {
    (void)state;
    static rig r;
    int curved = 0;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        double above[OF_W], below[OF_W];
        open_rig(&r, seed);
        slope_along(&r, STEP, above);
        slope_along(&r, -STEP, below);
        run(&r);
        for (int i = 0; i < OF_W; i++) {
            double got = tw_planned_at(&r.p, r.curved, i);
            tw_planned_assert_close(got, (above[i] - below[i]) / (2.0 * STEP), DIFFERENCE, "H u");
            curved += got != 0.0;
        }
        tw_planned_close(&r.p);
    }
    assert_true(curved > GRAPHS); // not zeros against zeros
}

static void hessians_are_symmetric(void **state) {
    (void)state;
    static rig r;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        double z[OF_W], u_h_z = 0.0, z_h_u = 0.0;
        open_rig(&r, seed);
        run(&r);
        tw_planned_numbers(z, OF_W, -1.0, 1.0, seed + 6000);
        for (int i = 0; i < OF_W; i++) {
            z_h_u += z[i] * tw_planned_at(&r.p, r.curved, i);
            double kept = r.u[i];
            r.u[i] = z[i];
            z[i] = kept; // now u is z, and z is u
        }
        run(&r);
        for (int i = 0; i < OF_W; i++) u_h_z += z[i] * tw_planned_at(&r.p, r.curved, i);
        tw_planned_assert_close(u_h_z, z_h_u, 1e-11, "u'H z");
        tw_planned_close(&r.p);
    }
}

// ---- single numbers

// The value of f of a scalar x at 0.7 and its first four derivatives.
static void differentiate(tw_node (*f)(tw_graph *g, tw_node x), double at, double out[5]) {
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_node x = tw_input(p.graph, "x", TW_F64, TW_SCALAR);
    tw_node y[5] = {f(p.graph, x)};
    for (int i = 0; i < 4; i++) tw_gradients(p.graph, y[i], &x, 1, &y[i + 1]);
    tw_planned_plan(&p, y, 5, 1);
    if (tw_plan_feed(p.plan, x, &at) != TW_OK) fail_msg("x is not read");
    tw_planned_run(&p, 1);
    for (int i = 0; i < 5; i++) out[i] = tw_planned_at(&p, y[i], 0);
    tw_planned_close(&p);
}

static tw_node cubic(tw_graph *g, tw_node x) {
    return tw_add(g, tw_mul(g, x, tw_mul(g, x, x)), x);
}

static tw_node wave(tw_graph *g, tw_node x) {
    return tw_exp(g, tw_sin(g, x));
}

static void a_node_used_several_times_gets_all_its_slopes(void **state) {
    (void)state;
    double d[5];
    differentiate(cubic, 0.7, d);
    const double want[] = {0.7 * 0.7 * 0.7 + 0.7, 3 * 0.7 * 0.7 + 1, 6 * 0.7, 6.0, 0.0};
    for (int i = 0; i < 5; i++) tw_planned_assert_close(d[i], want[i], 1e-14, "cubic");
}

static void four_derivatives_are_exact(void **state) {
    (void)state;
    double d[5], s = sin(0.7), c = cos(0.7), f = exp(s);
    differentiate(wave, 0.7, d);
    const double want[] = {f, f * c, f * (c * c - s), f * (c * c * c - 3 * s * c - c),
                           f * (c * c * c * c - 6 * s * c * c + 3 * s * s - 4 * c * c + s)};
    for (int i = 0; i < 5; i++) tw_planned_assert_close(d[i], want[i], 1e-13, "exp(sin(x))");
}

// ---- how far they go

static void what_a_loss_does_not_reach_gets_zeros_of_its_shape(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_parameter(g, "x", TW_SHAPE(2, 3)), other = tw_parameter(g, "o", TW_SHAPE(4));
    tw_node loss = tw_sum_all(g, tw_square(g, x)), slopes[2];
    tw_gradients(g, loss, (tw_node[]){other, x}, 2, slopes);
    assert_true(tw_shape_equal(tw_node_shape(g, slopes[0]), &TW_SHAPE(4)));
    tw_planned_plan(&p, (tw_node[]){slopes[0], slopes[1]}, 2, 1);
    tw_planned_draw(&p, "x", 1);
    tw_planned_run(&p, 1);
    for (int i = 0; i < 4; i++) assert_true(tw_planned_at(&p, slopes[0], i) == 0.0);
    for (int i = 0; i < 6; i++)
        assert_true(tw_planned_at(&p, slopes[1], i) == 2.0 * tw_planned_variable(&p, "x", i));
    tw_planned_close(&p);
}

static void an_intermediate_and_what_it_is_made_of_both_get_theirs(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F64, TW_SCALAR), h = tw_sin(g, x);
    tw_node loss = tw_mul(g, tw_square(g, h), x), slopes[3];
    tw_gradients(g, loss, (tw_node[]){x, h, loss}, 3, slopes);
    tw_planned_plan(&p, slopes, 3, 1);
    const double at = 0.4, s = sin(0.4), c = cos(0.4);
    tw_planned_feed(&p, x, &at, 1);
    tw_planned_run(&p, 1);
    tw_planned_assert_close(tw_planned_at(&p, slopes[0], 0), s * s + 2 * s * c * at, 1e-14, "x");
    tw_planned_assert_close(tw_planned_at(&p, slopes[1], 0), 2 * s * at, 1e-14, "h");
    assert_true(tw_planned_at(&p, slopes[2], 0) == 1.0);
    tw_planned_close(&p);
}

// Nodes that gradients of x * f(y) by x add, where f is `depth` operators deep.
static int nodes_added(int depth, bool constant) {
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F64, TW_SCALAR);
    tw_node f = constant ? tw_constant(g, 2.0) : tw_input(g, "y", TW_F64, TW_SCALAR);
    for (int i = 0; i < depth; i++) f = tw_tanh(g, f);
    tw_node loss = tw_mul(g, x, f), slope;
    int before = tw_graph_node_count(g);
    tw_gradients(g, loss, &x, 1, &slope);
    int added = tw_graph_node_count(g) - before;
    tw_planned_close(&p);
    return added;
}

static void nothing_is_differentiated_that_was_not_asked_for(void **state) {
    (void)state;
    assert_int_equal(nodes_added(100, true), nodes_added(1, true));
    assert_int_equal(nodes_added(100, false), nodes_added(1, false));
}

static void a_given_gradient_is_pulled_back(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F64, TW_SHAPE(TW_BATCH, 2));
    tw_node given = tw_input(g, "given", TW_F64, TW_SHAPE(TW_BATCH, 2)), slope;
    tw_gradients_from(g, tw_square(g, x), given, &x, 1, &slope);
    tw_planned_plan(&p, &slope, 1, 2);
    const double at[] = {1, 2, 3, 4}, v[] = {10, 20, 30, 40};
    tw_planned_feed(&p, x, at, 4);
    tw_planned_feed(&p, given, v, 4);
    tw_planned_run(&p, 2);
    for (int i = 0; i < 4; i++) assert_true(tw_planned_at(&p, slope, i) == 2 * at[i] * v[i]);
    tw_planned_close(&p);
}

static void gradients_of_a_mean_follow_the_batch(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F64, TW_SHAPE(TW_BATCH)), w = tw_parameter(g, "w", TW_SCALAR);
    tw_node slope, loss = tw_mean_all(g, tw_mul(g, x, w));
    tw_gradients(g, loss, &w, 1, &slope);
    tw_planned_plan(&p, &slope, 1, 4);
    const double at[] = {1, 2, 4, 9};
    tw_planned_feed(&p, x, at, 4);
    const int64_t batches[] = {4, 3, 1, 2, 4};
    const double want[] = {4.0, 7.0 / 3.0, 1.0, 1.5, 4.0};
    for (int i = 0; i < 5; i++) {
        tw_planned_run(&p, batches[i]);
        tw_planned_assert_close(tw_planned_at(&p, slope, 0), want[i], 1e-15, "slope");
    }
    tw_planned_close(&p);
}

TW_TESTS(gradients_of_drawn_graphs_match_central_differences,
         hessian_products_match_differences_of_gradients, hessians_are_symmetric,
         a_node_used_several_times_gets_all_its_slopes, four_derivatives_are_exact,
         what_a_loss_does_not_reach_gets_zeros_of_its_shape,
         an_intermediate_and_what_it_is_made_of_both_get_theirs,
         nothing_is_differentiated_that_was_not_asked_for, a_given_gradient_is_pulled_back,
         gradients_of_a_mean_follow_the_batch)
