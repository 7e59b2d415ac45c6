// A program as text: how its scalars are computed, then a line for each instruction.
#include "tile/program.h"

static void add_place(const tw_tile_program *program, int32_t place, tw_text *text) {
    const int32_t filled = place - TW_TILE_FIRST_REGISTER - program->register_count;
    if (place < TW_TILE_FIRST_REGISTER)
        tw_text_add(text, "array%d", place);
    else if (filled < 0)
        tw_text_add(text, "r%d", place - TW_TILE_FIRST_REGISTER);
    else
        tw_text_add(text, "c%d", program->filled[filled]);
}

static void add_step(const tw_tile_scalar_step *step, int number, tw_text *text) {
    tw_text_add(text, "s%d = ", number);
    if (step->operation == TW_TILE_ARGUMENT) {
        tw_text_add(text, "argument%d\n", step->number);
    } else if (step->operation == TW_TILE_CONSTANT) {
        tw_text_add_number(text, step->constant);
        tw_text_add(text, "\n");
    } else {
        const tw_tile_operation operation = (tw_tile_operation)step->operation;
        for (const char *c = tw_tile_operation_name(operation); *c != 0; c++)
            tw_text_add(text, "%c", *c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        tw_text_add(text, "(");
        for (int i = 0; i < tw_tile_operands(operation); i++)
            tw_text_add(text, i == 0 ? "s%d" : ", s%d", step->in[i]);
        tw_text_add(text, ")\n");
    }
}

static void add_instruction(const tw_tile_program *program, const tw_tile_instruction *instruction,
                            tw_text *text) {
    const tw_tile_code code = (tw_tile_code)instruction->code;
    static const char vectors[] = "xyzw", scalars[] = "abcd";
    if (code >= TW_CODE_sum)
        tw_text_add(text, "reduction%d", instruction->number);
    else
        add_place(program, instruction->out, text);
    tw_text_add(text, " = %s(", tw_tile_code_name(code));
    for (int k = 0; k < tw_tile_code_vectors(code); k++) {
        tw_text_add(text, k == 0 ? "%c: " : ", %c: ", vectors[k]);
        add_place(program, instruction->in[k], text);
    }
    for (int k = 0; k < tw_tile_code_scalars(code); k++)
        tw_text_add(text, k + tw_tile_code_vectors(code) == 0 ? "%c: s%d" : ", %c: s%d", scalars[k],
                    program->scalars[instruction->scalar[k]]);
    const char *expression = tw_tile_code_expression(code);
    tw_text_add(text, expression[0] == 0 ? ")\n" : ")  # %s\n", expression);
}

void tw_tile_format(const tw_tile_program *program, tw_text *text) {
    for (int i = 0; i < program->step_count; i++) add_step(&program->steps[i], i, text);
    for (int i = 0; i < program->instruction_count; i++)
        add_instruction(program, &program->instructions[i], text);
}
