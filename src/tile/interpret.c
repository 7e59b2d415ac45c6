// Runs programs: the fused function where there is one, else tile by tile through the interpreter's
// loops. What a run needs lies on the stack.
#include <assert.h>

#include "base/random_array.h"
#include "tile/kernels.h"
#include "tile/repeated.h"

#define WORKSPACE_BYTES (128 * 1024)
#define CACHE_BYTES (8 * 1024)  // of a tile in all arrays and buffers
#define DIVIDING_BYTES 1024     // of a tile in one array, where instructions divide
#define ALONE_BYTES (32 * 1024) // of a tile in one array, where one loop is the whole program
#define DRAWN_TOGETHER 64       // random numbers: a tile of a multiple of it draws none twice
#define NARROW_MAX 14           // arrays of float32 in a fused run in float64
#define PLACES_MAX (TW_TILE_FIRST_REGISTER + TW_TILE_BUFFERS_MAX)

typedef struct running {
    const tw_tile_program *program;
    const tw_tile_call *call;
    tw_dtype dtype;
    int64_t size; // bytes of an element
    const double *scalars;
    tw_tile_kernel *const *kernels;
    tw_tile_kernel *const *chains;
    int64_t tile_elements;
    char *free_space; // of the workspace
    int32_t whole[TW_TILE_ARRAYS_MAX], repeated[TW_TILE_ARRAYS_MAX], narrow[TW_TILE_ARRAYS_MAX];
    int whole_count, repeated_count, narrow_count;
    void *buffers[TW_TILE_ARRAYS_MAX]; // of repeated arrays
    void *places[PLACES_MAX];
    double lanes[TW_TILE_REDUCTIONS_MAX][TW_TILE_LANES];
} running;

static bool is_repeated(const tw_tile_call *call, int array) {
    return call->walks != NULL && !tw_tile_walk_whole(call->space, &call->walks[array]);
}

// Whether an array is of float32 in a run in float64.
static bool is_narrow(const tw_tile_call *call, tw_dtype dtype, int array) {
    return call->dtypes != NULL && call->dtypes[array] != dtype;
}

static void sort_arrays(running *r) {
    for (int i = 0; i < r->program->array_count; i++) {
        if (!r->program->read[i] && !r->program->written[i]) continue;
        if (is_repeated(r->call, i)) {
            assert(!r->program->written[i]);
            r->repeated[r->repeated_count++] = i;
        } else if (is_narrow(r->call, r->dtype, i)) {
            r->narrow[r->narrow_count++] = i;
        } else {
            r->whole[r->whole_count++] = i;
        }
    }
}

// The length of a tile, chosen by measurement. What a program touches fills a quarter of the first-level cache, with
// at most 2 KiB for each array. Where the divider limits the speed, tiles are shorter: the processor then fetches
// the next one meanwhile. A program of a single loop keeps nothing in the cache between loops, so its tiles are long.
static void choose_tile(running *r) {
    const tw_tile_program *program = r->program;
    const int buffers =
        program->register_count + program->filled_count + r->repeated_count + r->narrow_count;
    const int all = buffers + r->whole_count;
    int64_t bytes = CACHE_BYTES / (all > 4 ? all : 4);
    if (program->divides && bytes > DIVIDING_BYTES) bytes = DIVIDING_BYTES;
    if (program->loop_count == 1 && buffers == 0) bytes = ALONE_BYTES;
    if (buffers > 0 && bytes > WORKSPACE_BYTES / buffers) bytes = WORKSPACE_BYTES / buffers;
    const int64_t most = bytes / r->size;
    const int64_t step = most >= DRAWN_TOGETHER ? DRAWN_TOGETHER : TW_TILE_LANES;
    r->tile_elements = most < step ? step : most / step * step;
    assert(buffers * r->tile_elements * r->size <= WORKSPACE_BYTES);
}

static void *take_tile(running *r) {
    void *taken = r->free_space;
    r->free_space += r->tile_elements * r->size;
    return taken;
}

// Registers, tiles filled with scalars, and buffers for repeated arrays.
static void place_workspace(running *r) {
    const tw_tile_program *program = r->program;
    const int registers = program->register_count;
    for (int i = 0; i < registers; i++) r->places[TW_TILE_FIRST_REGISTER + i] = take_tile(r);
    for (int i = 0; i < program->filled_count; i++) {
        const int32_t place = TW_TILE_FIRST_REGISTER + registers + i;
        r->places[place] = take_tile(r);
        const tw_tile_instruction fill = {.code = TW_CODE_fill,
                                          .out = place,
                                          .in = {place, place, place, place},
                                          .scalar = {program->filled[i], 0, 0, 0}};
        r->kernels[TW_CODE_fill](r->places, &fill, r->scalars, r->tile_elements);
    }
    for (int i = 0; i < r->repeated_count; i++) r->buffers[i] = take_tile(r);
    for (int i = 0; i < r->narrow_count; i++) r->places[r->narrow[i]] = take_tile(r);
}

