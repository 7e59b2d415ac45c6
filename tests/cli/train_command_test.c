// thalweg train: what it prints, writes and keeps.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/xml.h"

#define SMALL "--data strokes?examples=200&test=60 --model mlp:16 --epochs 2 --batch 40 "

static void assert_keys(const json_t *object, const char *const *keys, size_t count) {
    assert_int_equal(json_object_size(object), count);
    for (size_t i = 0; i < count; i++)
        if (json_object_get(object, keys[i]) == NULL) fail_msg("no member %s", keys[i]);
}

static const char *const epoch_keys[] = {"type",        "epoch",     "step",       "train_loss",
                                         "train_error", "test_loss", "test_error", "lr",
                                         "grad_norm",   "seconds"};
static const char *const result_keys[] = {"type",           "status",
                                          "epochs",         "steps",
                                          "parameters",     "train_loss",
                                          "train_error",    "test_loss",
                                          "test_error",     "best_test_error",
                                          "seconds",        "samples_per_second",
                                          "peak_rss_bytes", "out"};

static void json_carries_every_promised_member(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "train --json " SMALL});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 3);
    double best = INFINITY;
    for (size_t i = 0; i < 2; i++) {
        const json_t *epoch = json_array_get(lines, i);
        assert_keys(epoch, epoch_keys, sizeof epoch_keys / sizeof *epoch_keys);
        assert_string_equal(json_string_value(json_object_get(epoch, "type")), "epoch");
        tw_test_assert_number(epoch, "epoch", (double)i + 1.0);
        tw_test_assert_number(epoch, "step", 5.0 * ((double)i + 1.0));
        tw_test_assert_number(epoch, "lr", 1e-3);
        assert_true(tw_test_number(epoch, "grad_norm") > 0.0);
        assert_true(tw_test_number(epoch, "seconds") > 0.0);
        best = fmin(best, tw_test_number(epoch, "test_error"));
    }
    const json_t *last = json_array_get(lines, 1), *result = json_array_get(lines, 2);
    assert_keys(result, result_keys, sizeof result_keys / sizeof *result_keys);
    assert_string_equal(json_string_value(json_object_get(result, "status")), "done");
    tw_test_assert_number(result, "epochs", 2.0);
    tw_test_assert_number(result, "steps", 10.0);
    tw_test_assert_number(result, "parameters", 785 * 16 + 17 * 10);
    static const char *const same[] = {"train_loss", "train_error", "test_loss", "test_error"};
    for (size_t i = 0; i < 4; i++)
        tw_test_assert_number(result, same[i], tw_test_number(last, same[i]));
    tw_test_assert_number(result, "best_test_error", best);
    assert_true(tw_test_number(result, "samples_per_second") > 0.0);
    assert_true(tw_test_number(result, "peak_rss_bytes") > 1e6);
    assert_true(json_is_null(json_object_get(result, "out")));
    json_decref(lines);
    tw_test_ran_free(&ran);
}

static void what_was_not_measured_is_null(void **state) {
    (void)state;
    json_t *numbers = tw_test_result_of(
        NULL, "train --json --data teacher?examples=200&test=50 --model mlp:4 --epochs 1");
    assert_true(json_is_null(json_object_get(numbers, "train_error")));
    assert_true(json_is_null(json_object_get(numbers, "test_error")));
    assert_true(json_is_null(json_object_get(numbers, "best_test_error")));
    assert_true(isfinite(tw_test_number(numbers, "test_loss")));
    json_decref(numbers);
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "d.csv", path);
    tw_test_write(path, "1,2,a\n3,1,b\n2,2,a\n4,0,b\n");
    json_t *untested = tw_test_result_of(
        folder, "train --json --data csv:d.csv?target=2 --model mlp:4 --epochs 1 --holdout 0");
    assert_true(json_is_null(json_object_get(untested, "test_loss")));
    assert_true(json_is_null(json_object_get(untested, "test_error")));
    assert_true(json_is_null(json_object_get(untested, "best_test_error")));
    assert_true(isfinite(tw_test_number(untested, "train_error")));
    json_decref(untested);
    tw_test_folder_remove(folder);
}

static void assert_said(const char *folder, const char *line, const char *said) {
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .folder = folder});
    if (ran.status != 0 || strstr(ran.err, said) == NULL)
        fail_msg("thalweg %s: status %d, and not '%s':\n%s", line, ran.status, said, ran.err);
    tw_test_ran_free(&ran);
}

