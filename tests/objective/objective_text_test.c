// What is said of texts that are no functions: every message as it is.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "support/folder.h"
#include "thalweg/objective.h"

typedef struct wrong_text {
    const char *text;
    int64_t dimension, start_count;
    tw_status status;
    const char *message;
} wrong_text;

static const wrong_text wrong_texts[] = {
    {"x^2 +", 0, 0, TW_BAD_TEXT,
     "objective:1:6: expected a number, a name or '(' here\n    x^2 +\n         ^"},
    {"rosenbrock:dim=4", 6, 0, TW_BAD_TEXT,
     "objective:1:12: rosenbrock: dim is 4, and a dimension of 6 is asked for too\n    "
     "rosenbrock:dim=4\n               ^"},
    {"theta + x", 0, 0, TW_BAD_TEXT,
     "objective:1:1: unknown name 'theta'; known here: n, pi, e, x, y, z, w\n    theta + x\n    ^"},
    {"x + normal()", 0, 0, TW_BAD_TEXT,
     "objective:1:5: normal() is drawn anew each time; a function to be minimised depends on its "
     "variables alone\n    x + normal()\n        ^"},
    {"sum(x)", 0, 0, TW_BAD_TEXT,
     "objective:1:1: sum of arrays has no meaning here\n    sum(x)\n    ^ as in sum(i, 1, n, "
     "x[i]^2)"},
    {"max(x)", 0, 0, TW_BAD_TEXT,
     "objective:1:1: max of arrays has no meaning here\n    max(x)\n    ^ max(a, b) takes two"},
    {"all_norm(x)", 0, 0, TW_BAD_TEXT,
     "objective:1:1: all_norm of arrays has no meaning here\n    all_norm(x)\n    ^"},
    {"all_mean(x)", 0, 0, TW_BAD_TEXT,
     "objective:1:1: all_mean of arrays has no meaning here\n    all_mean(x)\n    ^"},
    {"sum(i, 1, n, x[i+1]^2)", 6, 0, TW_BAD_TEXT,
     "objective:1:14: x has no element 7 where i = 6; its elements are 1 to 6\n    sum(i, 1, n, "
     "x[i+1]^2)\n                 ^"},
    {"sum(i, 1, 3, sum(j, 1, i, x[i*j]))", 4, 0, TW_BAD_TEXT,
     "objective:1:27: x has no element 6 where i = 3, j = 2; its elements are 1 to 4\n    sum(i, "
     "1, "
     "3, sum(j, 1, i, x[i*j]))\n                              ^"},
    {"x[n/2]", 3, 0, TW_BAD_TEXT,
     "objective:1:1: x has no element 1.5; its elements are 1 to 3\n    x[n/2]\n    ^"},
    {"x[x[1]]", 3, 0, TW_BAD_TEXT,
     "objective:1:1: the index of x depends on a variable; it is a number\n    x[x[1]]\n    ^"},
    {"sum(i, 1, x, 2)", 0, 0, TW_BAD_TEXT,
     "objective:1:11: the last index depends on a variable; it is a number\n    sum(i, 1, x, 2)\n  "
     "            ^"},
    {"sum(i, 1, 2, sum(j, i/2, 3, x))", 0, 0, TW_BAD_TEXT,
     "objective:1:22: the first index is 0.5 where i = 1; it is a whole number\n    sum(i, 1, 2, "
     "sum(j, i/2, 3, x))\n                         ^"},
    {"sum(i, 1, 1e9, x)", 0, 0, TW_BAD_TEXT,
     "objective:1:11: the last index is 1000000000; it is a whole number below 1e9\n    sum(i, 1, "
     "1e9, x)\n              ^"},
    {"x + x[1]", 0, 2, TW_BAD_TEXT,
     "objective:1:1: x has elements; write one, as in x[1]\n    x + x[1]\n    ^"},
    {"sum(i, 1, 10^9 - 1, x)", 0, 0, TW_BAD_TEXT,
     "objective:1:5: more than 134217728 terms; they would not fit\n    sum(i, 1, 10^9 - 1, x)\n   "
     " "
     "    ^"},
    {"x[i]", 2, 0, TW_BAD_TEXT,
     "objective:1:3: unknown name 'i'; known here: n, pi, e, x\n    x[i]\n      ^"},
    {"sum(i, 1, n, x[i])", 0, 0, TW_BAD_ARGUMENT,
     "objective: x[i] may have any dimension; give one, or a start"},
    {"x1 + x3", 2, 0, TW_BAD_ARGUMENT, "objective x1 + x3: a dimension of 2; it has 3 variables"},
    {"x3000000000^2", 0, 0, TW_BAD_ARGUMENT,
     "objective x3000000000^2: a dimension of 3000000000; 1 to 2^30 are possible"},
    {"x*y", 0, 3, TW_BAD_ARGUMENT, "objective x*y: a start of 3 numbers; it has 2 variables"},
    {"rosenbrok", 0, 0, TW_NOT_FOUND,
     "objective: no built-in function and no variable is called 'rosenbrok'; did you mean "
     "rosenbrock?"},
    {"rosenbrock", 3, 0, TW_BAD_ARGUMENT,
     "objective rosenbrock: a dimension of 3; it may have 2, 4, 6, ..."},
    {"beale", 0, 3, TW_BAD_ARGUMENT, "objective beale: a dimension of 3; it has 2"},
    {"watson:dim=40", 0, 0, TW_BAD_ARGUMENT,
     "objective watson: a dimension of 40; it may have 2 to 31"},
    {"chained_rosenbrock", 1, 0, TW_BAD_ARGUMENT,
     "objective chained_rosenbrock: a dimension of 1; at least 2 is needed"},
    {"quadratic:condtion=3", 0, 0, TW_BAD_TEXT,
     "objective:1:11: quadratic has no parameter 'condtion'; it has dim, condition, rotate\n    "
     "quadratic:condtion=3\n              ^ did you mean condition?"},
    {"quadratic:condition=-3", 0, 0, TW_BAD_TEXT,
     "objective:1:11: quadratic: condition is -3; at least 1 is needed\n    "
     "quadratic:condition=-3\n              ^"},
    {"quadratic:condition=5,rotate=2", 0, 0, TW_BAD_TEXT,
     "objective:1:23: quadratic: rotate is 2; at most 1 is possible\n    "
     "quadratic:condition=5,rotate=2\n                          ^"},
    {"quadratic:dim=2.5", 0, 0, TW_BAD_TEXT,
     "objective:1:11: quadratic: dim is 2.5; a whole number from 1 to 1073741824 is needed\n    "
     "quadratic:dim=2.5\n              ^"},
    {"rosenbrock:dim=-2", 0, 0, TW_BAD_TEXT,
     "objective:1:12: rosenbrock: dim is -2; a whole number from 1 to 1073741824 is needed\n    "
     "rosenbrock:dim=-2\n               ^"},
    {"rosenbrock:dim=2,dim=0/0", 0, 0, TW_BAD_TEXT,
     "objective:1:18: rosenbrock: dim is nan; a whole number from 1 to 1073741824 is needed\n    "
     "rosenbrock:dim=2,dim=0/0\n                     ^"},
    {"rosenbrock:dim=4,dim=3", 0, 0, TW_BAD_ARGUMENT,
     "objective rosenbrock: a dimension of 3; it may have 2, 4, 6, ..."},
    {"quadratic:condition=x", 0, 0, TW_BAD_TEXT,
     "objective:1:21: unknown name 'x'; known here: none\n    quadratic:condition=x\n              "
     " "
     "         ^"},
    {"quadratic:condition", 0, 0, TW_BAD_TEXT,
     "objective:1:20: expected '=' here\n    quadratic:condition\n                       ^"},
    {"missing.objective", 0, 0, TW_NOT_FOUND, "missing.objective: No such file or directory"},
};

