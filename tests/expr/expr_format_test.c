// Trees to text: the fewest parentheses, the same meaning when read again, and LaTeX as on a slide.
#include "expr/expression.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"

typedef void format_function(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);

static void formats_as(format_function *format, const char *text, const char *expected) {
    expression e = expression_open(text);
    tw_text out;
    tw_text_start(&out, e.context);
    format(e.tree, e.root, &out);
    assert_ok(e.context, out.status);
    assert_string_equal(out.data, expected);
    tw_text_free(&out);
    expression_close(&e);
}

static void text_has_the_fewest_parentheses(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"((x))", "x"},
        {"(x*y)+t", "x*y + t"},
        {"x*(y+t)", "x*(y + t)"},
        {"(x-y)-t", "x - y - t"},
        {"x-(y-t)", "x - (y - t)"},
        {"x+(y+t)", "x + (y + t)"},
        {"x/(y*t)", "x/(y*t)"},
        {"(x/y)*t", "x/y*t"},
        {"(x^y)^t", "(x^y)^t"},
        {"x^(y^t)", "x^y^t"},
        {"-(x^2)", "-x^2"},
        {"(-x)^2", "(-x)^2"},
        {"2^(-x)", "2^-x"},
        {"-(x*y)", "-(x*y)"},
        {"(-x)*y", "-x*y"},
        {"x*(-y)", "x*-y"},
        {"x - (-y)", "x - -y"},
        {"-(-x)", "--x"},
        {"(x<y)==t", "(x < y) == t"},
        {"(x<y)and(y<t or x)", "x < y and (y < t or x)"},
        {"(x or y)or t", "x or y or t"},
        {"x or(y or t)", "x or (y or t)"},
        {"exp((x))/ (sqrt( y)+1e-8)", "exp(x)/(sqrt(y) + 1e-08)"},
        {"sum(i,1,3,(x[(i)]-1)^2)", "sum(i, 1, 3, (x[i] - 1)^2)"},
        {"normal()*prod(i,1,2,i)", "normal()*prod(i, 1, 2, i)"},
        {"0.1", "0.1"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        formats_as(tw_expr_format, table[i][0], table[i][1]);
    }
}

// ---- random expressions, with more parentheses than they need

typedef struct writer {
    tw_random random;
    uint64_t drawn;
    char text[8192];
} writer;

static uint64_t draw(writer *w, uint64_t bound) {
    return tw_random_below(&w->random, w->drawn++, bound);
}

static void add(writer *w, const char *piece) {
    assert_true(strlen(w->text) + strlen(piece) < sizeof w->text);
    strcat(w->text, piece);
}

static void add_random(writer *w, int depth) {
    static const char *const leaves[] = {"x", "y", "t", "2", "0.3", "1.5e-3", "7"};
    static const char *const signs[] = {
        "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=", " and ", " or "};
    static const char *const calls[] = {"exp(", "sqrt(", "tanh(", "abs(", "floor("};
    uint64_t kind = depth == 0 ? 0 : draw(w, 8);
    if (kind <= 1) {
        add(w, leaves[draw(w, 7)]);
    } else if (kind == 2) {
        add(w, "(-");
        add(w, "(");
        add_random(w, depth - 1);
        add(w, "))");
    } else if (kind == 3) {
        add(w, calls[draw(w, 5)]);
        add_random(w, depth - 1);
        add(w, ")");
    } else if (kind == 4) {
        add(w, "where(");
        for (int i = 0; i < 3; i++) {
            add_random(w, depth - 1);
            add(w, i < 2 ? "," : ")");
        }
    } else {
        add(w, "((");
        add_random(w, depth - 1);
        add(w, ")");
        add(w, signs[draw(w, 13)]);
        add(w, "(");
        add_random(w, depth - 1);
        add(w, "))");
    }
}

static bool same_tree(const tw_expr_tree *a, const tw_expr_tree *b) {
    if (a->node_count != b->node_count) return false;
    for (uint32_t i = 0; i < a->node_count; i++) {
        const tw_expr_node *p = &a->nodes[i], *q = &b->nodes[i];
        bool same = p->kind == q->kind && p->function == q->function && p->symbol == q->symbol &&
                    p->number == q->number && p->child_count == q->child_count &&
                    memcmp(p->child, q->child, sizeof p->child) == 0;
        if (!same) return false;
    }
    return true;
}

