// thalweg minimize: what it prints, writes, keeps and refuses.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/folder.h"
#include "support/program.h"
#include "support/xml.h"

static const char *word_of(const json_t *object, const char *key) {
    const char *word = json_string_value(json_object_get(object, key));
    if (word == NULL) fail_msg("no text %s", key);
    return word;
}

static void json_carries_every_promised_member(void **state) {
    (void)state;
    static const char *const keys[] = {"type",       "function", "dimension", "method",
                                       "status",     "f",        "x",         "grad_norm",
                                       "iterations", "f_evals",  "g_evals",   "h_evals",
                                       "seconds",    "reason",   "settings"};
    json_t *result = tw_test_result_of(NULL, "minimize rosenbrock --method newton --json");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(result, keys[i]) == NULL) fail_msg("no member %s", keys[i]);
    assert_int_equal(json_object_size(result), sizeof keys / sizeof *keys);
    assert_string_equal(word_of(result, "status"), "converged");
    assert_string_equal(word_of(result, "method"), "newton");
    assert_string_equal(word_of(result, "settings"), "newton:radius=0");
    assert_true(tw_test_number(result, "f") < 1e-15);
    assert_true(tw_test_number(result, "grad_norm") <= 1e-8);
    assert_true(tw_test_number(result, "h_evals") > 0);
    const json_t *x = json_object_get(result, "x");
    assert_int_equal(json_array_size(x), 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(fabs(json_number_value(json_array_get(x, i)) - 1) < 1e-6);
    json_decref(result);
}

static void expressions_starts_and_names_are_read(void **state) {
    (void)state;

    static const struct {
        const char *line;
        double x[2];
    } cases[] = {
        {"minimize '(x-3)^2 + (y+1)^4 + y' --start 0,0 --json", {3, -1.629960525}},
        {"minimize '(b-3)^2 + (a+1)^2' --vars a,b --start=5,5 --json", {-1, 3}},
        {"minimize 'sum(i, 1, n, (x[i]-i)^2)' --dim 2 --start 7,7 --json", {1, 2}},
        {"minimize 'sum(i, 1, n, (x[i]-2*i)^2)' --dim 2 --start 0.5 --json", {2, 4}},
        {"minimize rosenbrock --start -1.2,1 --upper 0.5,inf --json", {0.5, 0.25}},
        {"minimize rosenbrock --lower 1.5 --json", {1.5, 2.25}},
        {"minimize rosenbrock:a=0 --start 3,4 --json", {1, 4}},
        {"minimize '(x - 1)^2 # first\n\n + (y - 3)^2\n' --start 3,4 --json", {1, 3}},
        {"minimize 'x^2 + y^2' --start 3,4 --method gradient_descent --precision f32 --json",
         {0, 0}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *result = tw_test_result_of(NULL, cases[i].line);
        const json_t *x = json_object_get(result, "x");
        for (size_t k = 0; k < 2; k++) {
            double found = json_number_value(json_array_get(x, k));
            if (!(fabs(found - cases[i].x[k]) < 1e-4))
                fail_msg("%s: x%d is %g", cases[i].line, (int)k + 1, found);
        }
        json_decref(result);
    }
}

// A factor before a function changes the place of no minimum, and hides it from no solver.
static void the_scale_of_a_function_does_not_matter(void **state) {
    (void)state;
    static const char *const scales[] = {"1e17", "1e-22"};
    static const char *const options[] = {
        "--method lbfgs",       "--method bfgs",      "--method bfgs:line_search=exact",
        "--method newton",      "--method newton_cg", "--method conjugate_gradient",
        "--lower=-2 --upper=3",
    };
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
            char line[200];
            snprintf(
                line, sizeof line,
                "minimize '%s*((1-x)^2 + 100*(y-x^2)^2)' --start=-1.2,1 --tol 0 --max-iter 150 "
                "--json %s",
                scales[i], options[k]);
            json_t *result = tw_test_result_of(NULL, line);
            const json_t *x = json_object_get(result, "x");
            if (!(fabs(json_number_value(json_array_get(x, 0)) - 1) < 1e-6))
                fail_msg("%s: %s", line, word_of(result, "reason"));
            json_decref(result);
        }
}

