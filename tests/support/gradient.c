// Operators checked as a whole.
#include "support/gradient.h"

#include "base/random.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_MAX TW_TEST_INPUTS_MAX
#define STEP 1e-5       // of central differences
#define DIFFERENCE 2e-7 // that they may be wrong by, relative to 1
#define VALUE 1e-12     // that float64 may differ from the reference by

// One graph with what is read of it, bound to feeds.
typedef struct rig {
    const tw_test_case *test;
    tw_context *context;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_dtype dtype;
    tw_node in[IN_MAX], weight, weights[IN_MAX]; // inputs; random weights of sums
    void *block[2 * IN_MAX + 1];                 // what was fed last
    int blocks;
    tw_node out, sum, slope[IN_MAX], slope_sum, bend[IN_MAX]; // second derivatives
} rig;

// The numbers that a rig is fed, as double; converted at each run.
typedef struct feeds {
    int64_t batch;
    double *in[IN_MAX], *weight, *weights[IN_MAX];
} feeds;

static int64_t count_of(const tw_shape *shape, int64_t batch) {
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++) {
        count *= shape->size[i] < 0 ? -shape->size[i] * batch : shape->size[i];
    }
    return count;
}

static void *have(size_t count, size_t size) {
    void *block = calloc(count == 0 ? 1 : count, size);
    assert_non_null(block);
    return block;
}

static bool has_gradient(const rig *r) {
    return !r->test->no_gradient;
}

static void build_derivatives(rig *r) {
    const tw_test_case *test = r->test;
    tw_graph *g = r->graph;
    tw_node of[IN_MAX], slopes[IN_MAX], bends[IN_MAX];
    int count = 0;
    for (int i = 0; i < test->inputs; i++) {
        if (!test->in[i].index) of[count++] = r->in[i];
    }
    r->weight = tw_input(g, "weight", r->dtype, *tw_node_shape(g, r->out));
    r->sum = tw_sum_all(g, tw_mul(g, r->out, r->weight));
    tw_gradients(g, r->sum, of, count, slopes);
    r->slope_sum = tw_constant(g, 0.0);
    for (int i = 0, k = 0; i < test->inputs; i++) {
        if (test->in[i].index) continue;
        char name[32];
        snprintf(name, sizeof name, "weight%d", i);
        r->weights[i] = tw_input(g, name, r->dtype, test->in[i].shape);
        r->slope[i] = slopes[k++];
        tw_node sum = tw_sum_all(g, tw_mul(g, r->slope[i], r->weights[i]));
        r->slope_sum = tw_add(g, r->slope_sum, sum);
    }
    tw_gradients(g, r->slope_sum, of, count, bends);
    for (int i = 0, k = 0; i < test->inputs; i++) {
        if (!test->in[i].index) r->bend[i] = bends[k++];
    }
}

static void open_rig(rig *r, const tw_test_case *test, tw_dtype dtype, int threads, int64_t batch) {
    *r = (rig){.test = test, .dtype = dtype};
    assert_int_equal(tw_context_new(&r->context), TW_OK);
    assert_ok(r->context, tw_context_set_threads(r->context, threads));
    assert_ok(r->context, tw_graph_new(r->context, dtype, &r->graph));
    assert_ok(r->context, tw_variables_new(r->context, &r->variables));
    for (int i = 0; i < test->inputs; i++) {
        char name[32];
        snprintf(name, sizeof name, "in%d", i);
        r->in[i] = tw_input(r->graph, name, test->in[i].index ? TW_I32 : dtype, test->in[i].shape);
    }
    r->out = test->build(r->graph, r->in);
    tw_node wanted[3 + 2 * IN_MAX] = {r->out};
    int count = 1;
    if (has_gradient(r)) {
        build_derivatives(r);
        wanted[count++] = r->sum;
        wanted[count++] = r->slope_sum;
        for (int i = 0; i < test->inputs; i++) {
            if (test->in[i].index) continue;
            wanted[count++] = r->slope[i];
            wanted[count++] = r->bend[i];
        }
    }
    tw_plan_options options = tw_plan_options_default();
    options.batch_max = batch;
    assert_ok(r->context, tw_graph_check(r->graph));
    assert_ok(r->context, tw_plan_new(r->graph, r->variables, wanted, count, &options, &r->plan));
}

static void free_blocks(rig *r) {
    for (int i = 0; i < r->blocks; i++) free(r->block[i]);
    r->blocks = 0;
}

