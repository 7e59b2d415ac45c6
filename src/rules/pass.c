// The operators of a method: scalars of a step, reductions over a tensor and over all tensors, the
// look-ahead point, the update in place, and the weights to evaluate with.
#include <assert.h>
#include <string.h>

#include "base/parallel.h"
#include "rules/method_parts.h"

// Elements of a chunk: enough to make its start-up vanish, few enough to share small tensors.
enum { CHUNK = 64 * TW_TILE_ELEMENTS };

static const tw_method_binding *binding_of(const tw_attributes *attributes) {
    return attributes->object;
}

// What attributes of these operators hold: integer[0] is the stream of random numbers, [1] the stage, [2]
// the number of elements if scalars need it, else 0.
static int stage_of(const tw_attributes *attributes) {
    return (int)attributes->integer[1];
}

static void prepare_elements(tw_kernel *kernel) {
    int64_t n = tw_shape_elements(&kernel->in_shape[0]);
    kernel->size[0] = n;
    kernel->chunk_count = (n + CHUNK - 1) / CHUNK;
    kernel->chunk_ns = 0.4 * (double)(n < CHUNK ? n : CHUNK) + 100.0;
}

static void prepare_one(tw_kernel *kernel) {
    kernel->chunk_count = 1;
    kernel->chunk_ns = 300.0;
}

tw_dtype tw_method_dtypes(const tw_method *method, tw_dtype dtype,
                          tw_dtype dtypes[TW_RULE_ARRAY_COUNT]) {
    for (int i = 0; i < TW_RULE_ARRAY_COUNT; i++) dtypes[i] = dtype;
    for (int i = 0; i < method->state_count; i++) {
        if (method->states[i].wide) dtypes[TW_RULE_ARRAY_STATE + i] = TW_F64;
    }
    return method->wide ? TW_F64 : dtype;
}

// The scalars of a step are the last input, where there are any.
static int variant_of(const tw_kernel *kernel) {
    const tw_rule_program *program = binding_of(kernel->attributes)->program;
    return tw_rule_program_variant(program, kernel->in[kernel->in_count - 1]);
}

// Runs a tile program over the elements of a chunk.
static void run_chunk(const tw_kernel *kernel, const tw_tile_program *program,
                      void *arrays[TW_RULE_ARRAY_COUNT], int64_t chunk, double *reductions) {
    int64_t first = chunk * CHUNK, end = first + CHUNK;
    if (end > kernel->size[0]) end = kernel->size[0];
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    tw_dtype dtype =
        tw_method_dtypes(binding_of(kernel->attributes)->method, kernel->dtype, dtypes);
    tw_tile_call call = {
        .arrays = arrays,
        .dtypes = dtypes,
        .arguments = kernel->in[kernel->in_count - 1],
        .random = {.seed = kernel->random.seed,
                   .purpose = TW_FOR_RULE,
                   .stream = (uint32_t)kernel->attributes->integer[0],
                   .step = kernel->clock == NULL ? 1 : kernel->clock->step},
        .reductions = reductions,
    };
    tw_tile_run(program, dtype, &call, first, end);
}

static tw_status shape_elements(const tw_op_shapes *shapes) {
    *shapes->out = *shapes->in[0];
    return TW_OK;
}

// ---- scalars: [those of the stage before] [reductions of this tensor] [of all] -> [slots] in f64

static tw_status shape_scalars(const tw_op_shapes *shapes) {
    const tw_method_binding *binding = binding_of(shapes->attributes);
    *shapes->out = TW_SHAPE(binding->program->slot_count);
    *shapes->out_dtype = TW_F64;
    return TW_OK;
}

static void fetch_reductions(const tw_kernel *kernel, const tw_rule_pass *pass, double *vector) {
    const double *local = kernel->in[1];
    const double *global = kernel->in[kernel->in_count - 1];
    for (int i = 0; i < pass->count; i++) {
        vector[pass->slot[i]] = pass->global[i] ? global[i] : local[i];
    }
}

