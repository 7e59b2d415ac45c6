// A chain of rules to programs: the equations of all links, one behind the other, are one program.
#include "rules/method_parts.h"

#include <assert.h>
#include <string.h>

enum { UNSET = -1 };

// Where the lowering of one rule stands: the value of each of its symbols.
typedef struct lowering {
    const tw_rule *rule;
    tw_rule_values *values;
    int symbols[TW_RULE_SYMBOLS_MAX];
} lowering;

static int apply(lowering *l, tw_tile_operation operation, int a, int b, int c) {
    return tw_rule_value_apply(l->values, operation, a, b, c);
}

static int one(lowering *l, tw_tile_operation operation, int a) {
    return apply(l, operation, a, 0, 0);
}

static int two(lowering *l, tw_tile_operation operation, int a, int b) {
    return apply(l, operation, a, b, 0);
}

static int constant(lowering *l, double number) {
    return tw_rule_value_constant(l->values, number);
}

// Frequent powers are computed without the power function.
static int power(lowering *l, int base, int exponent) {
    if (l->values->status != TW_OK) return 0;
    const tw_rule_value *by = &l->values->all[exponent];
    double number = by->kind == TW_RULE_VALUE_CONSTANT ? by->number : 0.0;
    if (number == 1.0) return base;
    if (number == 2.0) return one(l, TW_TILE_SQUARE, base);
    if (number == 3.0) return two(l, TW_TILE_MULTIPLY, one(l, TW_TILE_SQUARE, base), base);
    if (number == 4.0) return one(l, TW_TILE_SQUARE, one(l, TW_TILE_SQUARE, base));
    if (number == 0.5) return one(l, TW_TILE_SQUARE_ROOT, base);
    if (number == -0.5) return one(l, TW_TILE_RECIPROCAL, one(l, TW_TILE_SQUARE_ROOT, base));
    if (number == -1.0) return one(l, TW_TILE_RECIPROCAL, base);
    return two(l, TW_TILE_POWER, base, exponent);
}

static int reduce(lowering *l, const tw_expr_node *node, int a) {
    tw_rule_values *v = l->values;
    switch (node->function) {
    case TW_FUNCTION_sum:
        return tw_rule_value_reduce(v, TW_TILE_SUM, false, a);
    case TW_FUNCTION_all_sum:
        return tw_rule_value_reduce(v, TW_TILE_SUM, true, a);
    case TW_FUNCTION_max:
        return tw_rule_value_reduce(v, TW_TILE_LARGEST, false, a);
    case TW_FUNCTION_norm:
        return one(l, TW_TILE_SQUARE_ROOT, tw_rule_value_reduce(v, TW_TILE_SQUARES, false, a));
    case TW_FUNCTION_all_norm:
        return one(l, TW_TILE_SQUARE_ROOT, tw_rule_value_reduce(v, TW_TILE_SQUARES, true, a));
    case TW_FUNCTION_all_mean:
        return two(l, TW_TILE_DIVIDE, tw_rule_value_reduce(v, TW_TILE_SUM, true, a),
                   tw_rule_value_reduce(v, TW_TILE_SUM, true, constant(l, 1.0)));
    default:
        break;
    }
    assert(node->function == TW_FUNCTION_mean);
    return two(l, TW_TILE_DIVIDE, tw_rule_value_reduce(v, TW_TILE_SUM, false, a),
               tw_rule_value_leaf(v, TW_RULE_VALUE_COUNT, 0));
}

static const tw_tile_operation unary[TW_FUNCTION_COUNT] = {
    [TW_FUNCTION_sqrt] = TW_TILE_SQUARE_ROOT, [TW_FUNCTION_cbrt] = TW_TILE_CUBE_ROOT,
    [TW_FUNCTION_exp] = TW_TILE_EXP,          [TW_FUNCTION_expm1] = TW_TILE_EXPM1,
    [TW_FUNCTION_log] = TW_TILE_LOG,          [TW_FUNCTION_log1p] = TW_TILE_LOG1P,
    [TW_FUNCTION_abs] = TW_TILE_ABSOLUTE,     [TW_FUNCTION_sign] = TW_TILE_SIGN,
    [TW_FUNCTION_floor] = TW_TILE_FLOOR,      [TW_FUNCTION_ceil] = TW_TILE_CEILING,
    [TW_FUNCTION_sin] = TW_TILE_SIN,          [TW_FUNCTION_cos] = TW_TILE_COS,
    [TW_FUNCTION_tan] = TW_TILE_TAN,          [TW_FUNCTION_tanh] = TW_TILE_TANH,
    [TW_FUNCTION_atan] = TW_TILE_ARCTAN,      [TW_FUNCTION_sinh] = TW_TILE_SINH,
    [TW_FUNCTION_cosh] = TW_TILE_COSH,        [TW_FUNCTION_erf] = TW_TILE_ERF,
    [TW_FUNCTION_sigmoid] = TW_TILE_SIGMOID,
};

