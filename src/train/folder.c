// A run folder: config.json, metrics.jsonl, last.safetensors and best.safetensors.
#include <inttypes.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "train/training.h"

static const char *const own_files[] = {"config.json", "metrics.jsonl", "last.safetensors",
                                        "best.safetensors"};

tw_status tw_folder_path(tw_context *context, const char *folder, const char *name, char **path) {
    tw_text text;
    tw_text_start(&text, context);
    size_t length = strlen(folder);
    tw_text_add(&text, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name);
    *path = tw_text_take(&text);
    return *path != NULL ? TW_OK : TW_NO_MEMORY;
}

static tw_status remove_own_files(tw_training *training) {
    tw_status status = TW_OK;
    for (size_t i = 0; i < sizeof own_files / sizeof *own_files && status == TW_OK; i++) {
        char *path = NULL;
        status =
            tw_folder_path(training->context, training->options.values.out, own_files[i], &path);
        if (status == TW_OK) status = tw_file_remove(training->context, path);
        tw_release(path);
    }
    return status;
}

static tw_status write_config(tw_training *training) {
    char *path = NULL, *text = NULL;
    tw_status status =
        tw_folder_path(training->context, training->options.values.out, own_files[0], &path);
    if (status == TW_OK)
        status = tw_run_options_format(training->context, &training->options, &text);
    if (status == TW_OK) status = tw_file_write_all(training->context, path, text, strlen(text));
    tw_release(text);
    tw_release(path);
    return status;
}

// A folder that was made for the run holds nothing yet.
static tw_status check_free(tw_training *training, const char *out) {
    tw_folder inside = {0};
    bool is_folder = tw_path_is_folder(out);
    if (!tw_path_exists(out) || training->options.values.force) return TW_OK;
    tw_status status = is_folder ? tw_folder_list(training->context, out, &inside) : TW_OK;
    bool empty = is_folder && inside.count == 0;
    tw_folder_free(&inside);
    if (status != TW_OK || empty) return status;
    return tw_fail(training->context, TW_EXISTS,
                   "%s: is there already; give another folder, --force to replace the run in it, "
                   "or --resume to continue it",
                   out);
}

tw_status tw_folder_start(tw_training *training) {
    const char *out = training->options.values.out;
    if (out == NULL) return TW_OK;
    tw_status status = check_free(training, out);
    if (status == TW_OK) status = tw_folder_make(training->context, out);
    if (status == TW_OK) status = remove_own_files(training);
    return status == TW_OK ? write_config(training) : status;
}

void tw_epoch_line(tw_json *json, const tw_epoch *epoch) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "epoch");
    tw_json_integer(json, "epoch", (int64_t)epoch->epoch);
    tw_json_integer(json, "step", (int64_t)epoch->step);
    tw_json_number(json, "train_loss", epoch->train_loss);
    tw_json_number(json, "train_error", epoch->train_error);
    tw_json_number(json, "test_loss", epoch->test_loss);
    tw_json_number(json, "test_error", epoch->test_error);
    tw_json_number(json, "lr", epoch->lr);
    tw_json_number(json, "grad_norm", epoch->grad_norm);
    tw_json_number(json, "seconds", epoch->seconds);
    tw_json_end(json);
}

static tw_status append(tw_context *context, const char *path, const char *line) {
    tw_file *file = NULL;
    tw_status status = tw_file_append(context, path, &file);
    if (status == TW_OK) status = tw_file_write(file, line, strlen(line));
    tw_file_close(file);
    return status;
}

tw_status tw_folder_add_line(tw_training *training, const tw_json *json) {
    char *path = NULL;
    tw_status status = tw_json_status(json);
    if (status == TW_OK)
        status =
            tw_folder_path(training->context, training->options.values.out, own_files[1], &path);
    if (status == TW_OK) status = append(training->context, path, tw_json_text(json));
    if (status == TW_OK) training->state.metrics_bytes += (double)strlen(tw_json_text(json));
    tw_release(path);
    return status;
}

tw_status tw_folder_add_metrics(tw_training *training, const tw_epoch *epoch) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(training->context, &json);
    if (status != TW_OK) return status;
    tw_epoch_line(json, epoch);
    status = tw_folder_add_line(training, json);
    tw_json_free(json);
    return status;
}

tw_status tw_folder_save(tw_training *training, const char *name) {
    char *path = NULL;
    tw_status status = tw_folder_path(training->context, training->options.values.out, name, &path);
    if (status == TW_OK) status = tw_checkpoint_write(training, path);
    training->saved = training->saved || status == TW_OK;
    tw_release(path);
    return status;
}

// Metrics of epochs behind the checkpoint are cut off: they will come again. Where somebody took them
// away they begin anew.
tw_status tw_folder_continue(tw_training *training) {
    tw_context *context = training->context;
    char *path = NULL;
    tw_status status = tw_folder_path(context, training->options.values.out, own_files[1], &path);
    if (status != TW_OK) return status;
    if (tw_path_exists(path))
        status = tw_file_truncate(context, path, (int64_t)training->state.metrics_bytes);
    else
        training->state.metrics_bytes = 0.0;
    if (status == TW_BAD_FILE && !tw_path_is_folder(path))
        status = tw_fail(context, TW_BAD_FILE,
                         "%s: is shorter than the checkpoint says; the run goes on without it if "
                         "it is moved away",
                         path);
    tw_release(path);
    return status;
}
