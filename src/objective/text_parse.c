// The text of a function to its statements; text_resolve.c says what the names in them mean.
#include "objective/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

typedef struct parser {
    tw_objective_text *text;
    tw_lexer lexer;
} parser;

static tw_status fail_here(parser *p, const char *hint, const char *what) {
    return tw_lexer_fail(&p->lexer, p->lexer.token.offset, hint, "%s", what);
}

// ---- expressions of a statement

static tw_status add_value(parser *p, tw_objective_item *item, tw_expr_root root) {
    tw_objective_text *text = p->text;
    tw_status status = tw_grow(text->context, (void **)&text->values, text->value_count,
                               &text->value_capacity, sizeof *text->values);
    if (status != TW_OK) return status;
    text->values[text->value_count++] = root;
    item->value_count++;
    return TW_OK;
}

static tw_status parse_root(parser *p, tw_expr_root *root) {
    return tw_expr_parse(&p->lexer, p->text->tree, root);
}

static tw_status parse_value(parser *p, tw_objective_item *item) {
    tw_expr_root root;
    tw_status status = parse_root(p, &root);
    return status == TW_OK ? add_value(p, item, root) : status;
}

// "a, b, c", over several lines if it stands in brackets; "a to b, c to d" with `pairs`.
static tw_status parse_list(parser *p, tw_objective_item *item, bool pairs) {
    bool bracket = tw_lexer_at(&p->lexer, "[");
    tw_status status = bracket ? tw_lexer_next(&p->lexer) : TW_OK;
    for (bool more = true; more && status == TW_OK;) {
        status = parse_value(p, item);
        if (status == TW_OK && pairs) status = tw_lexer_expect(&p->lexer, "to");
        if (status == TW_OK && pairs) status = parse_value(p, item);
        more = tw_lexer_at(&p->lexer, ",");
        if (more && status == TW_OK) status = tw_lexer_next(&p->lexer);
    }
    return bracket && status == TW_OK ? tw_lexer_expect(&p->lexer, "]") : status;
}

// "x[i] = expression" or a list.
static tw_status parse_vector(parser *p, tw_objective_item *item) {
    if (!tw_lexer_at(&p->lexer, "x")) return parse_list(p, item, false);
    tw_status status = tw_lexer_next(&p->lexer);
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "[");
    if (status == TW_OK) status = tw_lexer_name(&p->lexer, "the name of an index", item->index);
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "]");
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "=");
    return status == TW_OK ? parse_value(p, item) : status;
}

// ---- statements

static tw_status new_item(parser *p, tw_objective_item_kind kind, tw_objective_item **item) {
    tw_objective_text *text = p->text;
    *item = NULL;
    if (text->item_count == TW_OBJECTIVE_ITEMS_MAX)
        return tw_lexer_fail(&p->lexer, p->lexer.token.offset, NULL,
                             "too many statements; at most %d", TW_OBJECTIVE_ITEMS_MAX);
    *item = &text->items[text->item_count++];
    **item = (tw_objective_item){.kind = kind,
                                 .offset = p->lexer.token.offset,
                                 .first = text->tree->node_count,
                                 .value_first = (int)text->value_count,
                                 .minimum = TW_EXPR_NONE,
                                 .condition = TW_EXPR_NONE};
    return TW_OK;
}

// A value for each word that is there, in the words' order; none where one is left out.
static tw_status parse_worded(parser *p, tw_objective_item *item, const char *const *words,
                              int count) {
    tw_status status = TW_OK;
    for (int i = 0; i < count && status == TW_OK; i++) {
        if (tw_lexer_at(&p->lexer, words[i])) {
            status = tw_lexer_next(&p->lexer);
            if (status == TW_OK) status = parse_value(p, item);
        } else {
            status = add_value(p, item, TW_EXPR_NONE);
        }
    }
    return status;
}

// param NAME = DEFAULT [from LEAST] [to MOST], ...
static tw_status parse_parameters(parser *p) {
    static const char *const words[] = {"from", "to"};

    tw_status status = TW_OK;
    for (bool more = true; more && status == TW_OK; more = tw_lexer_at(&p->lexer, ",")) {
        status = tw_lexer_next(&p->lexer); // `param` or the comma
        tw_objective_item *item = NULL;
        if (status == TW_OK) status = new_item(p, TW_ITEM_PARAMETER, &item);
        if (status == TW_OK)
            status = tw_lexer_name(&p->lexer, "the name of a parameter", item->name);
        if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "=");
        if (status == TW_OK) status = parse_value(p, item);
        if (status == TW_OK) status = parse_worded(p, item, words, 2);
        if (status == TW_OK) item->end = p->text->tree->node_count;
    }
    return status;
}

