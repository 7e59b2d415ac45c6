#include "train/surface_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "thalweg/ops.h"

// ---- the graph

static void build_loss(tw_surface *s) {
    const tw_surface_options *options = &s->options;
    tw_graph *graph = s->graph;
    tw_form_inputs(&options->form, graph, &s->x, &s->target);
    int64_t width = tw_form_outputs(&options->form);
    tw_node outputs = tw_model_build(options->model, graph, s->x, width, false);
    s->loss = tw_mean_all(graph, tw_loss_build(options->loss, graph, outputs, s->target));
    tw_node penalty = tw_penalty(graph, options->l1, options->l2);
    s->total = penalty.index >= 0 ? tw_add(graph, s->loss, penalty) : s->loss;
}

// The graph's own list moves while it grows.
static tw_status copy_parameters(tw_surface *s) {
    const tw_node *parameters = NULL;
    s->count = tw_graph_parameters(s->graph, &parameters);
    size_t count = (size_t)s->count;
    s->parameters = tw_allocate(s->context, 5 * count + 1, sizeof *s->parameters);
    s->parts = tw_allocate(s->context, count, sizeof *s->parts);
    if (s->parameters == NULL || s->parts == NULL) return TW_NO_MEMORY;
    memcpy(s->parameters, parameters, count * sizeof *parameters);
    s->slopes = s->parameters + count;
    s->directions = s->slopes + count;
    s->products = s->directions + count;
    s->wanted = s->products + count;
    return TW_OK;
}

// The Hessian times v is the gradient of the number g'v, v being held (Pearlmutter, 1994).
static void build_products(tw_surface *s) {
    tw_graph *graph = s->graph;
    tw_node along = tw_constant(graph, 0.0);
    for (int i = 0; i < s->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "direction%d", i);
        s->directions[i] =
            tw_input(graph, name, s->options.dtype, *tw_node_shape(graph, s->parameters[i]));
        along =
            tw_add(graph, along, tw_sum_all(graph, tw_mul(graph, s->slopes[i], s->directions[i])));
    }
    tw_gradients(graph, along, s->parameters, s->count, s->products);
}

static tw_status build(tw_surface *s) {
    tw_status status = tw_graph_new(s->context, s->options.dtype, &s->graph);
    if (status != TW_OK) return status;
    build_loss(s);
    status = tw_graph_check(s->graph);
    if (status == TW_OK) status = copy_parameters(s);
    if (status != TW_OK) return status;
    tw_gradients(s->graph, s->total, s->parameters, s->count, s->slopes);
    build_products(s);
    return tw_graph_check(s->graph);
}

static tw_status plan(tw_surface *s, const tw_node *nodes, int count, tw_plan **out) {
    if (count > 0) memcpy(s->wanted, nodes, (size_t)count * sizeof *nodes);
    s->wanted[count] = s->total;
    tw_plan_options options = {.batch_max = s->options.batch, .seed = 1};
    return tw_plan_new(s->graph, s->variables, s->wanted, count + 1, &options, out);
}

// ---- parameters as one vector

static size_t part_bytes(const tw_surface *s, int part) {
    return (size_t)s->parts[part].count * tw_dtype_size(s->space.dtype);
}

static void *part_of(const tw_surface *s, const void *vector, int part) {
    size_t size = tw_dtype_size(s->space.dtype);
    return (char *)vector + (size_t)s->parts[part].first * size;
}

void tw_surface_put(const tw_surface *s, const void *x, const tw_variables *variables) {
    for (int i = 0; i < s->count; i++) {
        tw_tensor *tensor = tw_variables_find(variables, s->parts[i].name);
        if (tensor != NULL) memcpy(tw_tensor_data(tensor), part_of(s, x, i), part_bytes(s, i));
    }
}

static tw_status name_parts(tw_surface *s) {
    size_t bytes = 0, at = 0;
    for (int i = 0; i < s->count; i++)
        bytes += strlen(tw_node_name(s->graph, s->parameters[i])) + 1;
    s->names = tw_allocate(s->context, bytes, 1);
    if (s->names == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < s->count; i++) {
        const char *name = tw_node_name(s->graph, s->parameters[i]);
        memcpy(s->names + at, name, strlen(name) + 1);
        s->parts[i] = (tw_objective_part){
            .name = s->names + at,
            .first = s->space.n,
            .count = tw_shape_elements(tw_node_shape(s->graph, s->parameters[i])),
        };
        at += strlen(name) + 1;
        s->space.n += s->parts[i].count;
    }
    return TW_OK;
}

