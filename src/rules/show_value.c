// A value of a program in words: the condition of a branch, as `rules show --plan` prints it.
#include "rules/method_parts.h"

static const char *const signs[TW_TILE_OPERATION_COUNT] = {
    [TW_TILE_ADD] = "+",         [TW_TILE_SUBTRACT] = "-", [TW_TILE_MULTIPLY] = "*",
    [TW_TILE_DIVIDE] = "/",      [TW_TILE_POWER] = "^",    [TW_TILE_LESS] = "<",
    [TW_TILE_LESS_EQUAL] = "<=", [TW_TILE_EQUAL] = "==",   [TW_TILE_AND] = "and",
    [TW_TILE_OR] = "or",
};

static const char *const names[TW_TILE_OPERATION_COUNT] = {
    [TW_TILE_MINIMUM] = "min",   [TW_TILE_MAXIMUM] = "max",      [TW_TILE_SELECT] = "where",
    [TW_TILE_SQUARE] = "square", [TW_TILE_SQUARE_ROOT] = "sqrt", [TW_TILE_CUBE_ROOT] = "cbrt",
    [TW_TILE_RECIPROCAL] = "1/", [TW_TILE_NEGATE] = "-",         [TW_TILE_ABSOLUTE] = "abs",
    [TW_TILE_SIGN] = "sign",     [TW_TILE_FLOOR] = "floor",      [TW_TILE_CEILING] = "ceil",
    [TW_TILE_EXP] = "exp",       [TW_TILE_EXPM1] = "expm1",      [TW_TILE_LOG] = "log",
    [TW_TILE_LOG1P] = "log1p",   [TW_TILE_SIN] = "sin",          [TW_TILE_COS] = "cos",
    [TW_TILE_TAN] = "tan",       [TW_TILE_SINH] = "sinh",        [TW_TILE_COSH] = "cosh",
    [TW_TILE_ARCTAN] = "atan",   [TW_TILE_TANH] = "tanh",        [TW_TILE_SIGMOID] = "sigmoid",
    [TW_TILE_ERF] = "erf",
};

static void add_value(tw_text *text, const tw_method *method, const tw_rule_program *program,
                      int value, bool inside);

// Between its operands, in parentheses if `inside` another operation; or as a call.
static void add_operation(tw_text *text, const tw_method *method, const tw_rule_program *program,
                          const tw_rule_value *at, bool inside) {
    const char *sign = signs[at->operation];
    bool enclosed = sign == NULL || inside;
    if (sign == NULL) tw_text_add(text, "%s", names[at->operation]);
    if (enclosed) tw_text_add(text, "(");
    for (int k = 0; k < tw_rule_operand_count(at); k++) {
        if (k > 0 && sign == NULL) tw_text_add(text, ", ");
        if (k > 0 && sign != NULL) tw_text_add(text, " %s ", sign);
        add_value(text, method, program, at->operand[k], sign != NULL);
    }
    if (enclosed) tw_text_add(text, ")");
}

static void add_value(tw_text *text, const tw_method *method, const tw_rule_program *program,
                      int value, bool inside) {
    const tw_rule_value *at = &program->values.all[value];
    char name[TW_METHOD_NAME_BYTES];
    switch (at->kind) {
    case TW_RULE_VALUE_CONSTANT:
        tw_text_add_number(text, at->number);
        break;
    case TW_RULE_VALUE_CLOCK:
        tw_text_add(text, "%s", tw_rule_clock_names[at->index]);
        break;
    case TW_RULE_VALUE_HYPER:
        tw_method_hyper_name(method, at->index, name);
        tw_text_add(text, "%s", name);
        break;
    case TW_RULE_VALUE_APPLY:
        add_operation(text, method, program, at, inside);
        break;
    default:
        tw_text_add(text, "size"); // of the tensor: all else depends on elements
    }
}

void tw_rule_value_format(tw_text *text, const tw_method *method, const tw_rule_program *program,
                          int value) {
    add_value(text, method, program, value, false);
}
