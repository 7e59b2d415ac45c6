// The system fails: no room, no such folder. The exit status is 3, and what was there is as it was.
#define _GNU_SOURCE // strcasestr
#include <stdio.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/program.h"

static void assert_full(const char *line) {
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line, .out = "/dev/full"});
    if (ran.status != 3 ||
        strcasestr(ran.err, "thalweg: stdout: no") == NULL) // "No space left", mostly
        fail_msg("thalweg %s: status %d: %s", line, ran.status, ran.err);
    tw_test_ran_free(&ran);
}

static void a_full_stdout_ends_with_three(void **state) {
    (void)state;
    static const char *const lines[] = {
        "--help",
        "--version",
        "train --help",
        "train --json --data moons --model mlp:4 --epochs 1",
        "train --quiet --data moons --model mlp:4 --epochs 1",
        "train --show-schedule --data moons",
        "train --show-schedule --data moons --json",
        "data",
        "data moons --json",
        "data moons",
        "init",
        "init --json",
        "rules",
        "rules --json",
        "rules show adam",
        "minimize",
        "minimize beale",
        "minimize beale --json",
        "diagnose beale",
        "diagnose beale --json",
        "regret --problem linear --rounds 10",
        "regret --problem linear --rounds 10 --json",
        "completion bash",
        "manual",
        "graph --data moons --model mlp:4",
        "graph --data moons --model mlp:4 --json",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_full(lines[i]);
}

static void assert_fails(const tw_test_call *call, const char *message) {
    tw_test_ran ran = tw_test_program(call);
    if (ran.status != 3 || strstr(ran.err, message) == NULL)
        fail_msg("thalweg %s: status %d: %s", call->line, ran.status, ran.err);
    tw_test_ran_free(&ran);
}

static void places_that_cannot_be_written_end_with_three(void **state) {
    (void)state;

    static const struct {
        const char *line, *message;
    } table[] = {
        {"train --data moons --model mlp:4 --out /sys/run", "thalweg: /sys/run: "},
        {"init he --shape 2,2 --out /sys/w.npy", "thalweg: /sys/w.npy: "},
        {"graph --data moons --model mlp:4 --out /sys/g.dot", "thalweg: /sys/g.dot: "},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_fails(&(tw_test_call){.line = table[i].line}, table[i].message);
}

static void texts_that_cannot_be_opened_end_with_three(void **state) {
    (void)state;
    char name[300], line[400]; // longer than a file's name may be
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(line, sizeof line, "rules check %s", name);
    assert_fails(&(tw_test_call){.line = line}, "File name too long");
    snprintf(line, sizeof line, "rules trace sgd --theta 1 --grads %s", name);
    assert_fails(&(tw_test_call){.line = line}, "File name too long");
}

// The limit stands for a full disk: config.json and metrics fit, the checkpoint does not.
static void a_full_disk_leaves_the_former_files(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(
        folder, "train --json --data moons --model mlp:100 --epochs 1 --out run"));
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --json --resume run --epochs 3", .folder = folder, .file_bytes = 4096});
    assert_int_equal(ran.status, 3);
    assert_non_null(strstr(ran.err, "safetensors: File too large"));
    tw_test_ran_free(&ran);
    tw_test_path(folder, "run", path);
    assert_int_equal(tw_test_folder_count(path), 4);
    tw_test_path(folder, "run/last.safetensors", path);
    tw_test_assert_finite_arrays(path);
    json_t *result = tw_test_result_of(folder, "train --json --resume run --epochs 3");
    tw_test_assert_number(result, "epochs", 3.0);
    json_decref(result);
    static const char *const lines[] = {
        "init he --shape 100,100 --out w.npy",          "predict run --data moons --out p.npy",
        "predict run --data moons --out p.csv",         "data moons --plot d.svg",
        "graph --data moons --model mlp:4 --out g.dot", "data moons --plot d.png",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_fails(&(tw_test_call){.line = lines[i], .folder = folder, .file_bytes = 512},
                     ": File too large\n");
    }
    tw_test_folder_remove(folder);
}

static void a_place_that_is_not_there_is_a_wrong_request(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"train --data moons --out /dev/null/run", "/dev/null: exists and is not a folder"},
        {"train --data moons --plot /none/a.svg", "--plot /none/a.svg: No such file or directory"},
        {"train --data moons --plot a.PNG",
         "--plot a.PNG: give a name that ends in .svg, .html or .png"},
        {"data moons --plot /none/a.svg", "--plot /none/a.svg: No such file or directory"},
        {"data moons --plot a", "--plot a: give a name that ends in .svg, .html or .png"},
        {"init he --shape 2,2 --out /none/w.npy", "/none/w.npy: No such file or directory"},
        {"graph --data moons --out /none/g.dot", "/none/g.dot: No such file or directory"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

static void unreadable_data_are_no_fault_of_the_system(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"train --data csv:/none.csv?target=0", "/none.csv: No such file or directory"},
        {"train --data mnist:/none", "/none/train-images-idx3-ubyte.gz: No such file or directory"},
        {"train --data moons --test csv:/none.csv", "/none.csv: No such file or directory"},
        {"train --data moons --method ./none.rule", "./none.rule: No such file or directory"},
        {"train --data moons --model none.model", "none.model: No such file or directory"},
        {"eval /none --data moons", "/none: No such file or directory"},
        {"predict /none --data moons --out p.csv", "/none: No such file or directory"},
        {"checkpoint /none", "/none: No such file or directory"},
        {"rules check /none", "/none: No such file or directory"},
        {"rules trace sgd --theta 1 --grads /none", "/none: No such file or directory"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

// What took long to find is told, whatever is wrong with the files.
static void a_result_is_told_though_its_files_do_not_fit(void **state) {
    (void)state;
    static const char *const lines[] = {
        "minimize wood --json --out s.ck", "minimize wood --json --trace t.csv",
        "minimize wood --json --plot p.svg", "diagnose wood --json --plot p.svg",
        "regret --problem linear --rounds 10 --json --plot p.svg"};
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        tw_test_ran ran =
            tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder, .file_bytes = 100});
        if (ran.status != 3 || strstr(ran.err, ": File too large\n") == NULL)
            fail_msg("thalweg %s: status %d: %s", lines[i], ran.status, ran.err);
        json_decref(tw_test_result(&ran));
        assert_int_equal(tw_test_folder_count(folder), 0);
        tw_test_ran_free(&ran);
    }
    tw_test_folder_remove(folder);
}

// A file that is no library stands in the way of librsvg: said before anything is trained.
static void a_png_without_librsvg_is_a_wrong_request(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], variable[TW_TEST_PATH_BYTES + 20];
    tw_test_folder_make(folder);
    tw_test_path(folder, "librsvg-2.so.2", path);
    tw_test_write(path, "no library\n");
    snprintf(variable, sizeof variable, "LD_LIBRARY_PATH=%s", folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --data moons --plot a.png", .folder = folder, .variable = variable});
    assert_int_equal(ran.status, 2);
    assert_string_equal(ran.out, "");
    assert_non_null(strstr(ran.err, "thalweg: --plot a.png: pictures as .png need librsvg2-2 "
                                    "(apt-get install librsvg2-2); .svg and .html need nothing"));
    assert_int_equal(tw_test_folder_count(folder), 1);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

TW_TESTS(a_full_stdout_ends_with_three, places_that_cannot_be_written_end_with_three,
         texts_that_cannot_be_opened_end_with_three, a_full_disk_leaves_the_former_files,
         a_place_that_is_not_there_is_a_wrong_request, unreadable_data_are_no_fault_of_the_system,
         a_result_is_told_though_its_files_do_not_fit, a_png_without_librsvg_is_a_wrong_request)
