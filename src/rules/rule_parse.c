// The text of a rule to its items; rule_check.c says what they mean.
#include "rules/rule.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

const char *const tw_rule_reserved[] = {"rule", "link", "param", "state", "look",   "eval", "and",
                                        "or",   "if",   "else",  "end",   "double", NULL};

const char *const tw_rule_clock_names[TW_RULE_CLOCK_NAMES] = {"t", "epoch", "T", "N", "B"};

static const char *const given_names[TW_RULE_GIVEN_COUNT] = {"theta", "g", "t", "epoch",
                                                             "T",     "N", "B"};

int tw_rule_find_symbol(const tw_rule *rule, const char *name) {
    for (int i = 0; i < rule->symbol_count; i++) {
        if (strcmp(rule->symbols[i].name, name) == 0) return i;
    }
    return -1;
}

static tw_rule_symbol *add_symbol(tw_rule *rule, const char *name, tw_rule_symbol_kind kind,
                                  size_t offset) {
    assert(rule->symbol_count < TW_RULE_SYMBOLS_MAX);
    tw_rule_symbol *symbol = &rule->symbols[rule->symbol_count++];
    memcpy(symbol->name, name, strlen(name) + 1);
    symbol->kind = kind;
    symbol->offset = offset;
    return symbol;
}

static bool is_reserved(const char *name) {
    for (int i = 0; tw_rule_reserved[i] != NULL; i++) {
        if (strcmp(tw_rule_reserved[i], name) == 0) return true;
    }
    return false;
}

// Whether a new name may be `name`; says why not.
static tw_status check_new_name(tw_rule_parser *parser, const char *name, size_t offset) {
    const tw_rule *rule = parser->rule;
    tw_function function;
    const char *reason = NULL;
    int symbol = tw_rule_find_symbol(rule, name);
    if (is_reserved(name)) reason = "is a word of the language";
    if (tw_function_find(name, &function)) reason = "is a function";
    if (symbol >= 0) reason = symbol < TW_RULE_GIVEN_COUNT ? "is given" : "is there already";
    if (reason == NULL) return TW_OK;
    return tw_source_fail(rule->context, &rule->tree->source, offset, "choose another name",
                          "'%s' %s", name, reason);
}

static tw_status fail_here(tw_rule_parser *parser, const char *hint, const char *what) {
    const tw_rule *rule = parser->rule;
    return tw_source_fail(rule->context, &rule->tree->source, parser->lexer.token.offset, hint,
                          "%s", what);
}

static tw_status fail_too_many(tw_rule_parser *parser, const char *what, int most) {
    const tw_rule *rule = parser->rule;
    return tw_source_fail(rule->context, &rule->tree->source, parser->lexer.token.offset, NULL,
                          "too many %s; at most %d", what, most);
}

// Reads the expression of an item that was begun.
static tw_status parse_value(tw_rule_parser *parser, tw_rule_item *item) {
    item->first = parser->rule->tree->node_count;
    tw_status status = tw_expr_parse(&parser->lexer, parser->rule->tree, &item->value);
    item->end = parser->rule->tree->node_count;
    return status;
}

static tw_rule_item *add_item(tw_rule_parser *parser, tw_rule_item_kind kind) {
    assert(parser->item_count < TW_RULE_ITEMS_MAX);
    tw_rule_item *item = &parser->items[parser->item_count++];
    *item = (tw_rule_item){.kind = kind,
                           .value = TW_EXPR_NONE,
                           .first = parser->rule->tree->node_count,
                           .end = parser->rule->tree->node_count,
                           .offset = parser->lexer.token.offset};
    return item;
}

// ---- what a comment behind a declaration says

static void copy_words(char *out, const char *text, size_t length) {
    while (length > 0 && (*text == ' ' || *text == '\t')) text++, length--;
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) length--;
    if (length >= TW_RULE_WORDS_BYTES) length = TW_RULE_WORDS_BYTES - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

// "in the lecture: epsilon, rho_1": the symbols of several parameters in a line, from `first` on.
static void share_symbols(tw_rule *rule, int first, const char *text, size_t length) {
    for (int i = first; i < rule->parameter_count && length > 0; i++) {
        const char *comma = memchr(text, ',', length);
        size_t part = comma == NULL ? length : (size_t)(comma - text);
        copy_words(rule->parameters[i].notation, text, part);
        size_t used = comma == NULL ? length : part + 1;
        text += used;
        length -= used;
    }
}

