// A trained model from a checkpoint: the evaluation graph over its variables, with data encoded as its
// training set was.
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/encoding.h"
#include "thalweg/evaluate.h"
#include "train/surface.h"
#include "train/training.h"

struct tw_trained {
    tw_context *context;
    tw_run_options options;
    tw_encoding *encoding; // of its training set
    char *encoding_text;
    char *method_text; // of the phase of the run that the checkpoint is from
    tw_example_form form;
    double loss_unit;
    tw_model *model;
    tw_method *method; // NULL where it was one of minimize.h
    const tw_loss *loss;
    tw_variables *variables;
    tw_measuring measuring;
    int64_t *confusion; // [classes, classes]; NULL before the first evaluation
    double *row;        // [outputs], one prediction
    uint64_t seed;      // of sets made on the fly
    char *said;         // of the set that was measured last: how it was read
};

// A folder's best checkpoint where there is one, else its last; or the file that was named.
static tw_status find_checkpoint(tw_context *context, const char *path, char **found) {
    *found = NULL;
    if (!tw_path_is_folder(path)) {
        *found = tw_copy_text(context, path, strlen(path));
        return *found != NULL ? TW_OK : TW_NO_MEMORY;
    }
    tw_status status = tw_folder_path(context, path, "best.safetensors", found);
    if (status != TW_OK || tw_path_exists(*found)) return status;
    tw_release(*found);
    return tw_folder_path(context, path, "last.safetensors", found);
}

static tw_status read_form(tw_trained *trained, const char *path, const char *encoding) {
    if (encoding == NULL)
        return tw_fail(trained->context, TW_BAD_FILE, "%s: the checkpoint has no encoding", path);
    tw_status status = tw_encoding_parse(trained->context, encoding, &trained->encoding);
    if (status == TW_BAD_TEXT)
        return tw_fail(trained->context, TW_BAD_FILE, "%s: the checkpoint's encoding is unreadable",
                       path);
    if (status != TW_OK) return status;
    trained->encoding_text = tw_copy_text(trained->context, encoding, strlen(encoding));
    if (trained->encoding_text == NULL) return TW_NO_MEMORY;
    const tw_encoding *about = trained->encoding;
    bool classes = about->kind == TW_TARGET_CLASS;
    trained->form = (tw_example_form){
        .shape = about->shape,
        .classes = classes ? (int64_t)about->classes.count : 0,
        .width = classes ? 0 : about->target_width,
    };
    if (tw_form_outputs(&trained->form) > 0) return TW_OK;
    return tw_fail(trained->context, TW_BAD_FILE, "%s: the checkpoint's data have no target", path);
}

static tw_status read_method(tw_trained *trained, const char *path, const char *method) {
    if (method == NULL)
        return tw_fail(trained->context, TW_BAD_FILE, "%s: the checkpoint has no method", path);
    trained->method_text = tw_copy_text(trained->context, method, strlen(method));
    return trained->method_text != NULL ? TW_OK : TW_NO_MEMORY;
}

static tw_status read_checkpoint(tw_trained *trained, const char *path) {
    tw_archive *archive = NULL;
    bool checked = false;
    tw_status status = tw_checkpoint_options(trained->context, path, &trained->options);
    if (status == TW_OK) status = tw_checkpoint_open(trained->context, path, &archive);
    if (status == TW_OK) status = tw_archive_verify(archive, &checked);
    if (status == TW_OK) status = read_form(trained, path, tw_archive_text_of(archive, "encoding"));
    if (status == TW_OK) status = read_method(trained, path, tw_archive_text_of(archive, "method"));
    if (status == TW_OK) status = tw_checkpoint_variables(archive, trained->variables);
    tw_archive_close(archive);
    return status;
}

// Every parameter of the model must have come from the checkpoint: planning would make zeros.
static tw_status check_parameters(tw_trained *trained, int variables_read) {
    if (tw_variables_count(trained->variables) == variables_read) return TW_OK;
    return tw_fail(
        trained->context, TW_MISMATCH, "the checkpoint has no '%s', which its model '%s' needs",
        tw_variables_name(trained->variables, variables_read), tw_model_text(trained->model));
}