static void start_reductions(running *r) {
    for (int i = 0; i < r->program->instruction_count; i++) {
        const tw_tile_instruction *instruction = &r->program->instructions[i];
        if (instruction->code >= TW_CODE_sum)
            tw_tile_reduce_start((tw_tile_code)instruction->code, r->lanes[instruction->number]);
    }
}

static void end_reductions(running *r) {
    for (int i = 0; i < r->program->instruction_count; i++) {
        const tw_tile_instruction *instruction = &r->program->instructions[i];
        if (instruction->code >= TW_CODE_sum)
            r->call->reductions[instruction->number] =
                tw_tile_reduce_end((tw_tile_code)instruction->code, r->lanes[instruction->number]);
    }
}

typedef void draw_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

static draw_f32 *draw_of(tw_tile_code code) {
    return code == TW_CODE_normal    ? tw_random_normal_f32
           : code == TW_CODE_uniform ? tw_random_uniform_f32
                                     : tw_random_coarse_f32;
}

static void draw(const running *r, const tw_tile_instruction *instruction, int64_t first,
                 int64_t count) {
    tw_random random = r->call->random;
    random.stream += instruction->stream;
    const tw_tile_code code = (tw_tile_code)instruction->code;
    if (r->dtype == TW_F32) {
        draw_of(code)(&random, (uint64_t)first, r->places[instruction->out], count);
        return;
    }
    double *out = r->places[instruction->out];
    if (r->narrow_count > 0 || code == TW_CODE_coarse_uniform) {
        float numbers[ALONE_BYTES / sizeof(double)];
        assert(count <= (int64_t)(sizeof numbers / sizeof *numbers));
        draw_of(code)(&random, (uint64_t)first, numbers, count);
        tw_tile_widen(numbers, out, count);
        return;
    }
    if (code == TW_CODE_normal) {
        tw_random_normals(&random, (uint64_t)first, out, count);
        return;
    }
    for (int64_t k = 0; k < count; k++) out[k] = tw_random_uniform(&random, (uint64_t)(first + k));
}

// The rarer kinds of instruction.
static void run_special(running *r, const tw_tile_instruction *instruction, int64_t first,
                        int64_t count) {
    const tw_tile_code code = (tw_tile_code)instruction->code;
    if (code < TW_CODE_sum)
        draw(r, instruction, first, count);
    else
        tw_tile_reduce_kernel_of(code, r->dtype)(r->places[instruction->in[0]],
                                                 r->lanes[instruction->number], count);
}

static void run_alone(running *r, const tw_tile_instruction *instruction, int64_t first,
                      int64_t count) {
    tw_tile_kernel *kernel = r->kernels[instruction->code];
    if (kernel != NULL)
        kernel(r->places, instruction, r->scalars, count);
    else
        run_special(r, instruction, first, count);
}

static void run_instructions(running *r, int64_t first, int64_t count) {
    const tw_tile_instruction *instruction = r->program->instructions;
    const tw_tile_instruction *const end = instruction + r->program->instruction_count;
    for (; instruction < end; instruction += instruction->length) {
        tw_tile_kernel *chain = r->chains[instruction->chain];
        if (chain != NULL)
            chain(r->places, instruction, r->scalars, count);
        else
            for (int i = 0; i < instruction->length; i++)
                run_alone(r, instruction + i, first, count);
    }
}

static void run_tile(running *r, int64_t first, int64_t count) {
    const tw_tile_call *call = r->call;
    for (int i = 0; i < r->whole_count; i++)
        r->places[r->whole[i]] = (char *)call->arrays[r->whole[i]] + first * r->size;
    for (int i = 0; i < r->repeated_count; i++) {
        const int32_t array = r->repeated[i];
        r->places[array] = tw_tile_walk_tile(call->space, &call->walks[array], (size_t)r->size,
                                             call->arrays[array], first, count, r->buffers[i]);
    }
    for (int i = 0; i < r->narrow_count; i++) {
        const int32_t array = r->narrow[i];
        if (!r->program->read[array]) continue;
        tw_tile_widen((const float *)call->arrays[array] + first, r->places[array], count);
    }
    run_instructions(r, first, count);
    for (int i = 0; i < r->narrow_count; i++) {
        const int32_t array = r->narrow[i];
        if (!r->program->written[array]) continue;
        tw_tile_round(r->places[array], (float *)call->arrays[array] + first, count);
    }
}