static void nor_does_the_scale_of_the_variables_within_bounds(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "minimize '(1-x*1e9)^2 + 100*(y*1e9-(x*1e9)^2)^2' --start=-1.2e-9,1e-9 "
                "--lower=-2e-9 --upper=3e-9 --tol 0 --max-iter 150 --json"});
    json_t *result = tw_test_result(&ran);
    assert_true(tw_test_number(result, "f") < 1e-20); // 5e-3, were all of it called near a bound
    json_decref(result);
    tw_test_ran_free(&ran);
}

// What is returned is the best point, and so is what is said of it: noise carries the last one off.
static void an_end_is_told_by_the_point_that_is_returned(void **state) {
    (void)state;
    json_t *result = tw_test_result_of(
        NULL, "minimize booth --method 'gradient_noise:std=9 | sgd:lr=0.05' --max-iter 50 --json");
    char told[64];
    snprintf(told, sizeof told, "50 iterations were allowed; |g| is %.3g,",
             tw_test_number(result, "grad_norm"));
    const char *reason = word_of(result, "reason");
    if (strncmp(reason, told, strlen(told)) != 0) fail_msg("%s", reason);
    json_decref(result);
}

static void several_methods_run_from_the_same_start(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line =
            "minimize beale --method 'lbfgs:m=5; adam:lr=0.1 ;nag:lr=1e-2' --max-iter 50 --json"});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    static const char *const methods[] = {"lbfgs:m=5", "adam:lr=0.1", "nag:lr=1e-2"};
    static const char *const ends[] = {"converged", "max_iterations", "max_iterations"};
    assert_int_equal(json_array_size(lines), 4);
    const json_t *table = json_object_get(json_array_get(lines, 3), "table");
    assert_int_equal(json_array_size(table), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *run = json_array_get(lines, i), *row = json_array_get(table, i);
        assert_string_equal(word_of(run, "type"), "run");
        assert_string_equal(word_of(run, "method"), methods[i]);
        assert_string_equal(word_of(run, "status"), ends[i]);
        tw_test_assert_number(row, "f", tw_test_number(run, "f"));
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
}

// A long method moves the columns of all rows.
static void columns_of_a_table_line_up(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "minimize beale --max-iter 5 --method "
                                "'adam:lr=0.1,beta1=0.9,beta2=0.999,eps=1e-8; nag:lr=1e-2'"});
    assert_int_equal(ran.status, 0);
    const char *heads = strstr(ran.out, "\nmethod") + 1, *first = strchr(heads, '\n') + 1;
    const char *second = strchr(first, '\n') + 1;
    assert_int_equal(strstr(heads, "status") - heads, strstr(first, "max_iterations") - first);
    assert_int_equal(strstr(heads, "status") - heads, strstr(second, "max_iterations") - second);
    tw_test_ran_free(&ran);
}

