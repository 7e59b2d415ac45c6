// See training.h.
#include "support/training.h"

#include <jansson.h>
#include <stdio.h>

#include "support/arrays.h"
#include "support/folder.h"

tw_training_options tw_test_training_options(void) {
    tw_training_options options = tw_training_options_default();
    options.data = "moons?examples=100&test=40";
    options.model = "dense 8 tanh; dropout 0.3; dense outputs";
    options.batch = 16;
    options.epochs = 3;
    return options;
}

static tw_training_result finish(tw_context *context, tw_training *training) {
    tw_training_result result;
    assert_ok(context, tw_training_run(training, NULL, &result));
    assert_true(tw_training_done(training));
    tw_training_free(training);
    result.out = NULL;
    result.ending = "";
    return result;
}

tw_training_result tw_test_train(tw_context *context, const tw_training_options *options) {
    tw_training *training = NULL;
    assert_ok(context, tw_training_new(context, options, &training));
    return finish(context, training);
}

void tw_test_steps(tw_context *context, tw_training *training, uint64_t count) {
    tw_progress progress;
    tw_epoch epoch;
    bool ended = false;
    for (uint64_t i = 0; i < count; i++)
        assert_ok(context, tw_training_step(training, &progress, &ended, &epoch));
}

void tw_test_resume(tw_context *context, const char *folder) {
    tw_training *training = NULL;
    assert_ok(context, tw_training_resume(context, folder, 0, 0, &training));
    finish(context, training);
}

// The lines of metrics.jsonl without what a clock says.
static json_t *read_metrics(const char *folder) {
    char path[TW_TEST_PATH_BYTES];
    tw_test_path(folder, "metrics.jsonl", path);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail_msg("%s is missing", path);
    json_t *lines = json_array(), *line;
    json_error_t error;
    while ((line = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error)) != NULL) {
        json_object_del(line, "seconds");
        json_array_append_new(lines, line);
    }
    assert_int_equal(json_error_code(&error), json_error_premature_end_of_input);
    fclose(file);
    return lines;
}

void tw_test_assert_same_runs(const char *folder, const char *other) {
    static const char *const checkpoints[] = {"last.safetensors", "best.safetensors"};
    for (int i = 0; i < 2; i++) {
        char a[TW_TEST_PATH_BYTES], b[TW_TEST_PATH_BYTES];
        tw_test_path(folder, checkpoints[i], a);
        tw_test_path(other, checkpoints[i], b);
        tw_test_assert_same_arrays(a, b);
    }
    json_t *a = read_metrics(folder), *b = read_metrics(other);
    assert_true(json_array_size(a) > 0);
    if (!json_equal(a, b)) fail_msg("the metrics of %s and %s differ", folder, other);
    json_decref(a);
    json_decref(b);
}

void tw_test_places_open(tw_test_places *at) {
    assert_int_equal(tw_context_new(&at->context), TW_OK);
    tw_test_folder_make(at->folder);
    tw_test_path(at->folder, "whole", at->whole);
    tw_test_path(at->folder, "parts", at->parts);
}

void tw_test_places_close(tw_test_places *at) {
    tw_test_folder_remove(at->folder);
    assert_int_equal(tw_context_memory(at->context).live_bytes, 0);
    tw_context_free(at->context);
}

void tw_test_run_a_part(const tw_test_places *at, const tw_training_options *options,
                        uint64_t first) {
    tw_training *training = NULL;
    char last[TW_TEST_PATH_BYTES];
    assert_ok(at->context, tw_training_new(at->context, options, &training));
    tw_test_steps(at->context, training, first);
    tw_test_path(at->parts, "last.safetensors", last);
    assert_ok(at->context, tw_training_save(training, last));
    tw_training_free(training);
}
