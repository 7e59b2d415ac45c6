// thalweg regret: the lines it prints, the picture, the refusals.
#include <math.h>
#include <string.h>

#include "support/folder.h"
#include "support/program.h"
#include "test.h"

static void a_run_a_method_then_the_table(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line =
            "regret --problem reddi:C=3 --methods 'adam; amsgrad;sgd:lr=1' --rounds 3000 --json"});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran), *result = tw_test_result(&ran);
    assert_int_equal(json_array_size(lines), 4);
    static const char *const methods[] = {"adam", "amsgrad", "sgd:lr=1"};
    static const char *const settings[] = {"adam:lr=0.5/sqrt(t),beta1=0,beta2=0.1,eps=1e-08",
                                           "amsgrad:lr=0.5/sqrt(t),beta1=0,beta2=0.1,eps=1e-08",
                                           "sgd:lr=1/sqrt(t)"};
    const json_t *table = json_object_get(result, "table");
    assert_int_equal(json_array_size(table), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *run = json_array_get(lines, i);
        assert_string_equal(json_string_value(json_object_get(run, "type")), "run");
        assert_string_equal(json_string_value(json_object_get(run, "method")), methods[i]);
        assert_string_equal(json_string_value(json_object_get(run, "settings")), settings[i]);
        double regret = tw_test_number(run, "regret");
        tw_test_assert_number(json_array_get(table, i), "regret", regret);
        assert_true(fabs(tw_test_number(run, "regret_over_sqrt_T") - regret / sqrt(3000.0)) < 1e-9);
        assert_int_equal(json_array_size(json_object_get(run, "x_final")), 1);
        assert_true(isnan(tw_test_number(run, "bound")) == (i < 2));
    }
    assert_true(json_number_value(
                    json_array_get(json_object_get(json_array_get(lines, 0), "x_final"), 0)) > 0.9);
    assert_true(json_is_true(json_object_get(result, "bounds_hold")));
    json_decref(lines);
    json_decref(result);
    tw_test_ran_free(&ran);
}

static void only_rates_that_stay_are_divided_by_the_root_and_bounded(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "regret --problem linear --rounds 200 --json --methods "
                                "'sgd:lr=where(t < 150, 0.5, 0.1); sgd:lr=-1; sgd:lr=0.5 + 0*t'"});
    static const char *const settings[] = {"sgd:lr=where(t < 150, 0.5, 0.1)", "sgd:lr=-1/sqrt(t)",
                                           "sgd:lr=0.5/sqrt(t)"};
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    for (size_t i = 0; i < 3; i++) {
        const json_t *run = json_array_get(lines, i);
        assert_string_equal(json_string_value(json_object_get(run, "settings")), settings[i]);
        assert_true(isnan(tw_test_number(run, "bound")) == (i < 2));
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
}

static void a_long_method_is_played_to_its_end(void **state) {
    (void)state;
    char line[1024] = "regret --problem linear --rounds 50 --json --methods 'sgd:lr=1/t";
    while (strlen(line) < 600) strcat(line, "+0*t");
    strcat(line, "+0*bad'");
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line});
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "'bad'"));
    tw_test_ran_free(&ran);
    strcpy(strstr(line, "+0*bad"), "'");
    ran = tw_test_program(&(tw_test_call){.line = line});
    assert_int_equal(ran.status, 0);
    json_t *result = tw_test_result(&ran);
    const json_t *row = json_array_get(json_object_get(result, "table"), 0);
    assert_true(strlen(json_string_value(json_object_get(row, "method"))) > 500);
    json_decref(result);
    tw_test_ran_free(&ran);
}

// Also those without hyperparameters, and one that comes twice.
static void every_link_of_a_chain_is_named(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "sign.rule", path);
    tw_test_write(path, "link signs\ng = sign(g)\n");
    json_t *result = tw_test_result_of(
        folder,
        "regret --problem linear --rounds 50 --json --methods 'sign.rule | clip_value:c=2 | "
        "clip_value | sgd:lr=1'");
    const json_t *row = json_array_get(json_object_get(result, "table"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "method")),
                        "sign.rule | clip_value:c=2 | clip_value | sgd:lr=1");
    assert_string_equal(json_string_value(json_object_get(row, "settings")),
                        "signs | clip_value:c=2 | clip_value:c=1 | sgd:lr=1/sqrt(t)");
    json_decref(result);
    tw_test_folder_remove(folder);
}

// A method that goes wrong is told, and the others are played; the seed is that of methods that draw.
static void a_method_that_diverges_leaves_a_result(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "regret --problem linear --rounds 10 --methods 'sgd:lr=0/(t-5); sgd' --json"});
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "sgd:lr=0/(t-5): coordinate 1 of the prediction is no number"));
    json_t *result = tw_test_result(&ran);
    const json_t *table = json_object_get(result, "table");
    assert_int_equal(json_array_size(table), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(table, 0), "method")),
                        "sgd");
    json_decref(result);
    tw_test_ran_free(&ran);
}

static void noise_follows_the_seed(void **state) {
    (void)state;
    static const char *const seeds[] = {"1", "1", "2"};
    double regrets[3];
    for (size_t i = 0; i < 3; i++) {
        char line[128];
        snprintf(line, sizeof line,
                 "regret --problem reddi --rounds 20 --methods sgld --json --seed %s", seeds[i]);
        json_t *result = tw_test_result_of(NULL, line);
        regrets[i] = tw_test_number(json_array_get(json_object_get(result, "table"), 0), "regret");
        json_decref(result);
    }
    assert_true(regrets[0] == regrets[1]);
    assert_true(regrets[0] != regrets[2]);
}

static void it_draws_and_lists(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "regret --problem linear --rounds 500 --plot r.svg", .folder = folder});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "linear, 500 rounds\n"));
    assert_int_equal(tw_test_folder_count(folder), 1);
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = "regret"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\nsparse "));
    tw_test_ran_free(&ran);
    json_t *problems = tw_test_result_of(NULL, "regret --json");
    tw_test_assert_number(problems, "problems", 5.0);
    json_decref(problems);
    tw_test_folder_remove(folder);
}

static void wrong_requests_are_refused(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"regret linear", "regret: 'linear' stands alone; the problem is named by --problem"},
        {"regret --rounds 10", "regret without --problem takes no --rounds"},
        {"regret --problem linear --rounds 0", "--rounds: '0' is no whole number of 1 or more"},
        {"regret --problem linear --methods adm",
         "method:1:1: unknown rule 'adm'\n    adm\n    ^ did you mean adam?"},
        {"regret --problem linear --rounds 10 --methods 'sgd; nag' --json", // sgd is not played
         "nag: takes its gradient elsewhere than at its prediction, which no online problem "
         "reveals; "
         "choose a rule that does not look ahead"},
        {"regret --problem linear --methods ';'",
         "--methods: a method is missing; as in \"sgd; adam\""},
        {"regret --problem linear --methods 'a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q'",
         "--methods: more than 16 methods"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

TW_TESTS(a_run_a_method_then_the_table, only_rates_that_stay_are_divided_by_the_root_and_bounded,
         a_long_method_is_played_to_its_end, every_link_of_a_chain_is_named,
         a_method_that_diverges_leaves_a_result, noise_follows_the_seed, it_draws_and_lists,
         wrong_requests_are_refused)