static int call(lowering *l, const tw_expr_node *node, const int in[3]) {
    if (tw_expr_is_reduction(node)) return reduce(l, node, in[0]);
    switch (node->function) {
    case TW_FUNCTION_normal:
        return tw_rule_value_random(l->values, TW_TILE_NORMAL);
    case TW_FUNCTION_uniform:
        return tw_rule_value_random(l->values, TW_TILE_UNIFORM);
    case TW_FUNCTION_min:
        return two(l, TW_TILE_MINIMUM, in[0], in[1]);
    case TW_FUNCTION_max:
        return two(l, TW_TILE_MAXIMUM, in[0], in[1]);
    case TW_FUNCTION_clip:
        return two(l, TW_TILE_MINIMUM, two(l, TW_TILE_MAXIMUM, in[0], in[1]), in[2]);
    case TW_FUNCTION_where:
        return apply(l, TW_TILE_SELECT, in[0], in[1], in[2]);
    default:
        return one(l, unary[node->function], in[0]);
    }
}

static int lower(lowering *l, tw_expr_root root) {
    const tw_expr_node *node = &l->rule->tree->nodes[root];
    int in[3] = {0};
    for (uint32_t i = 0; i < node->child_count; i++) in[i] = lower(l, node->child[i]);
    switch (node->kind) {
    case TW_EXPR_NUMBER:
        return constant(l, node->number);
    case TW_EXPR_NAME:
        return l->symbols[node->symbol];
    case TW_EXPR_NEGATE:
        return one(l, TW_TILE_NEGATE, in[0]);
    case TW_EXPR_ADD:
        return two(l, TW_TILE_ADD, in[0], in[1]);
    case TW_EXPR_SUBTRACT:
        return two(l, TW_TILE_SUBTRACT, in[0], in[1]);
    case TW_EXPR_MULTIPLY:
        return two(l, TW_TILE_MULTIPLY, in[0], in[1]);
    case TW_EXPR_DIVIDE:
        return two(l, TW_TILE_DIVIDE, in[0], in[1]);
    case TW_EXPR_POWER:
        return power(l, in[0], in[1]);
    case TW_EXPR_LESS:
        return two(l, TW_TILE_LESS, in[0], in[1]);
    case TW_EXPR_LESS_EQUAL:
        return two(l, TW_TILE_LESS_EQUAL, in[0], in[1]);
    case TW_EXPR_GREATER:
        return two(l, TW_TILE_LESS, in[1], in[0]);
    case TW_EXPR_GREATER_EQUAL:
        return two(l, TW_TILE_LESS_EQUAL, in[1], in[0]);
    case TW_EXPR_EQUAL:
        return two(l, TW_TILE_EQUAL, in[0], in[1]);
    case TW_EXPR_NOT_EQUAL:
        return two(l, TW_TILE_EQUAL, two(l, TW_TILE_EQUAL, in[0], in[1]), constant(l, 0.0));
    case TW_EXPR_AND:
        return two(l, TW_TILE_AND, in[0], in[1]);
    case TW_EXPR_OR:
        return two(l, TW_TILE_OR, in[0], in[1]);
    case TW_EXPR_CALL:
        return call(l, node, in);
    default:
        assert(0 && "refused by the checker");
    }
    return 0;
}

// The symbols of a rule before its first equation. `first_hyper` and `first_state` count those of the
// links before it.
static void start_symbols(lowering *l, int first_hyper, int first_state) {
    for (int i = 0; i < l->rule->symbol_count; i++) {
        const tw_rule_symbol *symbol = &l->rule->symbols[i];
        tw_rule_value_kind kind = TW_RULE_VALUE_CLOCK;
        int index = (int)symbol->kind - (int)TW_RULE_STEP;
        switch (symbol->kind) {
        case TW_RULE_THETA:
            kind = TW_RULE_VALUE_READ;
            index = TW_RULE_ARRAY_THETA;
            break;
        case TW_RULE_GRADIENT:
            kind = TW_RULE_VALUE_READ;
            index = TW_RULE_ARRAY_GRADIENT;
            break;
        case TW_RULE_PARAMETER:
            kind = TW_RULE_VALUE_HYPER;
            index = first_hyper + symbol->index;
            break;
        case TW_RULE_STATE:
            kind = TW_RULE_VALUE_READ;
            index = TW_RULE_ARRAY_STATE + first_state + symbol->index;
            break;
        case TW_RULE_TEMPORARY:
            l->symbols[i] = UNSET;
            continue;
        default:
            break;
        }
        l->symbols[i] = tw_rule_value_leaf(l->values, kind, index);
    }
}

