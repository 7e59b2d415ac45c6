// Checks what the items of a rule mean: every name is known and set before it is read, every value is of
// the kind that its place needs, and nothing is declared in vain.
#include "rules/rule.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define BIT(kind) (1u << (kind))

static tw_status fail_at(const tw_rule *rule, size_t offset, const char *hint, const char *format,
                         ...) TW_PRINTF(4, 5);

static tw_status fail_at(const tw_rule *rule, size_t offset, const char *hint, const char *format,
                         ...) {
    va_list list;
    va_start(list, format);
    tw_status status =
        tw_source_fail_list(rule->context, &rule->tree->source, offset, hint, format, list);
    va_end(list);
    return status;
}

// ---- names

// What an expression of this item may not read, as bits of symbol kinds.
static unsigned forbidden(tw_rule_item_kind kind) {
    switch (kind) {
    case TW_RULE_ITEM_PARAMETER: // it may read those declared before it
        return BIT(TW_RULE_THETA) | BIT(TW_RULE_GRADIENT) | BIT(TW_RULE_STATE) |
               BIT(TW_RULE_TEMPORARY);
    case TW_RULE_ITEM_STATE:
        return BIT(TW_RULE_GRADIENT) | BIT(TW_RULE_STATE) | BIT(TW_RULE_TEMPORARY);
    case TW_RULE_ITEM_LOOK:
    case TW_RULE_ITEM_EVAL:
        return BIT(TW_RULE_GRADIENT) | BIT(TW_RULE_TEMPORARY);
    default:
        break;
    }
    return 0;
}

static const char *place_name(tw_rule_item_kind kind) {
    switch (kind) {
    case TW_RULE_ITEM_PARAMETER:
        return "a default";
    case TW_RULE_ITEM_STATE:
        return "a first value";
    case TW_RULE_ITEM_LOOK:
        return "the look-ahead point";
    case TW_RULE_ITEM_EVAL:
        return "the weights to evaluate with";
    default:
        break;
    }
    return "an equation";
}

// The names that may be read at an item; the message about an unknown one lists them.
static size_t list_readable(const tw_rule *rule, tw_rule_item_kind kind,
                            const char *names[TW_RULE_SYMBOLS_MAX]) {
    size_t count = 0;
    for (int i = 0; i < rule->symbol_count; i++) {
        const tw_rule_symbol *symbol = &rule->symbols[i];
        bool allowed = (forbidden(kind) & BIT(symbol->kind)) == 0;
        if (allowed && symbol->set) names[count++] = symbol->name;
    }
    return count;
}

// The line of an offset, for hints such as "that is in line 9".
static size_t line_of(const tw_rule *rule, size_t offset) {
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) line += rule->tree->source.text[i] == '\n';
    return line;
}

static tw_status resolve_name(tw_rule *rule, tw_rule_item_kind kind, uint32_t index) {
    tw_expr_node *node = &rule->tree->nodes[index];
    char name[TW_EXPR_NAME_BYTES_MAX + 1], hint[64];
    snprintf(name, sizeof name, "%.*s", (int)node->length, rule->tree->source.text + node->offset);
    int found = tw_rule_find_symbol(rule, name);
    if (found < 0) {
        const char *names[TW_RULE_SYMBOLS_MAX];
        size_t count = list_readable(rule, kind, names);
        return tw_expr_resolve(rule->tree, index, names, count);
    }
    tw_rule_symbol *symbol = &rule->symbols[found];
    if ((forbidden(kind) & BIT(symbol->kind)) != 0) {
        return fail_at(rule, node->offset, NULL, "'%s' has no value in %s", name, place_name(kind));
    }
    if (!symbol->set) {
        bool before = symbol->offset < node->offset && symbol->kind == TW_RULE_TEMPORARY;
        snprintf(hint, sizeof hint,
                 before ? "line %zu sets it in only one arm of an 'if'" : "that is in line %zu",
                 line_of(rule, symbol->offset));
        return fail_at(rule, node->offset, hint, "'%s' is read before it is set", name);
    }
    symbol->read = true;
    node->symbol = (uint32_t)found;
    return TW_OK;
}

// ---- kinds of values