static void a_share_held_out_spares_the_test_set(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    assert_said(folder,
                "train --data moons?examples=100&test=30 --holdout 0.2 --model mlp:4 --epochs 2 "
                "--batch 10 --out run",
                "80 examples to train, 20 to test\n");
    assert_said(folder, "train --resume run --epochs 3", "80 examples to train, 20 to test\n");
    json_t *measures =
        tw_test_result_of(folder, "eval run --data moons?examples=100&test=30 --json");
    tw_test_assert_number(measures, "examples", 30.0);
    json_decref(measures);
    json_t *untested =
        tw_test_result_of(folder, "train --json --data moons --model mlp:4 --epochs 1 --holdout 0");
    assert_true(json_is_null(json_object_get(untested, "test_loss")));
    json_decref(untested);
    tw_test_folder_remove(folder);
}

// The JSON of a run without what a clock or the system says.
static char *numbers_of(const char *line, const char *variable) {
    static const char *const left_out[] = {"seconds", "samples_per_second", "peak_rss_bytes"};
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .variable = variable});
    if (ran.status != 0) fail_msg("thalweg %s: %s", line, ran.err);
    json_t *lines = tw_test_lines(&ran), *one;
    size_t i;
    json_array_foreach(lines, i, one) {
        for (size_t k = 0; k < 3; k++) json_object_del(one, left_out[k]);
    }
    char *text = json_dumps(lines, JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    json_decref(lines);
    tw_test_ran_free(&ran);
    return text;
}

static void numbers_do_not_depend_on_threads_or_locale(void **state) {
    (void)state;
    static const char *const lines[] = {
        "train --json --threads 1 " SMALL, "train --json --threads 2 " SMALL,
        "train --json --threads 3 " SMALL, "train --json --threads=4 " SMALL};
    static const char *const locales[] = {NULL, "LC_ALL=de_DE.UTF-8", "LC_NUMERIC=fr_FR", "LANG="};
    char *expected = numbers_of("train --json " SMALL, NULL);
    for (size_t i = 0; i < 4; i++) {
        char *found = numbers_of(lines[i], locales[i]);
        assert_string_equal(found, expected);
        free(found);
    }
    char *other = numbers_of("train --json --seed 2 " SMALL, NULL);
    assert_string_not_equal(other, expected);
    free(other);
    free(expected);
}

static void double_precision_gives_close_but_other_numbers(void **state) {
    (void)state;
    json_t *f32 = tw_test_result_of(NULL, "train --json " SMALL);
    json_t *f64 = tw_test_result_of(NULL, "train --json --precision f64 " SMALL);
    double a = tw_test_number(f32, "train_loss"), b = tw_test_number(f64, "train_loss");
    assert_true(fabs(a - b) < 1e-4);
    assert_true(a != b);
    json_decref(f32);
    json_decref(f64);
}

static void eval_train_measures_the_whole_set_behind_the_epoch(void **state) {
    (void)state;
    json_t *whole = tw_test_result_of(NULL, "train --json --eval-train --data moons?examples=500 "
                                            "--test moons?test=500 --epochs 1 --batch 50");
    json_t *passing = tw_test_result_of(NULL, "train --json --data moons?examples=500 "
                                              "--test moons?test=500 --epochs 1 --batch 50");
    tw_test_assert_number(whole, "test_loss", tw_test_number(passing, "test_loss"));
    // The loss while it fell is above the loss where it ended.
    assert_true(tw_test_number(whole, "train_loss") < tw_test_number(passing, "train_loss"));
    json_decref(whole);
    json_decref(passing);
}

