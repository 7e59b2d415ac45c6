// Trained models: measured and asked as the training itself measured, on data read as its own were.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/folder.h"
#include "support/training.h"
#include "thalweg/archive.h"
#include "thalweg/evaluate.h"

typedef struct place {
    tw_context *context;
    char folder[TW_TEST_PATH_BYTES], run[TW_TEST_PATH_BYTES], last[TW_TEST_PATH_BYTES];
} place;

static void open_place(place *at) {
    assert_int_equal(tw_context_new(&at->context), TW_OK);
    tw_test_folder_make(at->folder);
    tw_test_path(at->folder, "run", at->run);
    tw_test_path(at->run, "last.safetensors", at->last);
}

static void close_place(place *at) {
    tw_test_folder_remove(at->folder);
    assert_int_equal(tw_context_memory(at->context).live_bytes, 0);
    tw_context_free(at->context);
}

static tw_trained *open_trained(place *at, const char *path) {
    tw_trained *trained = NULL;
    assert_ok(at->context, tw_trained_open(at->context, path, &trained));
    return trained;
}

static void an_evaluation_measures_what_the_training_measured(void **state) {
    (void)state;
    place at;
    tw_evaluation evaluation;
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.data = "strokes?examples=300&test=277"; // more than one minibatch of measuring
    options.out = at.run;
    tw_training_result result = tw_test_train(at.context, &options);
    tw_trained *trained = open_trained(&at, at.last);
    assert_int_equal(tw_trained_features(trained), 784);
    assert_int_equal(tw_trained_outputs(trained), 10);
    assert_true(tw_trained_classifies(trained));
    assert_string_equal(tw_trained_class_name(trained, 7), "7");
    assert_string_equal(tw_trained_class_name(trained, 10), "");
    assert_string_equal(tw_trained_class_name(trained, -1), "");
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(at.context, tw_trained_evaluate(trained, options.data, &evaluation));
        assert_int_equal(evaluation.examples, 277);
        assert_int_equal(evaluation.classes, 10);
        assert_true(evaluation.loss == result.test_loss);
        assert_true(evaluation.error == result.test_error);
        int64_t right = 0, all = 0;
        for (int i = 0; i < 100; i++) all += evaluation.confusion[i];
        for (int i = 0; i < 10; i++) right += evaluation.confusion[11 * i];
        assert_int_equal(all, 277);
        assert_true(evaluation.error == (double)(277 - right) / 277.0);
    }
    tw_trained_free(trained);
    close_place(&at);
}

typedef struct predictions {
    int64_t count, chosen[300];
    double values[300][10];
} predictions;

static void keep(int64_t example, int64_t chosen, const double *values, int64_t count, void *user) {
    predictions *p = user;
    assert_int_equal(example, p->count);
    p->chosen[p->count] = chosen;
    for (int64_t k = 0; k < count; k++) p->values[p->count][k] = values[k];
    p->count++;
}

static void predictions_are_the_models_probabilities(void **state) {
    (void)state;
    static predictions p;
    place at;
    tw_training *training = NULL;
    tw_training_result result;
    tw_data *train = NULL, *test = NULL;
    static float x[300 * 2], outputs[300 * 2];
    int64_t rows[300];
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.data = "moons?examples=100&test=300";
    options.out = at.run;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    assert_ok(at.context, tw_data_open(at.context, options.data, NULL, &train, &test));
    for (int64_t i = 0; i < 300; i++) rows[i] = i;
    assert_ok(at.context,
              tw_data_fetch(
                  test, &(tw_data_request){.rows = rows, .count = 300, .dtype = TW_F32, .x = x}));
    assert_ok(at.context, tw_training_predict(training, x, 300, outputs));
    tw_trained *trained = open_trained(&at, at.last);
    p.count = 0;
    assert_ok(at.context, tw_trained_predict(trained, options.data, keep, &p));
    assert_int_equal(p.count, 300);
    for (int i = 0; i < 300; i++) {
        double a = exp((double)outputs[2 * i]), b = exp((double)outputs[2 * i + 1]);
        assert_true(fabs(p.values[i][0] - a / (a + b)) < 1e-12);
        assert_true(fabs(p.values[i][0] + p.values[i][1] - 1.0) < 1e-12);
        assert_int_equal(p.chosen[i], b > a ? 1 : 0);
    }
    tw_trained_free(trained);
    tw_training_free(training);
    tw_data_free(train);
    tw_data_free(test);
    close_place(&at);
}