static tw_status check_node(const tw_rule *rule, const tw_rule_item *item, uint32_t index,
                            bool element[TW_EXPR_NODES_MAX]) {
    const tw_expr_node *node = &rule->tree->nodes[index];
    bool any = false;
    for (uint32_t i = 0; i < node->child_count; i++) any = any || element[node->child[i]];
    bool scalar_place = item->kind == TW_RULE_ITEM_PARAMETER;
    if (tw_expr_is_random(node)) any = true;
    if (tw_expr_is_reduction(node)) {
        const char *name = tw_function_name(node->function);
        if (scalar_place || item->kind == TW_RULE_ITEM_STATE) {
            return fail_at(rule, node->offset, NULL, "'%s' has no value in %s", name,
                           place_name(item->kind));
        }
        if (!any) {
            return fail_at(rule, node->offset, "give it a tensor, such as g",
                           "'%s' of a single number", name);
        }
        any = false;
    }
    if (scalar_place && any) {
        return fail_at(rule, node->offset, NULL, "a hyperparameter is one number");
    }
    if (node->kind == TW_EXPR_NAME) any = rule->symbols[node->symbol].element;
    element[index] = any;
    return TW_OK;
}

// Before names are resolved: the index of a sum is a name that has no symbol.
static tw_status check_no_index(const tw_rule *rule, const tw_rule_item *item) {
    for (uint32_t i = item->first; i < item->end; i++) {
        const tw_expr_node *node = &rule->tree->nodes[i];
        if (node->kind != TW_EXPR_ELEMENT && !tw_expr_is_over_index(node)) continue;
        return fail_at(rule, node->offset, "an equation holds for every element",
                       "indices have no place in a rule");
    }
    return TW_OK;
}

// Resolves and types the nodes of an item; `*is_element`: whether its value differs by element.
static tw_status check_value(tw_rule *rule, const tw_rule_item *item,
                             bool element[TW_EXPR_NODES_MAX], bool *is_element) {
    tw_status status = check_no_index(rule, item);
    for (uint32_t i = item->first; i < item->end && status == TW_OK; i++) {
        const tw_expr_node *node = &rule->tree->nodes[i];
        if (node->kind == TW_EXPR_NAME) status = resolve_name(rule, item->kind, i);
        if (status == TW_OK) status = check_node(rule, item, i, element);
    }
    *is_element = status == TW_OK && item->value != TW_EXPR_NONE && element[item->value];
    return status;
}

// ---- assignments

static tw_status check_target(const tw_rule *rule, const tw_rule_item *item) {
    const tw_rule_symbol *symbol = &rule->symbols[item->symbol];
    switch (symbol->kind) {
    case TW_RULE_THETA:
        if (!rule->link) return TW_OK;
        return fail_at(rule, item->offset, "a link changes g; a rule changes theta",
                       "a link cannot change '%s'", symbol->name);
    case TW_RULE_GRADIENT:
    case TW_RULE_STATE:
    case TW_RULE_TEMPORARY:
        return TW_OK;
    case TW_RULE_PARAMETER:
        return fail_at(rule, item->offset, "give the new value another name",
                       "'%s' is a hyperparameter and cannot be assigned", symbol->name);
    default:
        break;
    }
    return fail_at(rule, item->offset, "give the new value another name",
                   "'%s' is given and cannot be assigned", symbol->name);
}

// ---- if, else, end: a name has a value behind them if both arms give it one

static void keep_known(const tw_rule *rule, bool *set, bool *element) {
    for (int i = 0; i < rule->symbol_count; i++) {
        set[i] = rule->symbols[i].set;
        element[i] = rule->symbols[i].element;
    }
}

static void begin_else(tw_rule *rule, tw_rule_if *open) {
    keep_known(rule, open->set_then, open->element_then);
    for (int i = 0; i < rule->symbol_count; i++) {
        rule->symbols[i].set = open->set[i];
        rule->symbols[i].element = open->element[i];
    }
}

static void end_if(tw_rule *rule, tw_rule_if *open) {
    if (!open->has_else) begin_else(rule, open);
    for (int i = 0; i < rule->symbol_count; i++) {
        rule->symbols[i].set = rule->symbols[i].set && open->set_then[i];
        rule->symbols[i].element = rule->symbols[i].element || open->element_then[i];
    }
}