// Ends of each kind, by exit status and word.
static void ends_have_their_exit_status(void **state) {
    (void)state;

    static const struct {
        const char *line, *status;
        int code;
    } cases[] = {
        {"minimize rosenbrock --json", "converged", 0},
        {"minimize rosenbrock --json --max-iter 3", "max_iterations", 0},
        {"minimize rosenbrock --json --max-evals 9", "max_iterations", 0},
        {"minimize saddle --json", "diverged", 1},
        {"minimize wood --method sgd:lr=1 --json", "diverged", 1},
        {"minimize wood --precision f32 --tol 1e-12 --json", "line_search_failed", 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = cases[i].line});
        json_t *result = tw_test_result(&ran);
        if (ran.status != cases[i].code || strcmp(word_of(result, "status"), cases[i].status) != 0)
            fail_msg("%s: %d, %s", cases[i].line, ran.status, word_of(result, "status"));
        json_decref(result);
        tw_test_ran_free(&ran);
    }
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"minimize rosenbrock --start 1,2,3",
         "objective rosenbrock: a dimension of 3; it may have 2, 4, 6, ..."},
        {"minimize 'x*y' --start 1", "objective x*y: a start of 1 number; it has 2 variables"},
        {"minimize rosenbrock --dim 4 --start 1,2",
         "objective rosenbrock: a start of 2 numbers; it has 4 variables"},
        {"minimize 'x^2'", "x^2: has no start of its own; give --start with 1 number"},
        {"minimize 'x*y'", "x*y: has no start of its own; give --start with 2 numbers"},
        {"minimize beale --method lbfsg", "method 'lbfsg': not known; did you mean lbfgs?"},
        {"minimize beale --method 'adam;;lbfgs'",
         "--method: a method is missing; as in \"sgd; adam\""},
        {"minimize beale --method ';'", "--method: a method is missing; as in \"sgd; adam\""},
        {"minimize beale --method 'adam for 2; lbfgs'",
         "method:1:1: unknown rule 'adam for 2'\n    adam for 2\n    ^ phases, \"METHOD for N; "
         "METHOD\", are for `thalweg train` only"},
        {"minimize x*y --start 1,1 --vars 'x y'",
         "objective: variables \"x y\": a comma must stand between 'x' and 'y'"},
        {"minimize x*y --start 1,1 --vars 'x,,y'",
         "objective: variables \"x,,y\": '' is no name; as in \"a,b,c\""},
        {"minimize x*b --start 1,1", "objective:1:3: unknown name 'b'; known here: n, pi, e, x, y, "
                                     "z, w\n    x*b\n      ^"},
        {"minimize X^2+y --start 1,1,1", "objective:1:1: unknown name 'X'; known here: n, pi, e, "
                                         "x, y, z, w\n    X^2+y\n    ^ did you "
                                         "mean x?"},
        {"minimize beale --vars a,b",
         "objective beale: names its variables itself; those of an expression can be given names"},
        {"minimize beale --method newton --lower 0",
         "method newton:radius=0: knows no bounds; lbfgs keeps to them"},
        {"minimize beale --lower 1,2,3",
         "--lower: give one number, or one for each of the 2 variables"},
        {"minimize beale --method 'sgd; lbfgs:m=x' --json", "method lbfgs: m='x' is no number"},
        {"minimize beale --method 'lbfgs; adam' --lower 0 --json",
         "method adam: knows no bounds; lbfgs keeps to them"},
        {"minimize beale --lower 0,2 --upper 1",
         "minimize: bounds of variable 2: from 2 to 1 is empty"},
        {"minimize beale --lower inf", "minimize: bounds of variable 1: from inf to inf is empty"},
        {"minimize beale --upper zero", "--upper: 'zero' is no number, inf or -inf"},
        {"minimize beale --schedule linear", "method lbfgs:m=10: has no lr to be scheduled"},
        {"minimize beale rosenbrock",
         "minimize: 'rosenbrock' stands alone; an expression with blanks needs quotes"},
        {"minimize beale --method 'adam; lbfgs' --out a.safetensors",
         "minimize: --out and --resume are of one method; --method gives 2"},
        {"minimize 'log(x)' --start=-1",
         "objective log(x): its value at the start is not a number; choose a start at which it is "
         "defined"},
        {"minimize beale --method "
         "'sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd;sgd' "
         "--plot p.svg",
         "minimize: --plot draws at most 16 methods; --method gives 17"},
        {"minimize beale --plot beale.txt",
         "--plot beale.txt: give a name that ends in .svg, .html or .png"},
        {"minimize beale --trace /none/t.csv", "--trace /none/t.csv: No such file or directory"},
        {"minimize beale --trace /dev", "--trace /dev: is there already and is not a file"},
        {"minimize beale --trace -",
         "--trace -: stdout is for the result; give a file (./- if that is its name)"},
        {"minimize beale --out /none/b", "--out /none/b: No such file or directory"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

static void a_trace_holds_a_row_an_iteration(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_t *result =
        tw_test_result_of(folder, "minimize booth --method bfgs --trace t.csv --plot t.svg --json");
    tw_test_path(folder, "t.csv", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[512];
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "iteration,f,grad_norm,step,f_evals,g_evals,h_evals,x1,x2\n");
    double rows = 0, numbers[9] = {0};
    while (fgets(line, sizeof line, file) != NULL) {
        int read = sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &numbers[0], &numbers[1],
                          &numbers[2], &numbers[3], &numbers[4], &numbers[5], &numbers[6],
                          &numbers[7], &numbers[8]);
        assert_int_equal(read, 9);
        assert_true(numbers[0] == rows++);
    }
    fclose(file);
    assert_true(rows == tw_test_number(result, "iterations") + 1);
    assert_true(numbers[1] == tw_test_number(result, "f"));
    assert_true(numbers[4] == tw_test_number(result, "f_evals"));
    assert_true(fabs(numbers[7] - 1) < 1e-6 && fabs(numbers[8] - 3) < 1e-6);
    json_decref(result);
    tw_test_folder_remove(folder);
}

