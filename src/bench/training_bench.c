// Training against what its step cannot do without: the matrix products, each measured alone, and one update of all
// parameters.
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "bench/timing.h"
#include "bench/update.h"
#include "graph/plan_parts.h"
#include "ops/matmul.h"
#include "thalweg/bench.h"
#include "train/training.h"

#define EXAMPLES 60000 // shaped as MNIST's
#define SIDE 28
#define CLASSES 10
#define PRODUCTS_MAX 256
#define BUDGET_SECONDS 4.0

enum { TRAINING, UPDATE, FIRST_PRODUCT };

typedef struct product_work {
    tw_matrix_product product;
    int uses; // in a step
    void *a, *b, *c;
} product_work;

typedef struct measuring {
    tw_context *context;
    const tw_bench_training_options *options;
    uint8_t *x;
    int32_t *labels;
    tw_data *data;
    tw_training *training;
    tw_bench_subject update;
    product_work *products;
    int product_count;
    tw_bench_side *sides; // TRAINING, UPDATE, and one a product
} measuring;

static tw_status make_data(measuring *m) {
    const size_t features = SIDE * SIDE;
    m->x = tw_allocate(m->context, EXAMPLES, features);
    m->labels = tw_allocate(m->context, EXAMPLES, sizeof *m->labels);
    if (m->x == NULL || m->labels == NULL) return TW_NO_MEMORY;
    uint64_t state = 1;
    for (size_t i = 0; i < EXAMPLES * features; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        m->x[i] = state >> 63 ? (uint8_t)(state >> 40) : 0; // half of a picture is background
        if (i % features == 0) m->labels[i / features] = (int32_t)(state >> 33) % CLASSES;
    }
    tw_data_form form = tw_data_form_default();
    form.name = "noise shaped as MNIST";
    form.count = EXAMPLES;
    form.shape = TW_SHAPE(SIDE, SIDE);
    form.classes = CLASSES;
    return tw_data_from_arrays(m->context, &form, TW_U8, m->x, m->labels, &m->data);
}

static tw_status open_training(measuring *m) {
    tw_training_options options = tw_training_options_default();
    options.data = NULL;
    options.train_set = m->data;
    options.holdout = 0.0;
    options.model = m->options->model;
    options.method = m->options->method;
    options.precision = m->options->precision;
    options.batch = m->options->batch;
    options.steps = UINT64_C(1) << 40; // more than are measured
    return tw_training_new(m->context, &options, &m->training);
}

