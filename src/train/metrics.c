// What a run left in the metrics of its folder, read back: its epochs, its cliffs.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "thalweg/train.h"
#include "train/training.h"

#define METRICS_BYTES_MAX ((size_t)1 << 30)

// Looks at a line, an object of a type ("" if it has none).
typedef void line_function(const json_t *line, const char *type, void *user);

static tw_status read_line(tw_context *context, const char *path, const char *text, size_t length,
                           line_function *look, void *user) {
    json_error_t error = {0};
    json_t *line = json_loadb(text, length, 0, &error);
    bool right = json_is_object(line);
    const char *type = json_string_value(json_object_get(line, "type"));
    if (right) look(line, type == NULL ? "" : type, user);
    json_decref(line);
    if (right) return TW_OK;
    return tw_fail(context, TW_BAD_FILE, "%s: a line is no JSON object: %s", path, error.text);
}

static tw_status read_metrics(tw_context *context, const char *folder, line_function *look,
                              void *user) {
    char *path = NULL, *text = NULL;
    size_t count = 0;
    tw_status status = tw_folder_path(context, folder, "metrics.jsonl", &path);
    if (status == TW_OK) status = tw_file_read_all(context, path, METRICS_BYTES_MAX, &text, &count);
    for (const char *at = text; status == TW_OK && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        status = read_line(context, path, at, length, look, user);
        at += length + (at[length] == '\n');
    }
    tw_release(text);
    tw_release(path);
    return status;
}

// NaN where there is none.
static double number_of(const json_t *line, const char *name) {
    const json_t *value = json_object_get(line, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static uint64_t count_of(const json_t *line, const char *name) {
    double number = number_of(line, name);
    return number >= 0.0 && number <= 0x1p53 ? (uint64_t)number : 0;
}

// ---- cliffs

static void look_for_cliff(const json_t *line, const char *type, void *user) {
    tw_cliffs *found = user;
    bool cliff = strcmp(type, "cliff") == 0;
    found->watched = found->watched || cliff || strcmp(type, "forecast") == 0;
    if (cliff && found->count++ < TW_CLIFFS_MAX)
        found->cliffs[found->count - 1] = (tw_cliff){
            .step = count_of(line, "step"),
            .grad_norm = number_of(line, "grad_norm"),
            .median = number_of(line, "median"),
        };
}

tw_status tw_run_cliffs(tw_context *context, const char *folder, tw_cliffs *cliffs) {
    *cliffs = (tw_cliffs){0};
    return read_metrics(context, folder, look_for_cliff, cliffs);
}

// ---- epochs

typedef struct epoch_visit {
    tw_epoch_function *visit;
    void *user;
} epoch_visit;

static void look_for_epoch(const json_t *line, const char *type, void *user) {
    const epoch_visit *visit = user;
    if (strcmp(type, "epoch") != 0) return;
    tw_epoch epoch = {
        .epoch = count_of(line, "epoch"),
        .step = count_of(line, "step"),
        .train_loss = number_of(line, "train_loss"),
        .train_error = number_of(line, "train_error"),
        .test_loss = number_of(line, "test_loss"),
        .test_error = number_of(line, "test_error"),
        .lr = number_of(line, "lr"),
        .grad_norm = number_of(line, "grad_norm"),
        .seconds = number_of(line, "seconds"),
    };
    visit->visit(&epoch, visit->user);
}

tw_status tw_run_epochs(tw_context *context, const char *folder, tw_epoch_function *visit,
                        void *user) {
    return read_metrics(context, folder, look_for_epoch, &(epoch_visit){visit, user});
}
