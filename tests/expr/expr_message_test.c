// What a person sees who wrote something wrong: every message whole, place and caret included.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "expr/expr.h"

static const char *const known[] = {"g", "s", "t", "theta", "beta1", "x"};

typedef struct wrong_text {
    const char *text;
    const char *message;
} wrong_text;

static void fails_with(const char *text, size_t length, const char *message) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_source source = {"a.rule", text, length};
    tw_expr_tree *tree = NULL;
    tw_expr_root root = 0;
    tw_status status = tw_expr_parse_text(context, &source, &tree, &root);
    if (status == TW_OK) {
        status = tw_expr_resolve(tree, 0, known, sizeof known / sizeof *known);
    } else {
        assert_null(tree);
        assert_int_equal(root, TW_EXPR_NONE);
    }
    assert_int_equal(status, TW_BAD_TEXT);
    assert_string_equal(tw_context_message(context), message);
    tw_expr_tree_free(tree);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static const wrong_text table[] = {
    {"", "a.rule:1:1: expected an expression; the text is empty"},
    {" \n# only a comment\n", "a.rule:2:17: expected an expression; the text is empty\n"
                              "    # only a comment\n"
                              "                    ^"},
    {"s = 1", "a.rule:1:3: expected an operator or the end here\n"
              "    s = 1\n"
              "      ^ equality is written =="},
    {"2x", "a.rule:1:1: '2x' is not a number\n"
           "    2x\n"
           "    ^ a product is written with *, as in 2*x"},
    {"s + 1.2.3", "a.rule:1:5: '1.2.3' is not a number\n"
                  "    s + 1.2.3\n"
                  "        ^"},
    {"1e", "a.rule:1:1: '1e' is not a number\n"
           "    1e\n"
           "    ^ a product is written with *, as in 2*x"},
    {".", "a.rule:1:1: '.' is not a number\n    .\n    ^"},
    {"s.t", "a.rule:1:2: '.t' is not a number\n    s.t\n     ^"},
    {"0x10", "a.rule:1:1: '0x10' is not a number\n"
             "    0x10\n"
             "    ^ a product is written with *, as in 2*x"},
    {"1e999", "a.rule:1:1: number '1e999' is too large for a double\n    1e999\n    ^"},
    {"0*1e-999", "a.rule:1:3: number '1e-999' is too small for a double\n    0*1e-999\n      ^"},
    {"((s)", "a.rule:1:5: expected ')' here, to close line 1, column 1\n"
             "    ((s)\n"
             "        ^"},
    {"t +\n (s\n * g", "a.rule:3:5: expected ')' here, to close line 2, column 2\n"
                       "     * g\n"
                       "        ^"},
    {"t +\n", "a.rule:1:4: expected a number, a name or '(' here\n    t +\n       ^"},
    {"(t +\n (s\n * g)\n", "a.rule:3:6: expected ')' here, to close line 1, column 1\n"
                           "     * g)\n"
                           "         ^"},
    {"s)", "a.rule:1:2: expected an operator or the end here\n    s)\n     ^ it closes nothing"},
    {"(s]", "a.rule:1:3: expected ')' here, to close line 1, column 1\n    (s]\n      ^"},
    {"x[1)", "a.rule:1:4: expected ']' here, to close line 1, column 2\n    x[1)\n       ^"},
    {"()", "a.rule:1:2: expected a number, a name or '(' here\n    ()\n     ^"},
    {"s t", "a.rule:1:3: expected an operator or the end here\n"
            "    s t\n"
            "      ^ a product is written with *"},
    {"2(s)", "a.rule:1:2: expected an operator or the end here\n"
             "    2(s)\n"
             "     ^ a product is written with *"},
    {"s**2", "a.rule:1:3: expected a number, a name or '(' here\n"
             "    s**2\n"
             "      ^ a power is written x^y"},
    {"+s", "a.rule:1:1: expected a number, a name or '(' here\n    +s\n    ^ leave out the sign +"},
    {"s and", "a.rule:1:6: expected a number, a name or '(' here\n    s and\n         ^"},
    {"or", "a.rule:1:1: expected a number, a name or '(' here\n"
           "    or\n"
           "    ^ this word belongs to the language"},
    {"1 < s < 3", "a.rule:1:7: comparisons are not chained; join them with and\n"
                  "    1 < s < 3\n"
                  "          ^ as in a < b and b < c"},
    {"s == t != 1", "a.rule:1:8: comparisons are not chained; join them with and\n"
                    "    s == t != 1\n"
                    "           ^ as in a < b and b < c"},
    {"s & t", "a.rule:1:3: character '&' does not belong here\n"
              "    s & t\n"
              "      ^ it is written and"},
    {"!s", "a.rule:1:1: character '!' does not belong here\n    !s\n    ^ unequal is written !="},
    {"\u03b8 + 1", "a.rule:1:1: character '\u03b8' does not belong here\n"
                   "    \u03b8 + 1\n"
                   "    ^ it is written theta"},
    {"s \u2212 1", "a.rule:1:3: character '\u2212' does not belong here\n"
                   "    s \u2212 1\n"
                   "      ^ minus is written -"},
    {"g\x01", "a.rule:1:2: character '\\x01' does not belong here\n    g?\n     ^"},
    {"s\t+ \"a\"", "a.rule:1:5: character '\"' does not belong here\n    s + \"a\"\n        ^"},
    {"a\xff", "a.rule:1:2: byte \\xff is not UTF-8; write plain text\n    a?\n     ^"},
    {"s # \xc3", "a.rule:1:5: byte \\xc3 is not UTF-8; write plain text\n    s # ?\n        ^"},
    {"0.9*s + nope", "a.rule:1:9: unknown name 'nope'; known here: g, s, t, theta, beta1, x\n"
                     "    0.9*s + nope\n"
                     "            ^"},
    {"g\n", NULL}, // right: shows that the table is read to its end
    {"bta1*s", "a.rule:1:1: unknown name 'bta1'; known here: g, s, t, theta, beta1, x\n"
               "    bta1*s\n"
               "    ^ did you mean beta1?"},
    {"T + 1", "a.rule:1:1: unknown name 'T'; known here: g, s, t, theta, beta1, x\n"
              "    T + 1\n"
              "    ^ did you mean t?"},
    {"exp*2", "a.rule:1:1: unknown name 'exp'; known here: g, s, t, theta, beta1, x\n"
              "    exp*2\n"
              "    ^ a function is called: exp(...)"},
    {"sqr(g)", "a.rule:1:1: unknown function 'sqr'\n    sqr(g)\n    ^ did you mean sqrt?"},
    {"log10(g)",
     "a.rule:1:1: unknown function 'log10'\n    log10(g)\n    ^ log10(x) is log(x)/log(10)"},
    {"ln(g)", "a.rule:1:1: unknown function 'ln'\n    ln(g)\n    ^ log is the natural one"},
    {"pow(g, 2)",
     "a.rule:1:1: unknown function 'pow'\n    pow(g, 2)\n    ^ a power is written x^y"},
    {"x(g)", "a.rule:1:1: unknown function 'x'\n    x(g)\n    ^ a product is written with *"},
    {"sqrt(g, 2)", "a.rule:1:1: sqrt takes 1 argument, not 2\n    sqrt(g, 2)\n    ^"},
    {"clip(g, 2)", "a.rule:1:1: clip takes 3 arguments, not 2\n    clip(g, 2)\n    ^"},
    {"max(1,2,3)", "a.rule:1:1: max takes 1 or 2 arguments, not 3\n    max(1,2,3)\n    ^"},
    {"1 + max()", "a.rule:1:5: max takes 1 or 2 arguments, not 0\n    1 + max()\n        ^"},
    {"normal(1)", "a.rule:1:1: normal takes 0 arguments, not 1\n    normal(1)\n    ^"},
    {"min(1,2,3,4)",
     "a.rule:1:1: more than 3 arguments; no function takes so many\n    min(1,2,3,4)\n    ^"},
    {"min(1,)", "a.rule:1:7: expected a number, a name or '(' here\n    min(1,)\n          ^"},
    {"sum(i, 1, 3)",
     "a.rule:1:1: sum over an index takes its name, its first and last value, and a "
     "body, as in sum(i, 1, n, x[i])\n    sum(i, 1, 3)\n    ^"},
    {"prod(g)", "a.rule:1:1: prod over an index takes its name, its first and last value, and a "
                "body, as in prod(i, 1, n, x[i])\n    prod(g)\n    ^"},
    {"sum(2*i, 1, 3, i)", "a.rule:1:5: the index must be a name, as in "
                          "sum(i, 1, n, x[i]^2)\n    sum(2*i, 1, 3, i)\n        ^"},
    {"sum(i, i, 3, i)", "a.rule:1:8: unknown name 'i'; known here: g, s, t, theta, beta1, x\n"
                        "    sum(i, i, 3, i)\n"
                        "           ^"},
    {"sum(i, 1, 3, i[1])", "a.rule:1:14: the index of a sum is a number and has no elements\n"
                           "    sum(i, 1, 3, i[1])\n"
                           "                 ^"},
    {"s\nt", "a.rule:2:1: expected an operator or the end here\n"
             "    t\n"
             "    ^ a product is written with *"},
};