static void a_folder_gives_its_best_checkpoint(void **state) {
    (void)state;
    place at;
    tw_evaluation best, last;
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.method = "sgd:lr=0.5+1000*(t/21)^20"; // spoils at the end what it learned
    options.epochs = 3;
    options.out = at.run;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_true(result.best_epoch < 3);
    tw_trained *of_folder = open_trained(&at, at.run), *of_file = open_trained(&at, at.last);
    assert_ok(at.context, tw_trained_evaluate(of_folder, options.data, &best));
    assert_ok(at.context, tw_trained_evaluate(of_file, options.data, &last));
    assert_true(best.error == result.best_test_error);
    assert_true(last.error == result.test_error && last.error != best.error);
    tw_trained_free(of_folder);
    tw_trained_free(of_file);
    close_place(&at);
}

// y = 1000 + 500 x, standardised while it is learned.
static void a_regression_answers_in_the_unit_of_the_data(void **state) {
    (void)state;
    static predictions p;
    place at;
    tw_evaluation evaluation;
    char csv[TW_TEST_PATH_BYTES], spec[TW_TEST_PATH_BYTES + 20], text[4096] = "";
    open_place(&at);
    for (int i = 0; i < 50; i++) sprintf(text + strlen(text), "%d,%d\n", i, 1000 + 500 * i);
    tw_test_path(at.folder, "line.csv", csv);
    tw_test_write(csv, text);
    snprintf(spec, sizeof spec, "csv:%s?target=1", csv);
    tw_training_options options = tw_test_training_options();
    options.data = options.test = spec;
    options.model = "dense outputs";
    options.method = "sgd:lr=0.2";
    options.epochs = 60;
    options.out = at.run;
    static const char *const losses[] = {"squared", "absolute"};
    for (int i = 0; i < 2; i++) {
        options.loss = losses[i];
        options.force = true;
        tw_training_result result = tw_test_train(at.context, &options);
        tw_trained *trained = open_trained(&at, at.last);
        assert_ok(at.context, tw_trained_evaluate(trained, spec, &evaluation));
        assert_int_equal(evaluation.classes, 0);
        assert_null(evaluation.confusion);
        assert_true(isnan(evaluation.error));
        assert_true(fabs(evaluation.loss - result.test_loss) <= 1e-9 * fabs(result.test_loss));
        p.count = 0;
        assert_ok(at.context, tw_trained_predict(trained, spec, keep, &p));
        assert_int_equal(p.count, 50);
        double loss = 0.0; // in the unit of the file, or its square
        for (int k = 0; k < 50; k++) {
            double miss = p.values[k][0] - (1000.0 + 500.0 * k);
            assert_int_equal(p.chosen[k], -1);
            loss += (i == 0 ? miss * miss : fabs(miss)) / 50.0;
        }
        assert_true(fabs(loss - evaluation.loss) < 1e-3 * loss + 1e-3);
        assert_true(evaluation.loss < (i == 0 ? 1e4 : 1e3)); // of 5e7 and 6e3 before
        tw_trained_free(trained);
    }
    close_place(&at);
}

// The absolute loss of a linear model has slopes that do not depend on the weights.
static void a_loss_without_second_derivatives_has_a_hessian_of_zeros(void **state) {
    (void)state;
    place at;
    char csv[TW_TEST_PATH_BYTES], spec[TW_TEST_PATH_BYTES + 20];
    open_place(&at);
    tw_test_path(at.folder, "line.csv", csv);
    tw_test_write(csv, "0,1\n1,3\n2,5\n3,9\n");
    snprintf(spec, sizeof spec, "csv:%s?target=1", csv);
    tw_training_options options = tw_test_training_options();
    options.data = options.test = spec;
    options.model = "dense outputs";
    options.loss = "absolute";
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_trained *trained = open_trained(&at, at.last);
    tw_objective *objective = NULL;
    float x[2] = {1, 2}, product[2] = {5, 5};
    assert_ok(at.context, tw_trained_objective(trained, spec, 0, &objective));
    assert_ok(at.context, tw_objective_hessian_product(objective, x, x, product));
    assert_true(product[0] == 0 && product[1] == 0);
    tw_objective_free(objective);
    tw_trained_free(trained);
    close_place(&at);
}

