// A tree in LaTeX's spelling, as it would stand on a slide: fractions, roots, powers, sums.
// Recursion is as deep as the tree: at most TW_EXPR_NODES_MAX small frames.
#include "expr/expr.h"

#include <assert.h>
#include <string.h>

#include "expr/latex_name.h"

// How tightly what is written binds, loosest first. A fraction holds together by itself.
enum { OR = 1, AND, COMPARISON, SUM, BIG_SUM, PRODUCT, NEGATION, POWER, ATOM };

typedef struct spelling {
    const char *sign;
    int level;
} spelling;

static const spelling spellings[] = {
    [TW_EXPR_ADD] = {" + ", SUM},
    [TW_EXPR_SUBTRACT] = {" - ", SUM},
    [TW_EXPR_MULTIPLY] = {NULL, PRODUCT},
    [TW_EXPR_NEGATE] = {"-", NEGATION},
    [TW_EXPR_POWER] = {"^", POWER},
    [TW_EXPR_LESS] = {" < ", COMPARISON},
    [TW_EXPR_LESS_EQUAL] = {" \\le ", COMPARISON},
    [TW_EXPR_GREATER] = {" > ", COMPARISON},
    [TW_EXPR_GREATER_EQUAL] = {" \\ge ", COMPARISON},
    [TW_EXPR_EQUAL] = {" = ", COMPARISON},
    [TW_EXPR_NOT_EQUAL] = {" \\ne ", COMPARISON},
    [TW_EXPR_AND] = {" \\land ", AND},
    [TW_EXPR_OR] = {" \\lor ", OR},
    [TW_EXPR_SUM_OVER] = {"\\sum", BIG_SUM},
    [TW_EXPR_PROD_OVER] = {"\\prod", BIG_SUM},
};

// What stands before the arguments, between them, and behind.
typedef struct frame {
    const char *before, *between, *behind;
} frame;

#define CALL(name)                                                                                 \
    { name "\\left(", ", ", "\\right)" }
#define OPERATOR(name) CALL("\\operatorname{" name "}")

static const frame frames[TW_FUNCTION_COUNT] = {
    [TW_FUNCTION_sqrt] = {"\\sqrt{", "", "}"},
    [TW_FUNCTION_cbrt] = {"\\sqrt[3]{", "", "}"},
    [TW_FUNCTION_exp] = CALL("\\exp"),
    [TW_FUNCTION_expm1] = OPERATOR("expm1"),
    [TW_FUNCTION_log] = CALL("\\log"),
    [TW_FUNCTION_log1p] = OPERATOR("log1p"),
    [TW_FUNCTION_abs] = {"\\left|", "", "\\right|"},
    [TW_FUNCTION_sign] = OPERATOR("sign"),
    [TW_FUNCTION_floor] = {"\\left\\lfloor ", "", "\\right\\rfloor"},
    [TW_FUNCTION_ceil] = {"\\left\\lceil ", "", "\\right\\rceil"},
    [TW_FUNCTION_sin] = CALL("\\sin"),
    [TW_FUNCTION_cos] = CALL("\\cos"),
    [TW_FUNCTION_tan] = CALL("\\tan"),
    [TW_FUNCTION_tanh] = CALL("\\tanh"),
    [TW_FUNCTION_atan] = CALL("\\arctan"),
    [TW_FUNCTION_sinh] = CALL("\\sinh"),
    [TW_FUNCTION_cosh] = CALL("\\cosh"),
    [TW_FUNCTION_erf] = OPERATOR("erf"),
    [TW_FUNCTION_sigmoid] = OPERATOR("sigmoid"),
    [TW_FUNCTION_min] = CALL("\\min"),
    [TW_FUNCTION_max] = CALL("\\max"),
    [TW_FUNCTION_clip] = OPERATOR("clip"),
    [TW_FUNCTION_normal] = {"\\mathcal{N}\\left(0, 1\\right)", "", ""},
    [TW_FUNCTION_uniform] = {"\\mathcal{U}\\left(0, 1\\right)", "", ""},
    [TW_FUNCTION_sum] = OPERATOR("sum"),
    [TW_FUNCTION_mean] = OPERATOR("mean"),
    [TW_FUNCTION_norm] = {"\\left\\lVert ", "", "\\right\\rVert"},
    [TW_FUNCTION_all_sum] = OPERATOR("sum_{all}"),
    [TW_FUNCTION_all_mean] = OPERATOR("mean_{all}"),
    [TW_FUNCTION_all_norm] = {"\\left\\lVert ", "", "\\right\\rVert_{\\mathrm{all}}"},
};

static int level_of(const tw_expr_node *node) {
    if (node->kind >= sizeof spellings / sizeof *spellings) return ATOM;
    int level = spellings[node->kind].level;
    return level == 0 ? ATOM : level;
}

static void format_node(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);

static void format_at(const tw_expr_tree *tree, tw_expr_root root, int level, tw_text *text) {
    bool enclosed = level_of(&tree->nodes[root]) < level;
    if (enclosed) tw_text_add(text, "\\left(");
    format_node(tree, root, text);
    if (enclosed) tw_text_add(text, "\\right)");
}

// Whether what is written for `root` begins with a digit, so that a number before it would run into it.
static bool begins_with_digit(const tw_expr_tree *tree, tw_expr_root root, int level) {
    const tw_expr_node *node = &tree->nodes[root];
    for (;;) {
        if (level_of(node) < level) return false;
        if (node->kind == TW_EXPR_NUMBER) return true;
        if (node->kind != TW_EXPR_MULTIPLY && node->kind != TW_EXPR_POWER) return false;
        level = node->kind == TW_EXPR_POWER ? ATOM : PRODUCT;
        node = &tree->nodes[node->child[0]];
    }
}

