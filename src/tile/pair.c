// Pairs: an average of squares and the step that divides by its root, as in Adam, RMSProp, AdaGrad and
// their kin, where the first alone waits for memory and the second for the divider; a velocity and what
// it moves. In one loop the waits overlap and what lies between stays in a register.
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

// The second reads what the first makes at one operand alone.
static tw_tile_pair pair_of(const tw_tile_instruction *first, const tw_tile_instruction *second) {
    const int32_t made = first->out;
    if (first->code == TW_CODE_product_add && second->code == TW_CODE_add_over_root &&
        second->in[2] == made && second->in[0] != made && second->in[1] != made)
        return TW_PAIR_STEP;
    if (first->code == TW_CODE_combine && second->code == TW_CODE_add &&
        (second->in[0] == made) != (second->in[1] == made))
        return TW_PAIR_MOVE;
    return TW_PAIR_NONE;
}

void tw_tile_find_pairs(tw_tile_program *program) {
    for (int i = 0; i < program->instruction_count; i++) {
        tw_tile_instruction *instruction = &program->instructions[i];
        program->divides = program->divides || divides((tw_tile_code)instruction->code);
        program->loop_count++;
        const bool behind = i > 0 && instruction[-1].pair != TW_PAIR_NONE;
        if (behind) program->loop_count--;
        if (behind || i + 1 == program->instruction_count) continue;
        instruction->pair = (uint8_t)pair_of(instruction, instruction + 1);
    }
}