static void a_wide_regression_needs_no_room_for_a_confusion_matrix(void **state) {
    (void)state;

    enum { WIDTH = 2000 };

    static float x[2] = {0, 1}, targets[2 * WIDTH];
    place at;
    tw_data *data = NULL;
    open_place(&at);
    for (int i = 0; i < WIDTH; i++) targets[i] = (float)i;
    tw_data_form form = tw_data_form_default();
    form.count = 2;
    form.shape = TW_SHAPE(1);
    form.kind = TW_TARGET_VALUE;
    form.target_width = WIDTH;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F32, x, targets, &data));
    tw_training_options options = tw_test_training_options();
    options.train_set = options.test_set = data;
    options.model = "dense outputs";
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_data_free(data);
    tw_trained *trained = open_trained(&at, at.last);
    assert_true(tw_context_memory(at.context).live_bytes < (uint64_t)8 * WIDTH * WIDTH);
    tw_trained_free(trained);
    close_place(&at);
}

static void assert_refused(place *at, tw_trained *trained, const char *data, tw_status expected,
                           const char *part) {
    tw_evaluation evaluation;
    assert_int_equal(tw_trained_evaluate(trained, data, &evaluation), expected);
    if (strstr(tw_context_message(at->context), part) == NULL)
        fail_msg("%s\ndoes not say: %s", tw_context_message(at->context), part);
}

static void data_of_another_form_are_refused(void **state) {
    (void)state;
    place at;
    char csv[TW_TEST_PATH_BYTES], spec[TW_TEST_PATH_BYTES + 30];
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_trained *trained = open_trained(&at, at.run);
    assert_refused(&at, trained, "strokes?examples=10&test=10", TW_MISMATCH, "strokes");
    assert_refused(&at, trained, "zzz", TW_BAD_ARGUMENT, "zzz");
    assert_refused(&at, trained, "csv:/none", TW_NOT_FOUND, "/none");
    tw_test_path(at.folder, "d.csv", csv);
    tw_test_write(csv, "1,2\n3,4\n");
    snprintf(spec, sizeof spec, "csv:%s?target=none", csv);
    assert_refused(&at, trained, spec, TW_MISMATCH, "");
    tw_trained_free(trained);
    close_place(&at);
}

static void assert_not_opened(place *at, const char *path, tw_status expected, const char *part) {
    tw_trained *trained = (tw_trained *)at;
    assert_int_equal(tw_trained_open(at->context, path, &trained), expected);
    assert_null(trained);
    if (strstr(tw_context_message(at->context), part) == NULL)
        fail_msg("%s\ndoes not say: %s", tw_context_message(at->context), part);
}

// The checkpoint again, without its array `left_out` or with the text of `key` replaced.
static void rewrite(place *at, const char *from, const char *to, const char *left_out,
                    const char *key, const char *replacement) {
    tw_archive *archive = NULL;
    tw_archive_entry entries[32];
    tw_archive_text texts[16];
    tw_tensor *tensors[32];
    int count = 0, text_count = 0;
    assert_ok(at->context, tw_archive_open(at->context, from, &archive));
    for (int i = 0; i < tw_archive_count(archive); i++) {
        if (left_out != NULL && strcmp(tw_archive_name(archive, i), left_out) == 0) continue;
        assert_ok(at->context, tw_tensor_new(at->context, tw_archive_dtype(archive, i),
                                             tw_archive_shape(archive, i), &tensors[count]));
        assert_ok(at->context, tw_archive_read(archive, i, tw_tensor_data(tensors[count])));
        entries[count] = (tw_archive_entry){tw_archive_name(archive, i), tensors[count]};
        count++;
    }
    const char *name = NULL, *text = NULL;
    for (int i = 0; (text = tw_archive_text_at(archive, i, &name)) != NULL; i++) {
        if (strcmp(name, "crc32") == 0) continue;
        bool replaced = key != NULL && strcmp(name, key) == 0;
        if (replaced && replacement == NULL) continue;
        texts[text_count++] = (tw_archive_text){name, replaced ? replacement : text};
    }
    assert_ok(at->context, tw_archive_save(at->context, to, entries, count, texts, text_count));
    for (int i = 0; i < count; i++) tw_tensor_free(tensors[i]);
    tw_archive_close(archive);
}

