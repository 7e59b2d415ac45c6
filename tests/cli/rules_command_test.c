// thalweg rules: traces of the lecture's rules against numbers computed by hand, and rules of one's own.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/folder.h"
#include "support/program.h"

// theta starts at 1, -2; gradients are (1, 2), (0.5, -1), (-2, 4).
enum { STEPS = 3, SIZE = 2 };

static const double start[SIZE] = {1.0, -2.0};
static const double gradient[STEPS][SIZE] = {{1.0, 2.0}, {0.5, -1.0}, {-2.0, 4.0}};

typedef struct memory {
    double theta, v, r;
} memory;

static void sgd(memory *m, double g, int t) {
    (void)t;
    m->theta -= 0.5 * g;
}

static void momentum(memory *m, double g, int t) {
    (void)t;
    m->v = 0.9 * m->v - 0.1 * g;
    m->theta += m->v;
}

static void adagrad(memory *m, double g, int t) {
    (void)t;
    m->r += g * g;
    m->theta -= 0.1 * g / (1e-7 + sqrt(m->r));
}

static void rmsprop(memory *m, double g, int t) {
    (void)t;
    m->r = 0.75 * m->r + 0.25 * g * g;
    m->theta -= 0.1 * g / (1e-6 + sqrt(m->r));
}

static void adam(memory *m, double g, int t) {
    m->v = 0.9 * m->v + 0.1 * g;
    m->r = 0.999 * m->r + 0.001 * g * g;
    double s_hat = m->v / (1.0 - pow(0.9, t)), r_hat = m->r / (1.0 - pow(0.999, t));
    m->theta -= 0.1 * s_hat / (1e-8 + sqrt(r_hat));
}

typedef struct traced {
    const char *method;
    void (*rule)(memory *m, double g, int t);
    const char *first, *second; // names of the states in v and r; NULL: it has none
} traced;

static const traced table[] = {
    {"sgd:lr=0.5", sgd, NULL, NULL},
    {"momentum:lr=0.1,momentum=0.9", momentum, "v", NULL},
    {"nag:lr=0.1,momentum=0.9", momentum, "v", NULL}, // fed the gradient at its look-ahead point
    {"adagrad:lr=0.1,eps=1e-7", adagrad, NULL, "r"},
    {"rmsprop:lr=0.1,rho=0.75,eps=1e-6", rmsprop, NULL, "r"},
    {"adam:lr=0.1,beta1=0.9,beta2=0.999,eps=1e-8", adam, "s", "r"},
    {"sgd:lr=1/(1+t)*sin(pi/2)^e", NULL, NULL, NULL},
};

static void assert_close(const json_t *array, int i, double expected, const char *what) {
    double found = json_number_value(json_array_get(array, (size_t)i));
    if (!(fabs(found - expected) <= 1e-14 * (1.0 + fabs(expected))))
        fail_msg("%s[%d] is %.17g, not %.17g", what, i, found, expected);
}

static void assert_step(const traced *row, const json_t *step, int t, const memory m[SIZE]) {
    assert_string_equal(json_string_value(json_object_get(step, "type")), "step");
    tw_test_assert_number(step, "t", t);
    const json_t *states = json_object_get(step, "state");
    assert_int_equal(json_object_size(states), (row->first != NULL) + (row->second != NULL));
    for (int i = 0; i < SIZE; i++) {
        assert_close(json_object_get(step, "theta"), i, m[i].theta, row->method);
        if (row->first != NULL)
            assert_close(json_object_get(states, row->first), i, m[i].v, row->first);
        if (row->second != NULL)
            assert_close(json_object_get(states, row->second), i, m[i].r, row->second);
    }
}

static void assert_traces(const char *folder, const traced *row) {
    char line[200];
    memory m[SIZE] = {{.theta = start[0]}, {.theta = start[1]}};
    snprintf(line, sizeof line, "rules trace '%s' --theta 1,-2 --grads g.csv --json", row->method);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .folder = folder});
    if (ran.status != 0) fail_msg("%s: %s", line, ran.err);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), STEPS + 1);
    for (int t = 1; t <= STEPS; t++) {
        for (int i = 0; i < SIZE; i++) {
            double g = gradient[t - 1][i];
            if (row->rule != NULL)
                row->rule(&m[i], g, t);
            else
                m[i].theta -= g / (1.0 + t);
        }
        assert_step(row, json_array_get(lines, (size_t)(t - 1)), t, m);
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
}

static void make_gradients(char folder[TW_TEST_PATH_BYTES]) {
    char path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "g.csv", path);
    tw_test_write(path, "1,2\n0.5, -1\n-2 4\n");
}

