// Tokens to a tree, by precedence climbing. Recursion is counted, so that no text can exhaust the
// stack; nodes are counted too.
#include "expr/expr.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

// How tightly operators bind, loosest first.
typedef enum level {
    LEVEL_NONE,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_COMPARISON,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_POWER,
} level;

typedef struct operation {
    const char *sign;
    tw_expr_kind kind;
    level level;
} operation;

static const operation operations[] = {
    {"or", TW_EXPR_OR, LEVEL_OR},
    {"and", TW_EXPR_AND, LEVEL_AND},
    {"<", TW_EXPR_LESS, LEVEL_COMPARISON},
    {"<=", TW_EXPR_LESS_EQUAL, LEVEL_COMPARISON},
    {">", TW_EXPR_GREATER, LEVEL_COMPARISON},
    {">=", TW_EXPR_GREATER_EQUAL, LEVEL_COMPARISON},
    {"==", TW_EXPR_EQUAL, LEVEL_COMPARISON},
    {"!=", TW_EXPR_NOT_EQUAL, LEVEL_COMPARISON},
    {"+", TW_EXPR_ADD, LEVEL_SUM},
    {"-", TW_EXPR_SUBTRACT, LEVEL_SUM},
    {"*", TW_EXPR_MULTIPLY, LEVEL_PRODUCT},
    {"/", TW_EXPR_DIVIDE, LEVEL_PRODUCT},
    {"^", TW_EXPR_POWER, LEVEL_POWER},
};

typedef struct parser {
    tw_lexer *lexer;
    tw_expr_tree *tree;
    int depth; // of parse_level within itself
} parser;

// Reads an expression whose operators outside of parentheses bind at least as tightly as `loosest`.
// TW_EXPR_NONE, here and below, after a failure.
static tw_expr_root parse_level(parser *p, level loosest);

static tw_expr_root add_node(parser *p, const tw_expr_node *node) {
    tw_expr_tree *tree = p->tree;
    if (tree->node_count >= TW_EXPR_NODES_MAX) {
        tw_lexer_fail(p->lexer, node->offset, NULL,
                      "more than %d numbers, names and operations in one text", TW_EXPR_NODES_MAX);
        return TW_EXPR_NONE;
    }
    void *nodes = tree->nodes;
    tw_status status =
        tw_grow(tree->context, &nodes, tree->node_count, &tree->capacity, sizeof *tree->nodes);
    tree->nodes = nodes;
    if (status != TW_OK) {
        p->lexer->status = status;
        return TW_EXPR_NONE;
    }
    tree->nodes[tree->node_count] = *node;
    return tree->node_count++;
}

static tw_expr_node node_at(tw_expr_kind kind, const tw_token *token) {
    return (tw_expr_node){.kind = kind,
                          .function = TW_FUNCTION_COUNT,
                          .child = {TW_EXPR_NONE, TW_EXPR_NONE, TW_EXPR_NONE},
                          .symbol = TW_EXPR_NONE,
                          .number = token->number,
                          .offset = token->offset,
                          .length = token->length};
}

static const operation *operation_here(const parser *p) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (tw_lexer_at(p->lexer, operations[i].sign)) return &operations[i];
    }
    return NULL;
}

// Reads the parenthesis or bracket that closes `opened`.
static bool end_group(parser *p, const char *sign, size_t opened) {
    if (p->lexer->status != TW_OK) return false;
    if (tw_lexer_at(p->lexer, sign)) return tw_lexer_next(p->lexer) == TW_OK;
    const char *text = p->lexer->source->text;
    size_t line = 1, column = 1;
    for (size_t i = 0; i < opened; i++) {
        bool ends = text[i] == '\n';
        line += ends;
        column = ends ? 1 : column + ((text[i] & 0xC0) != 0x80); // not inside a character
    }
    tw_lexer_fail(p->lexer, p->lexer->token.offset, NULL,
                  "expected '%s' here, to close line %zu, column %zu", sign, line, column);
    return false;
}