static tw_status check_branch(tw_rule_parser *parser, const tw_rule_item *item, bool is_element) {
    tw_rule *rule = parser->rule;
    if (item->kind == TW_RULE_ITEM_ELSE) {
        parser->open[parser->depth - 1].has_else = true;
        begin_else(rule, &parser->open[parser->depth - 1]);
    } else if (item->kind == TW_RULE_ITEM_END) {
        end_if(rule, &parser->open[--parser->depth]);
    } else if (is_element) {
        return fail_at(rule, item->offset, "where(condition, a, b) chooses for each element",
                       "the condition of an 'if' is one number");
    } else {
        tw_rule_if *open = &parser->open[parser->depth++];
        open->has_else = false;
        keep_known(rule, open->set, open->element);
    }
    return TW_OK;
}

static tw_status check_item(tw_rule_parser *parser, const tw_rule_item *item,
                            bool element[TW_EXPR_NODES_MAX]) {
    tw_rule *rule = parser->rule;
    bool is_element = false;
    tw_status status = check_value(rule, item, element, &is_element);
    if (status == TW_OK && item->kind >= TW_RULE_ITEM_IF) {
        return check_branch(parser, item, is_element);
    }
    if (status == TW_OK && item->kind == TW_RULE_ITEM_ASSIGNMENT) {
        status = check_target(rule, item);
    }
    if (status != TW_OK) return status;
    if (item->kind == TW_RULE_ITEM_LOOK || item->kind == TW_RULE_ITEM_EVAL) return TW_OK;
    tw_rule_symbol *symbol = &rule->symbols[item->symbol];
    symbol->set = true;
    bool array = symbol->kind == TW_RULE_THETA || symbol->kind == TW_RULE_GRADIENT ||
                 symbol->kind == TW_RULE_STATE;
    symbol->element = array || is_element;
    symbol->written = symbol->written || item->kind == TW_RULE_ITEM_ASSIGNMENT;
    return TW_OK;
}

// ---- the whole

static tw_status fail_in_vain(const tw_rule *rule, const tw_rule_symbol *symbol) {
    const char *names[TW_RULE_SYMBOLS_MAX];
    char hint[TW_EXPR_NAME_BYTES_MAX + 32];
    size_t count = 0;
    for (int i = 0; i < rule->symbol_count; i++) {
        const tw_rule_symbol *other = &rule->symbols[i];
        if (other == symbol || other->kind == TW_RULE_TEMPORARY) continue;
        if (other->kind == TW_RULE_STATE || i < 2) names[count++] = other->name;
    }
    const char *near = tw_nearest_name(symbol->name, names, count);
    snprintf(hint, sizeof hint, "did you mean %s?", near == NULL ? "" : near);
    return fail_at(rule, symbol->offset,
                   near == NULL || symbol->kind != TW_RULE_TEMPORARY ? "it can be left out" : hint,
                   "'%s' is never used", symbol->name);
}

static tw_status check_symbol(const tw_rule *rule, const tw_rule_symbol *symbol) {
    if (symbol->kind == TW_RULE_STATE && !symbol->written) {
        return fail_at(rule, symbol->offset, "a state is set by an equation",
                       "state '%s' is never written", symbol->name);
    }
    bool in_vain = symbol->kind == TW_RULE_PARAMETER || symbol->kind == TW_RULE_TEMPORARY;
    return in_vain && !symbol->read ? fail_in_vain(rule, symbol) : TW_OK;
}

tw_status tw_rule_check_items(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    bool element[TW_EXPR_NODES_MAX] = {false};
    tw_status status = TW_OK;
    assert(rule->symbol_count >= TW_RULE_GIVEN_COUNT);
    rule->symbols[TW_RULE_THETA].element = rule->symbols[TW_RULE_GRADIENT].element = true;
    for (int i = 0; i < parser->item_count && status == TW_OK; i++) {
        status = check_item(parser, &parser->items[i], element);
    }
    for (int i = TW_RULE_GIVEN_COUNT; i < rule->symbol_count && status == TW_OK; i++) {
        status = check_symbol(rule, &rule->symbols[i]);
    }
    if (status != TW_OK) return status;
    if (rule->link && !rule->symbols[TW_RULE_GRADIENT].written) {
        return fail_at(rule, parser->header_offset, "a link has an equation g = ...",
                       "link '%s' never changes g", rule->name);
    }
    if (!rule->link && !rule->symbols[TW_RULE_THETA].written) {
        return fail_at(rule, parser->header_offset, "a rule has an equation theta = ...",
                       "rule '%s' never changes theta", rule->name);
    }
    return TW_OK;
}