static tw_status read_start(tw_surface *s) {
    s->start = tw_allocate(s->context, 2 * (size_t)s->space.n, sizeof *s->start);
    if (s->start == NULL) return TW_NO_MEMORY;
    s->sum = s->start + s->space.n;
    for (int i = 0; i < s->count; i++) {
        const tw_objective_part *part = &s->parts[i];
        const tw_tensor *tensor = tw_variables_find(s->options.variables, part->name);
        if (tensor == NULL || tw_tensor_elements(tensor) != part->count)
            return tw_fail(s->context, TW_NOT_FOUND, "there is no parameter '%s' of %lld numbers",
                           part->name, (long long)part->count);
        for (int64_t k = 0; k < part->count; k++)
            s->start[part->first + k] = tw_tensor_get(tensor, k);
    }
    return TW_OK;
}

// ---- runs over the data

// Adds share*element to the sums: in double, so that a thousand minibatches lose no digits.
void tw_surface_add(const tw_surface *s, int part, const void *elements, double share) {
    double *sum = s->sum + s->parts[part].first;
    int64_t count = s->parts[part].count;
    if (s->space.dtype == TW_F32)
        for (int64_t i = 0; i < count; i++) sum[i] += share * (double)((const float *)elements)[i];
    else
        for (int64_t i = 0; i < count; i++) sum[i] += share * ((const double *)elements)[i];
}

static void give_sum(const tw_surface *s, void *vector) {
    if (s->space.dtype == TW_F32)
        for (int64_t i = 0; i < s->space.n; i++) ((float *)vector)[i] = (float)s->sum[i];
    else
        memcpy(vector, s->sum, (size_t)s->space.n * sizeof *s->sum);
}

// Runs `plan` over the data; the mean of the loss, and of `nodes` into the sums.
static tw_status stream(tw_surface *s, tw_plan *plan, const tw_node *nodes, double *value) {
    memset(s->sum, 0, (size_t)s->space.n * sizeof *s->sum);
    *value = 0.0;
    s->seen += (double)s->examples;
    tw_status status = tw_batches_seek(s->batches, s->epoch, s->first);
    for (int64_t left = s->examples; left > 0 && status == TW_OK;) {
        tw_batch batch;
        status = tw_batches_next(s->batches, &batch);
        int64_t count = batch.count < left ? batch.count : left;
        if (status == TW_OK) status = tw_plan_feed(plan, s->x, batch.x);
        if (status == TW_OK) status = tw_plan_feed(plan, s->target, batch.targets);
        if (status == TW_OK) status = tw_plan_run(plan, count, NULL);
        if (status != TW_OK) return status;
        double share = (double)count / (double)s->examples;
        *value += share * tw_plan_scalar(plan, s->total);
        for (int k = 0; nodes != NULL && k < s->count; k++)
            tw_surface_add(s, k, tw_plan_value(plan, nodes[k]), share);
        left -= count;
    }
    return status;
}

static tw_status evaluate(const void *x, double *value, void *gradient, void *user) {
    tw_surface *s = user;
    tw_surface_put(s, x, s->variables);
    if (gradient == NULL) return stream(s, s->value, NULL, value);
    tw_status status = stream(s, s->gradient, s->slopes, value);
    give_sum(s, gradient);
    return status;
}

static tw_status plan_products(tw_surface *s) {
    return s->product == NULL ? plan(s, s->products, s->count, &s->product) : TW_OK;
}

static tw_status hessian_product(const void *x, const void *vector, void *product, void *user) {
    tw_surface *s = user;
    double value;
    tw_surface_put(s, x, s->variables);
    tw_status status = plan_products(s);                  // here, as few ask for any
    for (int i = 0; i < s->count && status == TW_OK; i++) // not read: its products are zeros
        if (tw_plan_reads(s->product, s->directions[i]))
            status = tw_plan_feed(s->product, s->directions[i], part_of(s, vector, i));
    if (status == TW_OK) status = stream(s, s->product, s->products, &value);
    give_sum(s, product);
    return status;
}