static void close_rig(rig *r) {
    free_blocks(r);
    tw_plan_free(r->plan);
    tw_variables_free(r->variables);
    tw_graph_free(r->graph);
    tw_context_free(r->context);
}

// ---- feeds

static double *draw(int64_t count, double low, double high, bool whole, uint64_t seed,
                    uint32_t stream) {
    double *x = have((size_t)count, sizeof *x);
    tw_random random = {seed, TW_FOR_TEST, stream, 0};
    for (int64_t i = 0; i < count; i++) {
        double u = tw_random_uniform(&random, (uint64_t)i);
        x[i] =
            whole ? floor(low + u * (high - low + 1.0)) : (double)(float)(low + u * (high - low));
    }
    return x;
}

static feeds draw_feeds(const rig *r, int64_t batch, uint64_t seed) {
    const tw_test_case *test = r->test;
    feeds f = {.batch = batch};
    for (int i = 0; i < test->inputs; i++) {
        const tw_test_in *in = &test->in[i];
        int64_t count = count_of(&in->shape, batch);
        f.in[i] = draw(count, in->low, in->high, in->index, seed, (uint32_t)i);
        f.weights[i] = draw(count, -1.0, 1.0, false, seed, 100 + (uint32_t)i);
    }
    int64_t count = count_of(tw_node_shape(r->graph, r->out), batch);
    f.weight = draw(count, -1.0, 1.0, false, seed, 99);
    return f;
}

static void free_feeds(feeds *f) {
    for (int i = 0; i < IN_MAX; i++) {
        free(f->in[i]);
        free(f->weights[i]);
    }
    free(f->weight);
}

static void *convert(tw_dtype dtype, const double *x, int64_t count) {
    void *y = have((size_t)count, sizeof(double));
    for (int64_t i = 0; i < count; i++) {
        if (dtype == TW_F32) {
            ((float *)y)[i] = (float)x[i];
        } else if (dtype == TW_I32) {
            ((int32_t *)y)[i] = (int32_t)x[i];
        } else {
            ((double *)y)[i] = x[i];
        }
    }
    return y;
}

// Feeds `count` numbers of `node`; refused where the plan does not read it, which is fine.
static void give(rig *r, tw_node node, const double *x, int64_t count) {
    void *block = convert(tw_node_dtype(r->graph, node), x, count);
    r->block[r->blocks++] = block;
    tw_plan_feed(r->plan, node, block);
}

static void run(rig *r, const feeds *f) {
    const tw_test_case *test = r->test;
    free_blocks(r);
    for (int i = 0; i < test->inputs; i++) {
        int64_t count = count_of(&test->in[i].shape, f->batch);
        give(r, r->in[i], f->in[i], count);
        if (has_gradient(r) && !test->in[i].index) give(r, r->weights[i], f->weights[i], count);
    }
    if (has_gradient(r)) {
        give(r, r->weight, f->weight, count_of(tw_node_shape(r->graph, r->out), f->batch));
    }
    assert_ok(r->context, tw_plan_run(r->plan, f->batch, NULL));
}

// Element `index` of a node that was computed.
static double value_at(const rig *r, tw_node node, int64_t index) {
    const void *x = tw_plan_value(r->plan, node);
    tw_dtype dtype = tw_node_dtype(r->graph, node);
    if (dtype == TW_F32) return (double)((const float *)x)[index];
    if (dtype == TW_I32) return (double)((const int32_t *)x)[index];
    return ((const double *)x)[index];
}

static void compare(double got, double want, double tolerance, const char *what, int input,
                    int64_t index) {
    if (isnan(got) && isnan(want)) return;
    if (got == want || fabs(got - want) <= tolerance * fmax(1.0, fabs(want))) return;
    fail_msg("%s (input %d, element %lld): %.17g instead of %.17g", what, input, (long long)index,
             got, want);
}

// ---- values

// Where element `index` of `shape` is read in an input that is broadcast to it.
static int64_t broadcast_index(const tw_shape *shape, const tw_shape *in, int64_t batch,
                               int64_t index) {
    int64_t at = 0, step = 1;
    for (int i = shape->rank - 1, k = in->rank - 1; k >= 0; i--, k--) {
        int64_t size = shape->size[i] < 0 ? -shape->size[i] * batch : shape->size[i];
        int64_t have_size = in->size[k] < 0 ? -in->size[k] * batch : in->size[k];
        if (have_size != 1) at += index % size * step;
        step *= have_size;
        index /= size;
    }
    return at;
}

