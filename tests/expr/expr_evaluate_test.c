// What expressions mean: how operators bind, and the values of operators and functions.
#include "expr/expression.h"

#include <math.h>

static const double values[] = {2.0, -3.0, 5.0}; // x, y, t

static double value_of(const char *text) {
    expression e = expression_open(text);
    double value = tw_expr_evaluate(e.tree, e.root, values);
    expression_close(&e);
    return value;
}

typedef struct meaning {
    const char *text;
    double value;
} meaning;

static void each_has(const meaning *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double value = value_of(table[i].text);
        if (value != table[i].value) {
            fail_msg("%s is %.17g, not %.17g", table[i].text, value, table[i].value);
        }
    }
}

#define EACH_HAS(...)                                                                              \
    do {                                                                                           \
        static const meaning table[] = {__VA_ARGS__};                                              \
        each_has(table, sizeof table / sizeof *table);                                             \
    } while (0)

static void a_power_binds_tighter_than_the_minus_on_its_left(void **state) {
    (void)state;
    EACH_HAS({"-x^2", -4.0}, {"(-x)^2", 4.0}, {"2^-1", 0.5}, {"2^-x^2", 0.0625}, {"-2^-2", -0.25},
             {"x*-x^2", -8.0}, {"--x", 2.0}, {"- -x^2", 4.0}, {"2^--x", 4.0});
}

static void powers_group_to_the_right_and_all_else_to_the_left(void **state) {
    (void)state;
    EACH_HAS({"2^3^2", 512.0}, {"(2^3)^2", 64.0}, {"10 - 4 - 3", 3.0}, {"16/4/2", 2.0},
             {"16/4*2", 8.0}, {"1 - 2 + 3", 2.0});
}

static void looser_operators_wait_for_tighter_ones(void **state) {
    (void)state;
    EACH_HAS({"1 + 2*3", 7.0}, {"(1 + 2)*3", 9.0}, {"2*3^2", 18.0}, {"1 + 1 < 3", 1.0},
             {"1 < 2 and 3 < 2 or 1", 1.0}, {"1 or 0 and 0", 1.0}, {"(1 or 0) and 0", 0.0},
             {"1 == 1 and 2 != 3", 1.0}, {"-1 < 0", 1.0});
}

static void comparisons_and_logic_give_one_or_zero(void **state) {
    (void)state;
    EACH_HAS({"x < 2", 0.0}, {"x <= 2", 1.0}, {"x > 2", 0.0}, {"x >= 2", 1.0}, {"x == 2", 1.0},
             {"x != 2", 0.0}, {"7 and y", 1.0}, {"0 and 1", 0.0}, {"0 or y", 1.0}, {"0 or 0", 0.0},
             {"(x < 3) + (y < 3)", 2.0});
}

static void numbers_are_read_as_they_are_written_in_c(void **state) {
    (void)state;
    EACH_HAS({"1e-3", 1e-3}, {"1E+3", 1000.0}, {".5", 0.5}, {"5.", 5.0}, {"0.1", 0.1},
             {"1.7976931348623157e308", 1.7976931348623157e308}, {"0e999", 0.0}, {"1e-320", 1e-320},
             {"007", 7.0});
}

static void functions_have_their_values(void **state) {
    (void)state;
    EACH_HAS({"sqrt(x)", 0x1.6a09e667f3bcdp+0}, {"cbrt(8)", 2.0}, {"exp(0)", 1.0},
             {"expm1(1e-20)", 1e-20}, {"log(1)", 0.0}, {"log1p(1e-20)", 1e-20}, {"abs(y)", 3.0},
             {"sign(y)", -1.0}, {"sign(0)", 0.0}, {"floor(-1.5)", -2.0}, {"ceil(-1.5)", -1.0},
             {"sin(0)", 0.0}, {"cos(0)", 1.0}, {"tan(0)", 0.0}, {"tanh(1000)", 1.0},
             {"atan(0)", 0.0}, {"sinh(0)", 0.0}, {"cosh(0)", 1.0}, {"erf(100)", 1.0},
             {"sigmoid(0)", 0.5}, {"sigmoid(-1000)", 0.0}, {"sigmoid(1000)", 1.0},
             {"min(x, y)", -3.0}, {"max(x, y)", 2.0}, {"clip(7, y, x)", 2.0},
             {"clip(-7, y, x)", -3.0}, {"clip(1, y, x)", 1.0}, {"where(x > y, 7, 8)", 7.0},
             {"where(x < y, 7, 8)", 8.0}, {"where(0, 1/0, 8)", 8.0});
}

