// One update of a method over tensors of a given size, in turns with plain loops over the same arrays:
// a loop for each pass that the method's equations need.
#include <stdio.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "rules/method_parts.h"
#include "thalweg/bench.h"
#include "thalweg/plan.h"

#define CHUNK 32768 // words
#define BUDGET_SECONDS 1.5

typedef struct subject {
    tw_context *context;
    const tw_bench_update_options *options;
    tw_method *method;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_clock clock;
    tw_node *parameters, *gradients, *updates; // one a tensor
    void **arrays;               // [tensors, TW_RULE_ARRAY_COUNT], as rules number them
    const tw_tile_program *pass; // whose arrays the plain loop touches
    tw_plain_word mask;
} subject;

static int64_t first_of(const subject *s, int64_t tensor) {
    return s->options->parameter_count * tensor / s->options->tensor_count;
}

static tw_status make_tensor(subject *s, int i) {
    char name[64], gradient[64];
    snprintf(name, sizeof name, "w%d", i);
    snprintf(gradient, sizeof gradient, "g%d", i);
    tw_shape shape = TW_SHAPE(first_of(s, i + 1) - first_of(s, i));
    s->parameters[i] = tw_parameter(s->graph, name, shape);
    s->gradients[i] = tw_variable(s->graph, gradient, shape);
    tw_tensor *theta = NULL, *g = NULL;
    tw_dtype dtype = s->options->precision;
    tw_status status = tw_variables_have(s->variables, name, dtype, &shape, &theta);
    if (status == TW_OK) status = tw_variables_have(s->variables, gradient, dtype, &shape, &g);
    if (status != TW_OK) return status;
    for (int64_t k = 0; k < shape.size[0]; k++) {
        tw_tensor_set(theta, k, (double)(k % 101 - 50) * 1e-2);
        tw_tensor_set(g, k, (double)(k % 997 - 498) * 2e-5);
    }
    return TW_OK;
}

static tw_status find_arrays(subject *s) {
    int states = s->method->state_count;
    for (int i = 0; i < s->options->tensor_count; i++) {
        void **at = s->arrays + (size_t)i * TW_RULE_ARRAY_COUNT;
        char name[TW_STATE_NAME_BYTES];
        snprintf(name, sizeof name, "w%d", i);
        at[TW_RULE_ARRAY_THETA] = tw_tensor_data(tw_variables_find(s->variables, name));
        for (int k = 0; k < states; k++) {
            char parameter[64];
            snprintf(parameter, sizeof parameter, "w%d", i);
            tw_method_state_name(parameter, s->method->states[k].name, name);
            at[TW_RULE_ARRAY_STATE + k] = tw_tensor_data(tw_variables_find(s->variables, name));
        }
        snprintf(name, sizeof name, "g%d", i);
        at[TW_RULE_ARRAY_GRADIENT] = tw_tensor_data(tw_variables_find(s->variables, name));
    }
    return TW_OK;
}

static tw_status build(subject *s) {
    const tw_bench_update_options *options = s->options;
    size_t count = (size_t)options->tensor_count;
    int tensors = (int)options->tensor_count;
    s->parameters = tw_allocate(s->context, 3 * count, sizeof *s->parameters);
    s->arrays = tw_allocate(s->context, count * TW_RULE_ARRAY_COUNT, sizeof *s->arrays);
    if (s->parameters == NULL || s->arrays == NULL) return TW_NO_MEMORY;
    s->gradients = s->parameters + count;
    s->updates = s->gradients + count;
    tw_status status = tw_method_parse(s->context, options->method, &s->method);
    if (status == TW_OK) status = tw_graph_new(s->context, options->precision, &s->graph);
    if (status == TW_OK) status = tw_variables_new(s->context, &s->variables);
    for (int i = 0; i < tensors && status == TW_OK; i++) status = make_tensor(s, i);
    if (status == TW_OK)
        status = tw_method_attach_gradients(s->method, s->graph, s->parameters, s->gradients,
                                            tensors, s->updates);
    if (status == TW_OK) status = tw_graph_check(s->graph);
    s->clock = (tw_clock){
        .total_steps = 1000000, .example_count = 60000, .minibatch = 128, .steps_per_epoch = 469};
    tw_clock_set_step(&s->clock, 1);
    if (status == TW_OK) status = tw_method_start(s->method, s->graph, s->variables, 1, &s->clock);
    tw_plan_options plan_options = tw_plan_options_default();
    if (status == TW_OK)
        status = tw_plan_new(s->graph, s->variables, s->updates, tensors, &plan_options, &s->plan);
    return status == TW_OK ? find_arrays(s) : status;
}

static void close_subject(subject *s) {
    tw_plan_free(s->plan);
    tw_graph_free(s->graph);
    tw_variables_free(s->variables);
    tw_method_free(s->method);
    tw_release(s->arrays);
    tw_release(s->parameters);
}

