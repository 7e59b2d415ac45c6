// Running plans: batches smaller than the largest, what is refused and with which words, updates and
// bad data, threads, no allocation between steps, and memory that runs out while planning.
#include "support/fault.h"
#include "support/planned.h"

#include <math.h>
#include <string.h>

// ---- batches

static void a_smaller_last_batch_computes_its_own_examples_alone(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 2);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 2));
    tw_node flat = tw_reshape(g, x, TW_SHAPE(2 * TW_BATCH));
    tw_node sum = tw_sum_all(g, x), mean = tw_mean(g, x, 0), rows = tw_sum(g, x, 1);
    tw_node twice = tw_add(g, flat, flat);
    tw_planned_plan(&p, (tw_node[]){sum, mean, rows, twice}, 4, 3);
    const double numbers[] = {1, 2, 3, 4, 5, 6};
    tw_planned_feed(&p, x, numbers, 6);
    static const int64_t batches[] = {3, 1, 2, 3};
    for (int i = 0; i < 4; i++) {
        int64_t b = batches[i];
        tw_planned_run(&p, b);
        assert_true(tw_planned_at(&p, sum, 0) == (double)(b * (2 * b + 1)));
        assert_true(tw_planned_at(&p, mean, 0) == (double)b);
        assert_true(tw_planned_at(&p, mean, 1) == (double)(b + 1));
        for (int64_t k = 0; k < b; k++)
            assert_true(tw_planned_at(&p, rows, k) == (double)(4 * k + 3));
        for (int64_t k = 0; k < 2 * b; k++)
            assert_true(tw_planned_at(&p, twice, k) == 2.0 * numbers[k]);
    }
    tw_planned_close(&p);
}

// Whose other axes are so large that their product would not fit.
static void passes_over_empty_arrays_do_nothing(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_shape shape = TW_SHAPE(0, INT64_C(1) << 40, INT64_C(1) << 40);
    tw_node x = tw_input(p.graph, "x", TW_F32, shape);
    tw_node wanted = tw_add(p.graph, x, tw_constant(p.graph, 1.0));
    tw_planned_plan(&p, &wanted, 1, 1);
    const float none = 0.0F;
    assert_ok(p.context, tw_plan_feed(p.plan, x, &none));
    tw_planned_run(&p, 1);
    tw_planned_close(&p);
}

static void leaves_and_views_can_be_read_like_any_node(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F64, TW_SHAPE(TW_BATCH, 2)),
            w = tw_parameter(g, "w", TW_SCALAR);
    tw_node c = tw_constant(g, 3.0),
            filled = tw_constant_like(g, 4.0, tw_parameter(g, "s", TW_SHAPE(2, 2)));
    tw_node view = tw_reshape(g, filled, TW_SHAPE(4)),
            of_x = tw_reshape(g, x, TW_SHAPE(2 * TW_BATCH));
    tw_node wanted[] = {x, w, c, view, of_x, x};
    tw_planned_plan(&p, wanted, 6, 2);
    tw_planned_set(&p, "w", (const double[]){7}, 1);
    tw_planned_feed(&p, x, (const double[]){1, 2, 3, 4}, 4);
    tw_planned_run(&p, 2);
    for (int i = 0; i < 4; i++) {
        assert_true(tw_planned_at(&p, x, i) == i + 1 && tw_planned_at(&p, of_x, i) == i + 1);
        assert_true(tw_planned_at(&p, view, i) == 4.0);
    }
    assert_true(tw_plan_scalar(p.plan, w) == 7.0 && tw_plan_scalar(p.plan, c) == 3.0);
    assert_null(tw_plan_value(p.plan, filled)); // is not wanted itself
    assert_true(isnan(tw_plan_scalar(p.plan, TW_NO_NODE)));
    tw_planned_plan(&p, NULL, 0, 1); // nothing is a plan too
    tw_planned_run(&p, 1);
    tw_planned_close(&p);
}

// ---- what is refused

static void assert_refused(tw_planned *p, tw_status status, tw_status want, const char *words) {
    assert_int_equal(status, want);
    assert_string_equal(tw_context_message(p->context), words);
}