static void each_mistake_is_told_with_its_place_and_a_hint(void **state) {
    (void)state;
    size_t right = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].message == NULL) {
            right++;
            continue;
        }
        fails_with(table[i].text, strlen(table[i].text), table[i].message);
    }
    assert_int_equal(right, 1);
}

static void a_nul_byte_is_refused_in_comments_too(void **state) {
    (void)state;
    fails_with("s\0+1", 4, "a.rule:1:2: a NUL byte; write plain text\n    s?+1\n     ^");
    fails_with("s # \0", 5, "a.rule:1:5: a NUL byte; write plain text\n    s # ?\n        ^");
}

static void fails_with_repeated(const char *piece, size_t count, const char *message) {
    size_t length = strlen(piece) * count;
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) memcpy(text + i * strlen(piece), piece, strlen(piece));
    fails_with(text, length, message);
    free(text);
}

#define OF_76(c) c c c c c c c c c c c c c c c c c c c
#define SHOWN(c) "\n    " OF_76(c c c c) "...\n    ^"

static void a_text_of_a_million_parentheses_is_too_long(void **state) {
    (void)state;
    fails_with_repeated(
        "(", 1000000, "a.rule:1:1: a text of 1000000 bytes is too long; at most 65536" SHOWN("("));
}

static void sixty_thousand_parentheses_are_too_deep(void **state) {
    (void)state;
    static const char message[] =
        "a.rule:1:65: nested deeper than 64 levels\n"
        "    ...((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((...\n"
        "                                             ^";
    fails_with_repeated("(", 60000, message);
}

