#include "bench/training_parts.h"

#include "base/fail.h"
#include "base/memory.h"
#include "graph/plan_parts.h"
#include "ops/matmul.h"
#include "train/training.h"

#define EXAMPLES 60000 // shaped as MNIST's
#define SIDE 28
#define CLASSES 10
#define PRODUCTS_MAX 256

static tw_status make_data(tw_bench_parts *p) {
    const size_t features = SIDE * SIDE;
    p->x = tw_allocate(p->context, EXAMPLES, features);
    p->labels = tw_allocate(p->context, EXAMPLES, sizeof *p->labels);
    if (p->x == NULL || p->labels == NULL) return TW_NO_MEMORY;
    uint64_t state = 1;
    for (size_t i = 0; i < EXAMPLES * features; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        p->x[i] = state >> 63 ? (uint8_t)(state >> 40) : 0; // half of a picture is background
        if (i % features == 0) p->labels[i / features] = (int32_t)(state >> 33) % CLASSES;
    }
    tw_data_form form = tw_data_form_default();
    form.name = "noise shaped as MNIST";
    form.count = EXAMPLES;
    form.shape = TW_SHAPE(SIDE, SIDE);
    form.classes = CLASSES;
    return tw_data_from_arrays(p->context, &form, TW_U8, p->x, p->labels, &p->data);
}

static tw_status open_training(tw_bench_parts *p) {
    tw_training_options options = tw_training_options_default();
    options.data = NULL;
    options.train_set = p->data;
    options.holdout = 0.0;
    options.model = p->options->model;
    options.method = p->options->method;
    options.precision = p->options->precision;
    options.batch = p->options->batch;
    options.steps = UINT64_C(1) << 40; // more than are measured
    return tw_training_new(p->context, &options, &p->training);
}

static tw_status open_update(tw_bench_parts *p) {
    const tw_network *network = &p->training->network;
    size_t count = (size_t)network->parameter_count;
    int64_t *sizes = tw_allocate(p->context, count, sizeof *sizes);
    if (sizes == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        sizes[i] = tw_shape_elements(tw_node_shape(network->graph, network->parameters[i]));
    tw_status status = tw_bench_subject_open(p->context, p->options->method, p->options->precision,
                                             sizes, network->parameter_count, &p->update);
    tw_release(sizes);
    return status;
}

static bool same(const tw_matrix_product *a, const tw_matrix_product *b) {
    return a->m == b->m && a->n == b->n && a->k == b->k && a->batch == b->batch &&
           a->transpose_a == b->transpose_a && a->transpose_b == b->transpose_b;
}

// An operand of that many elements, none of them 0 or equal to the next one.
static void *operand_new(const tw_bench_parts *p, int64_t elements) {
    size_t size = tw_dtype_size(p->options->precision);
    void *operand = tw_allocate(p->context, (size_t)elements, size);
    for (int64_t i = 0; operand != NULL && i < elements; i++) {
        double value = (double)(i % 17) * 0.06 - 0.5;
        if (size == sizeof(float))
            ((float *)operand)[i] = (float)value;
        else
            ((double *)operand)[i] = value;
    }
    return operand;
}

static tw_status add_product(tw_bench_parts *p, const tw_matrix_product *product) {
    for (int i = 0; i < p->product_count; i++) {
        if (!same(&p->products[i].product, product)) continue;
        p->products[i].uses++;
        return TW_OK;
    }
    if (p->product_count == PRODUCTS_MAX)
        return tw_fail(p->context, TW_UNSUPPORTED,
                       "bench: the model has products of more than %d shapes", PRODUCTS_MAX);
    tw_bench_product *work = &p->products[p->product_count++];
    work->product = *product;
    work->uses = 1;
    work->a = operand_new(p, product->batch * product->m * product->k);
    work->b = operand_new(p, product->batch * product->k * product->n);
    work->c = operand_new(p, product->batch * product->m * product->n);
    return work->a != NULL && work->b != NULL && work->c != NULL ? TW_OK : TW_NO_MEMORY;
}

static tw_status find_products(tw_bench_parts *p) {
    tw_plan *plan = p->training->network.step;
    tw_plan_bind(plan, p->training->options.values.batch);
    p->products = tw_allocate(p->context, PRODUCTS_MAX, sizeof *p->products);
    if (p->products == NULL) return TW_NO_MEMORY;
    tw_status status = TW_OK;
    for (int32_t s = 0; s < plan->step_count && status == TW_OK; s++) {
        tw_matrix_product product;
        if (tw_matmul_product(plan->steps[s].op, &plan->steps[s].kernel, &product))
            status = add_product(p, &product);
    }
    return status;
}

tw_status tw_bench_parts_open(tw_context *context, const tw_bench_training_options *options,
                              tw_bench_parts *parts) {
    *parts = (tw_bench_parts){.context = context, .options = options};
    tw_status status = make_data(parts);
    if (status == TW_OK) status = open_training(parts);
    if (status == TW_OK) status = open_update(parts);
    if (status == TW_OK) status = find_products(parts);
    return status;
}

void tw_bench_parts_close(tw_bench_parts *p) {
    for (int i = 0; i < p->product_count; i++) {
        tw_release(p->products[i].a);
        tw_release(p->products[i].b);
        tw_release(p->products[i].c);
    }
    tw_release(p->products);
    tw_bench_subject_close(&p->update);
    tw_training_free(p->training);
    tw_data_free(p->data);
    tw_release(p->labels);
    tw_release(p->x);
}

static tw_status run_step(void *user) {
    tw_progress progress;
    tw_epoch epoch;
    bool epoch_ended = false;
    return tw_training_step(user, &progress, &epoch_ended, &epoch);
}

static tw_status run_product(void *user) {
    tw_bench_product *work = user;
    tw_matrix_product_run(&work->product, work->a, work->b, work->c);
    return TW_OK;
}

void tw_bench_parts_sides(tw_bench_parts *p, tw_bench_side *sides) {
    sides[TW_BENCH_STEP] = (tw_bench_side){.work = run_step, .user = p->training};
    sides[TW_BENCH_UPDATE] = (tw_bench_side){.work = tw_bench_subject_update, .user = &p->update};
    for (int i = 0; i < p->product_count; i++)
        sides[TW_BENCH_FIRST_PRODUCT + i] =
            (tw_bench_side){.work = run_product, .user = &p->products[i]};
}

double tw_bench_parts_limit(const tw_bench_parts *p, const tw_bench_side *update,
                            const tw_bench_side *products, int round) {
    double seconds = update->seconds[round];
    for (int i = 0; i < p->product_count; i++)
        seconds += p->products[i].uses * products[i].seconds[round];
    return seconds;
}
