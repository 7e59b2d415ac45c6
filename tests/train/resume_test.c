// A run that was stopped, at any step, goes on to the bits of one that was not.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"

static void assert_resumes_at_any_step(tw_training_options options, uint64_t steps) {
    tw_test_places at;
    tw_test_places_open(&at);
    options.out = at.whole;
    assert_int_equal(tw_test_train(at.context, &options).steps, steps);
    options.out = at.parts;
    options.force = true;
    for (uint64_t first = 0; first <= steps; first++) {
        tw_test_run_a_part(&at, &options, first);
        tw_test_resume(at.context, at.parts);
        tw_test_assert_same_runs(at.whole, at.parts);
    }
    tw_test_places_close(&at);
}

static void a_run_with_dropout_and_a_plateau_resumes_at_any_step(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.method = "adam:lr=0.05";
    options.schedule = "plateau:factor=0.5,patience=0,measure=test_loss";
    options.epochs = 4;
    assert_resumes_at_any_step(options, 28);
}

static void a_run_that_accumulates_resumes_at_any_step(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.method = "clip_norm:c=1 | nag:lr=0.1";
    options.schedules = "momentum: linear:end=0.5";
    options.accumulate = 2;
    options.precision = TW_F64;
    options.l1 = 1e-4;
    options.l2 = 1e-3;
    assert_resumes_at_any_step(options, 12); // 7 minibatches an epoch: 4 steps
}

static void a_run_of_held_out_examples_resumes_at_any_step(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.data = "teacher?examples=100&features=3";
    options.test = NULL;
    options.loss = "huber";
    options.method = "rmsprop";
    options.schedule = "lr0/sqrt(t), warmup=5";
    options.steps = 10;
    assert_resumes_at_any_step(options, 10);
}

static void a_resumed_run_keeps_its_patience(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training_options options = tw_test_training_options();
    options.method = "sgd:lr=0"; // no epoch is better than the first
    options.patience = 3;
    options.epochs = 50;
    options.out = at.whole;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_true(result.stopped_early);
    assert_int_equal(result.epochs, 4);
    assert_int_equal(result.best_epoch, 1);
    options.out = at.parts;
    tw_test_run_a_part(&at, &options, 17);
    tw_test_resume(at.context, at.parts);
    tw_test_assert_same_runs(at.whole, at.parts);
    tw_training *again = NULL; // it has ended
    assert_ok(at.context, tw_training_resume(at.context, at.parts, 0, 0, &again));
    assert_true(tw_training_done(again));
    tw_training_free(again);
    assert_ok(at.context, tw_training_resume(at.context, at.parts, 60, 0, &again)); // unless asked
    assert_false(tw_training_done(again));
    tw_training_free(again);
    tw_test_places_close(&at);
}