static void divergence_ends_with_one_and_says_where(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --json --data moons?examples=500&test=100 --model mlp:8 --epochs 3 --batch "
                "50 --method 'sgd:lr=0.1+(t/14)^1000' --out run",
        .folder = folder});
    assert_int_equal(ran.status, 1);
    json_t *lines = tw_test_lines(&ran);
    const json_t *result = json_array_get(lines, json_array_size(lines) - 1);
    assert_string_equal(json_string_value(json_object_get(result, "status")), "diverged");
    assert_int_equal(json_array_size(lines), 2);
    assert_non_null(strstr(ran.err, "thalweg: step "));
    assert_non_null(strstr(ran.err, "try a smaller learning rate"));
    tw_test_path(folder, "run/last.safetensors", path);
    tw_test_assert_finite_arrays(path);
    json_decref(lines);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void a_run_without_a_model_does_not_promise_one(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);

    static const struct {
        const char *line, *told;
    } cases[] = {
        {"train --data moons --method sgd:lr=1e300 --epochs 1 --out none",
         "none, without a model: it diverged before one was saved"},
        {"train --data moons --epochs 1 --out some", "some; `thalweg eval some --data SPEC`"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = cases[i].line, .folder = folder});
        assert_non_null(strstr(ran.out, cases[i].told));
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

static void a_run_folder_is_replaced_by_force_alone(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_t *first = tw_test_result_of(
        folder, "train --json --data moons --model mlp:4 --epochs 1 --out a/b/run");
    assert_string_equal(json_string_value(json_object_get(first, "out")), "a/b/run");
    tw_test_path(folder, "a/b/run", path);
    assert_int_equal(tw_test_folder_count(path), 4);
    tw_test_path(folder, "a/b/run/notes.txt", path);
    tw_test_write(path, "mine");
    static const tw_test_refused table[] = {
        {"train --data moons --model mlp:4 --epochs 1 --out a/b/run",
         "a/b/run: is there already; give another folder, --force to replace the run in it, or "
         "--resume to continue it"},
    };
    tw_test_refusals_of(folder, 2, table, 1);
    tw_test_path(folder, "made", path); // by mktemp -d, say: nothing is replaced in it
    assert_int_equal(mkdir(path, 0700), 0);
    json_decref(
        tw_test_result_of(folder, "train --json --data moons --model mlp:4 --epochs 1 --out made"));
    assert_int_equal(tw_test_folder_count(path), 4);
    tw_test_path(folder, "a/b/run/notes.txt", path);
    json_t *second = tw_test_result_of(
        folder, "train --json --data moons --model mlp:8 --epochs 1 --out a/b/run --force");
    tw_test_assert_number(second, "parameters", 3 * 8 + 9 * 2);
    tw_test_assert_file(path, "mine");
    json_decref(first);
    json_decref(second);
    tw_test_folder_remove(folder);
}

static void a_refused_request_writes_nothing(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    static const char *const lines[] = {
        "train --out run --method adan",       "train --out run --schedule zzz",
        "train --out run --model zzz",         "train --out run --data zzz",
        "train --out run --init zzz",          "train --out run --loss zzz",
        "train --out run --groups 'zzz: lr=1'"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder});
        assert_int_equal(ran.status, 2);
        assert_int_equal(tw_test_folder_count(folder), 0);
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

static size_t count_lines(const char *text) {
    return tw_test_occurrences(text, "\n");
}

// JSON changes what stands on stdout alone: the description and a line an epoch are on stderr as before.
static void assert_same_words(const tw_test_ran *loud, const char *line) {
    tw_test_ran json = tw_test_program(&(tw_test_call){.line = line});
    size_t described = (size_t)(strstr(loud->err, "epoch train loss") - loud->err);
    assert_memory_equal(json.err, loud->err, described);
    assert_int_equal(count_lines(json.err), count_lines(loud->err));
    json_decref(tw_test_lines(&json));
    tw_test_ran_free(&json);
}

static void progress_is_a_plain_line_an_epoch_and_quiet_ends_it(void **state) {
    (void)state;
    tw_test_ran loud =
        tw_test_program(&(tw_test_call){.line = "train --data moons --model mlp:4 --epochs 3"});
    assert_int_equal(loud.status, 0);
    const char *head = strstr(loud.err, "epoch train loss");
    assert_non_null(head);
    assert_int_equal(count_lines(head), 4);
    assert_null(strchr(loud.err, '\033'));
    assert_null(strchr(loud.err, '\r'));
    assert_null(strchr(loud.out, '\033'));
    assert_non_null(strstr(loud.err, "moons: 2000 examples to train, 500 to test"));
    assert_non_null(strstr(loud.out, "Done after 3 epochs (48 steps) of training 22 parameters"));
    tw_test_ran quiet = tw_test_program(&(tw_test_call){
        .line = "train --quiet --data moons --model mlp:4 --epochs 3", .variable = "NO_COLOR=1"});
    assert_int_equal(quiet.status, 0);
    assert_string_equal(quiet.err, "");
    assert_non_null(strstr(quiet.out, "Done after 3 epochs"));
    assert_same_words(&loud, "train --data moons --model mlp:4 --epochs 3 --json");
    tw_test_ran_free(&loud);
    tw_test_ran_free(&quiet);
}