static tw_status run_update(void *user) {
    subject *s = user;
    tw_status status = tw_plan_run(s->plan, 1, &s->clock);
    tw_clock_set_step(&s->clock, s->clock.step + 1);
    return status;
}

static int64_t words_of(const subject *s, int64_t elements) {
    return elements * (int64_t)(tw_dtype_size(s->options->precision) / sizeof(tw_plain_word));
}

static void touch_array(const subject *s, tw_plain_loop *loop, int array, void *words) {
    if (tw_tile_writes(s->pass, array))
        loop->written[loop->written_count++] = words;
    else if (tw_tile_reads(s->pass, array))
        loop->read[loop->read_count++] = words;
}

// An array of float64 where the rest is of float32 counts as two.
static void touch_tensor(const subject *s, int64_t tensor, int64_t first, int64_t end) {
    void *const *arrays = s->arrays + tensor * TW_RULE_ARRAY_COUNT;
    int64_t words = words_of(s, first_of(s, tensor + 1) - first_of(s, tensor));
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    tw_plain_loop loop = {.mask = s->mask};
    tw_method_dtypes(s->method, s->options->precision, dtypes);
    for (int i = 0; i < TW_RULE_ARRAY_OUT; i++) {
        touch_array(s, &loop, i, arrays[i]);
        if (dtypes[i] == s->options->precision) continue;
        touch_array(s, &loop, i, (tw_plain_word *)arrays[i] + words);
    }
    tw_plain_loop_run(&loop, first, end);
}

// Words of all tensors, numbered one after another.
static void touch_chunk(void *user, int64_t chunk) {
    const subject *s = user;
    int64_t count = s->options->parameter_count, tensors = s->options->tensor_count;
    int64_t first = chunk * CHUNK, end = first + CHUNK, all = words_of(s, count);
    if (end > all) end = all;
    int64_t elements = first / words_of(s, 1);
    int64_t tensor = elements * tensors / count;
    while (tensor > 0 && first_of(s, tensor) > elements) tensor--;
    for (; tensor < tensors; tensor++) {
        int64_t start = words_of(s, first_of(s, tensor)),
                stop = words_of(s, first_of(s, tensor + 1));
        if (start >= end) break;
        int64_t from = first > start ? first : start, to = end < stop ? end : stop;
        if (from < to) touch_tensor(s, tensor, from - start, to - start);
    }
}

static tw_status run_plain(void *user) {
    subject *s = user;
    const tw_rule_program *program = s->method->update;
    int variant = tw_method_heaviest_variant(s->method, s->options->precision);
    int64_t words = words_of(s, s->options->parameter_count);
    for (int i = 0; i <= program->stage_count; i++) {
        s->pass = i < program->stage_count ? program->passes[i].program[variant]
                                           : program->update[variant];
        tw_parallel(tw_context_threads(s->context), (words + CHUNK - 1) / CHUNK, touch_chunk, s);
    }
    return TW_OK;
}

static tw_status measure(subject *s, tw_bench_update *update) {
    enum { UPDATE, PLAIN, SIDES };

    tw_bench_side sides[SIDES] = {
        [UPDATE] = {.work = run_update, .user = s}, [PLAIN] = {.work = run_plain, .user = s}};
    int rounds = 0;
    tw_status status = tw_bench_take_turns(sides, SIDES, BUDGET_SECONDS, &rounds);
    if (status != TW_OK) return status;
    double seconds = tw_bench_median(sides[UPDATE].seconds, rounds);
    double fraction = tw_bench_median_ratio(sides[PLAIN].seconds, sides[UPDATE].seconds, rounds);
    *update = (tw_bench_update){
        .seconds = seconds,
        .limit_seconds = seconds * fraction,
        .fraction = fraction,
        .bytes = (double)tw_method_bytes(s->method, s->options->precision) *
                 (double)s->options->parameter_count,
    };
    return TW_OK;
}

static tw_status check(tw_context *context, const tw_bench_update_options *options) {
    if (options->parameter_count < 1 || options->tensor_count < 1 ||
        options->tensor_count > options->parameter_count || options->tensor_count > INT32_MAX)
        return tw_fail(
            context, TW_BAD_ARGUMENT,
            "bench: %lld parameters in %lld tensors; there must be one parameter at least, "
            "and no more tensors than parameters",
            (long long)options->parameter_count, (long long)options->tensor_count);
    return TW_OK;
}

tw_bench_update_options tw_bench_update_options_default(void) {
    return (tw_bench_update_options){
        .method = "adam", .precision = TW_F32, .parameter_count = 1000000, .tensor_count = 1};
}

tw_status tw_bench_run_update(tw_context *context, const tw_bench_update_options *options,
                              tw_bench_update *update) {
    *update = (tw_bench_update){0};
    subject s = {.context = context, .options = options};
    tw_status status = check(context, options);
    if (status == TW_OK) status = build(&s);
    if (status == TW_OK) status = measure(&s, update);
    close_subject(&s);
    return status;
}
