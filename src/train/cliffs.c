// Cliffs of a run, read back from the metrics of its folder.
#include <jansson.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "thalweg/train.h"
#include "train/training.h"

#define METRICS_BYTES_MAX ((size_t)1 << 30)

static double number_of(const json_t *line, const char *name) {
    return json_number_value(json_object_get(line, name));
}

static tw_status read_line(tw_context *context, const char *path, const char *text, size_t length,
                           tw_cliffs *found) {
    json_error_t error = {0};
    json_t *line = json_loadb(text, length, 0, &error);
    if (!json_is_object(line)) {
        json_decref(line);
        return tw_fail(context, TW_BAD_FILE, "%s: a line is no JSON object: %s", path, error.text);
    }
    const char *type = json_string_value(json_object_get(line, "type"));
    bool cliff = type != NULL && strcmp(type, "cliff") == 0;
    found->watched = found->watched || cliff || (type != NULL && strcmp(type, "forecast") == 0);
    if (cliff && found->count++ < TW_CLIFFS_MAX)
        found->cliffs[found->count - 1] = (tw_cliff){
            .step = (uint64_t)number_of(line, "step"),
            .grad_norm = number_of(line, "grad_norm"),
            .median = number_of(line, "median"),
        };
    json_decref(line);
    return TW_OK;
}

static tw_status read_lines(tw_context *context, const char *path, const char *text,
                            tw_cliffs *found) {
    tw_status status = TW_OK;
    while (*text != '\0' && status == TW_OK) {
        size_t length = strcspn(text, "\n");
        status = read_line(context, path, text, length, found);
        text += length + (text[length] == '\n');
    }
    return status;
}

tw_status tw_run_cliffs(tw_context *context, const char *folder, tw_cliffs *cliffs) {
    *cliffs = (tw_cliffs){0};
    char *path = NULL, *text = NULL;
    size_t count = 0;
    tw_status status = tw_folder_path(context, folder, "metrics.jsonl", &path);
    if (status == TW_OK) status = tw_file_read_all(context, path, METRICS_BYTES_MAX, &text, &count);
    if (status == TW_OK) status = read_lines(context, path, text, cliffs);
    tw_release(text);
    tw_release(path);
    return status;
}