// "epsilon: learning rate", or the meaning alone, of one parameter.
static void set_words(tw_rule_parameter *parameter, const char *text, size_t length) {
    const char *colon = memchr(text, ':', length);
    size_t symbol = colon == NULL ? 0 : (size_t)(colon - text);
    bool one_word = symbol > 0;
    for (size_t i = 1; i < symbol; i++) {
        if (text[i] == ' ' && text[i - 1] != ' ') one_word = false;
    }
    if (!one_word) {
        copy_words(parameter->meaning, text, length);
        return;
    }
    copy_words(parameter->notation, text, symbol);
    copy_words(parameter->meaning, colon + 1, length - symbol - 1);
}

static void read_comment(tw_rule_parser *parser, int first_parameter) {
    static const char lecture[] = "in the lecture:";
    tw_rule *rule = parser->rule;
    const tw_source *source = &rule->tree->source;
    size_t end = parser->lexer.token.offset, line = end;
    if (parser->lexer.token.kind == TW_TOKEN_END) end = line = source->length;
    while (line > 0 && source->text[line - 1] != '\n') line--;
    const char *mark = memchr(source->text + line, '#', end - line);
    if (mark == NULL) return;
    const char *text = mark + 1;
    size_t length = end - (size_t)(text - source->text);
    while (length > 0 && *text == ' ') text++, length--;
    if (length > sizeof lecture && memcmp(text, lecture, sizeof lecture - 1) == 0) {
        share_symbols(rule, first_parameter, text + sizeof lecture - 1,
                      length - (sizeof lecture - 1));
    } else if (rule->parameter_count == first_parameter + 1) {
        set_words(&rule->parameters[first_parameter], text, length);
    }
}

// ---- items

static tw_status parse_parameter(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    if (rule->parameter_count == TW_RULE_PARAMETERS_MAX) {
        return fail_too_many(parser, "hyperparameters", TW_RULE_PARAMETERS_MAX);
    }
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_PARAMETER);
    tw_status status = tw_lexer_name(&parser->lexer, "the name of a hyperparameter", name);
    if (status == TW_OK) status = check_new_name(parser, name, item->offset);
    if (status == TW_OK) status = tw_lexer_expect(&parser->lexer, "=");
    if (status == TW_OK) status = parse_value(parser, item);
    if (status != TW_OK) return status;
    item->symbol = (uint32_t)rule->symbol_count;
    add_symbol(rule, name, TW_RULE_PARAMETER, item->offset)->index = rule->parameter_count;
    rule->parameters[rule->parameter_count++] =
        (tw_rule_parameter){.symbol = item->symbol, .value = item->value};
    return TW_OK;
}

static tw_status parse_one_state(tw_rule_parser *parser, bool wide) {
    tw_rule *rule = parser->rule;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    if (rule->state_count == TW_RULE_STATES_MAX) {
        return fail_too_many(parser, "states", TW_RULE_STATES_MAX);
    }
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_STATE);
    tw_status status = tw_lexer_name(&parser->lexer, "the name of a state", name);
    if (status == TW_OK) status = check_new_name(parser, name, item->offset);
    if (status == TW_OK && tw_lexer_at(&parser->lexer, "=")) {
        status = tw_lexer_next(&parser->lexer);
        if (status == TW_OK) status = parse_value(parser, item);
    }
    if (status != TW_OK) return status;
    item->symbol = (uint32_t)rule->symbol_count;
    add_symbol(rule, name, TW_RULE_STATE, item->offset)->index = rule->state_count;
    rule->states[rule->state_count++] =
        (tw_rule_state){.symbol = item->symbol, .first = item->value, .wide = wide};
    return TW_OK;
}

// `state a, b = 1` or `state double a, b`.
static tw_status parse_states(tw_rule_parser *parser) {
    tw_status status = tw_lexer_next(&parser->lexer);
    bool wide = tw_lexer_at(&parser->lexer, "double");
    if (wide) status = tw_lexer_next(&parser->lexer);
    if (status == TW_OK) status = parse_one_state(parser, wide);
    while (status == TW_OK && tw_lexer_at(&parser->lexer, ",")) {
        status = tw_lexer_next(&parser->lexer);
        if (status == TW_OK) status = parse_one_state(parser, wide);
    }
    return status;
}

// `param a = 1, b = 2`.
static tw_status parse_parameters(tw_rule_parser *parser) {
    int first_parameter = parser->rule->parameter_count;
    tw_status status = tw_lexer_next(&parser->lexer);
    if (status == TW_OK) status = parse_parameter(parser);
    while (status == TW_OK && tw_lexer_at(&parser->lexer, ",")) {
        status = tw_lexer_next(&parser->lexer);
        if (status == TW_OK) status = parse_parameter(parser);
    }
    if (status == TW_OK) read_comment(parser, first_parameter);
    return status;
}