// dim DEFAULT [from LEAST] [to MOST] [step BY]
static tw_status parse_dimension(parser *p, tw_objective_item *item) {
    static const char *const words[] = {"from", "to", "step"};
    tw_status status = parse_value(p, item);
    return status == TW_OK ? parse_worded(p, item, words, 3) : status;
}

// minimum VALUE [at PLACE] [for CONDITION]
static tw_status parse_minimum(parser *p, tw_objective_item *item) {
    tw_status status = parse_root(p, &item->minimum);
    if (status == TW_OK && tw_lexer_at(&p->lexer, "at")) {
        item->has_place = true;
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = parse_vector(p, item);
    }
    if (status == TW_OK && tw_lexer_at(&p->lexer, "for")) {
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = parse_root(p, &item->condition);
    }
    return status;
}

static tw_status parse_data(parser *p, tw_objective_item *item) {
    tw_status status = tw_lexer_name(&p->lexer, "the name of the data", item->name);
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "=");
    if (status == TW_OK && !tw_lexer_at(&p->lexer, "["))
        return fail_here(p, "as in: data y = [1, 2.5, 4]", "expected '[' here");
    return status == TW_OK ? parse_list(p, item, false) : status;
}

// name = expression, name[i] = expression, f = expression
static tw_status parse_part(parser *p, tw_objective_item *item) {
    tw_status status = tw_lexer_name(&p->lexer, "a statement", item->name);
    if (status == TW_OK && tw_lexer_at(&p->lexer, "[")) {
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = tw_lexer_name(&p->lexer, "the name of an index", item->index);
        if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "]");
    } else if (status == TW_OK && !tw_lexer_at(&p->lexer, "=")) {
        return tw_lexer_fail(&p->lexer, item->offset, "a part is written name = expression",
                             "expected 'param', 'dim', 'data', 'start', 'domain', 'minimum' or a "
                             "part of the function here");
    }
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "=");
    if (status == TW_OK) status = parse_value(p, item);
    bool is_formula = strcmp(item->name, "f") == 0 && item->index[0] == '\0';
    if (status == TW_OK && is_formula) {
        item->kind = TW_ITEM_FORMULA;
        p->text->formula = p->text->values[item->value_first];
    }
    return status;
}

typedef struct statement {
    const char *word;
    tw_objective_item_kind kind;
    tw_status (*parse)(parser *p, tw_objective_item *item);
} statement;

static tw_status parse_domain(parser *p, tw_objective_item *item) {
    return parse_list(p, item, true);
}

static const statement statements[] = {
    {"dim", TW_ITEM_DIMENSION, parse_dimension}, {"start", TW_ITEM_START, parse_vector},
    {"domain", TW_ITEM_DOMAIN, parse_domain},    {"minimum", TW_ITEM_MINIMUM, parse_minimum},
    {"data", TW_ITEM_DATA, parse_data},
};

static const statement *statement_here(const parser *p) {
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (tw_lexer_at(&p->lexer, statements[i].word)) return &statements[i];
    return NULL;
}

static tw_status parse_statement(parser *p) {
    if (tw_lexer_at(&p->lexer, "param")) return parse_parameters(p);
    const statement *known = statement_here(p);
    tw_objective_item *item;
    bool once = known != NULL && known->kind != TW_ITEM_MINIMUM && known->kind != TW_ITEM_DATA;
    if (once && tw_objective_text_item(p->text, known->kind) != NULL)
        return tw_lexer_fail(&p->lexer, p->lexer.token.offset, NULL, "a second '%s'", known->word);
    if (p->text->formula != TW_EXPR_NONE)
        return fail_here(p, NULL, "f is the last statement; nothing may follow it");
    tw_status status = new_item(p, known == NULL ? TW_ITEM_PART : known->kind, &item);
    if (status == TW_OK && known != NULL) status = tw_lexer_next(&p->lexer);
    if (status == TW_OK) status = known == NULL ? parse_part(p, item) : known->parse(p, item);
    if (status == TW_OK) item->end = p->text->tree->node_count;
    return status;
}

