#include "bench/update.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/parallel.h"

#define CHUNK 32768 // words
#define NAME_BYTES 32

typedef struct names {
    char theta[NAME_BYTES], gradient[NAME_BYTES];
} names;

static names names_of(int tensor) {
    names n;
    snprintf(n.theta, sizeof n.theta, "w%d", tensor);
    snprintf(n.gradient, sizeof n.gradient, "g%d", tensor);
    return n;
}

static tw_shape shape_of(const tw_bench_subject *s, int tensor) {
    return TW_SHAPE(s->starts[tensor + 1] - s->starts[tensor]);
}

// An array of numbers around 0 that come again after `period`.
static tw_status make_array(tw_bench_subject *s, const char *name, const tw_shape *shape,
                            int64_t period, double factor) {
    int64_t middle = period / 2;
    tw_tensor *array = NULL;
    tw_status status = tw_variables_have(s->variables, name, s->precision, shape, &array);
    for (int64_t k = 0; k < shape->size[0] && status == TW_OK; k++)
        tw_tensor_set(array, k, (double)(k % period - middle) * factor);
    return status;
}

static tw_status make_theta(tw_bench_subject *s, int i) {
    names n = names_of(i);
    tw_shape shape = shape_of(s, i);
    s->parameters[i] = tw_parameter(s->graph, n.theta, shape);
    return make_array(s, n.theta, &shape, 101, 1e-2);
}

static tw_status make_gradient(tw_bench_subject *s, int i) {
    names n = names_of(i);
    tw_shape shape = shape_of(s, i);
    s->gradients[i] = tw_variable(s->graph, n.gradient, shape);
    return make_array(s, n.gradient, &shape, 997, 2e-5);
}

// Where the rule's arrays of each tensor lie.
static void find_arrays(tw_bench_subject *s) {
    for (int i = 0; i < s->tensor_count; i++) {
        void **at = s->arrays + (size_t)i * TW_RULE_ARRAY_COUNT;
        names n = names_of(i);
        char state[TW_STATE_NAME_BYTES];
        at[TW_RULE_ARRAY_THETA] = tw_tensor_data(tw_variables_find(s->variables, n.theta));
        at[TW_RULE_ARRAY_GRADIENT] = tw_tensor_data(tw_variables_find(s->variables, n.gradient));
        for (int k = 0; k < s->method->state_count; k++) {
            tw_method_state_name(n.theta, s->method->states[k].name, state);
            at[TW_RULE_ARRAY_STATE + k] = tw_tensor_data(tw_variables_find(s->variables, state));
        }
    }
}

static tw_status make_room(tw_bench_subject *s, const int64_t *sizes, int count) {
    size_t tensors = (size_t)count;
    s->tensor_count = count;
    s->starts = tw_allocate(s->context, tensors + 1, sizeof *s->starts);
    s->parameters = tw_allocate(s->context, 3 * tensors, sizeof *s->parameters);
    s->arrays = tw_allocate(s->context, tensors * TW_RULE_ARRAY_COUNT, sizeof *s->arrays);
    if (s->starts == NULL || s->parameters == NULL || s->arrays == NULL) return TW_NO_MEMORY;
    s->gradients = s->parameters + tensors;
    s->updates = s->gradients + tensors;
    for (int i = 0; i < count; i++) s->starts[i + 1] = s->starts[i] + sizes[i];
    return TW_OK;
}

static tw_status build(tw_bench_subject *s, const char *method) {
    int count = s->tensor_count;
    tw_status status = tw_method_parse(s->context, method, &s->method);
    if (status == TW_OK) status = tw_graph_new(s->context, s->precision, &s->graph);
    if (status == TW_OK) status = tw_variables_new(s->context, &s->variables);
    for (int i = 0; i < count && status == TW_OK; i++) status = make_theta(s, i);
    for (int i = 0; i < count && status == TW_OK; i++) status = make_gradient(s, i);
    if (status == TW_OK)
        status = tw_method_attach_gradients(s->method, s->graph, s->parameters, s->gradients, count,
                                            s->updates);
    if (status == TW_OK) status = tw_graph_check(s->graph);
    if (status == TW_OK) status = tw_method_start(s->method, s->graph, s->variables, 1, &s->clock);
    tw_plan_options options = tw_plan_options_default();
    if (status == TW_OK)
        status = tw_plan_new(s->graph, s->variables, s->updates, count, &options, &s->plan);
    return status;
}

