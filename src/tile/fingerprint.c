// A program's identity: its instructions, with arrays and scalars numbered in the order in which they are first
// named, so that programs that do the same have the same code.
//
// An instruction's words: its code, what it reads (array k is 2k, the result of instruction i is 2i + 1, scalar s in
// place of a vector is -1 - s), its scalars. Random instructions have their stream behind the code, reductions their
// number. Behind all instructions, for each array written: -1, the array, the instruction that makes its value.
#include <string.h>

#include "base/memory.h"
#include "tile/program.h"

#define WORDS_MAX 12 // of an instruction

typedef struct coding {
    const tw_tile_lowered *lowered;
    tw_tile_program *program;
    int32_t *result_of;                   // by value: the instruction that makes it
    int32_t array_of[TW_TILE_ARRAYS_MAX]; // by array: 1 + its number in the code; 0: none yet
} coding;

static void add(coding *c, int32_t word) {
    c->program->code[c->program->code_length++] = word;
}

static int32_t array_word(coding *c, int32_t array) {
    tw_tile_program *program = c->program;
    if (c->array_of[array] == 0) {
        program->code_arrays[program->code_array_count] = array;
        c->array_of[array] = ++program->code_array_count;
    }
    return c->array_of[array] - 1;
}

static int32_t operand_word(coding *c, tw_tile_value v) {
    const tw_tile_builder *builder = c->lowered->builder;
    if (v < -1) return v + 1; // scalar s: -2 - s becomes -1 - s
    if ((size_t)v < builder->node_count && builder->nodes[v].operation == TW_TILE_READ)
        return 2 * array_word(c, builder->nodes[v].number);
    return 2 * c->result_of[v] + 1;
}

static void add_instruction(coding *c, size_t i) {
    const tw_tile_instruction *instruction = &c->lowered->instructions[i];
    const tw_tile_code code = (tw_tile_code)instruction->code;
    add(c, instruction->code);
    if (code >= TW_CODE_uniform && code <= TW_CODE_normal) add(c, (int32_t)instruction->stream);
    if (code >= TW_CODE_sum) add(c, instruction->number);
    for (int k = 0; k < tw_tile_code_vectors(code); k++)
        add(c, operand_word(c, instruction->in[k]));
    for (int k = 0; k < tw_tile_code_scalars(code); k++) add(c, instruction->scalar[k]);
    if (instruction->out >= 0) c->result_of[instruction->out] = (int32_t)i;
}

// Written arrays are named in the order of the instructions that make their values.
static void add_writes(coding *c) {
    for (size_t i = 0; i < c->lowered->count; i++) {
        for (int32_t array = 0; array < TW_TILE_ARRAYS_MAX; array++) {
            const tw_tile_value v = c->lowered->written[array];
            if (v == TW_TILE_NO_VALUE || v != c->lowered->instructions[i].out) continue;
            add(c, -1);
            add(c, array_word(c, array));
            add(c, (int32_t)i);
        }
    }
}

tw_status tw_tile_identify(const tw_tile_lowered *lowered, tw_tile_program *program) {
    tw_context *context = lowered->builder->context;
    coding c = {.lowered = lowered, .program = program};
    const size_t writes = (size_t)lowered->builder->write_count;
    program->code =
        tw_allocate(context, lowered->count * WORDS_MAX + 3 * writes, sizeof *program->code);
    c.result_of = tw_allocate(context, lowered->value_count, sizeof *c.result_of);
    const bool enough = program->code != NULL && c.result_of != NULL;
    if (enough) {
        for (size_t i = 0; i < lowered->count; i++) add_instruction(&c, i);
        add_writes(&c);
    }
    tw_release(c.result_of);
    return enough ? TW_OK : TW_NO_MEMORY;
}

const tw_tile_fused *tw_tile_fused_find(const tw_tile_program *program, const tw_tile_fused *list,
                                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (list[i].code_length != program->code_length) continue;
        if (memcmp(list[i].code, program->code, program->code_length * sizeof(int32_t)) == 0)
            return &list[i];
    }
    return NULL;
}