static void runs_that_cannot_be_are_refused_with_words(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH)),
            y = tw_input(g, "y", TW_F32, TW_SCALAR);
    tw_node sum = tw_sum_all(g, x);
    const float numbers[4] = {1, 2, 3, 4};
    tw_planned_plan(&p, &sum, 1, 4);
    assert_refused(&p, tw_plan_run(p.plan, 4, NULL), TW_BAD_ARGUMENT, "plan: input x was not fed");
    assert_refused(&p, tw_plan_feed(p.plan, y, numbers), TW_BAD_ARGUMENT,
                   "plan: y is no input of it");
    assert_refused(&p, tw_plan_feed(p.plan, sum, numbers), TW_BAD_ARGUMENT,
                   "plan: reshape4 is no input of it");
    assert_ok(p.context, tw_plan_feed(p.plan, x, numbers));
    assert_refused(&p, tw_plan_run(p.plan, 0, NULL), TW_BAD_ARGUMENT,
                   "plan: batch is 0; 1 to 4 are possible");
    assert_refused(&p, tw_plan_run(p.plan, 5, NULL), TW_BAD_ARGUMENT,
                   "plan: batch is 5; 1 to 4 are possible");
    tw_planned_run(&p, 4);
    assert_true(tw_plan_scalar(p.plan, sum) == 10.0);
    assert_ok(p.context, tw_plan_feed(p.plan, x, NULL)); // taken away again
    assert_refused(&p, tw_plan_run(p.plan, 4, NULL), TW_BAD_ARGUMENT, "plan: input x was not fed");
    tw_planned_close(&p);
}

typedef tw_node build_wrong(tw_graph *g, tw_node *second);

static tw_node write_twice(tw_graph *g, tw_node *second) {
    tw_node v = tw_variable(g, "v", TW_SCALAR);
    *second = tw_assign_add(g, v, tw_constant(g, 1.0));
    return tw_assign(g, v, tw_constant(g, 2.0));
}

static tw_node exchange(tw_graph *g, tw_node *second) {
    tw_node a = tw_variable(g, "a", TW_SHAPE(3)), b = tw_variable(g, "b", TW_SHAPE(3));
    *second = tw_assign(g, a, b);
    return tw_assign(g, b, a);
}

static tw_node read_what_was_stored(tw_graph *g, tw_node *second) {
    tw_node v = tw_variable(g, "v", TW_SCALAR);
    *second = tw_assign(g, v, tw_constant(g, 2.0));
    return tw_add(g, *second, v);
}

static tw_node a_huge_value(tw_graph *g, tw_node *second) {
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, INT64_C(1) << 28));
    *second = x;
    return tw_tanh(g, x);
}

static void plans_that_cannot_be_are_refused_with_words(void **state) {
    (void)state;

    static const struct {
        build_wrong *build;
        int64_t batch;
        tw_status status;
        const char *words;
    } table[] = {
        {write_twice, 1, TW_BAD_ARGUMENT,
         "plan: v is written by assign_add2 and by assign4; one of them may in a run"},
        {exchange, 1, TW_BAD_ARGUMENT,
         "plan: assign3 must run both before and behind assign2; read a variable that is written "
         "in "
         "a run of its own"},
        {read_what_was_stored, 1, TW_BAD_ARGUMENT,
         "plan: assign2 must run both before and behind add3; read a variable that is written in a "
         "run of its own"},
        {a_huge_value, INT64_C(1) << 30, TW_BAD_SHAPE,
         "plan: x is [B, 268435456], too large for B = 1073741824"},
        {write_twice, 0, TW_BAD_ARGUMENT, "plan: batch_max is 0; 1 to 2^40 are possible"},
        {write_twice, INT64_MAX, TW_BAD_ARGUMENT,
         "plan: batch_max is 9223372036854775807; 1 to 2^40 are possible"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F32, 1);
        tw_node wanted[2];
        wanted[0] = table[i].build(p.graph, &wanted[1]);
        tw_plan_options options = {.batch_max = table[i].batch, .seed = 1};
        assert_refused(&p, tw_plan_new(p.graph, p.variables, wanted, 2, &options, &p.plan),
                       table[i].status, table[i].words);
        assert_null(p.plan);
        tw_planned_close(&p);
    }
}

static void variables_and_wanted_nodes_must_belong(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_node w = tw_parameter(p.graph, "w", TW_SHAPE(3)), y = tw_tanh(p.graph, w);
    tw_plan_options options = tw_plan_options_default();
    tw_node none[] = {y, TW_NO_NODE};
    assert_refused(&p, tw_plan_new(p.graph, p.variables, none, 2, &options, &p.plan),
                   TW_BAD_ARGUMENT, "plan: wanted node 2 of 2 is none of this graph");
    tw_tensor *tensor;
    assert_ok(p.context, tw_variables_have(p.variables, "w", TW_F64, &TW_SHAPE(3), &tensor));
    assert_refused(&p, tw_plan_new(p.graph, p.variables, &y, 1, &options, &p.plan), TW_MISMATCH,
                   "w: is there as f64; f32 is asked for");
    tw_planned_close(&p);
}