static void traces_of_the_lectures_rules_are_those_by_hand(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    make_gradients(folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) assert_traces(folder, &table[i]);
    tw_test_folder_remove(folder);
}

static void a_trace_computes_in_the_precision_asked_for(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    make_gradients(folder);
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "rules trace sgd:lr=0.1 --theta 1,-2 --grads g.csv --precision f32",
                        .folder = folder});
    assert_int_equal(ran.status, 0);
    double theta = 0.0;
    assert_int_equal(sscanf(ran.out, "t=1 theta=%lf,", &theta), 1);
    assert_true(theta == (double)(1.0f - 0.1f * 1.0f));
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void a_trace_of_a_rule_that_draws_follows_the_seed(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], line[200];
    static const char *const methods[] = {"sgld", "sghmc", "'gradient_noise | sgd'"};
    make_gradients(folder);
    for (int i = 0; i < 3; i++) {
        tw_test_ran ran[3]; // seeds 1, the default, and 2
        for (int k = 0; k < 3; k++) {
            snprintf(line, sizeof line, "rules trace %s --theta 1,-2 --grads g.csv %s", methods[i],
                     k == 0   ? "--seed 1"
                     : k == 1 ? ""
                              : "--seed 2");
            ran[k] = tw_test_program(&(tw_test_call){.line = line, .folder = folder});
            assert_int_equal(ran[k].status, 0);
        }
        assert_string_equal(ran[0].out, ran[1].out);
        assert_string_not_equal(ran[0].out, ran[2].out);
        for (int k = 0; k < 3; k++) tw_test_ran_free(&ran[k]);
    }
    tw_test_folder_remove(folder);
}

// A spreadsheet's mark before the text, line ends of two bytes, and no end behind the last.
static void gradients_are_read_as_spreadsheets_write_them(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    make_gradients(folder);
    tw_test_path(folder, "sheet.csv", path);
    tw_test_write(path, "\xef\xbb\xbf"
                        "1,2\r\n0.5,-1\r\n-2,4");
    static const tw_test_call calls[] = {
        {.line = "rules trace adam --theta 1,-2 --grads g.csv"},
        {.line = "rules trace adam --theta 1,-2 --grads sheet.csv"},
        {.line = "rules trace adam --theta 1,-2 --grads -", .in = "g.csv"},
    };
    tw_test_ran ran[3];
    for (int i = 0; i < 3; i++) {
        tw_test_call call = calls[i];
        call.folder = folder;
        ran[i] = tw_test_program(&call);
        assert_int_equal(ran[i].status, 0);
        assert_string_equal(ran[i].out, ran[0].out);
    }
    for (int i = 0; i < 3; i++) tw_test_ran_free(&ran[i]);
    tw_test_folder_remove(folder);
}

static void gradients_come_through_a_pipe_too(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], command[2 * TW_TEST_PATH_BYTES];
    make_gradients(folder);
    tw_test_path(folder, "piped", path);
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "rules trace adam --theta 1,-2 --grads g.csv", .folder = folder});
    snprintf(command, sizeof command,
             "cd %s && (sleep 0.1; cat g.csv) | "
             "\"$TW_PROGRAM\" rules trace adam --theta 1,-2 --grads - > piped",
             folder);
    assert_int_equal(system(command), 0);
    tw_test_assert_file(path, ran.out);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void wrong_numbers_of_a_trace_have_a_place(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    make_gradients(folder);
    tw_test_path(folder, "bad.csv", path);
    tw_test_write(path, "1,2\n3,x\n");
    tw_test_path(folder, "ragged.csv", path);
    tw_test_write(path, "1,2\n3\n");
    tw_test_path(folder, "empty.csv", path);
    tw_test_write(path, "");
    static const tw_test_refused refused[] = {
        {"rules trace sgd --theta 1,x --grads g.csv",
         "--theta:1:3: no number here; rows of numbers with commas between are read"},
        {"rules trace sgd --theta 1,2 --grads bad.csv",
         "bad.csv:2:3: no number here; rows of numbers with commas between are read"},
        {"rules trace sgd --theta 1,2 --grads ragged.csv",
         "ragged.csv:2: 1 number; the rows before have 2"},
        {"rules trace sgd --theta 1,2,3 --grads g.csv",
         "g.csv: 2 numbers a row, where --theta has 3"},
        {"rules trace sgd --theta 1 --grads empty.csv",
         "empty.csv: holds no numbers; a row a step is needed"},
        {"rules trace sgd --theta 1,2, --grads g.csv",
         "--theta:1:5: no number here; rows of numbers with commas between are read"},
    };
    tw_test_refusals_of(folder, 2, refused, sizeof refused / sizeof *refused);
    static const char *const lines[] = {"rules trace sgd --theta '' --grads g.csv",
                                        "rules trace clip_norm --theta 1,2 --grads g.csv"};
    for (int i = 0; i < 2; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder});
        assert_int_equal(ran.status, 2);
        assert_string_equal(ran.out, "");
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

