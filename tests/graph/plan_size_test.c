// What plans make of a graph: how many passes, how much memory; and that neither depth nor width takes
// more than its share of time or stack.
#include "support/planned.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH 1000
#define LAYERS 3000 // more than are placed by looking at all others

static tw_node numbers(tw_graph *g, const char *name) {
    return tw_input(g, name, TW_F32, TW_SHAPE(WIDTH));
}

static tw_node chain(tw_graph *g, tw_node x, int length) {
    for (int i = 0; i < length; i++) x = i % 2 == 0 ? tw_sin(g, x) : tw_mul(g, x, x);
    return x;
}

static tw_plan_size measure(tw_planned *p, const tw_node *wanted, int count) {
    tw_planned_plan(p, wanted, count, 1);
    return tw_plan_measure(p->plan);
}

// ---- passes

static tw_node chain_of_60(tw_graph *g) {
    return chain(g, numbers(g, "x"), 60);
}

static tw_node diamond(tw_graph *g) {
    tw_node x = tw_sin(g, numbers(g, "x"));
    return tw_add(g, tw_tanh(g, x), tw_mul(g, tw_cos(g, x), numbers(g, "y")));
}

static tw_node with_repeated(tw_graph *g) {
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, WIDTH));
    return tw_tanh(g, tw_mul(g, tw_add(g, x, numbers(g, "b")), tw_constant(g, 2.0)));
}

static tw_node around_a_sum(tw_graph *g) {
    tw_node x = numbers(g, "x"), e = tw_exp(g, tw_neg(g, x));
    return tw_div(g, e, tw_sqrt(g, tw_sum_all(g, e))); // e is needed before and behind
}

static tw_node around_a_product(tw_graph *g) {
    tw_node w = tw_parameter(g, "w", TW_SHAPE(8, 8)), x = tw_parameter(g, "x", TW_SHAPE(8, 8));
    return tw_tanh(g, tw_sin(g, tw_matmul(g, tw_exp(g, tw_neg(g, x)), w)));
}

static void element_wise_chains_become_one_pass(void **state) {
    (void)state;

    static const struct {
        tw_node (*build)(tw_graph *g);
        int kernels, nodes, fused;
    } table[] = {
        {chain_of_60, 1, 60, 60},    // one pass
        {diamond, 1, 5, 5},          // whatever its form
        {with_repeated, 1, 3, 3},    // an input that is repeated is read in it
        {around_a_sum, 4, 5, 2},     // exp(-x); the sum; the root, of another shape; the quotient
        {around_a_product, 3, 5, 4}, // before; the product; behind
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F32, 1);
        tw_node y = table[i].build(p.graph);
        tw_plan_size size = measure(&p, &y, 1);
        if (size.kernel_count != table[i].kernels || size.node_count != table[i].nodes ||
            size.fused_count != table[i].fused)
            fail_msg("graph %zu: %d kernels, %d nodes, %d fused", i, size.kernel_count,
                     size.node_count, size.fused_count);
        tw_planned_close(&p);
    }
}

static void a_rule_s_update_is_one_pass(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node w = tw_parameter(g, "w", TW_SHAPE(WIDTH)), s = tw_variable(g, "s", TW_SHAPE(WIDTH));
    tw_node slope = numbers(g, "slope"), tenth = tw_constant(g, 0.1);
    tw_node next =
        tw_add(g, tw_mul(g, tenth, tw_square(g, slope)), tw_mul(g, s, tw_constant(g, 0.9)));
    tw_node move = tw_div(g, tw_mul(g, tenth, slope), tw_sqrt(g, next));
    tw_plan_size size =
        measure(&p, (tw_node[]){tw_assign(g, s, next), tw_assign(g, w, tw_sub(g, w, move))}, 2);
    assert_int_equal(size.kernel_count, 1);
    assert_int_equal(size.arena_bytes, 0); // all stays in registers and variables
    assert_int_equal(size.variable_bytes, 2 * WIDTH * sizeof(float));
    assert_int_equal(size.parameter_count, WIDTH);
    tw_planned_close(&p);
}

// One operator at a time against all at once: the same but for roundings that a wider instruction saves.
static void fused_and_single_operators_give_the_same_numbers(void **state) {
    (void)state;
    tw_planned p, q;
    tw_planned_open(&p, TW_F64, 1);
    tw_planned_open(&q, TW_F64, 1);
    static double x[WIDTH], y[WIDTH];
    tw_planned_numbers(x, WIDTH, -1.0, 1.0, 3);
    tw_node in = tw_input(p.graph, "x", TW_F64, TW_SHAPE(WIDTH)), out = chain(p.graph, in, 12);
    tw_planned_plan(&p, &out, 1, 1);
    tw_planned_feed(&p, in, x, WIDTH);
    tw_planned_run(&p, 1);
    tw_node one = tw_input(q.graph, "x", TW_F64, TW_SHAPE(WIDTH));
    tw_node step[2] = {tw_sin(q.graph, one), tw_mul(q.graph, one, one)};
    for (int i = 0; i < 12; i++) {
        tw_planned_plan(&q, &step[i % 2], 1, 1);
        tw_planned_feed(&q, one, i == 0 ? x : y, WIDTH);
        tw_planned_run(&q, 1);
        for (int k = 0; k < WIDTH; k++) y[k] = tw_planned_at(&q, step[i % 2], k);
    }
    for (int k = 0; k < WIDTH; k++)
        tw_planned_assert_close(tw_planned_at(&p, out, k), y[k], 1e-14, "chain");
    tw_planned_close(&p);
    tw_planned_close(&q);
}