// ---- updates

static void all_readers_see_a_variable_as_it_was(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        tw_planned p;
        tw_planned_open(&p, TW_F64, threads);
        tw_graph *g = p.graph;
        tw_node v = tw_variable(g, "v", TW_SHAPE(100, 100)),
                count = tw_variable(g, "count", TW_SCALAR);
        tw_node before = tw_add(g, v, tw_constant(g, 0.0)), total = tw_sum_all(g, v);
        tw_node up = tw_assign_add(g, v, tw_constant_like(g, 1.0, v));
        tw_node tick = tw_assign_add(g, count, tw_constant(g, 1.0));
        tw_node product = tw_matmul(g, v, v);
        tw_planned_plan(&p, (tw_node[]){up, before, total, tick, product}, 5, 1);
        for (int step = 0; step < 3; step++) {
            tw_planned_run(&p, 1);
            assert_true(tw_planned_at(&p, before, 77) == step);
            assert_true(tw_planned_at(&p, total, 0) == 1e4 * step);
            assert_true(tw_planned_at(&p, product, 5) == 100.0 * step * step);
            assert_true(tw_planned_at(&p, up, 77) == step + 1); // shows what is stored
            assert_true(tw_planned_variable(&p, "v", 9999) == step + 1);
            assert_true(tw_planned_variable(&p, "count", 0) == step + 1);
        }
        tw_planned_close(&p);
    }
}

static void bad_data_stop_a_run_before_anything_is_written(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 2);
    tw_graph *g = p.graph;
    tw_node x = tw_input(g, "x", TW_F32, TW_SHAPE(TW_BATCH, 3));
    tw_node label = tw_input(g, "label", TW_I32, TW_SHAPE(TW_BATCH));
    tw_node w = tw_parameter(g, "w", TW_SHAPE(3, 3)), count = tw_variable(g, "count", TW_SCALAR);
    tw_node loss = tw_mean_all(g, tw_softmax_cross_entropy(g, tw_matmul(g, x, w), label)), slope;
    tw_gradients(g, loss, &w, 1, &slope);
    tw_node step = tw_assign_add(g, w, slope), tick = tw_assign_add(g, count, tw_constant(g, 1.0));
    tw_planned_plan(&p, (tw_node[]){tick, step, loss}, 3, 2);
    tw_planned_feed(&p, x, (const double[]){1, 2, 3, 4, 5, 6}, 6);
    tw_planned_feed(&p, label, (const double[]){0, 3}, 2);
    assert_refused(&p, tw_plan_run(p.plan, 2, NULL), TW_BAD_ARGUMENT,
                   "softmax_cross_entropy: label 3 at position 1; labels are 0 to 2");
    assert_true(tw_planned_variable(&p, "count", 0) == 0.0);
    for (int i = 0; i < 9; i++) assert_true(tw_planned_variable(&p, "w", i) == 0.0);
    tw_planned_run(&p, 1); // the first example is fine, and the plan as good as before
    assert_true(tw_planned_variable(&p, "count", 0) == 1.0);
    assert_true(tw_planned_variable(&p, "w", 0) != 0.0);
    tw_planned_close(&p);
}

// ---- threads and memory

// A network of two layers with its update, as `wanted`: loss and updates; returns their count.
static int network(tw_graph *g, double drop, tw_node wanted[8]) {
    tw_dtype dtype = tw_graph_dtype(g);
    tw_node x = tw_input(g, "x", dtype, TW_SHAPE(TW_BATCH, 40));
    tw_node label = tw_input(g, "label", TW_I32, TW_SHAPE(TW_BATCH)), slopes[4];
    tw_node of[] = {tw_parameter(g, "w1", TW_SHAPE(40, 120)), tw_parameter(g, "b1", TW_SHAPE(120)),
                    tw_parameter(g, "w2", TW_SHAPE(120, 7)), tw_parameter(g, "b2", TW_SHAPE(7))};
    tw_node h = tw_tanh(g, tw_add(g, tw_matmul(g, x, of[0]), of[1]));
    tw_node y = tw_add(g, tw_matmul(g, tw_dropout(g, h, drop), of[2]), of[3]);
    wanted[0] = tw_mean_all(g, tw_softmax_cross_entropy(g, y, label));
    tw_gradients(g, wanted[0], of, 4, slopes);
    for (int i = 0; i < 4; i++)
        wanted[1 + i] = tw_assign_add(g, of[i], tw_mul(g, tw_constant(g, -0.5), slopes[i]));
    return 5;
}

