// Chains: instructions that run as one loop. A moving average waits for memory, and the step that divides by its root
// waits for the divider; in one loop these waits overlap. Besides, a result that only the next instruction reads need
// not go through a tile: on Zen 3, to store and load a vector costs more than its arithmetic.
#include "tile/program.h"

static bool divides(tw_tile_code code) {
    switch (code) {
    case TW_CODE_divide:
    case TW_CODE_over:
    case TW_CODE_quotient:
    case TW_CODE_quotient_add:
    case TW_CODE_root:
    case TW_CODE_root_of_affine:
    case TW_CODE_over_root:
    case TW_CODE_add_over_root:
    case TW_CODE_add_over_root_of_affine:
        return true;
    default:
        return false;
    }
}

// The first one that matches is taken, so those that save most come first.
// clang-format off
const tw_tile_sequence tw_tile_sequences[TW_CHAIN_COUNT] = {
    [TW_CHAIN_NONE] = {1, {0}, 0},
#define TW_TILE_ENTRY(first, second, third)                                                        \
    [TW_CHAIN_##first##_##second##_##third] =                                                      \
        {3, {TW_CODE_##first, TW_CODE_##second, TW_CODE_##third}, 0},
    TW_TILE_TRIPLES(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(outer, operands, inner)                                                      \
    [TW_CHAIN_##inner##_in_##operands##_of_##outer] =                                              \
        {2, {TW_CODE_##inner, TW_CODE_##outer}, TW_OPERANDS_##operands},
#define TW_TILE_ENTRIES(...) TW_TILE_INNER(TW_TILE_ENTRY, __VA_ARGS__)
    TW_TILE_OUTER(TW_TILE_ENTRIES)
#undef TW_TILE_ENTRIES
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(first, second)                                                               \
    [TW_CHAIN_##first##_##second] = {2, {TW_CODE_##first, TW_CODE_##second}, 0},
    TW_TILE_PAIRS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
};

// clang-format on

// Bits of the operands that an instruction reads from a place.
static int operands_at(const tw_tile_instruction *instruction, int32_t place) {
    int operands = 0;
    for (int k = 0; k < tw_tile_code_vectors((tw_tile_code)instruction->code); k++)
        if (instruction->in[k] == place) operands |= 1 << k;
    return operands;
}

// Whether the instruction behind `first` reads the result of `first` as exactly these operands, and no other reads it.
static bool made_for_next(const tw_tile_program *program, int first, int operands) {
    const tw_tile_instruction *instructions = program->instructions;
    const int32_t place = instructions[first].out;
    if (place < TW_TILE_FIRST_REGISTER) return false;
    if (operands_at(&instructions[first + 1], place) != operands) return false;
    for (int i = first + 2; i < program->instruction_count; i++) {
        if (instructions[i - 1].out == place) return true;
        if (operands_at(&instructions[i], place) != 0) return false;
    }
    return true;
}

static bool begins(const tw_tile_sequence *chain, const tw_tile_program *program, int first) {
    if (chain->length > program->instruction_count - first) return false;
    for (int i = 0; i < chain->length; i++)
        if (program->instructions[first + i].code != chain->codes[i]) return false;
    return chain->operands == 0 || made_for_next(program, first, chain->operands);
}

static tw_tile_chain chain_of(const tw_tile_program *program, int first) {
    for (int i = TW_CHAIN_NONE + 1; i < TW_CHAIN_COUNT; i++)
        if (begins(&tw_tile_sequences[i], program, first)) return (tw_tile_chain)i;
    return TW_CHAIN_NONE;
}

void tw_tile_find_chains(tw_tile_program *program) {
    const int count = program->instruction_count;
    for (int i = 0; i < count; i++)
        program->divides |= divides((tw_tile_code)program->instructions[i].code);
    for (int i = 0; i < count; i += program->instructions[i].length) {
        tw_tile_instruction *instruction = &program->instructions[i];
        const tw_tile_chain chain = chain_of(program, i);
        instruction->chain = (uint8_t)chain;
        instruction->length = (uint8_t)tw_tile_sequences[chain].length;
        program->loop_count++;
    }
}