static const char *hint_for_operand(const parser *p) {
    const tw_lexer *lexer = p->lexer;
    size_t at = lexer->token.offset;
    if (tw_lexer_at(lexer, "+")) return "leave out the sign +";
    if (tw_lexer_at(lexer, "=")) return "equality is written ==";
    bool twice = at > 0 && lexer->source->text[at - 1] == '*' && tw_lexer_at(lexer, "*");
    return twice ? "a power is written x^y" : NULL;
}

static tw_expr_root parse_number(parser *p) {
    tw_expr_node node = node_at(TW_EXPR_NUMBER, &p->lexer->token);
    return tw_lexer_next(p->lexer) == TW_OK ? add_node(p, &node) : TW_EXPR_NONE;
}

static tw_expr_root parse_parentheses(parser *p) {
    size_t opened = p->lexer->token.offset;
    if (tw_lexer_next(p->lexer) != TW_OK) return TW_EXPR_NONE;
    tw_expr_root inner = parse_level(p, LEVEL_OR);
    return inner != TW_EXPR_NONE && end_group(p, ")", opened) ? inner : TW_EXPR_NONE;
}

static tw_expr_root parse_element(parser *p, const tw_token *name) {
    tw_expr_node node = node_at(TW_EXPR_ELEMENT, name);
    size_t opened = p->lexer->token.offset;
    if (tw_lexer_next(p->lexer) != TW_OK) return TW_EXPR_NONE;
    node.child[0] = parse_level(p, LEVEL_OR);
    node.child_count = 1;
    bool closed = node.child[0] != TW_EXPR_NONE && end_group(p, "]", opened);
    return closed ? add_node(p, &node) : TW_EXPR_NONE;
}

// How functions of other languages are written here; NULL for other names.
static const char *hint_for_function(const char *name) {
    static const char *const written[][2] = {
        {"ln", "log is the natural one"},        {"log10", "log10(x) is log(x)/log(10)"},
        {"log2", "log2(x) is log(x)/log(2)"},    {"pow", "a power is written x^y"},
        {"sgn", "did you mean sign?"},           {"arctan", "did you mean atan?"},
        {"fabs", "did you mean abs?"},           {"square", "a square is written x^2"},
        {"relu", "relu(x) is max(0, x)"},        {"logistic", "did you mean sigmoid?"},
        {"if", "where(condition, a, b) chooses"}};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (strcmp(written[i][0], name) == 0) return written[i][1];
    return NULL;
}

// The call with this name: a function, or `prod`, which only walks over an index.
static bool find_call(parser *p, const char *name, const tw_token *token, tw_expr_node *call) {
    *call = node_at(TW_EXPR_CALL, token);
    if (tw_function_find(name, &call->function)) return true;
    if (strcmp(name, "prod") == 0) {
        call->kind = TW_EXPR_PROD_OVER;
        return true;
    }
    const char *names[TW_FUNCTION_COUNT + 1] = {[TW_FUNCTION_COUNT] = "prod"};
    for (int i = 0; i < TW_FUNCTION_COUNT; i++) names[i] = tw_function_name((tw_function)i);
    const char *nearest = tw_nearest_name(name, names, TW_FUNCTION_COUNT + 1);
    const char *known = hint_for_function(name);
    char hint[TW_EXPR_NAME_BYTES_MAX + 32] = "a product is written with *";
    if (known != NULL)
        snprintf(hint, sizeof hint, "%s", known);
    else if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean %s?", nearest);
    tw_lexer_fail(p->lexer, token->offset, hint, "unknown function '%s'", name);
    return false;
}

// The first argument of a sum over an index is the index: its node leaves the tree again, and its
// spelling goes into the sum's.
static bool take_index(parser *p, tw_expr_node *call) {
    const tw_expr_node *index = &p->tree->nodes[call->child[0]];
    if (index->kind != TW_EXPR_NAME) {
        tw_expr_root first = tw_expr_first(p->tree, call->child[0]);
        tw_lexer_fail(p->lexer, p->tree->nodes[first].offset, NULL,
                      "the index must be a name, as in sum(i, 1, n, x[i]^2)");
        return false;
    }
    assert(call->child[0] + 1 == p->tree->node_count);
    if (call->kind == TW_EXPR_CALL) call->kind = TW_EXPR_SUM_OVER;
    call->function = TW_FUNCTION_COUNT;
    call->offset = index->offset;
    call->length = index->length;
    call->child_count = 0;
    p->tree->node_count--;
    return true;
}