static void a_checkpoint_that_lacks_something_is_refused(void **state) {
    (void)state;
    place at;
    char path[TW_TEST_PATH_BYTES];
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_test_path(at.folder, "c.safetensors", path);
    rewrite(&at, at.last, path, "dense2/bias", NULL, NULL);
    assert_not_opened(&at, path, TW_MISMATCH,
                      "the checkpoint has no 'dense2/bias', which its model");
    rewrite(&at, at.last, path, NULL, "encoding", NULL);
    assert_not_opened(&at, path, TW_BAD_FILE, "the checkpoint has no encoding");
    rewrite(&at, at.last, path, NULL, "encoding", "{}");
    assert_not_opened(&at, path, TW_BAD_FILE, "the checkpoint's encoding is unreadable");
    rewrite(&at, at.last, path, NULL, "options", "[]");
    assert_not_opened(&at, path, TW_BAD_FILE, "the options are no JSON object");
    rewrite(&at, at.last, path, NULL, "options", "{}");
    assert_not_opened(&at, path, TW_BAD_FILE, "option 'data' is missing or of another kind");
    rewrite(&at, at.last, path, NULL, "options", NULL);
    assert_not_opened(&at, path, TW_BAD_FILE, "the checkpoint has no readable options");
    rewrite(&at, at.last, path, NULL, "format", "something else");
    assert_not_opened(&at, path, TW_BAD_FILE, "its format is 'something else'");
    tw_test_write(path, "");
    assert_not_opened(&at, path, TW_BAD_FILE, "too short for a safetensors file");
    assert_not_opened(&at, at.folder, TW_NOT_FOUND, "last.safetensors: No such file or directory");
    rewrite(&at, at.last, path, NULL, NULL, NULL); // all of it
    tw_trained_free(open_trained(&at, path));
    close_place(&at);
}

// What a later version may write is not taken for what this one knows.
static void an_unknown_precision_is_refused(void **state) {
    (void)state;
    place at;
    char changed[TW_TEST_PATH_BYTES], options_text[2048];
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_archive *archive = NULL;
    assert_ok(at.context, tw_archive_open(at.context, at.last, &archive));
    snprintf(options_text, sizeof options_text, "%s", tw_archive_text_of(archive, "options"));
    tw_archive_close(archive);
    char *f32 = strstr(options_text, "\"f32\"");
    assert_non_null(f32);
    memcpy(f32, "\"f16\"", 5);
    tw_test_path(at.folder, "changed.safetensors", changed);
    rewrite(&at, at.last, changed, NULL, "options", options_text);
    assert_not_opened(&at, changed, TW_BAD_FILE,
                      "option 'precision' is missing or of another kind");
    close_place(&at);
}

// What a resume reads beside the weights.
static void a_run_state_that_is_none_is_refused(void **state) {
    (void)state;
    place at;
    char whole[TW_TEST_PATH_BYTES];
    static const char *const states[] = {"",
                                         "1 2 3",
                                         "nan",
                                         "-1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
                                         "1e300 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
                                         "1.5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
                                         "x"};
    open_place(&at);
    tw_training_options options = tw_test_training_options();
    options.schedule = "plateau";
    options.out = at.run;
    tw_test_train(at.context, &options);
    tw_test_path(at.folder, "whole.safetensors", whole);
    rewrite(&at, at.last, whole, NULL, NULL, NULL);
    tw_training *training = NULL;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        rewrite(&at, whole, at.last, NULL, "state", states[i]);
        assert_int_equal(tw_training_resume(at.context, at.run, 0, 0, &training), TW_BAD_FILE);
        assert_non_null(strstr(tw_context_message(at.context), "no readable state"));
    }
    rewrite(&at, whole, at.last, NULL, "schedule.lr", "1 2");
    assert_int_equal(tw_training_resume(at.context, at.run, 0, 0, &training), TW_BAD_FILE);
    assert_non_null(strstr(tw_context_message(at.context), "no readable schedule.lr"));
    static const char *const arrays[] = {"dense1/weight", "dense2/bias:adam.r"};
    for (int i = 0; i < 2; i++) { // neither a weight nor a state starts anew
        rewrite(&at, whole, at.last, arrays[i], NULL, NULL);
        assert_int_equal(tw_training_resume(at.context, at.run, 0, 0, &training), TW_MISMATCH);
        assert_non_null(strstr(tw_context_message(at.context), arrays[i]));
    }
    assert_null(training);
    close_place(&at);
}

TW_TESTS(an_evaluation_measures_what_the_training_measured, an_unknown_precision_is_refused,
         a_wide_regression_needs_no_room_for_a_confusion_matrix,
         a_loss_without_second_derivatives_has_a_hessian_of_zeros,
         predictions_are_the_models_probabilities, a_folder_gives_its_best_checkpoint,
         a_regression_answers_in_the_unit_of_the_data, data_of_another_form_are_refused,
         a_checkpoint_that_lacks_something_is_refused, a_run_state_that_is_none_is_refused)