static void check_values(const rig *r, const feeds *f) {
    const tw_test_case *test = r->test;
    const tw_shape *shape = tw_node_shape(r->graph, r->out);
    int64_t count = count_of(shape, f->batch);
    double *want = have((size_t)count, sizeof *want);
    if (test->whole != NULL) test->whole((const double *const *)f->in, f->batch, want);
    for (int64_t i = 0; test->element != NULL && i < count; i++) {
        double in[IN_MAX] = {0.0};
        for (int k = 0; k < test->inputs; k++) {
            in[k] = f->in[k][broadcast_index(shape, &test->in[k].shape, f->batch, i)];
        }
        want[i] = test->element(in);
    }
    if (test->whole != NULL || test->element != NULL) {
        for (int64_t i = 0; i < count; i++) {
            compare(value_at(r, r->out, i), want[i], VALUE, "value", -1, i);
        }
    }
    free(want);
}

// ---- derivatives

// Compares derivative `got` of scalar `of` by each element of input `i` with central differences.
static void check_differences(rig *r, feeds *f, int i, const double *got, tw_node of,
                              const char *what) {
    int64_t count = count_of(&r->test->in[i].shape, f->batch);
    for (int64_t k = 0; k < count; k++) {
        double x = f->in[i][k], above, below;
        f->in[i][k] = x + STEP;
        run(r, f);
        above = tw_plan_scalar(r->plan, of);
        f->in[i][k] = x - STEP;
        run(r, f);
        below = tw_plan_scalar(r->plan, of);
        f->in[i][k] = x;
        compare(got[k], (above - below) / (2.0 * STEP), DIFFERENCE, what, i, k);
    }
}

static double *copy_of(const rig *r, tw_node node, int64_t count) {
    double *copy = have((size_t)count, sizeof *copy);
    for (int64_t k = 0; k < count; k++) copy[k] = value_at(r, node, k);
    return copy;
}

static void check_derivatives(rig *r, feeds *f) {
    for (int i = 0; i < r->test->inputs; i++) {
        if (r->test->in[i].index) continue;
        int64_t count = count_of(&r->test->in[i].shape, f->batch);
        run(r, f);
        double *slope = copy_of(r, r->slope[i], count), *bend = copy_of(r, r->bend[i], count);
        check_differences(r, f, i, slope, r->sum, "first derivative");
        check_differences(r, f, i, bend, r->slope_sum, "second derivative");
        free(slope);
        free(bend);
    }
}

// ---- types and threads

static void check_close(const rig *a, const rig *b, tw_node node, tw_node other, int64_t count,
                        const char *what) {
    double tolerance = a->test->tolerance == 0.0 ? 1e-5 : a->test->tolerance;
    for (int64_t i = 0; i < count; i++) {
        compare(value_at(a, node, i), value_at(b, other, i), tolerance, what, -1, i);
    }
}

static void check_float(rig *f32, rig *f64, const feeds *f) {
    const tw_test_case *test = f32->test;
    int64_t count = count_of(tw_node_shape(f32->graph, f32->out), f->batch);
    check_close(f32, f64, f32->out, f64->out, count, "float32 value");
    for (int i = 0; has_gradient(f32) && i < test->inputs; i++) {
        if (test->in[i].index) continue;
        count = count_of(&test->in[i].shape, f->batch);
        check_close(f32, f64, f32->slope[i], f64->slope[i], count, "float32 derivative");
    }
}

static void check_same(const rig *a, const rig *b, tw_node node, tw_node other, int64_t count,
                       const char *what) {
    size_t size = tw_dtype_size(tw_node_dtype(a->graph, node));
    const void *x = tw_plan_value(a->plan, node), *y = tw_plan_value(b->plan, other);
    if (memcmp(x, y, (size_t)count * size) == 0) return;
    fail_msg("%s: bits differ between 1 and %d threads", what, tw_context_threads(b->context));
}

static void check_threads(rig *one, const feeds *f, int threads) {
    const tw_test_case *test = one->test;
    rig more;
    open_rig(&more, test, one->dtype, threads, f->batch);
    run(&more, f);
    int64_t count = count_of(tw_node_shape(one->graph, one->out), f->batch);
    check_same(one, &more, one->out, more.out, count, "value");
    for (int i = 0; has_gradient(one) && i < test->inputs; i++) {
        if (test->in[i].index) continue;
        count = count_of(&test->in[i].shape, f->batch);
        check_same(one, &more, one->slope[i], more.slope[i], count, "first derivative");
        check_same(one, &more, one->bend[i], more.bend[i], count, "second derivative");
    }
    close_rig(&more);
}