static bool parse_arguments(parser *p, tw_expr_node *call, bool over_index) {
    const size_t name = call->offset;
    if (tw_lexer_at(p->lexer, ")")) return true;
    for (;;) {
        if (call->child_count == 3) {
            tw_lexer_fail(p->lexer, name, NULL, "more than 3 arguments; no function takes so many");
            return false;
        }
        tw_expr_root argument = parse_level(p, LEVEL_OR);
        if (argument == TW_EXPR_NONE) return false;
        call->child[call->child_count++] = argument;
        if (!tw_lexer_at(p->lexer, ",")) return p->lexer->status == TW_OK;
        if (over_index && !take_index(p, call)) return false;
        over_index = false;
        if (tw_lexer_next(p->lexer) != TW_OK) return false;
    }
}

static bool check_count(parser *p, const tw_expr_node *call, const tw_token *name) {
    uint32_t fewest = 3, most = 3, count = call->child_count;
    if (call->kind == TW_EXPR_CALL) tw_function_arguments(call->function, &fewest, &most);
    if (fewest <= count && count <= most) return true;
    const char *text = p->lexer->source->text + name->offset;
    int length = (int)name->length;
    if (call->kind != TW_EXPR_CALL) {
        tw_lexer_fail(p->lexer, name->offset, NULL,
                      "%.*s over an index takes its name, its first and last value, and a body, "
                      "as in %.*s(i, 1, n, x[i])",
                      length, text, length, text);
        return false;
    }
    char takes[32];
    snprintf(takes, sizeof takes, fewest == most ? "%u" : "%u or %u", fewest, most);
    tw_lexer_fail(p->lexer, name->offset, NULL, "%.*s takes %s argument%s, not %u", length, text,
                  takes, tw_plural(most), count);
    return false;
}

static tw_expr_root parse_call(parser *p, const char *name, const tw_token *token) {
    tw_expr_node call;
    if (!find_call(p, name, token, &call)) return TW_EXPR_NONE;
    bool over_index = call.kind == TW_EXPR_PROD_OVER || call.function == TW_FUNCTION_sum;
    size_t opened = p->lexer->token.offset;
    if (tw_lexer_next(p->lexer) != TW_OK || !parse_arguments(p, &call, over_index) ||
        !end_group(p, ")", opened) || !check_count(p, &call, token)) {
        return TW_EXPR_NONE;
    }
    return add_node(p, &call);
}

static tw_expr_root parse_name(parser *p) {
    tw_token token = p->lexer->token;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    if (tw_lexer_name(p->lexer, "a number, a name or '('", name) != TW_OK) return TW_EXPR_NONE;
    if (tw_lexer_at(p->lexer, "(")) return parse_call(p, name, &token);
    if (tw_lexer_at(p->lexer, "[")) return parse_element(p, &token);
    tw_expr_node node = node_at(TW_EXPR_NAME, &token);
    return p->lexer->status == TW_OK ? add_node(p, &node) : TW_EXPR_NONE;
}

static tw_expr_root parse_negation(parser *p) {
    tw_expr_node node = node_at(TW_EXPR_NEGATE, &p->lexer->token);
    if (tw_lexer_next(p->lexer) != TW_OK) return TW_EXPR_NONE;
    node.child[0] = parse_level(p, LEVEL_POWER);
    node.child_count = 1;
    return node.child[0] != TW_EXPR_NONE ? add_node(p, &node) : TW_EXPR_NONE;
}