static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is missing", path);
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static void a_shown_schedule_holds_the_first_and_the_last_step(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "train --show-schedule --json --out run", .folder = folder});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 1001);
    const json_t *first = json_array_get(lines, 0), *last = json_array_get(lines, 999);
    assert_string_equal(json_string_value(json_object_get(first, "type")), "schedule");
    tw_test_assert_number(first, "step", 1.0);
    tw_test_assert_number(first, "epoch", 0.0);
    tw_test_assert_number(last, "step", 1570.0); // 10 epochs of 20000/128
    tw_test_assert_number(last, "lr", 1e-3);
    assert_int_equal(tw_test_folder_count(folder), 0);
    json_decref(lines);
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){
        .line = "train --show-schedule --json --data moons?examples=100 --batch 10 --epochs 1 "
                "--method sgd:lr=0.5 --schedule lr0/t"});
    lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 11);
    for (size_t i = 0; i < 10; i++) {
        double step = (double)i + 1.0;
        tw_test_assert_number(json_array_get(lines, i), "step", step);
        tw_test_assert_number(json_array_get(lines, i), "lr", 0.5 / step);
        tw_test_assert_number(json_array_get(lines, i), "epoch", (step - 1.0) / 10.0);
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
    for (int json = 0; json < 2; json++) { // its picture is drawn either way
        char path[TW_TEST_PATH_BYTES];
        ran = tw_test_program(&(tw_test_call){
            .line = json
                        ? "train --show-schedule --data moons --schedule cosine --plot j.svg --json"
                        : "train --show-schedule --data moons --schedule cosine --plot t.svg",
            .folder = folder});
        assert_int_equal(ran.status, 0);
        tw_test_path(folder, json ? "j.svg" : "t.svg", path);
        char *text = read_text(path);
        tw_test_assert_xml(text);
        free(text);
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

static void a_shown_schedule_goes_through_all_phases(void **state) {
    (void)state;
    static const char line[] =
        "train --show-schedule --data moons?examples=100 --batch 10 --epochs 4 --schedule lr0/t "
        "--method 'sgd:lr=0.5 for 1; lbfgs for 2; momentum:lr=0.25'";
    char json[sizeof line + 8];
    snprintf(json, sizeof json, "%s --json", line);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = json});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 10 + 2 + 10 + 1);
    for (size_t i = 0; i < 22; i++) {
        const json_t *row = json_array_get(lines, i);
        double t = (double)(i < 10 ? i : i - 12) + 1.0;
        double epoch = i < 10   ? (t - 1.0) / 10.0
                       : i < 12 ? (double)i - 9.0
                                : 3.0 + (t - 1.0) / 10.0;
        tw_test_assert_number(row, "step", (double)i + 1.0);
        assert_true(fabs(tw_test_number(row, "epoch") - epoch) < 1e-12);
        if (i >= 10 && i < 12)
            assert_true(json_is_null(json_object_get(row, "lr")));
        else
            tw_test_assert_number(row, "lr", (i < 10 ? 0.5 : 0.25) / t);
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
    ran = tw_test_program(&(tw_test_call){.line = line});
    assert_non_null(strstr(ran.out, "phase 2, steps 11 to 12: lbfgs\n"));
    assert_non_null(strstr(ran.out, "\n-: the method of these steps has no learning rate\n"));
    tw_test_ran_free(&ran);
}

static void curves_are_drawn_as_svg(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(
        folder, "train --json --data moons --model mlp:4 --epochs 3 --plot curves.svg"));
    tw_test_path(folder, "curves.svg", path);
    char *text = read_text(path);
    tw_test_assert_xml(text);
    assert_non_null(strstr(text, "0-1 error"));
    free(text);
    tw_test_folder_remove(folder);
}

// The text of a picture, in which the run's name in the title is made `xxxxx`.
static char *read_unnamed(const char *folder, const char *picture, const char *name) {
    char path[TW_TEST_PATH_BYTES];
    tw_test_path(folder, picture, path);
    char *text = read_text(path);
    assert_non_null(strstr(text, name));
    for (char *at = text; (at = strstr(at, name)) != NULL;) memset(at, 'x', strlen(name));
    return text;
}

