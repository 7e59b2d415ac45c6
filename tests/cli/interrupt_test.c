// Ctrl-C and SIGTERM: a run stops with a checkpoint that goes on to the same bits.
#include <signal.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/program.h"

// Long enough that a signal finds it at work, and short enough to wait for.
#define LONG "train --data moons?examples=6000 --model mlp:32,32 --batch 20 --epochs 6 "

static void stop_and_compare(const char *folder, int signal_number) {
    char whole[TW_TEST_PATH_BYTES], stopped[TW_TEST_PATH_BYTES];
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = LONG "--json --out stopped --force",
                                                      .folder = folder,
                                                      .wait = "\"epoch\":2",
                                                      .signal = signal_number,
                                                      .signals = 1});
    assert_int_equal(ran.status, 75);
    json_t *result = tw_test_result(&ran);
    assert_string_equal(json_string_value(json_object_get(result, "status")), "interrupted");
    double steps = tw_test_number(result, "steps");
    assert_true(steps >= 600.0 && steps < 1800.0);
    json_decref(result);
    tw_test_ran_free(&ran);
    result = tw_test_result_of(folder, "train --json --resume stopped");
    tw_test_assert_number(result, "steps", 1800.0);
    tw_test_assert_number(result, "epochs", 6.0);
    json_decref(result);
    tw_test_path(folder, "whole/last.safetensors", whole);
    tw_test_path(folder, "stopped/last.safetensors", stopped);
    tw_test_assert_same_arrays(whole, stopped);
}

static void a_stopped_run_resumes_to_the_same_bits(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(folder, LONG "--json --out whole"));
    stop_and_compare(folder, SIGINT);
    stop_and_compare(folder, SIGTERM);
    tw_test_folder_remove(folder);
}

static void people_are_told_how_to_go_on(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = LONG "--epochs 100 --out run",
                                                      .folder = folder,
                                                      .wait = "\n    2 ",
                                                      .signal = SIGINT,
                                                      .signals = 1});
    assert_int_equal(ran.status, 75);
    assert_non_null(strstr(ran.err, "thalweg: stopped; `thalweg train --resume run` continues\n"));
    assert_non_null(strstr(ran.out, "Stopped after "));
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void without_a_folder_nothing_can_be_resumed(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = LONG "--epochs 1000 --json",
                                                      .wait = "\"epoch\":1",
                                                      .signal = SIGINT,
                                                      .signals = 1});
    assert_int_equal(ran.status, 130);
    json_t *result = tw_test_result(&ran);
    assert_string_equal(json_string_value(json_object_get(result, "status")), "interrupted");
    assert_non_null(strstr(ran.err, "thalweg: stopped after step "));
    json_decref(result);
    tw_test_ran_free(&ran);
}

// While a minibatch of hundreds of thousands is computed, the first signal cannot be heard yet.
static void a_second_signal_ends_the_program(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = "train --data moons?examples=400000&test=10 --batch 400000 --model mlp:64,64 "
                "--epochs 1000",
        .wait = "steps ",
        .signal = SIGTERM,
        .signals = 5});
    assert_int_equal(ran.status, 130);
    assert_string_equal(ran.out, "");
    tw_test_ran_free(&ran);
}

TW_TESTS(a_stopped_run_resumes_to_the_same_bits, people_are_told_how_to_go_on,
         without_a_folder_nothing_can_be_resumed, a_second_signal_ends_the_program)