static tw_status parse_look(tw_rule_parser *parser) {
    if (parser->rule->link) {
        return fail_here(parser, "only a rule may", "a link cannot look ahead");
    }
    if (parser->rule->look != TW_EXPR_NONE) return fail_here(parser, NULL, "a second 'look'");
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_LOOK);
    tw_status status = tw_lexer_next(&parser->lexer);
    if (status == TW_OK) status = parse_value(parser, item);
    parser->rule->look = item->value;
    return status;
}

static tw_status parse_eval(tw_rule_parser *parser) {
    if (parser->rule->link) {
        return fail_here(parser, "only a rule may", "a link cannot give weights to evaluate with");
    }
    if (parser->rule->eval != TW_EXPR_NONE) return fail_here(parser, NULL, "a second 'eval'");
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_EVAL);
    tw_status status = tw_lexer_next(&parser->lexer);
    if (status == TW_OK) status = tw_lexer_expect(&parser->lexer, "=");
    if (status == TW_OK) status = parse_value(parser, item);
    parser->rule->eval = item->value;
    return status;
}

// The symbol that an assignment sets, made if it is new.
static tw_status find_target(tw_rule_parser *parser, const char *name, tw_rule_item *item) {
    tw_rule *rule = parser->rule;
    int found = tw_rule_find_symbol(rule, name);
    if (found < 0) {
        tw_status status = check_new_name(parser, name, item->offset);
        if (status != TW_OK) return status;
        found = rule->symbol_count;
        add_symbol(rule, name, TW_RULE_TEMPORARY, item->offset);
    }
    item->symbol = (uint32_t)found;
    return TW_OK;
}

static tw_status fail_no_equation(const tw_rule_parser *parser, const char *name, size_t offset) {
    static const char *const words[] = {"param", "state", "look", "eval", "if", "else", "end"};
    const tw_rule *rule = parser->rule;
    const char *near = tw_nearest_name(name, words, sizeof words / sizeof *words);
    char hint[32];
    snprintf(hint, sizeof hint, "did you mean %.10s?", near == NULL ? "" : near);
    return tw_source_fail(rule->context, &rule->tree->source, offset,
                          near == NULL ? "an equation is written name = expression" : hint,
                          "expected an equation, 'param', 'state', 'look' or 'eval' here");
}

static tw_status parse_assignment(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_ASSIGNMENT);
    tw_status status =
        tw_lexer_name(&parser->lexer, "an equation, 'param', 'state', 'look' or 'eval'", name);
    if (status == TW_OK && !tw_lexer_at(&parser->lexer, "=")) {
        return fail_no_equation(parser, name, item->offset);
    }
    if (status == TW_OK) status = find_target(parser, name, item);
    if (status == TW_OK) status = tw_lexer_expect(&parser->lexer, "=");
    if (status == TW_OK) status = parse_value(parser, item);
    rule->statements[rule->statement_count++] = (tw_rule_statement){
        .kind = TW_RULE_ASSIGNMENT, .symbol = item->symbol, .value = item->value};
    return status;
}

// ---- if, else, end

static tw_status parse_if(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    if (parser->depth == TW_RULE_NESTING_MAX) {
        return fail_too_many(parser, "'if' within each other", TW_RULE_NESTING_MAX);
    }
    parser->open[parser->depth].offset = parser->lexer.token.offset;
    parser->open[parser->depth++].has_else = false;
    tw_rule_item *item = add_item(parser, TW_RULE_ITEM_IF);
    tw_status status = tw_lexer_next(&parser->lexer);
    if (status == TW_OK) status = parse_value(parser, item);
    rule->statements[rule->statement_count++] =
        (tw_rule_statement){.kind = TW_RULE_IF, .value = item->value};
    return status;
}

static tw_status parse_else(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    if (parser->depth == 0) return fail_here(parser, NULL, "'else' without an 'if'");
    tw_rule_if *open = &parser->open[parser->depth - 1];
    if (open->has_else) return fail_here(parser, NULL, "a second 'else'");
    open->has_else = true;
    add_item(parser, TW_RULE_ITEM_ELSE);
    rule->statements[rule->statement_count++] = (tw_rule_statement){.kind = TW_RULE_ELSE};
    tw_status status = tw_lexer_next(&parser->lexer);
    if (status != TW_OK || !tw_lexer_at(&parser->lexer, "if")) return status;
    return fail_here(parser, "it has an 'end' of its own, before that of the 'else'",
                     "an 'if' stands on a line of its own");
}

static tw_status parse_end(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    if (parser->depth == 0) return fail_here(parser, NULL, "'end' without an 'if'");
    parser->depth--;
    add_item(parser, TW_RULE_ITEM_END);
    rule->statements[rule->statement_count++] = (tw_rule_statement){.kind = TW_RULE_END};
    return tw_lexer_next(&parser->lexer);
}

