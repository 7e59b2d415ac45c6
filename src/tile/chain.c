// Chains: instructions whose loops are one. An average waits for memory and the step that divides by a root
// of it for the divider; in one loop the waits overlap.
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

typedef struct sequence {
    int length;
    tw_tile_code codes[3];
} sequence;

// The longer ones come first.
// clang-format off
static const sequence chains[TW_CHAIN_COUNT] = {
    [TW_CHAIN_NONE] = {1, {0}},
#define TW_TILE_ENTRY(first, second, third)                                                        \
    [TW_CHAIN_##first##_##second##_##third] =                                                      \
        {3, {TW_CODE_##first, TW_CODE_##second, TW_CODE_##third}},
    TW_TILE_TRIPLES(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(first, second)                                                               \
    [TW_CHAIN_##first##_##second] = {2, {TW_CODE_##first, TW_CODE_##second}},
    TW_TILE_PAIRS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
};

// clang-format on

static bool begins(const sequence *chain, const tw_tile_instruction *instruction, int left) {
    if (chain->length > left) return false;
    for (int i = 0; i < chain->length; i++)
        if (instruction[i].code != chain->codes[i]) return false;
    return true;
}

static tw_tile_chain chain_of(const tw_tile_instruction *instruction, int left) {
    for (int i = TW_CHAIN_NONE + 1; i < TW_CHAIN_COUNT; i++)
        if (begins(&chains[i], instruction, left)) return (tw_tile_chain)i;
    return TW_CHAIN_NONE;
}

void tw_tile_find_chains(tw_tile_program *program) {
    const int count = program->instruction_count;
    for (int i = 0; i < count; i++)
        program->divides |= divides((tw_tile_code)program->instructions[i].code);
    for (int i = 0; i < count; i += program->instructions[i].length) {
        tw_tile_instruction *instruction = &program->instructions[i];
        const tw_tile_chain chain = chain_of(instruction, count - i);
        instruction->chain = (uint8_t)chain;
        instruction->length = (uint8_t)chains[chain].length;
        program->loop_count++;
    }
}