static void chunk_scalars(const tw_kernel *kernel, int64_t chunk) {
    (void)chunk;
    const tw_method_binding *binding = binding_of(kernel->attributes);
    const tw_rule_program *program = binding->program;
    int stage = stage_of(kernel->attributes);
    double hyper[TW_METHOD_HYPERS_MAX], clock[TW_RULE_CLOCK_NAMES];
    double *vector = kernel->out;
    if (stage > 0) {
        memcpy(vector, kernel->in[0], (size_t)program->slot_count * sizeof *vector);
        fetch_reductions(kernel, &program->passes[stage - 1], vector);
    } else {
        tw_method_group_values(binding->method, binding->group, kernel->clock, hyper);
        tw_setting_clock(kernel->clock, clock);
    }
    tw_rule_program_scalars(program, stage, clock, hyper, (double)kernel->attributes->integer[2],
                            vector);
}

const tw_op tw_rule_op_scalars = {
    .name = "rule_scalars",
    .inputs = -1,
    .shape = shape_scalars,
    .prepare = prepare_one,
    .chunk = chunk_scalars,
};

// ---- reduce: [theta] [what the pass reads] [scalars] -> [reductions] in f64

static const tw_rule_pass *pass_of(const tw_attributes *attributes) {
    return &binding_of(attributes)->program->passes[stage_of(attributes) - 1];
}

static tw_status shape_reduce(const tw_op_shapes *shapes) {
    *shapes->out = TW_SHAPE(pass_of(shapes->attributes)->count);
    *shapes->out_dtype = TW_F64;
    return TW_OK;
}

static size_t scratch_bytes_reduce(const tw_kernel *kernel) {
    return (size_t)kernel->chunk_count * (size_t)pass_of(kernel->attributes)->count *
           sizeof(double);
}

static void chunk_reduce(const tw_kernel *kernel, int64_t chunk) {
    const tw_rule_pass *pass = pass_of(kernel->attributes);
    void *arrays[TW_RULE_ARRAY_COUNT] = {NULL};
    int in = 0;
    arrays[TW_RULE_ARRAY_THETA] = (void *)(uintptr_t)kernel->in[in++];
    for (int i = TW_RULE_ARRAY_GRADIENT; i < TW_RULE_ARRAY_OUT; i++) {
        if (pass->reads[i]) arrays[i] = (void *)(uintptr_t)kernel->in[in++];
    }
    run_chunk(kernel, pass->program[variant_of(kernel)], arrays, chunk,
              (double *)kernel->scratch + chunk * (int64_t)pass->count);
}

// The chunks' results in their order, whoever computed them.
static void end_reduce(tw_kernel *kernel) {
    const tw_rule_pass *pass = pass_of(kernel->attributes);
    const double *parts = kernel->scratch;
    double *out = kernel->out;
    for (int i = 0; i < pass->count; i++) out[i] = 0.0;
    for (int64_t chunk = 0; chunk < kernel->chunk_count; chunk++) {
        for (int i = 0; i < pass->count; i++) {
            double part = parts[chunk * pass->count + i];
            if (pass->reduction[i] != TW_TILE_LARGEST) {
                out[i] += part;
            } else if (chunk == 0 || part > out[i] || part != part) {
                out[i] = part;
            }
        }
    }
}

const tw_op tw_rule_op_reduce = {
    .name = "rule_reduce",
    .inputs = -1,
    .random = true,
    .shape = shape_reduce,
    .prepare = prepare_elements,
    .chunk = chunk_reduce,
    .end = end_reduce,
    .scratch_bytes = scratch_bytes_reduce,
};

// ---- combine: sums of the tensors' reductions

static tw_status shape_combine(const tw_op_shapes *shapes) {
    *shapes->out = *shapes->in[0];
    *shapes->out_dtype = TW_F64;
    return TW_OK;
}

static void chunk_combine(const tw_kernel *kernel, int64_t chunk) {
    (void)chunk;
    double *out = kernel->out;
    for (int64_t i = 0; i < kernel->out_shape.size[0]; i++) {
        double sum = 0.0;
        for (int k = 0; k < kernel->in_count; k++) sum += ((const double *)kernel->in[k])[i];
        out[i] = sum;
    }
}

const tw_op tw_rule_op_combine = {
    .name = "rule_combine",
    .inputs = -1,
    .shape = shape_combine,
    .prepare = prepare_one,
    .chunk = chunk_combine,
};

// ---- point: [theta] [states] [scalars] -> where the gradient is taken