static tw_status parse_statement(tw_rule_parser *parser) {
    const tw_lexer *lexer = &parser->lexer;
    if (parser->rule->statement_count == TW_RULE_STATEMENTS_MAX) {
        return fail_too_many(parser, "equations", TW_RULE_STATEMENTS_MAX);
    }
    if (tw_lexer_at(lexer, "if")) return parse_if(parser);
    if (tw_lexer_at(lexer, "else")) return parse_else(parser);
    if (tw_lexer_at(lexer, "end")) return parse_end(parser);
    return parse_assignment(parser);
}

static tw_status parse_item(tw_rule_parser *parser) {
    static const struct {
        const char *word;
        tw_status (*parse)(tw_rule_parser *parser);
    } kinds[] = {{"param", parse_parameters},
                 {"state", parse_states},
                 {"look", parse_look},
                 {"eval", parse_eval}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!tw_lexer_at(&parser->lexer, kinds[i].word)) continue;
        if (parser->depth > 0) {
            return fail_here(parser, "it holds in every step",
                             "only equations have a place between 'if' and 'end'");
        }
        return kinds[i].parse(parser);
    }
    return parse_statement(parser);
}

static tw_status skip_lines(tw_lexer *lexer) {
    tw_status status = TW_OK;
    while (status == TW_OK && lexer->token.kind == TW_TOKEN_LINE) status = tw_lexer_next(lexer);
    return status;
}

static tw_status end_statement(tw_rule_parser *parser) {
    tw_token_kind kind = parser->lexer.token.kind;
    if (kind == TW_TOKEN_END || kind == TW_TOKEN_LINE) return skip_lines(&parser->lexer);
    return fail_here(parser,
                     kind == TW_TOKEN_SIGN ? "an equation ends with its line"
                                           : "a product is written with *",
                     "expected the end of the line here");
}

static tw_status parse_header(tw_rule_parser *parser) {
    tw_rule *rule = parser->rule;
    tw_lexer *lexer = &parser->lexer;
    tw_status status = skip_lines(lexer);
    if (status != TW_OK) return status;
    parser->header_offset = lexer->token.offset;
    rule->link = tw_lexer_at(lexer, "link");
    if (!rule->link && !tw_lexer_at(lexer, "rule")) {
        return fail_here(parser, "a rule begins with its name, as in: rule adam",
                         "expected 'rule NAME' or 'link NAME' here");
    }
    status = tw_lexer_next(lexer);
    if (status == TW_OK) status = tw_lexer_name(lexer, "the rule's name", rule->name);
    return status == TW_OK ? end_statement(parser) : status;
}

static tw_status parse_text(tw_rule_parser *parser) {
    const tw_rule *rule = parser->rule;
    tw_status status = tw_lexer_start(&parser->lexer, rule->context, &rule->tree->source);
    if (status == TW_OK) status = parse_header(parser);
    while (status == TW_OK && parser->lexer.token.kind != TW_TOKEN_END) {
        status = parse_item(parser);
        if (status == TW_OK) status = end_statement(parser);
    }
    if (status == TW_OK && parser->depth > 0) {
        return tw_source_fail(rule->context, &rule->tree->source,
                              parser->open[parser->depth - 1].offset, "its last line is: end",
                              "this 'if' has no 'end'");
    }
    return status;
}

tw_status tw_rule_parse(tw_context *context, const tw_source *source, tw_rule **rule) {
    *rule = NULL;
    tw_status status = TW_NO_MEMORY;
    tw_rule_parser *parser = tw_allocate(context, 1, sizeof *parser);
    tw_rule *made = parser == NULL ? NULL : tw_allocate(context, 1, sizeof *made);
    if (made == NULL) goto done;
    made->context = context;
    made->look = made->eval = TW_EXPR_NONE;
    parser->rule = made;
    for (int i = 0; i < TW_RULE_GIVEN_COUNT; i++) {
        add_symbol(made, given_names[i], (tw_rule_symbol_kind)i, 0)->set = true;
    }
    status = tw_expr_tree_new(context, source, &made->tree);
    if (status == TW_OK) status = parse_text(parser);
    if (status == TW_OK) status = tw_rule_check_items(parser);
    if (status == TW_OK) {
        *rule = made;
        made = NULL;
    }
done:
    tw_rule_free(made);
    tw_release(parser);
    return status;
}

void tw_rule_free(tw_rule *rule) {
    if (rule == NULL) return;
    tw_expr_tree_free(rule->tree);
    tw_release(rule);
}