static void deep_signs_powers_and_calls_are_refused_too(void **state) {
    (void)state;
    static const char *const pieces[] = {"-", "2^", "exp(", "x[", "1+(", "sum(i,1,2,"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        char text[2000] = "";
        for (int k = 0; k < 100; k++) strcat(text, pieces[i]);
        tw_source source = {"a.rule", text, strlen(text)};
        tw_expr_tree *tree = NULL;
        tw_expr_root root;
        assert_int_equal(tw_expr_parse_text(context, &source, &tree, &root), TW_BAD_TEXT);
        assert_non_null(strstr(tw_context_message(context), "nested deeper than 64 levels"));
        tw_context_free(context);
    }
}

static void a_name_of_64_kib_is_refused(void **state) {
    (void)state;
    fails_with_repeated(
        "a", 65536, "a.rule:1:1: a name of 65536 characters is too long; at most 64" SHOWN("a"));
}

static void a_number_of_64_kib_is_refused(void **state) {
    (void)state;
    fails_with_repeated(
        "1", 65536, "a.rule:1:1: a number of 65536 characters is too long; at most 64" SHOWN("1"));
}

static void too_many_nodes_are_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char text[5001];
    for (int i = 0; i < 5000; i++) text[i] = i % 2 == 0 ? '1' : '+';
    tw_source source = {"a.rule", text, 4099};
    tw_expr_tree *tree = NULL;
    tw_expr_root root;
    assert_int_equal(tw_expr_parse_text(context, &source, &tree, &root), TW_BAD_TEXT);
    assert_non_null(
        strstr(tw_context_message(context), "more than 4096 numbers, names and operations"));
    source.length = 4095; // that many nodes: a chain is no nesting
    assert_ok(context, tw_expr_parse_text(context, &source, &tree, &root));
    assert_int_equal(tree->node_count, 4095);
    double no_values[1] = {0};
    assert_true(tw_expr_evaluate(tree, root, no_values) == 2048.0);
    tw_expr_tree_free(tree);
    tw_context_free(context);
}

static void a_long_line_is_shown_around_the_caret(void **state) {
    (void)state;
    char text[201];
    memset(text, ' ', 200);
    memcpy(text, "(g", 2);
    memcpy(text + 100, "nope", 4);
    memcpy(text + 198, "+", 1);
    text[200] = '\0';
    static const char message[] = "a.rule:1:101: expected ')' here, to close line 1, column 1\n"
                                  "    ...                                      nope"
                                  "                                  ...\n"
                                  "                                             ^";
    fails_with(text, 200, message);
}

static void a_byte_order_mark_is_no_column(void **state) {
    (void)state;
    fails_with("\xef\xbb\xbfs s", 6,
               "a.rule:1:3: expected an operator or the end here\n"
               "    s s\n"
               "      ^ a product is written with *");
}

static void a_carriage_return_is_not_shown(void **state) {
    (void)state;
    fails_with("(s\r\n+ nope)\r\n", 13,
               "a.rule:2:3: unknown name 'nope'; known here: g, s, t, theta, beta1, x\n"
               "    + nope)\n"
               "      ^");
}

static void a_list_of_many_names_is_cut(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static char spelled[100][TW_EXPR_NAME_BYTES_MAX + 1];
    const char *many[100];
    for (int i = 0; i < 100; i++) {
        memset(spelled[i], 'a' + i % 26, TW_EXPR_NAME_BYTES_MAX);
        many[i] = spelled[i];
    }
    tw_source source = {"a.rule", "g", 1};
    tw_expr_tree *tree = NULL;
    tw_expr_root root;
    assert_ok(context, tw_expr_parse_text(context, &source, &tree, &root));
    assert_int_equal(tw_expr_resolve(tree, 0, many, 100), TW_BAD_TEXT);
    assert_non_null(strstr(tw_context_message(context), "ggggg, ...\n    g\n    ^"));
    tw_expr_tree_free(tree);
    tw_context_free(context);
}

TW_TESTS(each_mistake_is_told_with_its_place_and_a_hint, a_nul_byte_is_refused_in_comments_too,
         a_text_of_a_million_parentheses_is_too_long, sixty_thousand_parentheses_are_too_deep,
         deep_signs_powers_and_calls_are_refused_too, a_name_of_64_kib_is_refused,
         a_number_of_64_kib_is_refused, too_many_nodes_are_refused,
         a_long_line_is_shown_around_the_caret, a_byte_order_mark_is_no_column,
         a_carriage_return_is_not_shown, a_list_of_many_names_is_cut)