static void a_nan_is_not_hidden_by_min_max_clip_or_sign(void **state) {
    (void)state;
    static const char *const texts[] = {"min(0/0, 1)",  "min(1, 0/0)",     "max(0/0, 1)",
                                        "max(1, 0/0)",  "clip(0/0, 0, 1)", "sign(0/0)",
                                        "sigmoid(0/0)", "abs(0/0)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!isnan(value_of(texts[i]))) fail_msg("%s is a number", texts[i]);
    }
}

static void upper_and_lower_case_are_different_names(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char *const both[] = {"t", "T"};
    tw_source source = {"test", "T - t", 5};
    tw_expr_tree *tree = NULL;
    tw_expr_root root;
    assert_ok(context, tw_expr_parse_text(context, &source, &tree, &root));
    assert_ok(context, tw_expr_resolve(tree, 0, both, 2));
    assert_true(tw_expr_evaluate(tree, root, (const double[]){1.0, 10.0}) == 9.0);
    tw_expr_tree_free(tree);
    tw_context_free(context);
}

static void a_line_goes_on_inside_parentheses_and_behind_comments(void **state) {
    (void)state;
    EACH_HAS({"\n\n # first\n (1 + # one\n\n 2)\n# end\n\n", 3.0}, {"max(1,\r\n2)\r\n", 2.0});
}

static void evaluating_allocates_nothing(void **state) {
    (void)state;
    expression e = expression_open("where(x > 1, clip(y, -1, 1), max(x, t))^2 + exp(-x*t)");
    uint64_t before = tw_context_memory(e.context).allocation_count;
    assert_true(tw_expr_evaluate(e.tree, e.root, values) == 1.0 + exp(-10.0));
    assert_int_equal(tw_context_memory(e.context).allocation_count, before);
    expression_close(&e);
}

// As deep as texts may be, with as much waiting at each level as can be.
static void the_deepest_expression_is_evaluated(void **state) {
    (void)state;
    char text[2048] = "";
    for (int i = 0; i < 62; i++) strcat(text, i % 2 == 0 ? "clip(1,2," : "where(0,1,");
    strcat(text, "3");
    for (int i = 0; i < 62; i++) strcat(text, ")");
    assert_true(value_of(text) == 2.0); // clip(1, 2, h) is min(2, h), where(0, 1, h) is h
}

static void only_plain_numbers_make_a_scalar(void **state) {
    (void)state;
    static const char *const scalar[] = {"1", "x + 1", "max(x, y)", "where(x, y, t)"};
    static const char *const other[] = {"x[1]",       "sum(i, 1, 3, i)", "1 + prod(i, 1, 3, i)",
                                        "normal()",   "uniform() + 1",   "sum(x)",
                                        "mean(x)",    "norm(x)",         "2*max(x)",
                                        "all_sum(x)", "all_norm(x)"};
    for (size_t i = 0; i < sizeof scalar / sizeof *scalar; i++) {
        expression e = expression_open(scalar[i]);
        assert_true(tw_expr_is_scalar(e.tree, e.root));
        expression_close(&e);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        expression e = expression_open(other[i]);
        assert_false(tw_expr_is_scalar(e.tree, e.root));
        expression_close(&e);
    }
}

TW_TESTS(a_power_binds_tighter_than_the_minus_on_its_left,
         powers_group_to_the_right_and_all_else_to_the_left, looser_operators_wait_for_tighter_ones,
         comparisons_and_logic_give_one_or_zero, numbers_are_read_as_they_are_written_in_c,
         functions_have_their_values, a_nan_is_not_hidden_by_min_max_clip_or_sign,
         upper_and_lower_case_are_different_names,
         a_line_goes_on_inside_parentheses_and_behind_comments, evaluating_allocates_nothing,
         the_deepest_expression_is_evaluated, only_plain_numbers_make_a_scalar)