static void read_picture(const char *path, char *picture, size_t bytes) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    picture[fread(picture, 1, bytes - 1, file)] = '\0';
    assert_true(feof(file));
    fclose(file);
}

static void legends_have_short_names(void **state) {
    (void)state;

    static const struct {
        const char *methods, *shown, *hidden;
    } table[] = {
        {"adam:lr=0.1; clip_norm:c=1 | sgd:lr=0.01", ">clip_norm | sgd<", "lr="},
        {"sgd:lr=0.01; sgd:lr=0.02", ">sgd:lr=0.02<", ">sgd<"},
        {"clip_norm:c=1|adam:lr=0.1,eps=1e-3; clip_norm:c=1 | adam:lr=0.2,eps=1e-3; sgd:lr=0.01",
         ">clip_norm | adam:lr=0.2<", "eps="}};

    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], line[256];
    tw_test_folder_make(folder);
    tw_test_path(folder, "t.svg", path);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(line, sizeof line, "minimize booth --method '%s' --plot t.svg --json",
                 table[i].methods);
        json_decref(tw_test_result_of(folder, line));
        char picture[1 << 18];
        read_picture(path, picture, sizeof picture);
        tw_test_assert_xml(picture);
        assert_non_null(strstr(picture, ">booth<"));
        assert_non_null(strstr(picture, table[i].shown));
        assert_null(strstr(picture, table[i].hidden));
    }
    tw_test_folder_remove(folder);
}

static void a_run_in_two_parts_ends_where_one_ends(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_t *whole = tw_test_result_of(folder, "minimize wood --json");
    json_t *part =
        tw_test_result_of(folder, "minimize wood --json --max-iter 20 --out s.safetensors");
    json_t *rest =
        tw_test_result_of(folder, "minimize wood --json --resume s.safetensors --trace t.csv");
    assert_string_equal(word_of(part, "status"), "max_iterations");
    json_t *held = tw_test_result_of(folder, "checkpoint s.safetensors --json");
    const json_t *texts = json_object_get(held, "texts");
    assert_string_equal(word_of(texts, "start"), "-3, -1, -3, -1");
    assert_null(json_object_get(texts, "schedule")); // none was asked for
    json_decref(held);
    static const char *const same[] = {"f", "grad_norm", "iterations", "f_evals"};
    for (size_t i = 0; i < 4; i++)
        tw_test_assert_number(rest, same[i], tw_test_number(whole, same[i]));
    char path[TW_TEST_PATH_BYTES];
    tw_test_path(folder, "t.csv", path);
    FILE *trace = fopen(path, "r");
    assert_non_null(trace);
    double first = 0;
    assert_int_equal(fscanf(trace, "%*s %lf", &first), 1);
    tw_test_assert_number(part, "iterations", first);
    fclose(trace);
    static const tw_test_refused other[] = {
        {"minimize beale --resume s.safetensors",
         "s.safetensors: its objective is 'wood', that of this minimisation 'beale'"}};
    tw_test_refusals_of(folder, 2, other, 1);
    json_decref(whole);
    json_decref(part);
    json_decref(rest);
    tw_test_folder_remove(folder);
}