static int lower_block(lowering *l, int first);

// Lowers an `if` to a choice for each symbol that its arms leave different. Returns where its `end` is.
static int lower_if(lowering *l, int first) {
    int before[TW_RULE_SYMBOLS_MAX], then[TW_RULE_SYMBOLS_MAX];
    size_t bytes = (size_t)l->rule->symbol_count * sizeof *before;
    int condition = lower(l, l->rule->statements[first].value);
    memcpy(before, l->symbols, bytes);
    int end = lower_block(l, first + 1);
    memcpy(then, l->symbols, bytes);
    memcpy(l->symbols, before, bytes);
    if (l->rule->statements[end].kind == TW_RULE_ELSE) end = lower_block(l, end + 1);
    for (int i = 0; i < l->rule->symbol_count; i++) {
        int otherwise = l->symbols[i];
        if (then[i] == otherwise) continue;
        bool both = then[i] != UNSET && otherwise != UNSET;
        l->symbols[i] = both ? apply(l, TW_TILE_SELECT, condition, then[i], otherwise) : UNSET;
    }
    return end;
}

// Lowers from a statement to the `else` or `end` that it returns, or the end of the text.
static int lower_block(lowering *l, int first) {
    int i = first;
    for (; i < l->rule->statement_count; i++) {
        const tw_rule_statement *statement = &l->rule->statements[i];
        if (statement->kind == TW_RULE_IF) {
            i = lower_if(l, i);
        } else if (statement->kind == TW_RULE_ASSIGNMENT) {
            l->symbols[statement->symbol] = lower(l, statement->value);
        } else {
            break;
        }
    }
    return i;
}

static void lower_statements(lowering *l) {
    lower_block(l, 0);
}

tw_status tw_rule_lower_state(const tw_rule *rule, int state, tw_rule_values *values, int *value) {
    lowering l = {.rule = rule, .values = values};
    start_symbols(&l, 0, 0);
    lower_statements(&l);
    *value = l.symbols[rule->states[state].symbol];
    return values->status;
}

static tw_status lower_update(tw_method *method) {
    tw_rule_values values;
    tw_rule_write writes[1 + TW_RULE_CHAIN_STATES_MAX];
    int write_count = 0, hyper = 0, state = 0, gradient = -1, theta = -1;
    tw_rule_values_start(&values, method->context);
    for (int i = 0; i < method->rule_count; i++) {
        lowering l = {.rule = method->rules[i], .values = &values};
        start_symbols(&l, hyper, state);
        if (gradient >= 0) l.symbols[TW_RULE_GRADIENT] = gradient;
        lower_statements(&l);
        gradient = l.symbols[TW_RULE_GRADIENT];
        theta = l.symbols[TW_RULE_THETA];
        for (int k = 0; k < l.rule->state_count; k++) {
            writes[write_count++] = (tw_rule_write){TW_RULE_ARRAY_STATE + state + k,
                                                    l.symbols[l.rule->states[k].symbol]};
        }
        hyper += l.rule->parameter_count;
        state += l.rule->state_count;
    }
    writes[write_count++] = (tw_rule_write){TW_RULE_ARRAY_THETA, theta};
    return tw_rule_program_build(&values, writes, write_count, &method->update);
}

// An expression of a rule with the symbols as they are before its equations.
static tw_status lower_alone(tw_method *method, int rule, tw_expr_root root,
                             tw_rule_program **program) {
    tw_rule_values values;
    int hyper = 0, state = 0;
    for (int i = 0; i < rule; i++) {
        hyper += method->rules[i]->parameter_count;
        state += method->rules[i]->state_count;
    }
    tw_rule_values_start(&values, method->context);
    lowering l = {.rule = method->rules[rule], .values = &values};
    start_symbols(&l, hyper, state);
    tw_rule_write write = {TW_RULE_ARRAY_OUT, lower(&l, root)};
    return tw_rule_program_build(&values, &write, 1, program);
}

tw_status tw_method_lower(tw_method *method) {
    int last = method->rule_count - 1;
    const tw_rule *rule = method->rules[last];
    tw_status status = lower_update(method);
    if (status == TW_OK && rule->look != TW_EXPR_NONE) {
        status = lower_alone(method, last, rule->look, &method->look);
    }
    if (status == TW_OK && rule->eval != TW_EXPR_NONE) {
        status = lower_alone(method, last, rule->eval, &method->eval);
    }
    for (int i = 0; i < method->state_count && status == TW_OK; i++) {
        tw_method_state *state = &method->states[i];
        tw_expr_root first = method->rules[state->rule]->states[state->state].first;
        if (first != TW_EXPR_NONE) status = lower_alone(method, state->rule, first, &state->start);
    }
    return status;
}
