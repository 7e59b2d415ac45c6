// Values of a chain of rules: equal ones are made once, constants are folded.
#include "rules/rule_program.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "tile/values.h"

void tw_rule_values_start(tw_rule_values *values, tw_context *context) {
    *values = (tw_rule_values){.context = context, .status = TW_OK};
}

void tw_rule_values_free(tw_rule_values *values) {
    tw_release(values->all);
    *values = (tw_rule_values){.context = values->context};
}

static bool same(const tw_rule_value *a, const tw_rule_value *b) {
    return a->kind == b->kind && a->operation == b->operation && a->reduction == b->reduction &&
           a->global == b->global && a->index == b->index &&
           memcmp(&a->number, &b->number, sizeof a->number) == 0 &&
           memcmp(a->operand, b->operand, sizeof a->operand) == 0;
}

static int add(tw_rule_values *values, const tw_rule_value *value) {
    if (values->status != TW_OK) return 0;
    for (size_t i = 0; i < values->count; i++) {
        if (same(&values->all[i], value)) return (int)i;
    }
    if (values->count == TW_RULE_VALUES_MAX) {
        values->status = tw_fail(values->context, TW_UNSUPPORTED,
                                 "method: its equations are too long; at most %d operations",
                                 TW_RULE_VALUES_MAX);
        return 0;
    }
    values->status = tw_grow(values->context, (void **)&values->all, values->count,
                             &values->capacity, sizeof *values->all);
    if (values->status != TW_OK) return 0;
    values->all[values->count] = *value;
    values->all[values->count].slot = -1;
    return (int)values->count++;
}

int tw_rule_value_constant(tw_rule_values *values, double number) {
    return add(values, &(tw_rule_value){.kind = TW_RULE_VALUE_CONSTANT, .number = number});
}

int tw_rule_value_leaf(tw_rule_values *values, tw_rule_value_kind kind, int index) {
    return add(values, &(tw_rule_value){
                           .kind = kind, .index = index, .element = kind == TW_RULE_VALUE_READ});
}

int tw_rule_value_random(tw_rule_values *values, tw_tile_operation operation) {
    if (values->status == TW_OK && values->random_count == TW_RULE_RANDOMS_MAX) {
        values->status =
            tw_fail(values->context, TW_UNSUPPORTED,
                    "method: too many random numbers an element; at most %d", TW_RULE_RANDOMS_MAX);
    }
    if (values->status != TW_OK) return 0;
    return add(values, &(tw_rule_value){.kind = TW_RULE_VALUE_RANDOM,
                                        .operation = operation,
                                        .index = values->random_count++,
                                        .element = true});
}

static int operand_count(tw_tile_operation operation) {
    static const int counts[] = {
#define TW_TILE_ENTRY(name, operands) operands,
        TW_TILE_OPERATIONS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
    };
    return counts[operation];
}

int tw_rule_operand_count(const tw_rule_value *value) {
    if (value->kind == TW_RULE_VALUE_REDUCE) return 1;
    return value->kind == TW_RULE_VALUE_APPLY ? operand_count(value->operation) : 0;
}

int tw_rule_value_apply(tw_rule_values *values, tw_tile_operation operation, int a, int b, int c) {
    tw_rule_value value = {
        .kind = TW_RULE_VALUE_APPLY, .operation = operation, .operand = {a, b, c}};
    if (values->status != TW_OK) return 0;
    bool constant = true;
    double number[3] = {0};
    for (int i = 0; i < operand_count(operation); i++) {
        const tw_rule_value *operand = &values->all[value.operand[i]];
        value.element = value.element || operand->element;
        if (operand->stage > value.stage) value.stage = operand->stage;
        constant = constant && operand->kind == TW_RULE_VALUE_CONSTANT;
        number[i] = operand->number;
    }
    for (int i = operand_count(operation); i < 3; i++) value.operand[i] = 0;
    if (!constant) return add(values, &value);
    return tw_rule_value_constant(values,
                                  tw_tile_evaluate(operation, number[0], number[1], number[2]));
}

int tw_rule_value_reduce(tw_rule_values *values, tw_tile_reduction reduction, bool global, int a) {
    if (values->status != TW_OK) return 0;
    int stage = values->all[a].stage + 1;
    if (stage > TW_RULE_STAGES_MAX) {
        values->status = tw_fail(values->context, TW_UNSUPPORTED,
                                 "method: more than %d reductions that each need the one before",
                                 TW_RULE_STAGES_MAX);
        return 0;
    }
    return add(values, &(tw_rule_value){.kind = TW_RULE_VALUE_REDUCE,
                                        .reduction = reduction,
                                        .global = global,
                                        .stage = stage,
                                        .operand = {a, 0, 0}});
}