// ---- memory

// Layers of products, which no pass swallows: [64, 64] each, 16 KiB.
static tw_node layers(tw_graph *g, tw_node x, tw_node w, int count) {
    for (int i = 0; i < count; i++) x = tw_tanh(g, tw_matmul(g, x, w));
    return x;
}

static void a_long_chain_needs_no_more_memory_than_a_short_one(void **state) {
    (void)state;
    uint64_t bytes[2];
    for (int i = 0; i < 2; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F32, 1);
        tw_node x = tw_parameter(p.graph, "x", TW_SHAPE(64, 64));
        tw_node w = tw_parameter(p.graph, "w", TW_SHAPE(64, 64));
        tw_node y = layers(p.graph, x, w, i == 0 ? 4 : LAYERS);
        tw_plan_size size = measure(&p, &y, 1);
        bytes[i] = size.arena_bytes;
        assert_true(size.unshared_bytes >= 16384u * (i == 0 ? 8 : 2 * LAYERS));
        tw_planned_close(&p);
    }
    // what is read, what is written, and a little of the product's own; tanh writes over
    assert_true(bytes[0] >= 2 * 16384 && bytes[0] < 2 * 16384 + 1024);
    assert_true(bytes[1] <= 2 * bytes[0]); // however long
}

// The gradients of `count` layers with weights of their own, and their updates if wanted.
static uint64_t arena_of_training(int count, bool update) {
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 128)), w[16], slopes[16], wanted[16];
    for (int i = 0; i < count; i++) {
        char name[] = "wa";
        name[1] = (char)('a' + i);
        w[i] = tw_parameter(g, name, TW_SHAPE(128, 128));
        x = tw_tanh(g, tw_matmul(g, x, w[i]));
    }
    tw_gradients(g, tw_mean_all(g, tw_square(g, x)), w, count, slopes);
    for (int i = 0; i < count; i++)
        wanted[i] = update ? tw_assign_add(g, w[i], slopes[i]) : slopes[i];
    tw_planned_plan(&p, wanted, count, 2);
    uint64_t bytes = tw_plan_measure(p.plan).arena_bytes;
    tw_planned_close(&p);
    return bytes;
}

static void an_update_gives_its_gradient_s_memory_back_at_once(void **state) {
    (void)state;
    const uint64_t gradient = 128 * 128 * sizeof(float);
    uint64_t kept = arena_of_training(12, false), given = arena_of_training(12, true);
    assert_true(kept >= 12 * gradient);
    // a gradient or two alive at a time, and activations of two examples
    assert_true(given < 3 * gradient);
    assert_true(arena_of_training(16, true) - given <
                gradient / 2); // of each layer its activations
}

static void a_pass_writes_over_an_input_that_nobody_needs_later(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node w = tw_parameter(g, "w", TW_SHAPE(64, 64)), x = tw_parameter(g, "x", TW_SHAPE(64, 64));
    tw_node product = tw_matmul(g, x, w), y = tw_tanh(g, product), z = tw_matmul(g, y, product);
    uint64_t own = measure(&p, &product, 1).arena_bytes; // and a little of the product's
    assert_int_equal(measure(&p, &y, 1).arena_bytes, own);
    assert_int_equal(measure(&p, (tw_node[]){y, product}, 2).arena_bytes, 2 * 16384); // both kept
    assert_true(measure(&p, &z, 1).arena_bytes >= 3 * 16384); // needed behind the pass
    tw_planned_close(&p);
}

// ---- depth and width

typedef struct point {
    double a, b;
} point;

static point turn(point x, const double w[4]) {
    return (point){x.a * w[0] + x.b * w[2], x.a * w[1] + x.b * w[3]};
}

// x1 = sin(x0 w), x2 = sin(x1 w), ...; the gradients of the last one's sum by x0 and w, by hand.
static point descend(point x, const double w[4], double slope[4]) {
    static point in[LAYERS], out[LAYERS];
    for (int i = 0; i < LAYERS; i++) {
        in[i] = x;
        out[i] = turn(x, w);
        x = (point){sin(out[i].a), sin(out[i].b)};
    }
    point d = {1.0, 1.0};
    for (int i = LAYERS; i-- > 0;) {
        d = (point){d.a * cos(out[i].a), d.b * cos(out[i].b)};
        slope[0] += in[i].a * d.a;
        slope[1] += in[i].a * d.b;
        slope[2] += in[i].b * d.a;
        slope[3] += in[i].b * d.b;
        d = (point){d.a * w[0] + d.b * w[1], d.a * w[2] + d.b * w[3]};
    }
    return d;
}