static tw_status open_update(measuring *m) {
    const tw_network *network = &m->training->network;
    size_t count = (size_t)network->parameter_count;
    int64_t *sizes = tw_allocate(m->context, count, sizeof *sizes);
    if (sizes == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        sizes[i] = tw_shape_elements(tw_node_shape(network->graph, network->parameters[i]));
    tw_status status = tw_bench_subject_open(m->context, m->options->method, m->options->precision,
                                             sizes, network->parameter_count, &m->update);
    tw_release(sizes);
    return status;
}

static bool same(const tw_matrix_product *a, const tw_matrix_product *b) {
    return a->m == b->m && a->n == b->n && a->k == b->k && a->batch == b->batch &&
           a->transpose_a == b->transpose_a && a->transpose_b == b->transpose_b;
}

// An operand of that many elements, none of them 0 or equal to the next one.
static void *operand_new(const measuring *m, int64_t elements) {
    size_t size = tw_dtype_size(m->options->precision);
    void *operand = tw_allocate(m->context, (size_t)elements, size);
    for (int64_t i = 0; operand != NULL && i < elements; i++) {
        double value = (double)(i % 17) * 0.06 - 0.5;
        if (size == sizeof(float))
            ((float *)operand)[i] = (float)value;
        else
            ((double *)operand)[i] = value;
    }
    return operand;
}

static tw_status add_product(measuring *m, const tw_matrix_product *product) {
    for (int i = 0; i < m->product_count; i++) {
        if (!same(&m->products[i].product, product)) continue;
        m->products[i].uses++;
        return TW_OK;
    }
    if (m->product_count == PRODUCTS_MAX)
        return tw_fail(m->context, TW_UNSUPPORTED,
                       "bench: the model has products of more than %d shapes", PRODUCTS_MAX);
    product_work *work = &m->products[m->product_count++];
    work->product = *product;
    work->uses = 1;
    work->a = operand_new(m, product->batch * product->m * product->k);
    work->b = operand_new(m, product->batch * product->k * product->n);
    work->c = operand_new(m, product->batch * product->m * product->n);
    return work->a != NULL && work->b != NULL && work->c != NULL ? TW_OK : TW_NO_MEMORY;
}

static tw_status find_products(measuring *m) {
    tw_plan *plan = m->training->network.step;
    tw_plan_bind(plan, m->training->options.values.batch);
    m->products = tw_allocate(m->context, PRODUCTS_MAX, sizeof *m->products);
    if (m->products == NULL) return TW_NO_MEMORY;
    tw_status status = TW_OK;
    for (int32_t s = 0; s < plan->step_count && status == TW_OK; s++) {
        tw_matrix_product product;
        if (tw_matmul_product(plan->steps[s].op, &plan->steps[s].kernel, &product))
            status = add_product(m, &product);
    }
    return status;
}

static tw_status run_step(void *user) {
    tw_progress progress;
    tw_epoch epoch;
    bool epoch_ended = false;
    return tw_training_step(user, &progress, &epoch_ended, &epoch);
}

static tw_status run_product(void *user) {
    product_work *work = user;
    tw_matrix_product_run(&work->product, work->a, work->b, work->c);
    return TW_OK;
}

// The time of what a step cannot do without, in one round.
static double limit_of(const measuring *m, int round) {
    double seconds = m->sides[UPDATE].seconds[round];
    for (int i = 0; i < m->product_count; i++)
        seconds += m->products[i].uses * m->sides[FIRST_PRODUCT + i].seconds[round];
    return seconds;
}

static tw_status measure(measuring *m, tw_bench_training *result) {
    size_t count = FIRST_PRODUCT + (size_t)m->product_count;
    m->sides = tw_allocate(m->context, count, sizeof *m->sides);
    if (m->sides == NULL) return TW_NO_MEMORY;
    m->sides[TRAINING] = (tw_bench_side){.work = run_step, .user = m->training};
    m->sides[UPDATE] = (tw_bench_side){.work = tw_bench_subject_update, .user = &m->update};
    for (int i = 0; i < m->product_count; i++)
        m->sides[FIRST_PRODUCT + i] = (tw_bench_side){.work = run_product, .user = &m->products[i]};
    int rounds = 0;
    tw_status status = tw_bench_take_turns(m->sides, (int)count, BUDGET_SECONDS, &rounds);
    if (status != TW_OK) return status;
    double limits[TW_BENCH_ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) limits[i] = limit_of(m, i);
    double seconds = tw_bench_median(m->sides[TRAINING].seconds, rounds);
    double examples = (double)m->training->options.values.batch;
    result->samples_per_second = examples / seconds;
    result->fraction = tw_bench_median_ratio(limits, m->sides[TRAINING].seconds, rounds);
    result->limit_samples_per_second = result->samples_per_second / result->fraction;
    return TW_OK;
}

static void close(measuring *m) {
    for (int i = 0; i < m->product_count; i++) {
        tw_release(m->products[i].a);
        tw_release(m->products[i].b);
        tw_release(m->products[i].c);
    }
    tw_release(m->products);
    tw_release(m->sides);
    tw_bench_subject_close(&m->update);
    tw_training_free(m->training);
    tw_data_free(m->data);
    tw_release(m->labels);
    tw_release(m->x);
}

tw_bench_training_options tw_bench_training_options_default(void) {
    return (tw_bench_training_options){
        .model = "mlp:512,512", .method = "adam", .precision = TW_F32, .batch = 128};
}

tw_status tw_bench_run_training(tw_context *context, const tw_bench_training_options *options,
                                tw_bench_training *result) {
    *result = (tw_bench_training){0};
    measuring m = {.context = context, .options = options};
    tw_status status = make_data(&m);
    if (status == TW_OK) status = open_training(&m);
    if (status == TW_OK) status = open_update(&m);
    if (status == TW_OK) status = find_products(&m);
    if (status == TW_OK) status = measure(&m, result);
    close(&m);
    return status;
}