static tw_status build(tw_trained *trained) {
    const tw_training_options *options = &trained->options.values;
    tw_context *context = trained->context;
    tw_status status = tw_model_parse(context, options->model, &trained->model);
    const char *method = trained->method_text;
    if (status == TW_OK && tw_phase_kind_of(method) == TW_PHASE_RULES)
        status =
            tw_method_parse_with(context, method, &trained->options.rule_files, &trained->method);
    if (status == TW_OK)
        status = tw_loss_parse(context, options->loss, trained->form.classes, &trained->loss);
    if (status != TW_OK) return status;
    trained->seed = options->seed;
    trained->loss_unit =
        tw_form_loss_unit(&trained->form, trained->loss, trained->encoding->target_deviation);
    int variables_read = tw_variables_count(trained->variables);
    status =
        tw_measuring_new(context, trained->model, trained->loss, &trained->form, trained->method,
                         options->precision, trained->variables, &trained->measuring);
    if (status == TW_OK) status = check_parameters(trained, variables_read);
    if (status != TW_OK) return status;
    size_t outputs = (size_t)tw_form_outputs(&trained->form);
    trained->row = tw_allocate(context, outputs, sizeof *trained->row);
    return trained->row != NULL ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_trained_open(tw_context *context, const char *path, tw_trained **trained) {
    *trained = NULL;
    char *checkpoint = NULL;
    tw_trained *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    tw_status status = tw_variables_new(context, &made->variables);
    if (status == TW_OK) status = find_checkpoint(context, path, &checkpoint);
    if (status == TW_OK) status = read_checkpoint(made, checkpoint);
    if (status == TW_OK) status = build(made);
    tw_release(checkpoint);
    if (status == TW_OK)
        *trained = made;
    else
        tw_trained_free(made);
    return status;
}

void tw_trained_free(tw_trained *trained) {
    if (trained == NULL) return;
    tw_measuring_free(&trained->measuring);
    tw_method_free(trained->method);
    tw_model_free(trained->model);
    tw_variables_free(trained->variables);
    tw_encoding_free(trained->encoding);
    tw_run_options_free(&trained->options);
    tw_release(trained->encoding_text);
    tw_release(trained->method_text);
    tw_release(trained->confusion);
    tw_release(trained->row);
    tw_release(trained->said);
    tw_release(trained);
}

void tw_trained_set_seed(tw_trained *trained, uint64_t seed) {
    trained->seed = seed;
}

const char *tw_trained_said(const tw_trained *trained) {
    return trained->said != NULL ? trained->said : "";
}

int64_t tw_trained_features(const tw_trained *trained) {
    return tw_shape_elements(&trained->form.shape);
}

int64_t tw_trained_outputs(const tw_trained *trained) {
    return tw_form_outputs(&trained->form);
}

bool tw_trained_classifies(const tw_trained *trained) {
    return trained->form.classes > 0;
}

const char *tw_trained_class_name(const tw_trained *trained, int64_t index) {
    return index >= 0 && index < trained->form.classes ? trained->encoding->classes.items[index]
                                                       : "";
}

// ---- runs over a data set

typedef tw_status batch_function(tw_trained *trained, const tw_batch *batch, void *user);

static tw_status run_batches(tw_trained *trained, tw_batches *batches, bool targets,
                             batch_function *function, void *user) {
    tw_measuring *measuring = &trained->measuring;
    int64_t count = tw_batches_per_epoch(batches);
    tw_status status = TW_OK;
    for (int64_t i = 0; i < count && status == TW_OK; i++) {
        tw_batch batch;
        status = tw_batches_next(batches, &batch);
        const void *given = targets ? batch.targets : measuring->no_targets;
        if (status == TW_OK) status = tw_plan_feed(measuring->plan, measuring->x, batch.x);
        if (status == TW_OK) status = tw_plan_feed(measuring->plan, measuring->target, given);
        if (status == TW_OK) status = tw_plan_run(measuring->plan, batch.count, NULL);
        if (status == TW_OK) status = function(trained, &batch, user);
    }
    return status;
}

// Keeps what is said of the set.
static tw_status hear(tw_trained *trained, const tw_data *data) {
    tw_text text;
    tw_text_start(&text, trained->context);
    tw_describe_set(data, "data", &text);
    tw_release(trained->said);
    trained->said = tw_text_take(&text);
    tw_text_free(&text);
    return trained->said != NULL ? TW_OK : TW_NO_MEMORY;
}

static tw_status for_each_batch(tw_trained *trained, const char *spec, bool targets,
                                batch_function *function, void *user) {
    tw_data *data = NULL;
    tw_batches *batches = NULL;
    tw_data_options options = {.seed = trained->seed};
    tw_status status =
        tw_data_open_like(trained->context, trained->encoding_text, spec, &options, &data);
    if (status == TW_OK && targets && tw_data_target_kind(data) == TW_TARGET_NONE)
        status =
            tw_fail(trained->context, TW_MISMATCH, "%s: has no targets to measure against", spec);
    if (status == TW_OK) status = hear(trained, data);
    if (status == TW_OK) {
        tw_batches_options how = tw_batches_options_default();
        how.size = tw_form_measure_batch(&trained->form);
        how.dtype = trained->options.values.precision;
        how.shuffled = false;
        status = tw_batches_new(data, &how, &batches);
    }
    if (status == TW_OK) status = run_batches(trained, batches, targets, function, user);
    tw_batches_free(batches);
    tw_data_free(data);
    return status;
}

// Row `i` of the last run's outputs, in double.
static const double *output_row(tw_trained *trained, int64_t i) {
    int64_t outputs = tw_form_outputs(&trained->form);
    const void *all = tw_plan_value(trained->measuring.plan, trained->measuring.outputs);
    bool f32 = trained->options.values.precision == TW_F32;
    for (int64_t k = 0; k < outputs; k++) {
        int64_t at = i * outputs + k;
        trained->row[k] = f32 ? (double)((const float *)all)[at] : ((const double *)all)[at];
    }
    return trained->row;
}

static int64_t largest(const double *row, int64_t count) {
    int64_t best = 0;
    for (int64_t k = 1; k < count; k++)
        if (row[k] > row[best]) best = k;
    return best;
}

static tw_status measure_batch(tw_trained *trained, const tw_batch *batch, void *user) {
    tw_evaluation *evaluation = user;
    tw_measuring *measuring = &trained->measuring;
    double share = (double)batch->count;
    evaluation->examples += batch->count;
    evaluation->loss += share * tw_plan_scalar(measuring->plan, measuring->loss);
    int64_t classes = trained->form.classes;
    if (classes == 0) return TW_OK;
    evaluation->error += tw_plan_scalar(measuring->plan, measuring->wrong);
    const int32_t *labels = batch->targets;
    for (int64_t i = 0; i < batch->count; i++)
        trained->confusion[labels[i] * classes + largest(output_row(trained, i), classes)]++;
    return TW_OK;
}

// A square of the classes, which a vocabulary has thousands of: made where somebody evaluates.
static tw_status clear_confusion(tw_trained *trained) {
    size_t cells = (size_t)(trained->form.classes * trained->form.classes);
    size_t size = sizeof *trained->confusion;
    if (trained->confusion == NULL)
        trained->confusion = tw_allocate(trained->context, cells, size);
    else
        memset(trained->confusion, 0, cells * size);
    return trained->confusion != NULL ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_trained_evaluate(tw_trained *trained, const char *data, tw_evaluation *evaluation) {
    double start = tw_clock_seconds();
    int64_t classes = trained->form.classes;
    *evaluation = (tw_evaluation){.classes = classes};
    tw_status status = clear_confusion(trained);
    if (status == TW_OK) status = for_each_batch(trained, data, true, measure_batch, evaluation);
    double examples = (double)evaluation->examples;
    evaluation->loss = tw_plain_nan(evaluation->loss * trained->loss_unit / examples);
    evaluation->error = classes > 0 ? evaluation->error / examples : NAN;
    evaluation->confusion = classes > 0 ? trained->confusion : NULL;
    evaluation->seconds = tw_clock_seconds() - start;
    return status;
}

typedef struct prediction {
    tw_prediction_function *function;
    void *user;
    int64_t example;
} prediction;

static void to_probabilities(double *row, int64_t count) {
    double top = row[largest(row, count)], sum = 0.0;
    for (int64_t k = 0; k < count; k++) sum += row[k] = exp(row[k] - top);
    for (int64_t k = 0; k < count; k++) row[k] /= sum;
}

static tw_status predict_batch(tw_trained *trained, const tw_batch *batch, void *user) {
    prediction *to = user;
    const tw_encoding *encoding = trained->encoding;
    int64_t outputs = tw_form_outputs(&trained->form);
    for (int64_t i = 0; i < batch->count; i++) {
        output_row(trained, i);
        int64_t chosen = -1;
        if (trained->form.classes > 0) {
            chosen = largest(trained->row, outputs);
            to_probabilities(trained->row, outputs);
        } else {
            for (int64_t k = 0; k < outputs; k++)
                trained->row[k] =
                    encoding->target_mean + encoding->target_deviation * trained->row[k];
        }
        to->function(to->example++, chosen, trained->row, outputs, to->user);
    }
    return TW_OK;
}

tw_status tw_trained_predict(tw_trained *trained, const char *data,
                             tw_prediction_function *function, void *user) {
    prediction to = {.function = function, .user = user};
    return for_each_batch(trained, data, false, predict_batch, &to);
}

// ---- as an objective

// What is measured on: as the training set was encoded; NULL: the run's own training set.
static tw_status open_surface_data(tw_trained *trained, const char *spec, tw_data **data) {
    tw_data_options how = {.seed = trained->seed};
    if (spec != NULL)
        return tw_data_open_like(trained->context, trained->encoding_text, spec, &how, data);
    tw_data *test = NULL;
    tw_status status = tw_training_data(trained->context, &trained->options, data, &test);
    tw_data_free(test);
    return status;
}

tw_status tw_trained_objective(tw_trained *trained, const char *data, int64_t examples,
                               tw_objective **objective) {
    *objective = NULL;
    const tw_training_options *values = &trained->options.values;
    tw_surface_options options = {
        .model = trained->model,
        .loss = trained->loss,
        .form = trained->form,
        .dtype = values->precision,
        .l1 = values->l1,
        .l2 = values->l2,
        .variables = trained->variables,
        .batch = TW_SURFACE_BATCH,
        .examples = examples,
        .seed = trained->seed,
        .owns_data = true,
    };
    tw_status status = open_surface_data(trained, data, &options.data);
    if (status == TW_OK) return tw_surface_new(trained->context, &options, objective);
    tw_data_free(options.data);
    return status;
}

double tw_trained_value(const tw_trained *trained, const char *hyperparameter) {
    tw_clock first = {.step = 1, .epoch = 0.0, .total_steps = 1};
    return trained->method != NULL ? tw_method_value(trained->method, hyperparameter, &first) : NAN;
}