static tw_expr_root parse_operand(parser *p) {
    tw_token_kind kind = p->lexer->token.kind;
    if (kind == TW_TOKEN_NUMBER) return parse_number(p);
    if (kind == TW_TOKEN_NAME) return parse_name(p);
    if (tw_lexer_at(p->lexer, "(")) return parse_parentheses(p);
    if (tw_lexer_at(p->lexer, "-")) return parse_negation(p);
    if (p->lexer->status == TW_OK) {
        tw_lexer_fail(p->lexer, p->lexer->token.offset, hint_for_operand(p),
                      "expected a number, a name or '(' here");
    }
    return TW_EXPR_NONE;
}

// Reads the sign that stands here and what is on its right.
static tw_expr_root parse_operation(parser *p, const operation *sign, tw_expr_root left) {
    tw_expr_node node = node_at(sign->kind, &p->lexer->token);
    if (tw_lexer_next(p->lexer) != TW_OK) return TW_EXPR_NONE;
    // A power takes powers on its right, all others only what binds tighter.
    level right = sign->level == LEVEL_POWER ? LEVEL_POWER : sign->level + 1;
    node.child[0] = left;
    node.child[1] = parse_level(p, right);
    node.child_count = 2;
    if (node.child[1] == TW_EXPR_NONE) return TW_EXPR_NONE;
    const operation *next = operation_here(p);
    if (sign->level == LEVEL_COMPARISON && next != NULL && next->level == LEVEL_COMPARISON) {
        tw_lexer_fail(p->lexer, p->lexer->token.offset, "as in a < b and b < c",
                      "comparisons are not chained; join them with and");
        return TW_EXPR_NONE;
    }
    return add_node(p, &node);
}

static tw_expr_root parse_level(parser *p, level loosest) {
    if (p->depth == TW_EXPR_DEPTH_MAX) {
        tw_lexer_fail(p->lexer, p->lexer->token.offset, NULL, "nested deeper than %d levels",
                      TW_EXPR_DEPTH_MAX);
        return TW_EXPR_NONE;
    }
    p->depth++;
    tw_expr_root left = parse_operand(p);
    while (left != TW_EXPR_NONE) {
        const operation *sign = operation_here(p);
        if (sign == NULL || sign->level < loosest) break;
        left = parse_operation(p, sign, left);
    }
    p->depth--;
    return left;
}

tw_status tw_expr_parse(tw_lexer *lexer, tw_expr_tree *tree, tw_expr_root *root) {
    assert(lexer->source->length == tree->source.length);
    parser p = {.lexer = lexer, .tree = tree};
    uint32_t before = tree->node_count;
    *root = lexer->status == TW_OK ? parse_level(&p, LEVEL_OR) : TW_EXPR_NONE;
    // The token behind may have been refused after the last node was made.
    if (lexer->status != TW_OK) *root = TW_EXPR_NONE;
    if (*root == TW_EXPR_NONE) tree->node_count = before;
    return lexer->status;
}

tw_status tw_expr_parse_text(tw_context *context, const tw_source *source, tw_expr_tree **tree,
                             tw_expr_root *root) {
    *root = TW_EXPR_NONE;
    tw_status status = tw_expr_tree_new(context, source, tree);
    if (status != TW_OK) return status;
    tw_lexer lexer;
    tw_lexer_start(&lexer, context, &(*tree)->source);
    if (lexer.token.kind == TW_TOKEN_LINE) tw_lexer_next(&lexer);
    lexer.open++; // as if in parentheses: nothing ends at a line's end but the text
    if (lexer.token.kind == TW_TOKEN_END && lexer.status == TW_OK) {
        tw_lexer_fail(&lexer, lexer.token.offset, NULL,
                      "expected an expression; the text is empty");
    }
    tw_expr_parse(&lexer, *tree, root);
    while (lexer.status == TW_OK && lexer.token.kind != TW_TOKEN_END) tw_lexer_end(&lexer);
    if (lexer.status == TW_OK) return TW_OK;
    tw_expr_tree_free(*tree);
    *tree = NULL;
    *root = TW_EXPR_NONE;
    return lexer.status;
}