static void a_wrong_text_is_refused_with_words_and_a_place(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof wrong_texts / sizeof *wrong_texts; i++) {
        const wrong_text *wrong = &wrong_texts[i];
        tw_objective_options options = tw_objective_options_default();
        options.dimension = wrong->dimension;
        options.start_count = wrong->start_count;
        tw_objective *objective = NULL;
        tw_status status = tw_objective_parse(context, wrong->text, &options, &objective);
        assert_null(objective);
        assert_string_equal(tw_context_message(context), wrong->message);
        assert_int_equal(status, wrong->status);
    }
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

typedef struct wrong_file {
    const char *text, *message; // behind "f.objective:"
} wrong_file;

static const wrong_file wrong_files[] = {
    {"f = x",
     "1:1: expected 'objective NAME' here\n    f = x\n    ^ a file begins with its name, as "
     "in: objective rosenbrock"},
    {"objective a\ndim 2\n",
     "2:6: the function itself is missing: f = expression\n    dim 2\n         ^"},
    {"objective a\ndim 2\nf = x\ng = 2\n",
     "4:1: f is the last statement; nothing may follow it\n    g = 2\n    ^"},
    {"objective a\ndim 2\ndim 3\nf = x\n", "3:1: a second 'dim'\n    dim 3\n    ^"},
    {"objective a\ndim 2.5\nf = x\n", "2:5: a dimension is a whole number\n    dim 2.5\n        ^"},
    {"objective a\ndim 2\nf = x*z\n",
     "3:7: unknown name 'z'; known here: n, pi, e, x, y\n    f = x*z\n          ^"},
    {"objective a\ndim 2\nstart 1, y\nf = y\n",
     "3:10: the start is made of numbers, n and parameters; y is a variable\n    start 1, y\n      "
     "       ^"},
    {"objective a\ndim 2\ndomain 1\nf = x\n",
     "3:9: expected 'to' here\n    domain 1\n            ^"},
    {"objective a\ndim 2\ndomain 2 to 1\nf = x\n",
     "3:1: the domain of variable 1 is empty\n    domain 2 to 1\n    ^"},
    {"objective a\ndim 2\nparam b = 2, c = 3 from 2*b\nf = c*x\n",
     "3:14: a: c is 3; at least 4 is needed\n    param b = 2, c = 3 from 2*b\n                 ^"},
    {"objective a\ndim 2\nparam exp = 2\nf = x\n",
     "3:7: 'exp' is a function\n    param exp = 2\n          ^ choose another name"},
    {"objective a\ndim 2\nu = v\nv = x\nf = u\n",
     "3:5: unknown name 'v'; known here: n, pi, e, x, y\n    u = v\n        ^"},
    {"objective a\ndim 2\nu[i] = i*x\nf = u\n",
     "4:5: u has elements; write one, as in u[1]\n    f = u\n        ^"},
    {"objective a\ndim 2\nu = 2*x\nf = u[1]\n",
     "4:5: u is a number and has no elements\n    f = u[1]\n        ^"},
    {"objective a\ndim 2\ndata d = [1, 2]\nf = sum(i, 1, 3, d[i]*x)\n",
     "4:18: d has no element 3 where i = 3; its elements are 1 to 2\n    f = sum(i, 1, 3, d[i]*x)\n"
     "                     ^"},
    {"objective a\ndim 2\ndata d = 1\nf = x\n",
     "3:10: expected '[' here\n    data d = 1\n             ^ as in: data y = [1, 2.5, 4]"},
    {"objective a\ndim 2\ndata y = [1]\nf = x + y\n",
     "3:1: 'y' is there already\n    data y = [1]\n    ^ choose another name"},
    {"objective a\ndim 2\nminimum i at x[i] = 1\nf = x\n",
     "3:9: a minimum is made of numbers; i is none\n    minimum i at x[i] = 1\n            ^"},
    {"objective a\ndim 2\nminimum 0 at x[i] = 1 for i == 1\nf = x\n",
     "3:27: a condition is made of numbers; i is none\n    minimum 0 at x[i] = 1 for i == 1\n"
     "                              ^"},
    {"objective a\ndim 2\nx^2\nf = x\n",
     "3:1: expected 'param', 'dim', 'data', 'start', 'domain', 'minimum' or a part of the function "
     "here\n    x^2\n    ^ a part is written name = expression"},
};