static void an_ended_run_goes_on_to_a_new_end(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_test_training_options();
    options.out = at.whole;
    options.epochs = 4;
    tw_test_train(at.context, &options);
    options.out = at.parts;
    options.epochs = 0;
    options.steps = 10; // within the second epoch
    tw_test_train(at.context, &options);
    assert_ok(at.context, tw_training_resume(at.context, at.parts, 4, 0, &training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    assert_int_equal(result.steps, 28);
    assert_int_equal(result.epochs, 4);
    tw_training_free(training);
    char a[TW_TEST_PATH_BYTES], b[TW_TEST_PATH_BYTES];
    tw_test_path(at.whole, "last.safetensors", a);
    tw_test_path(at.parts, "last.safetensors", b);
    tw_test_assert_same_arrays(a, b);
    tw_test_places_close(&at);
}

static void cancel(const tw_progress *progress, void *user) {
    if (progress->step == 9) tw_context_cancel(user);
}

static void a_cancelled_run_stops_behind_its_step_with_a_checkpoint(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_test_training_options();
    options.out = at.whole;
    tw_test_train(at.context, &options);
    options.out = at.parts;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    tw_training_watch watch = {.step = cancel, .user = at.context};
    assert_int_equal(tw_training_run(training, &watch, &result), TW_INTERRUPTED);
    assert_int_equal(result.status, TW_INTERRUPTED);
    assert_int_equal(result.steps, 9);
    assert_string_equal(result.out, at.parts);
    assert_string_equal(tw_context_message(at.context), "stopped after step 9");
    tw_training_free(training);
    tw_context_resume(at.context);
    tw_test_resume(at.context, at.parts);
    tw_test_assert_same_runs(at.whole, at.parts);
    tw_test_places_close(&at);
}

static void checkpoints_on_the_way_come_as_often_as_asked(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training *training = NULL;
    tw_training_options options = tw_test_training_options();
    options.out = at.whole;
    tw_test_train(at.context, &options);
    options.out = at.parts;
    options.checkpoint_every = 4;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    tw_test_steps(at.context, training, 13); // written at 4, 7 (an epoch), 8 and 12
    tw_training_free(training);
    assert_ok(at.context, tw_training_resume(at.context, at.parts, 0, 0, &training));
    tw_progress progress;
    tw_epoch epoch;
    bool ended = false;
    assert_ok(at.context, tw_training_step(training, &progress, &ended, &epoch));
    assert_int_equal(progress.step, 13);
    tw_training_free(training);
    tw_test_resume(at.context, at.parts);
    tw_test_assert_same_runs(at.whole, at.parts);
    tw_test_places_close(&at);
}

// ---- what does not belong together

static void assert_refuses(tw_test_places *at, tw_status expected, const char *part) {
    tw_training *training = NULL;
    assert_int_equal(tw_training_resume(at->context, at->parts, 0, 0, &training), expected);
    assert_null(training);
    if (strstr(tw_context_message(at->context), part) == NULL)
        fail_msg("%s\ndoes not say: %s", tw_context_message(at->context), part);
}

static void a_checkpoint_of_other_data_is_refused(void **state) {
    (void)state;
    tw_test_places at;
    char csv[TW_TEST_PATH_BYTES], spec[TW_TEST_PATH_BYTES + 16] = "csv:";
    tw_test_places_open(&at);
    tw_test_path(at.folder, "d.csv", csv);
    tw_test_write(csv, "1,a\n2,b\n3,a\n4,b\n5,a\n");
    strcat(strcat(spec, csv), "?target=1");
    tw_training_options options = tw_test_training_options();
    options.data = spec;
    options.out = at.parts;
    tw_test_run_a_part(&at, &options, 1);
    tw_test_write(csv, "1,a\n2,b\n3,a\n4,c\n5,a\n");
    assert_refuses(&at, TW_MISMATCH, "is not the data of this run any more");
    tw_test_places_close(&at);
}

static void a_broken_checkpoint_is_refused(void **state) {
    (void)state;
    tw_test_places at;
    char last[TW_TEST_PATH_BYTES];
    tw_test_places_open(&at);
    tw_training_options options = tw_test_training_options();
    options.out = at.parts;
    tw_test_run_a_part(&at, &options, 5);
    tw_test_path(at.parts, "last.safetensors", last);
    tw_test_write(last, "no checkpoint");
    assert_refuses(&at, TW_BAD_FILE, "last.safetensors: ");
    tw_test_folder_remove(at.parts);
    assert_refuses(&at, TW_NOT_FOUND, "last.safetensors: No such file or directory");
    tw_test_places_close(&at);
}

// ---- a host program's own sets

static void a_run_on_own_sets_resumes_on_them(void **state) {
    (void)state;
    tw_test_places at;
    float x[60];
    int32_t y[20];
    tw_test_places_open(&at);
    for (int i = 0; i < 60; i++) x[i] = (float)(i * 37 % 11) / 11.0f;
    for (int i = 0; i < 20; i++) y[i] = i % 3;
    tw_data_form form = tw_data_form_default();
    form.count = 20;
    form.shape = TW_SHAPE(3);
    form.classes = 3;
    tw_data *data = NULL;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F32, x, y, &data));
    tw_training_options options = tw_test_training_options();
    options.train_set = options.test_set = data;
    options.out = at.whole;
    tw_test_train(at.context, &options);
    options.out = at.parts;
    tw_test_run_a_part(&at, &options, 3);
    assert_refuses(&at, TW_BAD_ARGUMENT, "data: none is named");
    tw_training *training = NULL;
    tw_training_result result;
    assert_ok(at.context, tw_training_resume_on(at.context, at.parts, data, data, 0, 0, &training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    tw_training_free(training);
    tw_test_assert_same_runs(at.whole, at.parts);
    tw_data_free(data);
    tw_test_places_close(&at);
}

// One example to test is so far out that its squared error is more than a float holds.
static void a_run_whose_test_loss_is_infinite_resumes(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    char train[TW_TEST_PATH_BYTES], test[TW_TEST_PATH_BYTES], spec[2][TW_TEST_PATH_BYTES + 20];
    tw_test_path(at.folder, "train.csv", train);
    tw_test_path(at.folder, "test.csv", test);
    tw_test_write(train, "0,1\n1,3\n2,5\n3,7\n4,9\n5,11\n");
    tw_test_write(test, "0,1\n1e30,3\n");
    snprintf(spec[0], sizeof spec[0], "csv:%s?target=1", train);
    snprintf(spec[1], sizeof spec[1], "csv:%s?target=1", test);
    tw_training_options options = tw_test_training_options();
    options.data = spec[0];
    options.test = spec[1];
    options.model = "dense outputs";
    options.loss = "squared";
    options.schedule = "plateau:patience=0,measure=test_loss";
    options.batch = 3;
    options.out = at.whole;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_true(isinf(result.test_loss) && isfinite(result.train_loss));
    options.out = at.parts;
    tw_test_run_a_part(&at, &options, 4);
    tw_test_resume(at.context, at.parts);
    tw_test_assert_same_runs(at.whole, at.parts);
    tw_test_places_close(&at);
}

// ---- cancelled while it measures

// Stops a run in the measures of epoch `epoch`, of 7 steps, and leaves it.
static tw_training *stop_in_epoch(tw_test_places *at, const tw_training_options *options,
                                  uint64_t epoch) {
    tw_training *training = NULL;
    tw_training_result result;
    assert_ok(at->context, tw_training_new(at->context, options, &training));
    tw_test_steps(at->context, training, 7 * epoch - 1);
    tw_context_cancel(at->context); // heard behind the update
    assert_int_equal(tw_training_run(training, NULL, &result), TW_INTERRUPTED);
    assert_int_equal(result.steps, 7 * epoch);
    assert_int_equal(result.epochs, epoch - 1); // that were measured
    assert_false(tw_training_done(training));
    tw_context_resume(at->context);
    return training;
}

static void a_run_cancelled_while_it_measures_goes_on_to_the_same_bits(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training_options options = tw_test_training_options();
    options.method = "adam:lr=0.05";
    options.schedule = "plateau:factor=0.5,patience=0,measure=test_loss";
    options.eval_train = true;
    options.force = true;
    options.out = at.whole;
    tw_test_train(at.context, &options);
    options.out = at.parts;
    for (uint64_t epoch = 1; epoch <= 3; epoch++) {
        tw_training_free(stop_in_epoch(&at, &options, epoch));
        tw_test_resume(at.context, at.parts);
        tw_test_assert_same_runs(at.whole, at.parts);
        tw_training_result result; // or without leaving the program
        tw_training *training = stop_in_epoch(&at, &options, epoch);
        assert_ok(at.context, tw_training_run(training, NULL, &result));
        assert_int_equal(result.epochs, 3);
        tw_training_free(training);
        tw_test_assert_same_runs(at.whole, at.parts);
    }
    tw_test_places_close(&at);
}

TW_TESTS(a_run_cancelled_while_it_measures_goes_on_to_the_same_bits,
         a_run_whose_test_loss_is_infinite_resumes,
         a_run_with_dropout_and_a_plateau_resumes_at_any_step,
         a_run_that_accumulates_resumes_at_any_step, a_run_of_held_out_examples_resumes_at_any_step,
         a_resumed_run_keeps_its_patience, an_ended_run_goes_on_to_a_new_end,
         a_cancelled_run_stops_behind_its_step_with_a_checkpoint,
         checkpoints_on_the_way_come_as_often_as_asked, a_checkpoint_of_other_data_is_refused,
         a_broken_checkpoint_is_refused, a_run_on_own_sets_resumes_on_them)
