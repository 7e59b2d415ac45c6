// Options of a run: defaults, checks, and their way into a file and back.
#include "train/options.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/utf8.h"

tw_training_options tw_training_options_default(void) {
    return (tw_training_options){
        .data = "strokes",
        .holdout = 0.2,
        .model = "mlp:128",
        .method = "adam",
        .precision = TW_F32,
        .batch = 128,
        .accumulate = 1,
        .epochs = 10,
        .seed = 1,
    };
}

// Config and checkpoints are JSON: other bytes would come back changed. `out` is not read back.
static tw_status check_text(tw_context *context, const char *name, const char *text) {
    if (text == NULL || tw_utf8_is_whole(text, strlen(text))) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "%s: '%s' is not UTF-8, as a run's files are; rename it", name, text);
}

static tw_status check_texts(tw_context *context, const tw_training_options *options) {
    tw_status status = TW_OK;
#define CHECK(field)                                                                               \
    if (status == TW_OK && options->field != options->out)                                         \
        status = check_text(context, #field, options->field);
    TW_TRAINING_TEXTS(CHECK)
#undef CHECK
    return status;
}

static tw_status check(tw_context *context, const tw_training_options *options) {
    if (options->model == NULL || options->method == NULL)
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: none is given; a text is needed",
                       options->model == NULL ? "model" : "method");
    if (options->batch < 1 || options->batch > 1000000000)
        return tw_fail(context, TW_BAD_ARGUMENT, "batch: %lld examples; give 1 to 1000000000",
                       (long long)options->batch);
    if (options->accumulate < 1)
        return tw_fail(context, TW_BAD_ARGUMENT, "accumulate: %lld minibatches; give 1 or more",
                       (long long)options->accumulate);
    if (options->epochs == 0 && options->steps == 0)
        return tw_fail(context, TW_BAD_ARGUMENT, "epochs and steps are both 0; give one of them");
    if (options->epochs > UINT64_C(1) << 40 || options->steps > UINT64_C(1) << 47)
        return tw_fail(context, TW_BAD_ARGUMENT, "epochs or steps: more than can be counted");
    if (!(options->holdout >= 0.0 && options->holdout < 1.0))
        return tw_fail(context, TW_BAD_ARGUMENT, "holdout: %g; give a share from 0 to below 1",
                       options->holdout);
    if (options->spare_test && (options->test != NULL || options->train_set != NULL))
        return tw_fail(
            context, TW_BAD_ARGUMENT,
            "spare_test: the data set's own test set is not used where %s; leave it away",
            options->test != NULL ? "test names another" : "the program gives the sets");
    if (!(options->l1 >= 0.0 && isfinite(options->l1)) ||
        !(options->l2 >= 0.0 && isfinite(options->l2)))
        return tw_fail(context, TW_BAD_ARGUMENT, "l1 and l2: give 0 or more");
    if (options->precision != TW_F32 && options->precision != TW_F64)
        return tw_fail(context, TW_BAD_ARGUMENT, "precision: give f32 or f64");
    return check_texts(context, options);
}

static tw_status copy_past(tw_context *context, const tw_run_options *before,
                           tw_run_options *options) {
    char here[PATH_MAX];
    const char *folder = before != NULL ? before->began_in : getcwd(here, sizeof here);
    if (folder != NULL) {
        options->began_in = tw_copy_text(context, folder, strlen(folder));
        if (options->began_in == NULL) return TW_NO_MEMORY;
    }
    return before == NULL ? TW_OK
                          : tw_rule_files_copy(context, &before->rule_files, &options->rule_files);
}

tw_status tw_run_options_copy(tw_context *context, const tw_training_options *from,
                              const tw_run_options *before, tw_run_options *options) {
    *options = (tw_run_options){.values = *from};
    bool copied = true;
#define FORGET(field) options->values.field = NULL;
    TW_TRAINING_TEXTS(FORGET)
#undef FORGET
    tw_status status = check(context, from);
    if (status != TW_OK) return status;
#define COPY(field)                                                                                \
    if (from->field != NULL) {                                                                     \
        options->values.field = tw_copy_text(context, from->field, strlen(from->field));           \
        copied = copied && options->values.field != NULL;                                          \
    }
    TW_TRAINING_TEXTS(COPY)
#undef COPY
    if (from->train_set != NULL) { // a resume must not look for others
        tw_release((void *)(uintptr_t)options->values.data);
        tw_release((void *)(uintptr_t)options->values.test);
        options->values.data = options->values.test = NULL;
    }
    status = copied ? TW_OK : TW_NO_MEMORY;
    if (status == TW_OK) status = copy_past(context, before, options);
    if (status != TW_OK) tw_run_options_free(options);
    return status;
}

void tw_run_options_free(tw_run_options *options) {
#define FREE(field) tw_release((void *)(uintptr_t)options->values.field);
    TW_TRAINING_TEXTS(FREE)
#undef FREE
    tw_rule_files_free(&options->rule_files);
    tw_release(options->began_in);
    *options = (tw_run_options){0};
}