static void format_product(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    format_at(tree, node->child[0], PRODUCT, text);
    bool dot = begins_with_digit(tree, node->child[1], POWER);
    tw_text_add(text, dot ? " \\cdot " : " \\, ");
    format_at(tree, node->child[1], POWER, text);
}

static void format_fraction(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_text_add(text, "\\frac{");
    format_node(tree, node->child[0], text);
    tw_text_add(text, "}{");
    format_node(tree, node->child[1], text);
    tw_text_add(text, "}");
}

// Whether a number is written with a power of ten.
static bool has_exponent(double number) {
    char digits[TW_NUMBER_BYTES];
    return strchr(tw_format_number(number, digits), 'e') != NULL;
}

// Whether a base needs parentheses for the reader's sake, although it holds together: a fraction, a
// choice, and a number that ends with a power of ten.
static bool is_wide(const tw_expr_node *base) {
    if (base->kind == TW_EXPR_NUMBER) return has_exponent(base->number);
    bool is_choice = base->kind == TW_EXPR_CALL && base->function == TW_FUNCTION_where;
    return base->kind == TW_EXPR_DIVIDE || is_choice;
}

static void format_power(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    bool wide = is_wide(&tree->nodes[node->child[0]]);
    format_at(tree, node->child[0], wide ? ATOM + 1 : ATOM, text);
    tw_text_add(text, "^{");
    format_node(tree, node->child[1], text);
    tw_text_add(text, "}");
}

static void format_operation(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    const spelling *own = &spellings[node->kind];
    const tw_expr_node *right = &tree->nodes[node->child[1]];
    format_at(tree, node->child[0], own->level + (own->level == COMPARISON), text);
    tw_text_add(text, "%s", own->sign);
    bool two_signs = own->level == SUM && right->kind == TW_EXPR_NEGATE;
    format_at(tree, node->child[1], two_signs ? ATOM : own->level + 1, text);
}

static void format_name(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_latex_name(tree->source.text + node->offset, node->length, text);
}

static void format_element(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_text_add(text, "{"); // the name may have a subscript of its own
    format_name(tree, node, text);
    tw_text_add(text, "}_{");
    format_node(tree, node->child[0], text);
    tw_text_add(text, "}");
}

static void format_choice(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_text_add(text, "\\begin{cases} ");
    format_node(tree, node->child[1], text);
    tw_text_add(text, " & \\text{if } ");
    format_node(tree, node->child[0], text);
    tw_text_add(text, " \\\\ ");
    format_node(tree, node->child[2], text);
    tw_text_add(text, " & \\text{otherwise} \\end{cases}");
}

static void format_call(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    if (node->function == TW_FUNCTION_where) {
        format_choice(tree, node, text);
        return;
    }
    const frame *around = &frames[node->function];
    tw_text_add(text, "%s", around->before);
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (i > 0) tw_text_add(text, "%s", around->between);
        format_node(tree, node->child[i], text);
    }
    tw_text_add(text, "%s", around->behind);
}

static void format_over_index(const tw_expr_tree *tree, const tw_expr_node *node, tw_text *text) {
    tw_text_add(text, "%s_{", spellings[node->kind].sign);
    format_name(tree, node, text);
    tw_text_add(text, "=");
    format_node(tree, node->child[0], text);
    tw_text_add(text, "}^{");
    format_node(tree, node->child[1], text);
    tw_text_add(text, "} ");
    format_at(tree, node->child[2], BIG_SUM, text);
}

// 1e-08 as 10^{-8}, 2.5e-07 as 2.5 \cdot 10^{-7}, all others as they are.
static void format_number(double number, tw_text *text) {
    char digits[TW_NUMBER_BYTES];
    tw_format_number(number, digits);
    char *exponent = digits;
    while (*exponent != '\0' && *exponent != 'e') exponent++;
    if (*exponent == '\0') {
        tw_text_add(text, "%s", digits);
        return;
    }
    int64_t power = 0;
    *exponent = '\0';
    tw_parse_integer(exponent + 1, &power);
    bool is_one = digits[0] == '1' && digits[1] == '\0';
    tw_text_add(text, "%s%s10^{%d}", is_one ? "" : digits, is_one ? "" : " \\cdot ", (int)power);
}

static void format_node(const tw_expr_tree *tree, tw_expr_root root, tw_text *text) {
    const tw_expr_node *node = &tree->nodes[root];
    switch (node->kind) {
    case TW_EXPR_NUMBER:
        format_number(node->number, text);
        break;
    case TW_EXPR_NAME:
        format_name(tree, node, text);
        break;
    case TW_EXPR_ELEMENT:
        format_element(tree, node, text);
        break;
    case TW_EXPR_NEGATE:
        tw_text_add(text, "-");
        format_at(tree, node->child[0], PRODUCT, text);
        break;
    case TW_EXPR_MULTIPLY:
        format_product(tree, node, text);
        break;
    case TW_EXPR_DIVIDE:
        format_fraction(tree, node, text);
        break;
    case TW_EXPR_POWER:
        format_power(tree, node, text);
        break;
    case TW_EXPR_CALL:
        format_call(tree, node, text);
        break;
    case TW_EXPR_SUM_OVER:
    case TW_EXPR_PROD_OVER:
        format_over_index(tree, node, text);
        break;
    default:
        format_operation(tree, node, text);
    }
}

void tw_expr_format_latex(const tw_expr_tree *tree, tw_expr_root root, tw_text *text) {
    assert(root < tree->node_count);
    format_node(tree, root, text);
}