static void a_picture_of_a_resumed_run_shows_all_its_epochs(void **state) {
    (void)state;
    static const char *const lines[] = {
        "train --json --data moons --model mlp:4 --epochs 5 --out whole",
        "train --json --resume whole --plot whole.svg", // nothing is left to do
        "train --json --data moons --model mlp:4 --epochs 3 --out parts",
        "train --json --resume parts --epochs 5 --plot parts.svg",
    };
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    for (int i = 0; i < 4; i++) json_decref(tw_test_result_of(folder, lines[i]));
    char *whole = read_unnamed(folder, "whole.svg", "whole");
    char *parts = read_unnamed(folder, "parts.svg", "parts");
    assert_string_equal(whole, parts);
    free(whole);
    free(parts);
    tw_test_folder_remove(folder);
}

static void a_picture_may_lie_in_the_run_folder(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(folder, "train --json --data moons --model mlp:4 --epochs 1 "
                                          "--out runs/a/ --plot runs/a/curves.svg"));
    tw_test_path(folder, "runs/a/curves.svg", path);
    char *text = read_text(path);
    tw_test_assert_xml(text);
    free(text);
    static const tw_test_refused refused[] = {
        {"train --out runs/b --plot runs/c/curves.svg",
         "--plot runs/c/curves.svg: No such file or directory"},
        {"train --out runs/b --plot runs/b/c/curves.svg",
         "--plot runs/b/c/curves.svg: No such file or directory"},
        {"train --out runs/b --plot runs/b/curves.jpg",
         "--plot runs/b/curves.jpg: give a name that ends in .svg, .html or .png"},
        {"train --show-schedule --out runs/b --plot runs/b/curves.svg",
         "--plot runs/b/curves.svg: No such file or directory"},
    };
    tw_test_refusals_of(folder, 2, refused, sizeof refused / sizeof *refused);
    tw_test_folder_remove(folder);
}

static void an_end_before_what_is_done_is_refused(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(
        folder, "train --json --data moons --model mlp:4 --steps 20 --out 'a run'"));
    static const tw_test_refused refused[] = {
        {"train --resume 'a run' --epochs 1",
         "a run: has taken 20 steps already, and is to end at 16; give a later end"},
        {"train --resume 'a run' --steps 19",
         "a run: has taken 20 steps already, and is to end at 19; give a later end"},
    };
    tw_test_refusals_of(folder, 2, refused, sizeof refused / sizeof *refused);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "train --resume 'a run' --steps 20",
                                                      .folder = folder}); // is done already
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "; `thalweg eval 'a run' --data SPEC` measures")); // as typed
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void no_picture_is_drawn_of_no_epoch(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --data moons --model mlp:8 --method sgd:lr=1e9 --plot curves.svg",
        .folder = folder});
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "no epoch ended, so that there is nothing to draw"));
    assert_int_equal(tw_test_folder_count(folder), 0);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void metrics_are_the_lines_of_json(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --json --data moons --model mlp:4 --epochs 3 --out run", .folder = folder});
    assert_int_equal(ran.status, 0);
    tw_test_path(folder, "run/metrics.jsonl", path);
    *strstr(ran.out, "{\"type\":\"result\"") = '\0';
    tw_test_assert_file(path, ran.out);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void a_run_without_its_metrics_goes_on(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(folder, "train --json --out run --epochs 2 --data moons"));
    tw_test_path(folder, "run/metrics.jsonl", path);
    assert_int_equal(remove(path), 0);
    json_decref(tw_test_result_of(folder, "train --json --resume run --epochs 3"));
    json_decref(tw_test_result_of(folder, "train --json --resume run --epochs 4"));
    tw_test_write(path, "{}\n");
    static const tw_test_refused shorter = {
        "train --resume run --epochs 5",
        "run/metrics.jsonl: is shorter than the checkpoint says; the run goes on without it if it "
        "is moved away"};
    tw_test_refusals_of(folder, 2, &shorter, 1);
    tw_test_folder_remove(folder);
}