// What is printed must not end in a file that is replaced meanwhile, nor may /dev/stdout become one.
static void a_trace_does_not_replace_what_is_printed_to(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], out[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "out", out);
    static const char *const lines[] = {"minimize beale --trace /dev/stdout",
                                        "minimize beale --trace out"};
    for (size_t i = 0; i < 2; i++) {
        tw_test_ran ran =
            tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder, .out = out});
        assert_int_equal(ran.status, 2);
        assert_non_null(strstr(ran.err, ": what is printed goes there already; give another file"));
        tw_test_assert_file(out, "");
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

#define TEXT_OTHER(what, there, here)                                                              \
    "s.ck: its " what " is '" there "', that of this minimisation '" here "'"

// The same command goes on; the start need not be said again, and where it ends may change.
static void a_run_goes_on_only_as_it_was_asked_for(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], rule[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "my.rule", rule);
    tw_test_write(rule, "rule my\n  param lr = 0.01\n  theta = theta - lr*g\n");

    static const struct {
        const char *begin, *others[5], *messages[5];
        const char *same[3];
    } table[] = {
        {"beale --start 2,0 --jitter 0.5 --lower=-9",
         {"beale --start 2,1 --jitter 0.5 --lower=-9", "beale --jitter 0.25 --lower=-9",
          "beale --start 2,0 --jitter 0.5", "beale --lower=-9,-8", "beale --lower=-9 --seed 2"},
         {TEXT_OTHER("start", "2, 0", "2, 1"), TEXT_OTHER("jitter", "0.5", "0.25"),
          TEXT_OTHER("box", "-9, -9 to inf, inf", "none"),
          TEXT_OTHER("box", "-9, -9 to inf, inf", "-9, -8 to inf, inf"),
          TEXT_OTHER("seed", "1", "2")},
         {"beale --start 2,0 --jitter 0.5 --lower=-9", "beale --lower=-9 --tol 1e-3",
          "beale --start 2,0 --lower=-9"}},
        {"beale --method adam:lr=0.1 --schedule cosine",
         {"beale --method adam:lr=0.1", "beale --method adam:lr=0.1 --schedule linear"},
         {TEXT_OTHER("schedule", "cosine", "none"), TEXT_OTHER("schedule", "cosine", "linear")},
         {"beale --method adam:lr=0.1 --schedule cosine --start 1,1"}},
        {"'(a-3)^2 + (b+1)^4' --vars a,b --start 0,0",
         {"'(a-3)^2 + (b+1)^4' --vars b,a --start 0,0"},
         {TEXT_OTHER("formula", "(a - 3)^2 + (b + 1)^4; variables a, b",
                     "(a - 3)^2 + (b + 1)^4; variables b, a")},
         {"'(a-3)^2 + (b+1)^4' --vars a,b --start 0,0"}},
        {"rosenbrock --dim 10 --start 3 --precision f32",
         {"rosenbrock --dim 10 --start 4 --precision f32"},
         {NULL}, // long vectors have a hash
         {"rosenbrock --dim 10 --start 3 --precision f32", "rosenbrock --dim 10 --precision f32"}},
        {"beale --method my.rule", {NULL}, {NULL}, {"beale --method my.rule"}},
    };

    char line[256];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(line, sizeof line, "minimize %s --max-iter 2 --json --out s.ck", table[i].begin);
        json_decref(tw_test_result_of(folder, line));
        for (size_t k = 0; k < 5 && table[i].others[k] != NULL; k++) {
            snprintf(line, sizeof line, "minimize %s --resume s.ck --json", table[i].others[k]);
            tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .folder = folder});
            const char *message = table[i].messages[k];
            if (ran.status != 2 || strstr(ran.err, message != NULL ? message : "hash") == NULL)
                fail_msg("%s: %d, %s", line, ran.status, ran.err);
            assert_string_equal(ran.out, "");
            tw_test_ran_free(&ran);
        }
        for (size_t k = 0; k < 3 && table[i].same[k] != NULL; k++) { // each goes on from the other
            snprintf(line, sizeof line, "minimize %s --max-iter %d --resume s.ck --json --out s.ck",
                     table[i].same[k], (int)k + 3);
            json_decref(tw_test_result_of(folder, line));
        }
    }
    tw_test_write(rule, "rule my\n  param lr = 0.02\n  theta = theta - lr*g\n");
    static const tw_test_refused changed = {
        "minimize beale --method my.rule --resume s.ck",
        "s.ck: the rule files of its method had another text than now"};
    tw_test_refusals_of(folder, 2, &changed, 1);
    tw_test_folder_remove(folder);
}

