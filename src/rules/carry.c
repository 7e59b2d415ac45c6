// What a state means, and how it lives on when the method changes: two states are the same if their
// equations are, whatever they and their rules are called.
#include <string.h>

#include "base/memory.h"
#include "rules/method_parts.h"

enum { COMPARISONS_MAX = 20000 }; // of values in two equations

typedef struct side {
    const tw_method *method;
    const tw_rule *rule;
    int state; // of the method
    tw_rule_values values;
    int value;
} side;

typedef struct comparison {
    side a, b;
    int left; // steps
} comparison;

static const char *hyper_name(const side *s, int index) {
    return s->rule->symbols[s->rule->parameters[index].symbol].name;
}

static bool same_leaf(const comparison *c, const tw_rule_value *a, const tw_rule_value *b) {
    if (a->kind == TW_RULE_VALUE_HYPER) {
        return strcmp(hyper_name(&c->a, a->index), hyper_name(&c->b, b->index)) == 0;
    }
    if (a->kind == TW_RULE_VALUE_READ && a->index >= TW_RULE_ARRAY_STATE) {
        return a->index == TW_RULE_ARRAY_STATE + c->a.method->states[c->a.state].state &&
               b->index == TW_RULE_ARRAY_STATE + c->b.method->states[c->b.state].state;
    }
    return a->kind == TW_RULE_VALUE_RANDOM || a->index == b->index;
}

static bool same_value(comparison *c, int value_a, int value_b) {
    const tw_rule_value *a = &c->a.values.all[value_a], *b = &c->b.values.all[value_b];
    if (c->left-- <= 0 || a->kind != b->kind || a->operation != b->operation) return false;
    if (a->kind == TW_RULE_VALUE_CONSTANT) return a->number == b->number;
    if (a->kind == TW_RULE_VALUE_REDUCE) {
        return a->reduction == b->reduction && a->global == b->global &&
               same_value(c, a->operand[0], b->operand[0]);
    }
    if (a->kind != TW_RULE_VALUE_APPLY) return same_leaf(c, a, b);
    for (int i = 0; i < tw_rule_operand_count(a); i++) {
        if (!same_value(c, a->operand[i], b->operand[i])) return false;
    }
    return true;
}

static tw_status lower_side(side *s, const tw_method *method, int state) {
    const tw_method_state *at = &method->states[state];
    s->method = method;
    s->rule = method->rules[at->rule];
    s->state = state;
    tw_rule_values_start(&s->values, method->context);
    return tw_rule_lower_state(s->rule, at->state, &s->values, &s->value);
}

static tw_status same_state(const tw_method *from, int from_state, const tw_method *to,
                            int to_state, bool *same) {
    comparison c = {.left = COMPARISONS_MAX};
    tw_status status = lower_side(&c.a, from, from_state);
    if (status == TW_OK) status = lower_side(&c.b, to, to_state);
    *same = status == TW_OK && from->states[from_state].wide == to->states[to_state].wide &&
            same_value(&c, c.a.value, c.b.value);
    tw_rule_values_free(&c.a.values);
    tw_rule_values_free(&c.b.values);
    return status;
}

// The state of `from` that means what a state of `to` means; -1 if there is none. One of the same name
// comes first, and must mean the same.
static tw_status find_origin(const tw_method *from, const tw_method *to, int state, int *origin) {
    tw_status status = TW_OK;
    *origin = -1;
    for (int i = 0; i < from->state_count && status == TW_OK; i++) {
        bool same, named = strcmp(from->states[i].name, to->states[state].name) == 0;
        status = same_state(from, i, to, state, &same);
        if (status != TW_OK) return status;
        if (named && !same) {
            return tw_fail(to->context, TW_MISMATCH,
                           "method: state '%s' of '%s' has another equation in '%s'; give the rule "
                           "another name",
                           to->states[state].name, from->text, to->text);
        }
        if (same && (named || *origin < 0)) *origin = i;
    }
    return status;
}

static tw_status copy_state(tw_variables *variables, const char *parameter, const char *from,
                            const char *to) {
    char from_name[TW_STATE_NAME_BYTES], to_name[TW_STATE_NAME_BYTES];
    tw_tensor *target;
    if (strcmp(from, to) == 0) return TW_OK;
    if (!tw_method_state_name(parameter, from, from_name)) return TW_OK;
    if (!tw_method_state_name(parameter, to, to_name)) return TW_OK;
    const tw_tensor *source = tw_variables_find(variables, from_name);
    if (source == NULL) return TW_OK;
    tw_status status = tw_variables_have(variables, to_name, tw_tensor_dtype(source),
                                         tw_tensor_shape(source), &target);
    if (status != TW_OK) return status;
    size_t bytes = (size_t)tw_tensor_elements(source) * tw_dtype_size(tw_tensor_dtype(source));
    memcpy(tw_tensor_data(target), tw_tensor_data(source), bytes);
    return TW_OK;
}

static void say_refused(const tw_method *from, tw_method *to, const int *origins) {
    for (int k = 0; k < to->state_count; k++) {
        if (origins[k] >= 0) continue;
        tw_text_add(&to->shown, "%s starts anew: no state of '%s' has its equation\n",
                    to->states[k].name, from->text);
    }
    for (int i = 0; i < from->state_count; i++) {
        bool used = false;
        for (int k = 0; k < to->state_count; k++) used = used || origins[k] == i;
        if (used) continue;
        tw_text_add(&to->shown, "%s is left behind: no state of '%s' has its equation\n",
                    from->states[i].name, to->text);
    }
}

tw_status tw_method_carry(const tw_method *from, tw_method *to, tw_variables *variables,
                          const char *const *parameter_names, int count, const char **refused) {
    int origins[TW_RULE_CHAIN_STATES_MAX];
    tw_status status = TW_OK;
    *refused = "";
    for (int k = 0; k < to->state_count && status == TW_OK; k++) {
        status = find_origin(from, to, k, &origins[k]);
    }
    for (int i = 0; i < count && status == TW_OK; i++) {
        for (int k = 0; k < to->state_count && status == TW_OK; k++) {
            if (origins[k] < 0) continue;
            status = copy_state(variables, parameter_names[i], from->states[origins[k]].name,
                                to->states[k].name);
        }
    }
    if (status != TW_OK) return status;
    tw_text_clear(&to->shown);
    say_refused(from, to, origins);
    if (to->shown.status == TW_OK && to->shown.data != NULL) *refused = to->shown.data;
    return to->shown.status;
}