static void surface_free(void *user) {
    tw_surface *s = user;
    tw_plan_free(s->value);
    tw_plan_free(s->gradient);
    tw_plan_free(s->product);
    tw_batches_free(s->batches);
    if (s->options.owns_data) tw_data_free(s->options.data);
    tw_graph_free(s->graph);
    tw_variables_free(s->variables);
    tw_release(s->parameters);
    tw_release(s->parts);
    tw_release(s->names);
    tw_release(s->start);
    tw_release(s);
}

static tw_status open_batches(tw_surface *s) {
    tw_surface_options *options = &s->options;
    int64_t all = tw_data_count(options->data);
    if (options->examples <= 0 || options->examples > all) options->examples = all;
    if (options->batch > options->examples) options->batch = options->examples;
    s->examples = options->examples;
    tw_batches_options how = tw_batches_options_default();
    how.size = options->batch;
    how.dtype = options->dtype;
    how.seed = options->seed;
    return tw_batches_new(options->data, &how, &s->batches);
}

static tw_status open(tw_surface *s) {
    tw_status status = open_batches(s);
    if (status == TW_OK) status = build(s);
    if (status == TW_OK) status = name_parts(s);
    if (status == TW_OK) status = read_start(s);
    if (status == TW_OK) status = tw_variables_new(s->context, &s->variables);
    if (status == TW_OK) status = plan(s, NULL, 0, &s->value);
    return status == TW_OK ? plan(s, s->slopes, s->count, &s->gradient) : status;
}

tw_status tw_surface_new(tw_context *context, const tw_surface_options *options,
                         tw_objective **objective) {
    *objective = NULL;
    tw_surface *s = tw_allocate(context, 1, sizeof *s);
    if (s == NULL && options->owns_data) tw_data_free(options->data);
    if (s == NULL) return TW_NO_MEMORY;
    *s = (tw_surface){
        .context = context, .options = *options, .space = {context, options->dtype, 0}};
    tw_status status = open(s);
    if (status != TW_OK) {
        surface_free(s);
        return status;
    }
    tw_objective_calls calls = {
        .evaluate = evaluate, .hessian_product = hessian_product, .free = surface_free, .user = s};
    status = tw_objective_new(context, tw_model_text(options->model), s->space.n, options->dtype,
                              &calls, objective);
    if (status != TW_OK) return status;
    tw_objective_facts *facts = &(*objective)->facts;
    facts->start = s->start;
    facts->part_count = s->count;
    facts->parts = s->parts;
    return TW_OK;
}

tw_status tw_surface_plan_products(tw_objective *objective) {
    return plan_products(objective->calls.user);
}

tw_plan_size tw_surface_measure(const tw_objective *objective) {
    const tw_surface *s = objective->calls.user;
    tw_plan_size size = tw_plan_measure(s->gradient);
    size.variable_bytes += 2 * (uint64_t)s->space.n * sizeof(double); // start and sum
    size.arena_bytes += tw_plan_measure(s->value).arena_bytes;
    if (s->product != NULL) size.arena_bytes += tw_plan_measure(s->product).arena_bytes;
    return size;
}

void tw_surface_look_at(tw_objective *objective, uint64_t epoch, int64_t first, int64_t count) {
    tw_surface *s = objective->calls.user;
    int64_t behind = s->options.examples - first * s->options.batch;
    s->epoch = epoch;
    s->first = first;
    s->examples = count * s->options.batch < behind ? count * s->options.batch : behind;
}

double tw_surface_seen(const tw_objective *objective) {
    return ((const tw_surface *)objective->calls.user)->seen;
}

void tw_surface_store(const tw_objective *objective, const void *x, tw_variables *variables) {
    tw_surface_put(objective->calls.user, x, variables);
}

tw_surface *tw_surface_of(const tw_objective *objective) {
    return objective->calls.evaluate == evaluate ? objective->calls.user : NULL;
}

void tw_surface_take(const tw_objective *objective, const tw_variables *variables, void *x) {
    const tw_surface *s = objective->calls.user;
    for (int i = 0; i < s->count; i++) {
        const tw_tensor *tensor = tw_variables_find(variables, s->parts[i].name);
        if (tensor != NULL) memcpy(part_of(s, x, i), tw_tensor_data(tensor), part_bytes(s, i));
    }
}