static void the_list_has_every_rule_with_its_words(void **state) {
    (void)state;
    static const char *const lecture[] = {"sgd", "momentum", "nag", "adagrad", "rmsprop", "adam"};
    tw_test_ran people = tw_test_program(&(tw_test_call){.line = "rules"});
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "rules list --json"});
    json_t *lines = tw_test_lines(&ran), *line;
    size_t i;
    int found = 0;
    json_array_foreach(lines, i, line) {
        if (i + 1 == json_array_size(lines)) break;
        const char *name = json_string_value(json_object_get(line, "name"));
        assert_non_null(strstr(people.out, name));
        assert_string_not_equal(json_string_value(json_object_get(line, "summary")), "");
        for (int k = 0; k < 6; k++) found += strcmp(lecture[k], name) == 0;
    }
    assert_int_equal(found, 6);
    tw_test_assert_number(json_array_get(lines, i), "rules", (double)i);
    json_decref(lines);
    tw_test_ran_free(&people);
    tw_test_ran_free(&ran);
}

static void a_rule_is_shown_with_the_lectures_symbols(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "rules show adam"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "rho_1"));
    assert_non_null(strstr(ran.out, "s_hat = s/(1 - beta1^t)"));
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = "rules show adam --latex"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\\beta"));
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = "rules show adam --plan"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "28"));
    tw_test_ran_free(&ran);
    json_t *result = tw_test_result_of(NULL, "rules show adam --json");
    tw_test_assert_number(result, "bytes_per_parameter", 28.0); // 3 arrays twice, g once
    const json_t *list = json_object_get(result, "hyperparameters");
    static const char *const names[] = {"lr", "beta1", "beta2", "eps"};
    static const double values[] = {1e-3, 0.9, 0.999, 1e-8};
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *one = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(one, "name")), names[i]);
        tw_test_assert_number(one, "default", values[i]);
    }
    json_decref(result);
}

static void a_rule_of_ones_own_is_checked(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "good.rule", path);
    tw_test_write(path, "rule good\nparam lr = 0.1\ntheta = theta - lr*sign(g)\n");
    tw_test_path(folder, "bad.rule", path);
    tw_test_write(path, "rule bad\nparam lr = 0.1\ntheta = theta - lr*sgn(g)\n");
    json_t *result = tw_test_result_of(folder, "rules check good.rule --json");
    assert_string_equal(json_string_value(json_object_get(result, "status")), "done");
    json_decref(result);
    static const tw_test_refused refused[] = {
        {"rules check bad.rule", "bad.rule:3:20: unknown function 'sgn'\n"
                                 "    theta = theta - lr*sgn(g)\n"
                                 "                       ^ did you mean sign?"},
        {"train --data moons --method bad.rule --out run",
         "bad.rule:3:20: unknown function 'sgn'\n"
         "    theta = theta - lr*sgn(g)\n"
         "                       ^ did you mean sign?"},
    };
    tw_test_refusals_of(folder, 2, refused, 2);
    assert_int_equal(tw_test_folder_count(folder), 2);
    json_decref(tw_test_result_of(
        folder, "train --data moons --model mlp:4 --epochs 1 --method ./good.rule:lr=0.01 --json"));
    tw_test_folder_remove(folder);
}

// A link alone is no method; shown, it stands for itself.
static void a_link_of_ones_own_is_shown_as_a_built_in_one(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "half.rule", path);
    tw_test_write(path, "link half\nparam c = 0.5    # what is left\ng = c*g\n");
    tw_test_ran ran =
        tw_test_program(&(tw_test_call){.line = "rules show half.rule:c=0.25", .folder = folder});
    assert_int_equal(ran.status, 0);
    assert_string_equal(
        ran.out, "link half\n  param c            = 0.25       # what is left (default 0.5)\n"
                 "  g = c*g\n");
    tw_test_ran_free(&ran);
    ran =
        tw_test_program(&(tw_test_call){.line = "rules show half.rule --latex", .folder = folder});
    assert_string_equal(ran.out, "\\begin{align*}\n  g &\\leftarrow c \\, g \\\\\n\\end{align*}\n");
    tw_test_ran_free(&ran);
    json_t *result = tw_test_result_of(folder, "rules show clip_norm --json");
    const json_t *hyperparameters = json_object_get(result, "hyperparameters");
    assert_string_equal(json_string_value(json_object_get(result, "name")), "clip_norm");
    assert_int_equal(json_array_size(hyperparameters), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(hyperparameters, 0), "name")), "c");
    json_decref(result);
    tw_test_folder_remove(folder);
}