static void a_resumed_run_goes_on_to_its_new_end(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], one[TW_TEST_PATH_BYTES], two[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(folder, "train --json --out one --epochs 4 --data moons"));
    json_decref(tw_test_result_of(folder, "train --json --out two --epochs 2 --data moons"));
    json_t *result = tw_test_result_of(folder, "train --json --resume two --epochs 4");
    tw_test_assert_number(result, "epochs", 4.0);
    assert_string_equal(json_string_value(json_object_get(result, "out")), "two");
    tw_test_path(folder, "one/last.safetensors", one);
    tw_test_path(folder, "two/last.safetensors", two);
    tw_test_assert_same_arrays(one, two);
    json_t *again = tw_test_result_of(folder, "train --json --resume two");
    tw_test_assert_number(again, "steps", tw_test_number(result, "steps"));
    json_decref(again);
    json_decref(result);
    tw_test_ran done =
        tw_test_program(&(tw_test_call){.line = "train --resume two", .folder = folder});
    assert_int_equal(done.status, 0);
    assert_null(strstr(done.out, "speed")); // there was nothing to do
    tw_test_ran_free(&done);
    static const tw_test_refused table[] = {
        {"train --resume three", "three/last.safetensors: No such file or directory"},
        {"train --resume two/last.safetensors",
         "two/last.safetensors: is no run folder; a run is resumed by its folder"},
    };
    tw_test_refusals_of(folder, 2, table, sizeof table / sizeof *table);
    tw_test_folder_remove(folder);
}

static void a_rule_and_a_model_of_ones_own_may_be_gone_when_resumed(void **state) {
    (void)state;
    static const char rule[] = "# Mine, of no year.\nrule mine\nparam lr = 0.1 # of each step\n"
                               "state v\nv = 0.5*v - lr*g\ntheta = theta + v\n";
    char folder[TW_TEST_PATH_BYTES], path[2][TW_TEST_PATH_BYTES], one[TW_TEST_PATH_BYTES],
        two[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "mine.rule", path[0]);
    tw_test_path(folder, "mine.model", path[1]);
    tw_test_write(path[0], rule);
    tw_test_write(path[1], "# mine\ndense 5 tanh\ndropout 0.2\ndense outputs\n");
    static const char *const lines[] = {
        "train --json --data moons --method 'clip_norm | mine.rule:lr=0.2' --model mine.model "
        "--epochs 4 --out one",
        "train --json --data moons --method 'clip_norm | mine.rule:lr=0.2' --model mine.model "
        "--epochs 2 --out two"};
    for (int i = 0; i < 2; i++) json_decref(tw_test_result_of(folder, lines[i]));
    for (int i = 0; i < 2; i++) remove(path[i]);
    json_decref(tw_test_result_of(folder, "train --json --resume two --epochs 4"));
    tw_test_path(folder, "one/last.safetensors", one);
    tw_test_path(folder, "two/last.safetensors", two);
    tw_test_assert_same_arrays(one, two);
    json_decref(tw_test_result_of(folder, "eval two --data moons --json"));
    tw_test_write(path[0], "no rule at all"); // what is kept counts, not what is there now
    json_decref(tw_test_result_of(folder, "train --json --resume two --epochs 5"));
    tw_test_folder_remove(folder);
}

TW_TESTS(json_carries_every_promised_member, what_was_not_measured_is_null,
         a_share_held_out_spares_the_test_set, numbers_do_not_depend_on_threads_or_locale,
         double_precision_gives_close_but_other_numbers,
         eval_train_measures_the_whole_set_behind_the_epoch,
         divergence_ends_with_one_and_says_where, a_run_without_a_model_does_not_promise_one,
         a_run_folder_is_replaced_by_force_alone, a_refused_request_writes_nothing,
         progress_is_a_plain_line_an_epoch_and_quiet_ends_it,
         a_shown_schedule_holds_the_first_and_the_last_step,
         a_shown_schedule_goes_through_all_phases, curves_are_drawn_as_svg,
         a_picture_of_a_resumed_run_shows_all_its_epochs, a_picture_may_lie_in_the_run_folder,
         an_end_before_what_is_done_is_refused, no_picture_is_drawn_of_no_epoch,
         metrics_are_the_lines_of_json, a_rule_and_a_model_of_ones_own_may_be_gone_when_resumed,
         a_run_without_its_metrics_goes_on, a_resumed_run_goes_on_to_its_new_end)