tw_status tw_bench_subject_open(tw_context *context, const char *method, tw_dtype precision,
                                const int64_t *sizes, int count, tw_bench_subject *s) {
    *s = (tw_bench_subject){.context = context, .precision = precision};
    s->clock = (tw_clock){
        .total_steps = 1000000, .example_count = 60000, .minibatch = 128, .steps_per_epoch = 469};
    tw_clock_set_step(&s->clock, 1);
    tw_status status = make_room(s, sizes, count);
    if (status == TW_OK) status = build(s, method);
    if (status == TW_OK) find_arrays(s);
    return status;
}

void tw_bench_subject_close(tw_bench_subject *s) {
    tw_plan_free(s->plan);
    tw_graph_free(s->graph);
    tw_variables_free(s->variables);
    tw_method_free(s->method);
    tw_release(s->arrays);
    tw_release(s->parameters);
    tw_release(s->starts);
}

tw_status tw_bench_subject_update(void *user) {
    tw_bench_subject *s = user;
    tw_status status = tw_plan_run(s->plan, 1, &s->clock);
    tw_clock_set_step(&s->clock, s->clock.step + 1);
    return status;
}

static int64_t words_of(const tw_bench_subject *s, int64_t elements) {
    return elements * (int64_t)(tw_dtype_size(s->precision) / sizeof(tw_plain_word));
}

static void touch_array(const tw_bench_subject *s, tw_plain_loop *loop, int array, void *words) {
    if (tw_tile_writes(s->pass, array))
        loop->written[loop->written_count++] = words;
    else if (tw_tile_reads(s->pass, array))
        loop->read[loop->read_count++] = words;
}

_Static_assert(2 * TW_RULE_ARRAY_OUT <= TW_PLAIN_ARRAYS_MAX, "each array may count as two");

// Touches words [first, end) of a tensor's arrays. An array of float64 beside others of float32 counts as two.
static void touch_tensor(const tw_bench_subject *s, int tensor, int64_t first, int64_t end) {
    void *const *arrays = s->arrays + (size_t)tensor * TW_RULE_ARRAY_COUNT;
    int64_t words = words_of(s, s->starts[tensor + 1] - s->starts[tensor]);
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    tw_plain_loop loop = {.mask = s->mask};
    tw_method_dtypes(s->method, s->precision, dtypes);
    for (int i = 0; i < TW_RULE_ARRAY_OUT; i++) {
        touch_array(s, &loop, i, arrays[i]);
        if (dtypes[i] == s->precision) continue;
        touch_array(s, &loop, i, (tw_plain_word *)arrays[i] + words);
    }
    tw_plain_loop_run(&loop, first, end);
}

// The tensor that would hold an element if all tensors were one.
static int tensor_at(const tw_bench_subject *s, int64_t element) {
    int low = 0, high = s->tensor_count - 1;
    while (low < high) {
        int middle = low + (high - low + 1) / 2;
        if (s->starts[middle] <= element)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void touch_chunk(void *user, int64_t chunk) {
    const tw_bench_subject *s = user;
    int64_t first = chunk * CHUNK, end = first + CHUNK;
    int64_t all = words_of(s, s->starts[s->tensor_count]);
    if (end > all) end = all;
    for (int i = tensor_at(s, first / words_of(s, 1)); i < s->tensor_count; i++) {
        int64_t start = words_of(s, s->starts[i]), stop = words_of(s, s->starts[i + 1]);
        if (start >= end) break;
        touch_tensor(s, i, (first > start ? first : start) - start,
                     (end < stop ? end : stop) - start);
    }
}

tw_status tw_bench_subject_touch(void *user) {
    tw_bench_subject *s = user;
    const tw_rule_program *program = s->method->update;
    int variant = tw_method_heaviest_variant(s->method, s->precision);
    int64_t words = words_of(s, s->starts[s->tensor_count]);
    for (int i = 0; i <= program->stage_count; i++) {
        s->pass = i < program->stage_count ? program->passes[i].program[variant]
                                           : program->update[variant];
        tw_parallel(tw_context_threads(s->context), (words + CHUNK - 1) / CHUNK, touch_chunk, s);
    }
    return TW_OK;
}
