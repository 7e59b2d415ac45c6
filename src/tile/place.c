// Gives every value a place. A result goes straight to its array if no later instruction reads the array. Otherwise
// it waits in a register and is copied at the end, since all reads see the arrays as they were before. A register is
// free from its value's last use on, even for the result of that instruction, since instructions may write where
// they read.
#include <assert.h>

#include "base/memory.h"
#include "tile/program.h"

typedef struct placing {
    tw_tile_lowered *lowered;
    tw_tile_program *program;
    const tw_tile_node *nodes;
    size_t node_count;
    int32_t *place;    // by value
    int32_t *last_use; // by value: the last instruction that reads it
    int32_t *free_registers;
    int free_count;
    int32_t last_read[TW_TILE_ARRAYS_MAX];
    int32_t *filled_of; // by scalar: filled tile + 1
} placing;

// The array that value v is a read of, or -1.
static int32_t array_of(const placing *p, tw_tile_value v) {
    if (v < 0 || (size_t)v >= p->node_count || p->nodes[v].operation != TW_TILE_READ) return -1;
    return p->nodes[v].number;
}

static void find_last_uses(placing *p) {
    for (int i = 0; i < TW_TILE_ARRAYS_MAX; i++) p->last_read[i] = -1;
    for (size_t i = 0; i < p->lowered->count; i++) {
        const tw_tile_instruction *instruction = &p->lowered->instructions[i];
        for (int k = 0; k < tw_tile_code_vectors((tw_tile_code)instruction->code); k++) {
            const tw_tile_value in = instruction->in[k];
            if (array_of(p, in) >= 0)
                p->last_read[array_of(p, in)] = (int32_t)i;
            else if (in >= 0)
                p->last_use[in] = (int32_t)i;
        }
    }
}

// The array that instruction i may write its result to at once, or -1.
static int32_t direct_array(const placing *p, tw_tile_value out, size_t i) {
    for (int32_t array = 0; array < TW_TILE_ARRAYS_MAX; array++)
        if (p->lowered->written[array] == out && p->last_read[array] <= (int32_t)i) return array;
    return -1;
}

static bool is_result(const placing *p, tw_tile_value v) {
    for (int32_t array = 0; array < TW_TILE_ARRAYS_MAX; array++)
        if (p->lowered->written[array] == v) return true;
    return false;
}

static void give_back(placing *p, tw_tile_value v, size_t i) {
    if (v < 0 || array_of(p, v) >= 0 || p->last_use[v] != (int32_t)i || is_result(p, v)) return;
    if (p->place[v] < TW_TILE_FIRST_REGISTER) return;
    p->last_use[v] = -1; // given back once, even if this instruction reads it twice
    p->free_registers[p->free_count++] = p->place[v];
}

static int32_t take_register(placing *p) {
    if (p->free_count > 0) return p->free_registers[--p->free_count];
    return TW_TILE_FIRST_REGISTER + p->program->register_count++;
}

// Filled tiles come after the registers, whose number is not known yet. Until it is, filled tile i is -2 - i.
static int32_t filled_place(placing *p, int32_t scalar) {
    if (p->filled_of[scalar] == 0) {
        p->program->filled[p->program->filled_count] = scalar;
        p->filled_of[scalar] = ++p->program->filled_count;
    }
    return -1 - p->filled_of[scalar];
}

static int32_t place_of(placing *p, tw_tile_value v) {
    if (v < -1) return filled_place(p, -2 - v);
    const int32_t array = array_of(p, v);
    return array >= 0 ? array : p->place[v];
}

static void place_instruction(placing *p, size_t i) {
    tw_tile_instruction instruction = p->lowered->instructions[i];
    const tw_tile_code code = (tw_tile_code)instruction.code;
    const tw_tile_value out = instruction.out;
    const int vectors = tw_tile_code_vectors(code);
    for (int k = 0; k < vectors; k++) instruction.in[k] = place_of(p, instruction.in[k]);
    for (int k = 0; k < vectors; k++) give_back(p, p->lowered->instructions[i].in[k], i);
    if (out >= 0) {
        const int32_t array = direct_array(p, out, i);
        instruction.out = array >= 0 ? array : take_register(p);
        p->place[out] = instruction.out;
        // Every result is read later or written to an array: otherwise it would not be needed.
    } else {
        instruction.out = instruction.in[0];
    }
    for (int k = vectors; k < 4; k++) instruction.in[k] = instruction.out;
    p->program->instructions[p->program->instruction_count++] = instruction;
}

static void copy_results(placing *p) {
    for (int32_t array = 0; array < TW_TILE_ARRAYS_MAX; array++) {
        const tw_tile_value v = p->lowered->written[array];
        if (v == TW_TILE_NO_VALUE || array_of(p, v) == array || p->place[v] == array) continue;
        const int32_t from = p->place[v];
        p->program->instructions[p->program->instruction_count++] = (tw_tile_instruction){
            .code = TW_CODE_copy, .out = array, .in = {from, array, array, array}};
    }
}

static void place_filled(tw_tile_program *program) {
    const int32_t first = TW_TILE_FIRST_REGISTER + program->register_count;
    for (int i = 0; i < program->instruction_count; i++) {
        tw_tile_instruction *instruction = &program->instructions[i];
        for (int k = 0; k < 4; k++)
            if (instruction->in[k] < -1) instruction->in[k] = first + (-2 - instruction->in[k]);
        if (instruction->out < -1) instruction->out = first + (-2 - instruction->out);
    }
}

tw_status tw_tile_place(tw_tile_lowered *lowered, tw_tile_program *program) {
    tw_context *context = lowered->builder->context;
    const size_t values = lowered->value_count, scalars = (size_t)program->scalar_count;
    const size_t copies = (size_t)lowered->builder->write_count;
    placing p = {.lowered = lowered,
                 .program = program,
                 .nodes = lowered->builder->nodes,
                 .node_count = lowered->builder->node_count};
    program->instructions =
        tw_allocate(context, lowered->count + copies, sizeof *program->instructions);
    program->filled = tw_allocate(context, scalars, sizeof(int32_t));
    p.place = tw_allocate(context, values, sizeof *p.place);
    p.last_use = tw_allocate(context, values, sizeof *p.last_use);
    p.free_registers = tw_allocate(context, values, sizeof *p.free_registers);
    p.filled_of = tw_allocate(context, scalars, sizeof *p.filled_of);
    const bool enough = program->instructions != NULL && program->filled != NULL &&
                        p.place != NULL && p.last_use != NULL && p.free_registers != NULL &&
                        p.filled_of != NULL;
    if (enough) {
        find_last_uses(&p);
        for (size_t i = 0; i < lowered->count; i++) place_instruction(&p, i);
        copy_results(&p);
        place_filled(program);
    }
    tw_release(p.place);
    tw_release(p.last_use);
    tw_release(p.free_registers);
    tw_release(p.filled_of);
    return enough ? TW_OK : TW_NO_MEMORY;
}