static void a_run_goes_on_with_the_parameters_it_had(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(
        folder, "minimize rosenbrock:a=10 --json --max-iter 2 --out s.safetensors"));
    static const tw_test_refused other[] = {
        {"minimize rosenbrock:a=9 --resume s.safetensors",
         "s.safetensors: its formula is 'sum(i, 1, n/2, a*(x[2*i] - x[2*i - 1]^2)^2 + (1 - x[2*i - "
         "1])^2); a = 10', that of this minimisation 'sum(i, 1, n/2, a*(x[2*i] - x[2*i - 1]^2)^2 + "
         "(1 - x[2*i - 1])^2); a = 9'"}};
    tw_test_refusals_of(folder, 2, other, 1);
    json_decref(
        tw_test_result_of(folder, "minimize rosenbrock:a=10 --json --resume s.safetensors"));
    tw_test_folder_remove(folder);
}

static void numbers_do_not_depend_on_threads_but_on_the_seed(void **state) {
    (void)state;
    static const char *const lines[] = {
        "minimize rosenbrock --dim 20000 --jitter 0.5 --max-iter 8 --json --threads 1",
        "minimize rosenbrock --dim 20000 --jitter 0.5 --max-iter 8 --json --threads 3",
        "minimize rosenbrock --dim 20000 --jitter 0.5 --max-iter 8 --json --seed 2"};
    double value[3];
    for (size_t i = 0; i < 3; i++) {
        json_t *result = tw_test_result_of(NULL, lines[i]);
        value[i] = tw_test_number(result, "f");
        json_decref(result);
    }
    assert_true(value[0] == value[1]);
    assert_true(value[0] != value[2]);
}

static void words_tell_a_newcomer_what_happened(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "minimize himmelblau"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "Converged after "));
    assert_non_null(strstr(ran.out, "on himmelblau, 2 variables"));
    assert_non_null(strstr(ran.out, "0 is the least value; off by"));
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = "minimize"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "rosenbrock"));
    assert_non_null(strstr(ran.out, "newton_cg"));
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = "minimize --json"});
    json_t *listed = tw_test_result(&ran);
    assert_non_null(strstr(ran.out, "\"type\":\"function\",\"name\":\"rosenbrock\""));
    assert_non_null(strstr(ran.out, "\"type\":\"method\",\"name\":\"newton_cg\""));
    assert_true(tw_test_number(listed, "functions") > 30 && tw_test_number(listed, "methods") == 6);
    json_decref(listed);
    tw_test_ran_free(&ran);
}

TW_TESTS(json_carries_every_promised_member, expressions_starts_and_names_are_read,
         the_scale_of_a_function_does_not_matter, nor_does_the_scale_of_the_variables_within_bounds,
         an_end_is_told_by_the_point_that_is_returned, several_methods_run_from_the_same_start,
         columns_of_a_table_line_up, ends_have_their_exit_status, what_is_wrong_is_said,
         a_trace_holds_a_row_an_iteration, a_trace_does_not_replace_what_is_printed_to,
         legends_have_short_names, a_run_goes_on_with_the_parameters_it_had,
         a_run_goes_on_only_as_it_was_asked_for, a_run_in_two_parts_ends_where_one_ends,
         numbers_do_not_depend_on_threads_but_on_the_seed, words_tell_a_newcomer_what_happened)