static void give_network(tw_planned *p, int64_t batch) {
    static const char *const names[] = {"w1", "b1", "w2", "b2"};
    static double x[128 * 40], label[128];
    tw_planned_numbers(x, batch * 40, -1.0, 1.0, 1);
    for (int64_t i = 0; i < batch; i++) label[i] = (double)(i * i % 7);
    for (int i = 0; i < 4; i++) tw_planned_draw(p, names[i], (uint64_t)i);
    for (int32_t i = 0; i < 2; i++)
        tw_planned_feed(p, (tw_node){i}, i == 0 ? x : label, i == 0 ? batch * 40 : batch);
}

// Runs some steps; the elements of w1 and w2 behind one another.
static void train(tw_dtype dtype, int threads, double drop, double *weights) {
    tw_planned p;
    tw_node wanted[8];
    tw_planned_open(&p, dtype, threads);
    int count = network(p.graph, drop, wanted);
    tw_planned_plan(&p, wanted, count, 128);
    give_network(&p, 128);
    static const int64_t batches[] = {128, 128, 37, 128};
    for (uint64_t step = 0; step < 4; step++) {
        tw_clock clock = {.step = step + 1};
        assert_ok(p.context, tw_plan_run(p.plan, batches[step], &clock));
    }
    for (int i = 0; i < 40 * 120; i++) weights[i] = tw_planned_variable(&p, "w1", i);
    for (int i = 0; i < 120 * 7; i++) weights[40 * 120 + i] = tw_planned_variable(&p, "w2", i);
    tw_planned_close(&p);
}

static void trained_bits_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    static double one[40 * 120 + 120 * 7], more[40 * 120 + 120 * 7];
    for (int t = 0; t < 2; t++) {
        tw_dtype dtype = t == 0 ? TW_F32 : TW_F64;
        train(dtype, 1, 0.25, one);
        for (int threads = 2; threads <= 4; threads++) {
            train(dtype, threads, 0.25, more);
            assert_memory_equal(one, more, sizeof one);
        }
    }
}

static void float32_follows_float64(void **state) {
    (void)state;
    static double narrow[40 * 120 + 120 * 7], wide[40 * 120 + 120 * 7];
    train(TW_F32, 2, 0.0, narrow);
    train(TW_F64, 2, 0.0, wide);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        tw_planned_assert_close(narrow[i], wide[i], 2e-5, "weight");
}

static void runs_allocate_nothing(void **state) {
    (void)state;
    tw_planned p;
    tw_node wanted[8];
    tw_planned_open(&p, TW_F32, 2);
    int count = network(p.graph, 0.25, wanted);
    tw_planned_plan(&p, wanted, count, 128);
    give_network(&p, 128);
    uint64_t before = tw_context_memory(p.context).allocation_count;
    static const int64_t batches[] = {128, 1, 37, 128, 64};
    for (int i = 0; i < 5; i++) {
        tw_planned_run(&p, batches[i]);
        assert_ok(p.context, tw_plan_feed(p.plan, (tw_node){0}, p.feeds[0]));
    }
    assert_int_equal(tw_context_memory(p.context).allocation_count, before);
    tw_planned_close(&p);
}

static tw_status plan(tw_context *context, void *user) {
    (void)user;
    tw_graph *g = NULL;
    tw_variables *variables = NULL;
    tw_plan *made = NULL;
    tw_node wanted[8];
    int count = 0;
    tw_plan_options options = {.batch_max = 8, .seed = 1};
    tw_status status = tw_graph_new(context, TW_F32, &g);
    if (status == TW_OK) status = tw_variables_new(context, &variables);
    if (status == TW_OK) count = network(g, 0.25, wanted);
    if (status == TW_OK) status = tw_plan_new(g, variables, wanted, count, &options, &made);
    assert_true((status == TW_OK) == (made != NULL));
    tw_plan_free(made);
    tw_variables_free(variables);
    tw_graph_free(g);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    assert_true(tw_test_failing_allocations(plan, NULL) > 200);
}

TW_TESTS(a_smaller_last_batch_computes_its_own_examples_alone, passes_over_empty_arrays_do_nothing,
         leaves_and_views_can_be_read_like_any_node, runs_that_cannot_be_are_refused_with_words,
         plans_that_cannot_be_are_refused_with_words, variables_and_wanted_nodes_must_belong,
         all_readers_see_a_variable_as_it_was, bad_data_stop_a_run_before_anything_is_written,
         trained_bits_do_not_depend_on_the_number_of_threads, float32_follows_float64,
         runs_allocate_nothing, any_allocation_that_fails_is_told_and_leaves_nothing)
