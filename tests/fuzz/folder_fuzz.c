#define _GNU_SOURCE // mkdtemp
// Edits of a run's checkpoint (edited.h), a line "----", and any text as its metrics: a run folder that is
// resumed for a few steps. What goes on can be resumed again, and its checkpoint measured with; no crash.
// (config.json is for people: nobody reads it.)
#include <stdio.h>
#include <unistd.h>

#include "fuzz/edited.h"
#include "fuzz/fuzz.h"
#include "thalweg/evaluate.h"
#include "thalweg/train.h"

enum { STEPS = 4, PATH_BYTES = 64 };

static char folder[PATH_BYTES];

static const char *const files[] = {"last.safetensors", "metrics.jsonl", "best.safetensors"};

static void path_of(int file, char path[2 * PATH_BYTES]) {
    snprintf(path, (size_t)2 * PATH_BYTES, "%s/%s", folder, files[file]);
}

static void remove_folder(void) {
    char path[2 * PATH_BYTES];
    for (int i = 0; i < 3; i++) {
        path_of(i, path);
        remove(path);
    }
    rmdir(folder);
}

// In memory where that is possible: files are synchronised with the disk several times an input.
static void make_folder(void) {
    if (*folder != '\0') return;
    snprintf(folder, sizeof folder, "%s/thalweg-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    tw_fuzz_require(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
}

static void write_file(int number, const uint8_t *bytes, size_t count) {
    char path[2 * PATH_BYTES];
    path_of(number, path);
    FILE *file = fopen(path, "wb");
    tw_fuzz_require(file != NULL);
    tw_fuzz_require(count == 0 || fwrite(bytes, 1, count, file) == count);
    tw_fuzz_require(fclose(file) == 0);
}

// Resumes for some steps in all; what cannot be done is said.
static tw_status resume(tw_context *context, uint64_t steps) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_status status = tw_training_resume(context, folder, 0, steps, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    tw_training_free(training);
    return status;
}

static void measure(tw_context *context) {
    tw_trained *trained = NULL;
    tw_evaluation evaluation;
    tw_status status = tw_trained_open(context, folder, &trained);
    if (status == TW_OK) status = tw_trained_evaluate(trained, TW_FUZZ_RUN_DATA, &evaluation);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    tw_trained_free(trained);
}

static void count_epoch(const tw_epoch *epoch, void *user) {
    (void)epoch;
    ++*(int *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_fuzz_checkpoint file;
    size_t metrics_count = 0;
    const uint8_t *metrics = tw_fuzz_cut(bytes, &count, &metrics_count);
    tw_context *context = tw_fuzz_begin();
    make_folder();
    tw_fuzz_edit(bytes, count, &file);
    write_file(0, file.bytes, file.count);
    write_file(1, metrics, metrics_count);
    tw_status status = resume(context, STEPS);
    if (count == 0) tw_fuzz_require(status == TW_OK);
    if (status == TW_OK) tw_fuzz_require(resume(context, STEPS + 2) == TW_OK);
    measure(context);
    tw_cliffs cliffs;
    status = tw_run_cliffs(context, folder, &cliffs);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    status = tw_run_epochs(context, folder, count_epoch, &(int){0});
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    return tw_fuzz_end(context);
}
