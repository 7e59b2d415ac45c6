#include "support/gradient.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 20000

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_dropout(graph, in[0], 0.25);
}

static tw_node build_tower(tw_graph *graph, const tw_node *in) {
    return tw_square(graph, tw_dropout(graph, tw_sin(graph, in[0]), 0.5));
}

// The mask stays while the step does, so that dropout is a function whose derivatives can be checked.
static void dropout_and_its_derivatives_use_one_mask(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){
        .build = build, .inputs = 1, .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -1.0, 1.0)}});
    tw_test_operator(&(tw_test_case){
        .build = build_tower, .inputs = 1, .in = {tw_test_from(TW_SHAPE(TW_BATCH, 7), -1.0, 1.0)}});
}

static void dropout_has_the_same_bits_for_any_number_of_threads(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 100), -1.0, 1.0)},
                                     .batch = 1001,
                                     .values_only = true});
}

// Two dropouts of ones, their gradients, and a plan over them.
typedef struct pair {
    tw_context *context;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_node x, a, b, slope;
    float *ones;
} pair;

static void open_pair_of(pair *p, uint64_t seed, double rate) {
    assert_int_equal(tw_context_new(&p->context), TW_OK);
    assert_ok(p->context, tw_graph_new(p->context, TW_F32, &p->graph));
    assert_ok(p->context, tw_variables_new(p->context, &p->variables));
    p->x = tw_input(p->graph, "x", TW_F32, TW_SHAPE(COUNT));
    p->a = tw_dropout(p->graph, p->x, rate);
    p->b = tw_dropout(p->graph, p->x, rate);
    tw_gradients(p->graph, tw_sum_all(p->graph, p->a), &p->x, 1, &p->slope);
    tw_plan_options options = tw_plan_options_default();
    options.seed = seed;
    tw_node wanted[] = {p->a, p->b, p->slope};
    assert_ok(p->context, tw_plan_new(p->graph, p->variables, wanted, 3, &options, &p->plan));
    p->ones = malloc(COUNT * sizeof *p->ones);
    assert_non_null(p->ones);
    for (int i = 0; i < COUNT; i++) p->ones[i] = 1.0f;
    assert_ok(p->context, tw_plan_feed(p->plan, p->x, p->ones));
}

static void open_pair(pair *p, uint64_t seed) {
    open_pair_of(p, seed, 0.25);
}

static void close_pair(pair *p) {
    free(p->ones);
    tw_plan_free(p->plan);
    tw_variables_free(p->variables);
    tw_graph_free(p->graph);
    tw_context_free(p->context);
}

static void run_step(pair *p, uint64_t step, float *copy) {
    tw_clock clock = {.step = step};
    assert_ok(p->context, tw_plan_run(p->plan, 1, &clock));
    memcpy(copy, tw_plan_value(p->plan, p->a), COUNT * sizeof *copy);
}

static int agreements(const float *a, const float *b) {
    int same = 0;
    for (int i = 0; i < COUNT; i++) same += a[i] == b[i];
    return same;
}

static void dropout_drops_its_share_and_scales_the_rest(void **state) {
    (void)state;
    pair p;
    open_pair(&p, 1);
    float first[COUNT];
    run_step(&p, 1, first);
    int dropped = 0;
    for (int i = 0; i < COUNT; i++) {
        dropped += first[i] == 0.0f;
        if (first[i] != 0.0f) assert_float_equal(first[i], 1.0f / 0.75f, 1e-6f);
    }
    assert_in_range(dropped, COUNT / 4 - 300, COUNT / 4 + 300); // five standard deviations
    assert_memory_equal(first, tw_plan_value(p.plan, p.slope), sizeof first);
    close_pair(&p);
}

static void dropout_draws_anew_each_step_and_by_each_seed_and_node(void **state) {
    (void)state;
    pair p;
    float first[COUNT], other[COUNT];
    open_pair(&p, 1);
    run_step(&p, 1, first);
    int by_node = agreements(first, tw_plan_value(p.plan, p.b));
    run_step(&p, 2, other);
    int by_step = agreements(first, other);
    run_step(&p, 1, other);
    assert_memory_equal(first, other, sizeof first); // the same step: the same mask
    close_pair(&p);
    open_pair(&p, 2);
    run_step(&p, 1, other);
    int by_seed = agreements(first, other);
    close_pair(&p);
    const int chance = COUNT * 10 / 16; // 0.75^2 + 0.25^2
    assert_in_range(by_node, chance - 400, chance + 400);
    assert_in_range(by_step, chance - 400, chance + 400);
    assert_in_range(by_seed, chance - 400, chance + 400);
}

// The share that is dropped and the scale of the rest belong together, at the ends too.
static void rates_are_rounded_to_a_multiple_of_2_to_the_minus_16(void **state) {
    (void)state;

    static const struct {
        double rate, keep;
        int kept_at_least, kept_at_most;
    } table[] = {{0.1, 58982 * 0x1p-16, 17800, 18200},
                 {0x1p-18, 1.0, COUNT, COUNT},
                 {1.0 - 0x1p-30, 0x1p-16, 0, 5}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        pair p;
        float values[COUNT];
        int kept = 0;
        open_pair_of(&p, 1, table[i].rate);
        run_step(&p, 1, values);
        for (int k = 0; k < COUNT; k++) {
            if (values[k] == 0.0f) continue;
            kept++;
            assert_true(values[k] == (float)(1.0 / table[i].keep));
        }
        assert_in_range(kept, table[i].kept_at_least, table[i].kept_at_most);
        close_pair(&p);
    }
}

static void dropout_of_rate_0_is_its_input(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_graph *graph = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_graph_new(context, TW_F32, &graph));
    tw_node x = tw_test_numbers(graph, TW_SHAPE(3));
    assert_int_equal(tw_dropout(graph, x, 0.0).index, x.index);
    tw_graph_free(graph);
    tw_context_free(context);
}

static tw_node of_one(tw_graph *graph) {
    return tw_dropout(graph, tw_test_numbers(graph, TW_SHAPE(3)), 1.0);
}

static tw_node of_less(tw_graph *graph) {
    return tw_dropout(graph, tw_test_numbers(graph, TW_SHAPE(3)), -0.5);
}

static tw_node of_nan(tw_graph *graph) {
    return tw_dropout(graph, tw_test_numbers(graph, TW_SHAPE(3)), NAN);
}

static void dropout_of_a_rate_outside_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {{of_one, "dropout: rate 1; it is from 0 to below 1"},
                                     {of_less, "dropout: rate -0.5; it is from 0 to below 1"},
                                     {of_nan, "dropout: rate nan; it is from 0 to below 1"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(dropout_and_its_derivatives_use_one_mask,
         dropout_has_the_same_bits_for_any_number_of_threads,
         dropout_drops_its_share_and_scales_the_rest,
         dropout_draws_anew_each_step_and_by_each_seed_and_node,
         rates_are_rounded_to_a_multiple_of_2_to_the_minus_16, dropout_of_rate_0_is_its_input,
         dropout_of_a_rate_outside_is_refused)
