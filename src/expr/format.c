// A tree to text with the fewest parentheses, such that reading it gives the same tree. Recursion is
// as deep as the tree: at most TW_EXPR_NODES_MAX small frames.
#include "expr/expr.h"

#include <assert.h>

// How tightly what is written binds, loosest first: as the parser reads it.
enum { OR = 1, AND, COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM };

typedef struct spelling {
    const char *sign;
    int level;
} spelling;

static const spelling spellings[] = {
    [TW_EXPR_ADD] = {" + ", SUM},
    [TW_EXPR_SUBTRACT] = {" - ", SUM},
    [TW_EXPR_MULTIPLY] = {"*", PRODUCT},
    [TW_EXPR_DIVIDE] = {"/", PRODUCT},
    [TW_EXPR_POWER] = {"^", POWER},
    [TW_EXPR_LESS] = {" < ", COMPARISON},
    [TW_EXPR_LESS_EQUAL] = {" <= ", COMPARISON},
    [TW_EXPR_GREATER] = {" > ", COMPARISON},
    [TW_EXPR_GREATER_EQUAL] = {" >= ", COMPARISON},
    [TW_EXPR_EQUAL] = {" == ", COMPARISON},
    [TW_EXPR_NOT_EQUAL] = {" != ", COMPARISON},
    [TW_EXPR_AND] = {" and ", AND},
    [TW_EXPR_OR] = {" or ", OR},
    [TW_EXPR_PROD_OVER] = {NULL, ATOM},
};

static int level_of(const tw_expr_node *node) {
    if (node->kind == TW_EXPR_NEGATE) return NEGATION;
    const spelling *found = &spellings[node->kind];
    return found->sign == NULL ? ATOM : found->level;
}

static void format_node(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);

// Writes `root`, in parentheses if it binds less tightly than `level`.
static void format_at(const tw_expr_tree *tree, tw_expr_root root, int level, tw_text *text) {
    bool enclosed = level_of(&tree->nodes[root]) < level;
    if (enclosed) tw_text_add(text, "(");
    format_node(tree, root, text);
    if (enclosed) tw_text_add(text, ")");
}

// An operand that binds as tightly as the operation needs parentheses on the right, as in a - (b - c),
// but of a power on the left, as in (a^b)^c, and of a comparison on both sides. A minus on the right
// needs none: 2^-x, a - -b.
static void format_operation(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    const spelling *own = &spellings[node->kind];
    bool is_power = own->level == POWER;
    int left = own->level + (is_power || own->level == COMPARISON);
    int right = own->level + !is_power;
    if (tree->nodes[node->child[1]].kind == TW_EXPR_NEGATE) right = NEGATION;
    format_at(tree, node->child[0], left, text);
    tw_text_add(text, "%s", own->sign);
    format_at(tree, node->child[1], right, text);
}

static void format_spelling(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_text_add_bytes(text, tree->source.text + node->offset, node->length);
}

static void format_children(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (i > 0) tw_text_add(text, ", ");
        format_node(tree, node->child[i], text);
    }
}

static void format_node(const tw_expr_tree *tree, tw_expr_root root, tw_text *text) {
    const tw_expr_node *node = &tree->nodes[root];
    switch (node->kind) {
    case TW_EXPR_NUMBER:
        tw_text_add_number(text, node->number);
        break;
    case TW_EXPR_NAME:
        format_spelling(tree, node, text);
        break;
    case TW_EXPR_ELEMENT:
        format_spelling(tree, node, text);
        tw_text_add(text, "[");
        format_children(tree, node, text);
        tw_text_add(text, "]");
        break;
    case TW_EXPR_NEGATE:
        tw_text_add(text, "-");
        format_at(tree, node->child[0], NEGATION, text);
        break;
    case TW_EXPR_CALL:
        tw_text_add(text, "%s(", tw_function_name(node->function));
        format_children(tree, node, text);
        tw_text_add(text, ")");
        break;
    case TW_EXPR_SUM_OVER:
    case TW_EXPR_PROD_OVER:
        tw_text_add(text, node->kind == TW_EXPR_SUM_OVER ? "sum(" : "prod(");
        format_spelling(tree, node, text);
        tw_text_add(text, ", ");
        format_children(tree, node, text);
        tw_text_add(text, ")");
        break;
    default:
        format_operation(tree, node, text);
    }
}

void tw_expr_format(const tw_expr_tree *tree, tw_expr_root root, tw_text *text) {
    assert(root < tree->node_count);
    format_node(tree, root, text);
}