void tw_tile_interpret(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                       const double *scalars, int64_t first, int64_t end) {
    _Alignas(64) char workspace[WORKSPACE_BYTES];
    running r;
    r.program = program;
    r.call = call;
    r.dtype = dtype;
    r.size = dtype == TW_F32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
    r.scalars = scalars;
    r.kernels = dtype == TW_F32 ? tw_tile_kernels_f32 : tw_tile_kernels_f64;
    r.chains = dtype == TW_F32 ? tw_tile_chains_f32 : tw_tile_chains_f64;
    r.free_space = workspace;
    r.whole_count = r.repeated_count = r.narrow_count = 0;
    sort_arrays(&r);
    choose_tile(&r);
    place_workspace(&r);
    if (program->reduction_count > 0) start_reductions(&r);
    for (int64_t k = first; k < end; k += r.tile_elements)
        run_tile(&r, k, end - k < r.tile_elements ? end - k : r.tile_elements);
    if (program->reduction_count > 0) end_reductions(&r);
}

static bool all_whole(const tw_tile_program *program, const tw_tile_call *call) {
    if (call->walks == NULL) return true;
    for (int i = 0; i < program->code_array_count; i++)
        if (is_repeated(call, program->code_arrays[i])) return false;
    return true;
}

// Runs the fused function in float64 on parts of the range, whose elements of float32 arrays are widened before and
// rounded after. Parts are so long that a call costs little, and short enough for the first-level cache.
static void run_fused_wide(const tw_tile_program *program, const tw_tile_call *call,
                           const double *scalars, int64_t first, int64_t end) {
    enum { PART = 256 };

    double buffers[NARROW_MAX][PART];
    for (int64_t k = first; k < end; k += PART) {
        const int64_t count = end - k < PART ? end - k : PART;
        void *arrays[TW_TILE_ARRAYS_MAX];
        int used = 0;
        for (int i = 0; i < program->code_array_count; i++) {
            const int32_t array = program->code_arrays[i];
            if (!is_narrow(call, TW_F64, array)) {
                arrays[i] = (double *)call->arrays[array] + k;
                continue;
            }
            arrays[i] = buffers[used++];
            if (program->read[array])
                tw_tile_widen((const float *)call->arrays[array] + k, arrays[i], count);
        }
        program->fused->f64(arrays, scalars, 0, count);
        for (int i = 0; i < program->code_array_count; i++) {
            const int32_t array = program->code_arrays[i];
            if (!is_narrow(call, TW_F64, array) || !program->written[array]) continue;
            tw_tile_round(arrays[i], (float *)call->arrays[array] + k, count);
        }
    }
}

static int count_narrow(const tw_tile_program *program, const tw_tile_call *call, tw_dtype dtype) {
    int narrow = 0;
    for (int i = 0; i < program->code_array_count; i++)
        narrow += is_narrow(call, dtype, program->code_arrays[i]);
    return narrow;
}

static void run_fused(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                      const double *scalars, int64_t first, int64_t end) {
    void *arrays[TW_TILE_ARRAYS_MAX];
    for (int i = 0; i < program->code_array_count; i++)
        arrays[i] = call->arrays[program->code_arrays[i]];
    (dtype == TW_F32 ? program->fused->f32 : program->fused->f64)(arrays, scalars, first, end);
}

void tw_tile_run(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                 int64_t first, int64_t end) {
    assert(dtype == TW_F32 || dtype == TW_F64);
    assert(first % TW_TILE_ELEMENTS == 0 && first >= 0);
    double own[TW_TILE_SCALARS_MAX];
    const double *scalars = call->scalars;
    if (scalars == NULL) {
        own[0] = 0; // read, though not used, by instructions without scalars
        tw_tile_scalars(program, call->arguments, own);
        scalars = own;
    }
    const int narrow = count_narrow(program, call, dtype);
    assert(narrow == 0 || (dtype == TW_F64 && call->walks == NULL));
    if (program->fused == NULL || !all_whole(program, call) || narrow > NARROW_MAX)
        tw_tile_interpret(program, dtype, call, scalars, first, end);
    else if (narrow > 0)
        run_fused_wide(program, call, scalars, first, end);
    else
        run_fused(program, dtype, call, scalars, first, end);
}