static void a_wrong_file_is_refused_with_words_and_a_place(void **state) {
    (void)state;
    tw_context *context = NULL;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], message[2048];
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "f.objective", path);
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        tw_test_write(path, wrong_files[i].text);
        tw_objective *objective = NULL;
        assert_int_equal(tw_objective_parse(context, path, NULL, &objective), TW_BAD_TEXT);
        snprintf(message, sizeof message, "%s:%s", path, wrong_files[i].message);
        assert_string_equal(tw_context_message(context), message);
    }
    tw_test_folder_remove(folder);
    tw_context_free(context);
}

static void a_file_of_a_users_own_works_as_a_built_in_one(void **state) {
    (void)state;
    tw_context *context = NULL;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "mine.objective", path);
    tw_test_write(path, "# A test.\nobjective mine\nparam a = 2, b = a^2\ndim 3 from 1 to 5\n"
                        "start x[k] = k*a\ndomain -1 to 1, -b to b\nminimum 7 for n == 4\n"
                        "minimum 0 at 1, 2\nminimum -b at 3 for n <= 3\n"
                        "data y = [1,\n 2, -3]\nc = a*x[1]\nr[i] = x[i]*y[i] + c\n"
                        "f = sum(j, 1, n, r[j]^2)\n");
    strcat(path, ":a=3");
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_parse(context, path, NULL, &objective));
    tw_objective_facts facts = tw_objective_describe(objective);
    assert_string_equal(facts.name, "mine");
    assert_string_equal(facts.formula, "sum(j, 1, n, r[j]^2); a = 3; b = 9; y = 1, 2, -3; "
                                       "c = a*x[1]; r[i] = x[i]*y[i] + c");
    assert_int_equal(facts.dimension, 3);
    assert_true(facts.start[0] == 3 && facts.start[1] == 6 && facts.start[2] == 9);
    assert_true(facts.lower[1] == -9 && facts.upper[1] == 9 && facts.lower[2] == -1);
    assert_int_equal(facts.minimum_count, 2);
    assert_true(facts.minima[0].value == -9 && facts.minima[0].x[2] == 3);
    assert_true(facts.minima[1].value == 0 && facts.minima[1].x[1] == 2 &&
                facts.minima[1].x[2] == 1);
    double value, gradient[3];
    assert_ok(context, tw_objective_evaluate(objective, (double[]){1, 2, 3}, &value, gradient));
    assert_true(value == 4 * 4 + 7 * 7 + 6 * 6); // x y + 3 x1: 4, 7, -6
    assert_true(gradient[0] == 2 * (4 * 4 + 7 * 3 - 6 * 3) && gradient[1] == 2 * 7 * 2);
    tw_objective_free(objective);
    tw_test_folder_remove(folder);
    tw_context_free(context);
}