tw_status tw_run_options_format(tw_context *context, const tw_run_options *options, char **text) {
    *text = NULL;
    const tw_training_options *values = &options->values;
    tw_json *json = NULL;
    tw_status status = tw_json_new(context, &json);
    if (status != TW_OK) return status;
    tw_json_begin(json, NULL);
#define ADD(field) tw_json_string(json, #field, values->field);
    TW_TRAINING_TEXTS(ADD)
#undef ADD
    const tw_rule_files *files = &options->rule_files;
    tw_json_begin(json, "rule_files");
    for (int i = 0; i < files->count; i++)
        tw_json_string(json, files->file[i].path, files->file[i].text);
    tw_json_end(json);
    tw_json_string(json, "began_in", options->began_in);
    tw_json_number(json, "holdout", values->holdout);
    tw_json_boolean(json, "spare_test", values->spare_test);
    tw_json_string(json, "precision", tw_dtype_name(values->precision));
    tw_json_integer(json, "batch", values->batch);
    tw_json_integer(json, "accumulate", values->accumulate);
    tw_json_integer(json, "epochs", (int64_t)values->epochs);
    tw_json_integer(json, "steps", (int64_t)values->steps);
    tw_json_number(json, "l1", values->l1);
    tw_json_number(json, "l2", values->l2);
    tw_json_integer(json, "seed", (int64_t)values->seed);
    tw_json_boolean(json, "eval_train", values->eval_train);
    tw_json_integer(json, "patience", (int64_t)values->patience);
    tw_json_integer(json, "diagnose_every", (int64_t)values->diagnose_every);
    tw_json_integer(json, "checkpoint_every", (int64_t)values->checkpoint_every);
    tw_json_end(json);
    status = tw_json_status(json);
    const char *made = tw_json_text(json);
    if (status == TW_OK) *text = tw_copy_text(context, made, strcspn(made, "\n"));
    tw_json_free(json);
    return status == TW_OK && *text == NULL ? TW_NO_MEMORY : status;
}

// A member of the wrong kind makes the whole unreadable: nothing is guessed.
typedef struct reading {
    const json_t *object;
    const char *wrong; // the first member that was not as it should be
} reading;

static const json_t *member(reading *from, const char *name, bool (*is)(const json_t *)) {
    const json_t *value = json_object_get(from->object, name);
    if (value != NULL && is(value)) return value;
    if (from->wrong == NULL) from->wrong = name;
    return NULL;
}

static bool is_text_or_null(const json_t *value) {
    return json_is_string(value) || json_is_null(value);
}

static bool is_named(const json_t *value, tw_dtype dtype) {
    return json_is_string(value) && strcmp(json_string_value(value), tw_dtype_name(dtype)) == 0;
}

static bool is_precision(const json_t *value) {
    return is_named(value, TW_F32) || is_named(value, TW_F64);
}

static bool is_number(const json_t *value) {
    return json_is_number(value);
}

static bool is_integer(const json_t *value) {
    return json_is_integer(value);
}

static bool is_boolean(const json_t *value) {
    return json_is_boolean(value);
}

// One that runs of old versions have not.
static bool new_boolean(reading *from, const char *name) {
    const json_t *value = json_object_get(from->object, name);
    return value != NULL && json_is_true(member(from, name, is_boolean));
}

static void read_members(reading *from, tw_training_options *values) {
#define READ(field) values->field = json_string_value(member(from, #field, is_text_or_null));
    TW_TRAINING_TEXTS(READ)
#undef READ
    values->holdout = json_number_value(member(from, "holdout", is_number));
    values->spare_test = new_boolean(from, "spare_test");
    values->precision = is_named(member(from, "precision", is_precision), TW_F64) ? TW_F64 : TW_F32;
    values->batch = json_integer_value(member(from, "batch", is_integer));
    values->accumulate = json_integer_value(member(from, "accumulate", is_integer));
    values->epochs = (uint64_t)json_integer_value(member(from, "epochs", is_integer));
    values->steps = (uint64_t)json_integer_value(member(from, "steps", is_integer));
    values->l1 = json_number_value(member(from, "l1", is_number));
    values->l2 = json_number_value(member(from, "l2", is_number));
    values->seed = (uint64_t)json_integer_value(member(from, "seed", is_integer));
    values->eval_train = json_is_true(member(from, "eval_train", is_boolean));
    values->patience = (uint64_t)json_integer_value(member(from, "patience", is_integer));
    values->diagnose_every =
        (uint64_t)json_integer_value(member(from, "diagnose_every", is_integer));
    values->checkpoint_every =
        (uint64_t)json_integer_value(member(from, "checkpoint_every", is_integer));
}

// Runs of old versions do not say.
static const char *read_began_in(reading *from) {
    if (json_object_get(from->object, "began_in") == NULL) return NULL;
    return json_string_value(member(from, "began_in", is_text_or_null));
}

// Runs of old versions have none.
static tw_status read_rule_files(tw_context *context, reading *from, tw_rule_files *files) {
    json_t *kept = json_object_get(from->object, "rule_files"), *text;
    const char *path;
    if (kept != NULL && !json_is_object(kept)) from->wrong = "rule_files";
    json_object_foreach(kept, path, text) {
        if (!json_is_string(text)) from->wrong = "rule_files";
        if (from->wrong != NULL) break;
        tw_status status = tw_rule_files_add(context, files, path, json_string_value(text));
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

tw_status tw_run_options_parse(tw_context *context, const char *where, const char *text,
                               tw_run_options *options) {
    *options = (tw_run_options){0};
    json_error_t error = {0};
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return tw_fail(context, TW_BAD_FILE, "%s: the options are no JSON object: %s", where,
                       error.text);
    }
    reading from = {.object = object};
    tw_training_options values = tw_training_options_default();
    tw_run_options before = {.began_in = (char *)(uintptr_t)read_began_in(&from)};
    read_members(&from, &values);
    tw_status status = read_rule_files(context, &from, &before.rule_files);
    if (status == TW_OK && from.wrong != NULL)
        status = tw_fail(context, TW_BAD_FILE, "%s: option '%s' is missing or of another kind",
                         where, from.wrong);
    if (status == TW_OK) status = tw_run_options_copy(context, &values, &before, options);
    tw_rule_files_free(&before.rule_files);
    json_decref(object);
    return status;
}