static bool same_value(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

// Whether leaving out one pair of parentheses, other than a call's, gives another tree or none.
static bool all_are_needed(const expression *e, const char *text) {
    size_t length = strlen(text);
    char *shorter = malloc(length + 1);
    assert_non_null(shorter);
    bool needed = true;
    for (size_t i = 0; i < length && needed; i++) {
        bool is_group =
            text[i] == '(' && (i == 0 || strchr("abcdefghijklmnopqrstuvwxyz", text[i - 1]) == NULL);
        if (!is_group) continue;
        size_t end = i;
        int open = 0;
        do {
            open += (text[end] == '(') - (text[end] == ')');
            end++;
        } while (open > 0);
        snprintf(shorter, length + 1, "%s", text);
        shorter[i] = ' ';
        shorter[end - 1] = ' ';
        tw_source source = {"test", shorter, length};
        tw_expr_tree *tree = NULL;
        tw_expr_root root;
        if (tw_expr_parse_text(e->context, &source, &tree, &root) == TW_OK) {
            assert_ok(e->context, tw_expr_resolve(tree, 0, expression_names, 3));
            needed = !same_tree(tree, e->tree);
        }
        tw_expr_tree_free(tree);
    }
    free(shorter);
    return needed;
}

static void formatted_text_reads_as_the_same_tree_and_needs_each_parenthesis(void **state) {
    (void)state;
    for (uint64_t step = 0; step < 3000; step++) {
        writer *w = calloc(1, sizeof *w);
        assert_non_null(w);
        w->random = (tw_random){.seed = 1, .purpose = TW_FOR_TEST, .step = step};
        add_random(w, 1 + (int)(step % 5));
        expression e = expression_open(w->text);
        tw_text out;
        tw_text_start(&out, e.context);
        tw_expr_format(e.tree, e.root, &out);
        assert_ok(e.context, out.status);
        expression again = expression_open(out.data);
        if (!same_tree(e.tree, again.tree)) fail_msg("%s is not %s", out.data, w->text);
        static const double values[] = {1.25, -0.75, 3.0};
        assert_true(same_value(tw_expr_evaluate(e.tree, e.root, values),
                               tw_expr_evaluate(again.tree, again.root, values)));
        if (!all_are_needed(&again, out.data)) fail_msg("%s has too many", out.data);
        tw_text_free(&out);
        expression_close(&e);
        expression_close(&again);
        free(w);
    }
}

// ---- LaTeX

static void latex_reads_like_a_slide(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"x/(y + 1)", "\\frac{x}{y + 1}"},
        {"(x/y)^2", "\\left(\\frac{x}{y}\\right)^{2}"},
        {"sqrt(x)*y", "\\sqrt{x} \\, y"},
        {"2*3", "2 \\cdot 3"},
        {"x*2^y", "x \\cdot 2^{y}"},
        {"2*x", "2 \\, x"},
        {"2*(1 - x)*y", "2 \\, \\left(1 - x\\right) \\, y"},
        {"-x^2", "-x^{2}"},
        {"x - (-y)", "x - \\left(-y\\right)"},
        {"x - (y - t)", "x - \\left(y - t\\right)"},
        {"(-x)^2", "\\left(-x\\right)^{2}"},
        {"-(x + y)", "-\\left(x + y\\right)"},
        {"(x^y)^t", "\\left(x^{y}\\right)^{t}"},
        {"x^-(y+1)", "x^{-\\left(y + 1\\right)}"},
        {"1e-8 + 2.5e-7", "10^{-8} + 2.5 \\cdot 10^{-7}"},
        {"1e-8^2", "\\left(10^{-8}\\right)^{2}"},
        {"exp(-x)", "\\exp\\left(-x\\right)"},
        {"min(x, log(y))", "\\min\\left(x, \\log\\left(y\\right)\\right)"},
        {"abs(x) + norm(y)", "\\left|x\\right| + \\left\\lVert y\\right\\rVert"},
        {"x <= y and y != t", "x \\le y \\land y \\ne t"},
        {"sum(i, 1, 3, x[2*i] - 1)", "\\sum_{i=1}^{3} \\left({x}_{2 \\, i} - 1\\right)"},
        {"2*prod(i, 1, 3, i)", "2 \\, \\left(\\prod_{i=1}^{3} i\\right)"},
        {"where(x < 1, y, t)",
         "\\begin{cases} y & \\text{if } x < 1 \\\\ t & \\text{otherwise} \\end{cases}"},
        {"cbrt(x)*normal()", "\\sqrt[3]{x} \\, \\mathcal{N}\\left(0, 1\\right)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        formats_as(tw_expr_format_latex, table[i][0], table[i][1]);
    }
}

static void names_are_set_as_the_field_sets_them(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"theta", "\\theta"},
        {"beta1", "\\beta_{1}"},
        {"s_hat", "\\hat{s}"},
        {"lr", "\\mathrm{lr}"},
        {"lr0", "\\mathrm{lr}_{0}"},
        {"eps", "\\epsilon"},
        {"x1", "x_{1}"},
        {"v_max", "v_{\\mathrm{max}}"},
        {"theta_old_bar", "\\bar{\\theta}_{\\mathrm{old}}"},
        {"beta1_hat", "\\hat{\\beta}_{1}"},
        {"x_1_2", "x_{1, 2}"},
        {"weight_decay", "\\mathrm{weight\\_decay}"},
        {"grad_hat", "\\hat{\\mathrm{grad}}"},
        {"_x", "\\mathrm{\\_x}"},
        {"x_", "x"},
        {"_", "\\mathrm{\\_}"},
        {"T", "T"},
        {"x_beta", "x_{\\beta}"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        tw_source source = {"test", table[i][0], strlen(table[i][0])};
        tw_expr_tree *tree = NULL;
        tw_expr_root root;
        assert_ok(context, tw_expr_parse_text(context, &source, &tree, &root));
        tw_text out;
        tw_text_start(&out, context);
        tw_expr_format_latex(tree, root, &out);
        assert_string_equal(out.data, table[i][1]);
        tw_text_free(&out);
        tw_expr_tree_free(tree);
        tw_context_free(context);
    }
}

static void the_longest_chain_is_formatted(void **state) {
    (void)state;
    char text[4096];
    for (int i = 0; i < 4095; i++) text[i] = i % 2 == 0 ? 'x' : '*';
    text[4095] = '\0';
    formats_as(tw_expr_format, text, text);
}

TW_TESTS(text_has_the_fewest_parentheses,
         formatted_text_reads_as_the_same_tree_and_needs_each_parenthesis, latex_reads_like_a_slide,
         names_are_set_as_the_field_sets_them, the_longest_chain_is_formatted)