void tw_test_operator(const tw_test_case *test) {
    int64_t batch_max = test->batch == 0 ? 3 : test->batch;
    const int64_t batches[] = {batch_max, 1, (batch_max + 1) / 2, batch_max};
    rig f64, f32;
    open_rig(&f64, test, TW_F64, 1, batch_max);
    open_rig(&f32, test, TW_F32, 1, batch_max);
    for (uint64_t i = 0; i < 4; i++) {
        feeds f = draw_feeds(&f64, batches[i], i);
        run(&f64, &f);
        run(&f32, &f);
        check_values(&f64, &f);
        check_float(&f32, &f64, &f);
        if (i == 3) {
            check_threads(&f32, &f, 2);
            check_threads(&f32, &f, 3);
        }
        if (has_gradient(&f64) && !test->values_only) check_derivatives(&f64, &f);
        free_feeds(&f);
    }
    close_rig(&f64);
    close_rig(&f32);
}

// ---- single points

static double at(tw_test_build *build, tw_dtype dtype, const double *in, int count, int which) {
    tw_test_case test = {.build = build, .inputs = count, .no_gradient = which < 0};
    for (int i = 0; i < count; i++) test.in[i].shape = TW_SCALAR;
    rig r;
    open_rig(&r, &test, dtype, 1, 1);
    feeds f = draw_feeds(&r, 1, 0);
    for (int i = 0; i < count; i++) f.in[i][0] = in[i];
    f.weight[0] = 1.0;
    run(&r, &f);
    double value = value_at(&r, which < 0 ? r.out : r.slope[which], 0);
    free_feeds(&f);
    close_rig(&r);
    return value;
}

double tw_test_at(tw_test_build *build, const double *in, int count) {
    return at(build, TW_F64, in, count, -1);
}

double tw_test_at_f32(tw_test_build *build, const double *in, int count) {
    return at(build, TW_F32, in, count, -1);
}

double tw_test_slope_at(tw_test_build *build, const double *in, int count, int which) {
    return at(build, TW_F64, in, count, which);
}

void tw_test_points(tw_test_build *build, const tw_test_point *points, int count) {
    for (int i = 0; i < count; i++) {
        compare(tw_test_at(build, &points[i].in, 1), points[i].out, 1e-14, "value at", 0, i);
        compare(tw_test_at_f32(build, &points[i].in, 1), points[i].out, 1e-6, "float32 at", 0, i);
    }
}

void tw_test_slopes(tw_test_build *build, const tw_test_point *points, int count) {
    for (int i = 0; i < count; i++) {
        double slope = tw_test_slope_at(build, &points[i].in, 1, 0);
        compare(slope, points[i].out, 1e-14, "derivative at", 0, i);
    }
}

// ---- refusals

tw_node tw_test_numbers(tw_graph *graph, tw_shape shape) {
    char name[32];
    snprintf(name, sizeof name, "numbers%d", tw_graph_node_count(graph));
    return tw_input(graph, name, TW_F32, shape);
}

tw_node tw_test_indices(tw_graph *graph, tw_shape shape) {
    char name[32];
    snprintf(name, sizeof name, "indices%d", tw_graph_node_count(graph));
    return tw_input(graph, name, TW_I32, shape);
}

void tw_test_refusals(const tw_test_refusal *table, int count) {
    for (int i = 0; i < count; i++) {
        tw_context *context = NULL;
        tw_graph *graph = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        assert_ok(context, tw_graph_new(context, TW_F32, &graph));
        table[i].build(graph);
        assert_int_not_equal(tw_graph_check(graph), TW_OK);
        assert_string_equal(tw_graph_message(graph), table[i].message);
        tw_graph_free(graph);
        tw_context_free(context);
    }
}

void tw_test_fault(tw_test_build *build, tw_shape index_shape, const int32_t *index, tw_shape shape,
                   const char *message) {
    tw_test_case test = {.build = build, .inputs = 2, .no_gradient = true};
    test.in[0] = (tw_test_in){.shape = index_shape, .index = true};
    test.in[1] = (tw_test_in){.shape = shape};
    rig r;
    open_rig(&r, &test, TW_F32, 2, 1);
    float *zeros = have((size_t)count_of(&shape, 1), sizeof *zeros);
    tw_plan_feed(r.plan, r.in[0], index);
    tw_plan_feed(r.plan, r.in[1], zeros);
    assert_int_equal(tw_plan_run(r.plan, 1, NULL), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(r.context), message);
    free(zeros);
    close_rig(&r);
}