static void chunk_point(const tw_kernel *kernel, int64_t chunk) {
    const tw_method_binding *binding = binding_of(kernel->attributes);
    void *arrays[TW_RULE_ARRAY_COUNT] = {NULL};
    arrays[TW_RULE_ARRAY_THETA] = (void *)(uintptr_t)kernel->in[0];
    for (int i = 0; i < binding->method->state_count; i++) {
        arrays[TW_RULE_ARRAY_STATE + i] = (void *)(uintptr_t)kernel->in[1 + i];
    }
    arrays[TW_RULE_ARRAY_OUT] = kernel->out;
    run_chunk(kernel, binding->program->update[variant_of(kernel)], arrays, chunk, NULL);
}

const tw_op tw_rule_op_point = {
    .name = "rule_look",
    .inputs = -1,
    .random = true,
    .shape = shape_elements,
    .prepare = prepare_elements,
    .chunk = chunk_point,
};

// ---- update: [theta] [states] [gradient] [scalars]; theta and states in place

static void chunk_update(const tw_kernel *kernel, int64_t chunk) {
    const tw_method_binding *binding = binding_of(kernel->attributes);
    int states = binding->method->state_count;
    void *arrays[TW_RULE_ARRAY_COUNT] = {NULL};
    arrays[TW_RULE_ARRAY_THETA] = (void *)(uintptr_t)kernel->in[0];
    for (int i = 0; i < states; i++) {
        arrays[TW_RULE_ARRAY_STATE + i] = (void *)(uintptr_t)kernel->in[1 + i];
    }
    arrays[TW_RULE_ARRAY_GRADIENT] = (void *)(uintptr_t)kernel->in[1 + states];
    run_chunk(kernel, binding->program->update[variant_of(kernel)], arrays, chunk, NULL);
}

// One operator for each number of states: which inputs are written in place is part of an operator.
#define UPDATE(states)                                                                             \
    {                                                                                              \
        .name = "update", .inputs = -1, .stateful = true, .writes = (1u << (1 + (states))) - 1u,   \
        .random = true, .shape = shape_elements, .prepare = prepare_elements,                      \
        .chunk = chunk_update                                                                      \
    }

static const tw_op updates[TW_RULE_CHAIN_STATES_MAX + 1] = {
    UPDATE(0), UPDATE(1), UPDATE(2), UPDATE(3),  UPDATE(4),  UPDATE(5), UPDATE(6),
    UPDATE(7), UPDATE(8), UPDATE(9), UPDATE(10), UPDATE(11), UPDATE(12)};

const tw_op *tw_rule_op_update(int state_count) {
    assert(state_count >= 0 && state_count <= TW_RULE_CHAIN_STATES_MAX);
    return &updates[state_count];
}

// ---- eval: [weights to evaluate with] [theta] [states] [scalars]; the first in place

static void chunk_eval(const tw_kernel *kernel, int64_t chunk) {
    const tw_method_binding *binding = binding_of(kernel->attributes);
    void *arrays[TW_RULE_ARRAY_COUNT] = {NULL};
    arrays[TW_RULE_ARRAY_OUT] = (void *)(uintptr_t)kernel->in[0];
    arrays[TW_RULE_ARRAY_THETA] = (void *)(uintptr_t)kernel->in[1];
    for (int i = 0; i < binding->method->state_count; i++) {
        arrays[TW_RULE_ARRAY_STATE + i] = (void *)(uintptr_t)kernel->in[2 + i];
    }
    run_chunk(kernel, binding->program->update[variant_of(kernel)], arrays, chunk, NULL);
}

const tw_op tw_rule_op_eval = {
    .name = "rule_eval",
    .inputs = -1,
    .stateful = true,
    .writes = 1,
    .random = true,
    .shape = shape_elements,
    .prepare = prepare_elements,
    .chunk = chunk_eval,
};

void tw_method_group_values(const tw_method *method, const tw_method_group *group,
                            const tw_clock *clock, double hyper[TW_METHOD_HYPERS_MAX]) {
    int first = 0;
    for (int i = 0; i < method->rule_count; i++) {
        int end = first + method->rules[i]->parameter_count;
        tw_setting_values(group->settings, first, end - 1, clock, hyper);
        first = end;
    }
}
