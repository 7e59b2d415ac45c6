// Passes at their limits: too many arrays, values, operations or changes of repetition cut a pass in two
// and never refuse a graph; each cut leaves the numbers right.
#include "support/planned.h"

#include <math.h>
#include <stdio.h>

static void a_sum_of_many_arrays_is_cut(void **state) {
    (void)state;

    enum { ARRAYS = 100, WIDTH = 5 };

    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_node sum = tw_constant(p.graph, 1.0);
    char names[ARRAYS][16];
    for (int i = 0; i < ARRAYS; i++) {
        snprintf(names[i], sizeof names[i], "a%d", i);
        sum = tw_add(p.graph, sum, tw_parameter(p.graph, names[i], TW_SHAPE(WIDTH)));
    }
    tw_planned_plan(&p, &sum, 1, 1);
    int kernels = tw_plan_measure(p.plan).kernel_count;
    assert_true(kernels > 1 && kernels < ARRAYS / 4);
    double want[WIDTH] = {1, 1, 1, 1, 1};
    for (int i = 0; i < ARRAYS; i++) {
        double numbers[WIDTH];
        tw_planned_numbers(numbers, WIDTH, -1.0, 1.0, (uint64_t)i);
        tw_planned_set(&p, names[i], numbers, WIDTH);
        for (int k = 0; k < WIDTH; k++) want[k] += numbers[k];
    }
    tw_planned_run(&p, 1);
    for (int k = 0; k < WIDTH; k++)
        tw_planned_assert_close(tw_planned_at(&p, sum, k), want[k], 1e-13, "sum");
    tw_planned_close(&p);
}

// All values wait until the last of them is there.
static tw_node wait_for_all(tw_graph *g, tw_node x, int count) {
    tw_node waiting[400], all = x;
    for (int i = 0; i < count; i++)
        waiting[i] = tw_sin(g, tw_mul(g, x, tw_constant(g, 1.0 + 0.01 * i)));
    for (int i = count; i-- > 0;)
        all = tw_maximum(g, tw_mul(g, all, waiting[count - 1 - i]), waiting[i]);
    return all;
}

static double wait_by_hand(double x, int count) {
    double all = x;
    for (int i = count; i-- > 0;)
        all = fmax(all * sin(x * (1.0 + 0.01 * (count - 1 - i))), sin(x * (1.0 + 0.01 * i)));
    return all;
}

static void many_values_that_wait_are_cut(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_node x = tw_input(p.graph, "x", TW_F64, TW_SHAPE(TW_BATCH));
    tw_node y = wait_for_all(p.graph, x, 400);
    tw_planned_plan(&p, &y, 1, 3);
    const double numbers[] = {0.3, -1.1, 2.0};
    tw_planned_feed(&p, x, numbers, 3);
    tw_planned_run(&p, 3);
    for (int i = 0; i < 3; i++)
        tw_planned_assert_close(tw_planned_at(&p, y, i), wait_by_hand(numbers[i], 400), 1e-12, "y");
    tw_planned_close(&p);
}

typedef tw_node activation(tw_graph *g, tw_node x);

static tw_node smooth_elu(tw_graph *g, tw_node x) {
    return tw_elu(g, x, 1.0);
}

static void long_chains_of_any_activation_and_their_derivatives_can_be_planned(void **state) {
    (void)state;
    static activation *const all[] = {tw_gelu, tw_silu, tw_softplus, tw_tanh, smooth_elu, tw_erf};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_graph *g = p.graph;
        tw_node x = tw_input(g, "x", TW_F64, TW_SHAPE(TW_BATCH)), y = x, first, second;
        for (int i = 0; i < 200; i++) y = tw_add(g, all[k](g, y), tw_constant(g, 0.3));
        tw_gradients(g, tw_sum_all(g, y), &x, 1, &first);
        tw_gradients(g, tw_sum_all(g, first), &x, 1, &second);
        tw_planned_plan(&p, (tw_node[]){y, first, second}, 3, 2);
        tw_planned_feed(&p, x, (const double[]){0.5, -0.5}, 2);
        tw_planned_run(&p, 2);
        for (int i = 0; i < 2; i++) {
            assert_true(isfinite(tw_planned_at(&p, y, i)) && isfinite(tw_planned_at(&p, first, i)));
            assert_true(isfinite(tw_planned_at(&p, second, i)));
        }
        tw_planned_close(&p);
    }
}

// ---- repetition

enum { AXES = 8, ELEMENTS = 256, PATTERNS = 6 };

// Bit i: axis i is whole, of two elements; else it is repeated. Each changes at other axes.
static const unsigned patterns[PATTERNS] = {0x55, 0xAA, 0x33, 0xCC, 0x0F, 0xFF};

static tw_shape shape_of(unsigned pattern) {
    tw_shape shape = {.rank = AXES};
    for (int i = 0; i < AXES; i++) shape.size[i] = pattern >> i & 1 ? 2 : 1;
    return shape;
}

// Where element `index` of the whole is read in an array of a pattern.
static int place_in(unsigned pattern, int index) {
    int place = 0;
    for (int i = 0; i < AXES; i++) {
        if (pattern >> i & 1) place = 2 * place + (index >> (AXES - 1 - i) & 1);
    }
    return place;
}

static void arrays_repeated_in_many_ways_are_read_right(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node in[PATTERNS], y = tw_constant(g, 1.0);
    double numbers[PATTERNS][ELEMENTS], slope[ELEMENTS] = {0.0};
    for (int k = 0; k < PATTERNS; k++) {
        char name[16];
        snprintf(name, sizeof name, "in%d", k);
        in[k] = tw_input(g, name, TW_F64, shape_of(patterns[k]));
        y = k % 2 == 0 ? tw_add(g, y, in[k]) : tw_mul(g, y, in[k]);
        tw_planned_numbers(numbers[k], ELEMENTS, -1.0, 1.0, (uint64_t)k);
    }
    tw_node of_first;
    tw_gradients(g, tw_sum_all(g, y), &in[0], 1, &of_first);
    tw_planned_plan(&p, (tw_node[]){y, of_first}, 2, 1);
    for (int k = 0; k < PATTERNS; k++)
        tw_planned_feed(&p, in[k], numbers[k], INT64_C(1) << __builtin_popcount(patterns[k]));
    tw_planned_run(&p, 1);
    for (int i = 0; i < ELEMENTS; i++) {
        double want = 1.0, factor = 1.0;
        for (int k = 0; k < PATTERNS; k++) {
            double x = numbers[k][place_in(patterns[k], i)];
            want = k % 2 == 0 ? want + x : want * x;
            factor *= k % 2 == 0 ? 1.0 : x;
        }
        tw_planned_assert_close(tw_planned_at(&p, y, i), want, 1e-14, "y");
        slope[place_in(patterns[0], i)] += factor;
    }
    for (int i = 0; i < 16; i++)
        tw_planned_assert_close(tw_planned_at(&p, of_first, i), slope[i], 1e-13, "slope");
    tw_planned_close(&p);
}

TW_TESTS(a_sum_of_many_arrays_is_cut, many_values_that_wait_are_cut,
         long_chains_of_any_activation_and_their_derivatives_can_be_planned,
         arrays_repeated_in_many_ways_are_read_right)