static tw_status skip_lines(tw_lexer *lexer) {
    tw_status status = lexer->status;
    while (status == TW_OK && lexer->token.kind == TW_TOKEN_LINE) status = tw_lexer_next(lexer);
    return status;
}

static tw_status parse_header(parser *p) {
    tw_status status = skip_lines(&p->lexer);
    if (status != TW_OK) return status;
    if (!tw_lexer_at(&p->lexer, "objective"))
        return fail_here(p, "a file begins with its name, as in: objective rosenbrock",
                         "expected 'objective NAME' here");
    status = tw_lexer_next(&p->lexer);
    if (status == TW_OK) status = tw_lexer_name(&p->lexer, "the function's name", p->text->name);
    return status;
}

static tw_status parse_file(parser *p) {
    tw_status status = parse_header(p);
    while (status == TW_OK) {
        if (p->lexer.token.kind != TW_TOKEN_END) status = tw_lexer_end(&p->lexer);
        if (status == TW_OK) status = skip_lines(&p->lexer);
        if (status != TW_OK || p->lexer.token.kind == TW_TOKEN_END) break;
        status = parse_statement(p);
    }
    if (status == TW_OK && p->text->formula == TW_EXPR_NONE)
        return fail_here(p, NULL, "the function itself is missing: f = expression");
    return status;
}

// ---- whole texts

static tw_status new_text(tw_context *context, tw_objective_text **text) {
    *text = tw_allocate(context, 1, sizeof **text);
    if (*text == NULL) return TW_NO_MEMORY;
    (*text)->context = context;
    (*text)->formula = TW_EXPR_NONE;
    return TW_OK;
}

void tw_objective_text_free(tw_objective_text *text) {
    if (text == NULL) return;
    tw_expr_tree_free(text->tree);
    tw_release(text->values);
    tw_release(text->symbols);
    tw_release(text->symbol_names);
    tw_release(text);
}

static tw_status give(tw_status status, tw_objective_text *made, tw_objective_text **text) {
    if (status == TW_OK)
        *text = made;
    else
        tw_objective_text_free(made);
    return status;
}

// An expression is called by its own text; a long one, or one of several lines, by its beginning.
static void name_by_text(const tw_source *source, char name[TW_EXPR_NAME_BYTES_MAX + 1]) {
    enum { SHOWN = 40 };

    size_t line = strcspn(source->text, "\n");
    bool whole = line == source->length && line <= SHOWN;
    snprintf(name, TW_EXPR_NAME_BYTES_MAX + 1, "%.*s%s",
             (int)tw_utf8_cut(source->text, line, SHOWN), source->text, whole ? "" : "...");
}

tw_status tw_objective_text_expression(tw_context *context, const tw_source *source,
                                       tw_objective_text **text) {
    *text = NULL;
    tw_objective_text *made;
    tw_status status = new_text(context, &made);
    if (status != TW_OK) return status;
    name_by_text(source, made->name);
    status = tw_expr_parse_text(context, source, &made->tree, &made->formula);
    if (status == TW_OK) {
        made->item_count = 1;
        made->items[0] = (tw_objective_item){.kind = TW_ITEM_FORMULA,
                                             .name = "f",
                                             .end = made->tree->node_count,
                                             .minimum = TW_EXPR_NONE,
                                             .condition = TW_EXPR_NONE};
    }
    return give(status, made, text);
}

tw_status tw_objective_text_file(tw_context *context, const tw_source *source,
                                 tw_objective_text **text) {
    *text = NULL;
    tw_objective_text *made;
    tw_status status = new_text(context, &made);
    if (status != TW_OK) return status;
    status = tw_expr_tree_new(context, source, &made->tree);
    parser p = {.text = made};
    if (status == TW_OK) status = tw_lexer_start(&p.lexer, context, &made->tree->source);
    if (status == TW_OK) status = parse_file(&p);
    return give(status, made, text);
}

const tw_objective_item *tw_objective_text_item(const tw_objective_text *text,
                                                tw_objective_item_kind kind) {
    for (int i = 0; i < text->item_count; i++)
        if (text->items[i].kind == kind) return &text->items[i];
    return NULL;
}

tw_status tw_objective_text_fail(const tw_objective_text *text, tw_expr_root node, const char *hint,
                                 const char *format, ...) {
    va_list list;
    va_start(list, format);
    tw_status status = tw_source_fail_list(text->context, &text->tree->source,
                                           text->tree->nodes[node].offset, hint, format, list);
    va_end(list);
    return status;
}