static void a_name_is_cut_between_characters(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_objective *objective = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context,
              tw_objective_parse(context, "x^2 # 567890123456789012345678901234567\xc3\xa9y", NULL,
                                 &objective));
    assert_string_equal(tw_objective_describe(objective).name,
                        "x^2 # 567890123456789012345678901234567...");
    tw_objective_free(objective);
    tw_context_free(context);
}

static tw_status make_and_use(tw_context *context, void *user) {
    tw_objective *objective = NULL;
    double x[6] = {1, 2, 3, 4, 5, 6}, value, gradient[6], hessian[36];
    tw_objective_options options = tw_objective_options_default();
    options.dimension = 6;
    tw_status status = tw_objective_parse(context, user, &options, &objective);
    if (status == TW_OK) status = tw_objective_evaluate(objective, x, &value, NULL);
    if (status == TW_OK) status = tw_objective_evaluate(objective, x, &value, gradient);
    if (status == TW_OK) status = tw_objective_hessian(objective, x, hessian);
    tw_objective_free(objective);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    tw_test_failing_allocations(make_and_use, "penalty_2");
    tw_test_failing_allocations(make_and_use,
                                "sum(i, 1, n, prod(j, i, n, x[j] - i)^2/i + x[7-i]^(i-1))");
}

TW_TESTS(a_wrong_text_is_refused_with_words_and_a_place,
         a_wrong_file_is_refused_with_words_and_a_place,
         a_file_of_a_users_own_works_as_a_built_in_one, every_allocation_may_fail,
         a_name_is_cut_between_characters)