static void texts_that_are_wrong_have_a_place_and_a_caret(void **state) {
    (void)state;
    static const tw_test_refused refused[] = {
        {"train --method adan",
         "method:1:1: unknown rule 'adan'\n    adan\n    ^ did you mean adam?"},
        {"train --method adm", "method:1:1: unknown rule 'adm'\n    adm\n    ^ did you mean adam?"},
        {"train --method lbgfs", "method 'lbgfs': not known; did you mean lbfgs?"},
        {"train --method 'adam for 1; slbgfs:lr=1'",
         "method 'slbgfs': not known; did you mean slbfgs?"},
        {"minimize beale --method adan",
         "method:1:1: unknown rule 'adan'\n    adan\n    ^ did you mean adam?"},
        {"train --method adam:lr=",
         "method:1:9: expected a value here\n    adam:lr=\n            ^"},
        {"train --method adam:lrr=1",
         "method:1:6: 'adam' has no hyperparameter 'lrr'; it has lr, beta1, beta2, eps\n"
         "    adam:lrr=1\n         ^ did you mean lr?"},
        {"train --schedule linear:end=x",
         "schedule:1:12: unknown name 'x'; known here: pi, e\n    linear:end=x\n               ^"},
        {"train --schedule 'lr0*exp('",
         "schedule:1:9: expected a number, a name or '(' here\n    lr0*exp(\n            ^"},
        {"train --schedules 'momentum linear'",
         "schedules: 'momentum linear' is no NAME: SCHEDULE, such as \"momentum: linear\""},
        {"train --schedules ';'",
         "schedules: '' is no NAME: SCHEDULE, such as \"momentum: linear\""},
        {"train --schedules 'beta1: linear;; beta2: linear'",
         "schedules: '' is no NAME: SCHEDULE, such as \"momentum: linear\""},
        {"train --schedule cosine --schedules 'lr: linear'",
         "schedules: lr has a schedule already; give one"},
        {"train --schedules 'momentum: linear; momentum: cosine' --method momentum",
         "schedules: momentum has a schedule already; give one"},
        {"train --groups '*bias*'",
         "groups:1:1: expected GLOB: NAME=VALUE here\n    *bias*\n    ^ a group is written *bias*: "
         "weight_decay=0"},
        {"train --model 'dense 3; drpout 0.5'",
         "model:1:10: unknown layer 'drpout'\n    dense 3; drpout 0.5\n             ^ did you mean "
         "dropout?"},
        {"train --init sparse:k=-1",
         "initialiser sparse: k=-1; give a whole number of inputs, 1 or more"},
        {"train --bias-init constant:val=1", "initialiser constant: no key 'val'; it has value"},
        {"train --data moons?noise=-1",
         "data 'moons?noise=-1': noise=-1 is not possible; a number from 0 to 100 is"},
        {"train --loss zzz", "loss 'zzz': not known; it is one of cross_entropy, hinge, squared, "
                             "absolute, huber"},
        {"train --data moons --loss squared",
         "loss squared: is for numbers, and the data has classes"},
        {"graph --method adan",
         "method:1:1: unknown rule 'adan'\n    adan\n    ^ did you mean adam?"},
        {"rules show adan", "method:1:1: unknown rule 'adan'\n    adan\n    ^ did you mean adam?"},
    };
    tw_test_refusals_of(NULL, 2, refused, sizeof refused / sizeof *refused);
}

TW_TESTS(traces_of_the_lectures_rules_are_those_by_hand,
         a_trace_computes_in_the_precision_asked_for, a_trace_of_a_rule_that_draws_follows_the_seed,
         gradients_are_read_as_spreadsheets_write_them, gradients_come_through_a_pipe_too,
         wrong_numbers_of_a_trace_have_a_place, the_list_has_every_rule_with_its_words,
         a_rule_is_shown_with_the_lectures_symbols, a_rule_of_ones_own_is_checked,
         a_link_of_ones_own_is_shown_as_a_built_in_one,
         texts_that_are_wrong_have_a_place_and_a_caret)