static void a_chain_longer_than_is_looked_at_lies_as_it_must(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    const double first[] = {0.1, -0.05}, w[] = {cos(0.3), sin(0.3), -sin(0.3), cos(0.3)};
    tw_node start = tw_input(g, "x", TW_F64, TW_SHAPE(1, 2)), x = start, slopes[2];
    tw_node weight = tw_parameter(g, "w", TW_SHAPE(2, 2));
    for (int i = 0; i < LAYERS; i++) x = tw_sin(g, tw_matmul(g, x, weight));
    tw_gradients(g, tw_sum_all(g, x), (tw_node[]){start, weight}, 2, slopes);
    tw_planned_plan(&p, slopes, 2, 1);
    tw_plan_size size = tw_plan_measure(p.plan);
    assert_true(size.arena_bytes < size.unshared_bytes / 2); // gradients take what activations left
    tw_planned_set(&p, "w", w, 4);
    tw_planned_feed(&p, start, first, 2);
    double want[4] = {0.0};
    point d = descend((point){first[0], first[1]}, w, want);
    for (int run = 0; run < 2; run++) {
        tw_planned_run(&p, 1);
        tw_planned_assert_close(tw_planned_at(&p, slopes[0], 0), d.a, 1e-12, "slope of x");
        tw_planned_assert_close(tw_planned_at(&p, slopes[0], 1), d.b, 1e-12, "slope of x");
        for (int i = 0; i < 4; i++)
            tw_planned_assert_close(tw_planned_at(&p, slopes[1], i), want[i], 1e-10, "slope of w");
    }
    assert_true(fabs(d.a) > 1e-3);
    tw_planned_close(&p);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef void sized_work(int size);

// A chain of `length`, its gradients, an update.
static void deep(int length) {
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node w = tw_parameter(g, "w", TW_SHAPE(2, 2)), x = w, slope;
    for (int i = 0; i < length / 2; i++)
        x = tw_sin(g, i % 3 == 0 ? tw_matmul(g, x, w) : tw_add(g, x, w));
    tw_gradients(g, tw_mean_all(g, x), &w, 1, &slope);
    tw_node update = tw_assign_add(g, w, slope);
    tw_planned_plan(&p, &update, 1, 1);
    tw_planned_run(&p, 1);
    assert_true(isfinite(tw_planned_variable(&p, "w", 0)));
    tw_planned_close(&p);
}

// A sum of `width` parts that all read one parameter, with gradients and an update each.
static void broad(int width) {
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node *w = calloc((size_t)width + 1, sizeof *w), *slopes = calloc((size_t)width, sizeof *w);
    tw_node shared = tw_parameter(g, "shared", TW_SHAPE(2)), sum = tw_sum_all(g, shared);
    tw_node index = tw_input(g, "index", TW_I32, TW_SHAPE(1)); // may be found bad: all updates wait
    sum = tw_add(g, sum, tw_sum_all(g, tw_gather(g, shared, index)));
    for (int i = 0; i < width; i++) {
        char name[32];
        snprintf(name, sizeof name, "w%d", i);
        w[i] = tw_parameter(g, name, TW_SHAPE(2));
        sum = tw_add(g, sum, tw_sum_all(g, tw_mul(g, w[i], shared)));
    }
    tw_gradients(g, sum, w, width, slopes);
    for (int i = 0; i < width; i++) w[i] = tw_assign_add(g, w[i], slopes[i]);
    w[width] = sum;
    tw_planned_plan(&p, w, width + 1, 1);
    tw_planned_feed(&p, index, (const double[]){1}, 1);
    tw_planned_run(&p, 1);
    free(w);
    free(slopes);
    tw_planned_close(&p);
}

// Eight times the size in at most 24 times the time: fresh memory makes eight up to fifteen, of
// quadratic work it would be 64.
static void assert_not_quadratic(sized_work *work, int size) {
    work(size / 8); // warms up
    double start = seconds();
    work(size);
    double one = seconds() - start;
    work(8 * size);
    double eight = seconds() - start - one;
    if (eight > 24.0 * one + 0.02) fail_msg("%d: %g s, %d: %g s", size, one, 8 * size, eight);
}

static void a_deep_chain_takes_neither_stack_nor_quadratic_time(void **state) {
    (void)state;
    assert_not_quadratic(deep, 2000);
}

static void a_broad_graph_takes_no_quadratic_time(void **state) {
    (void)state;
    assert_not_quadratic(broad, 500);
}

TW_TESTS(element_wise_chains_become_one_pass, a_rule_s_update_is_one_pass,
         fused_and_single_operators_give_the_same_numbers,
         a_long_chain_needs_no_more_memory_than_a_short_one,
         an_update_gives_its_gradient_s_memory_back_at_once,
         a_pass_writes_over_an_input_that_nobody_needs_later,
         a_chain_longer_than_is_looked_at_lies_as_it_must,
         a_deep_chain_takes_neither_stack_nor_quadratic_time, a_broad_graph_takes_no_quadratic_time)
