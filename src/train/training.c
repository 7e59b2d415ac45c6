// A training's life: made from options or from a checkpoint, asked about, freed.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "train/training.h"

// An empty training that owns a copy of the options.
static tw_status start(tw_context *context, const tw_training_options *options,
                       const tw_run_options *before, tw_training **training) {
    *training = NULL;
    tw_training *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->state.best = made->state.train_loss = made->state.train_error = NAN;
    made->state.test_loss = made->state.test_error = made->state.grad_norm = NAN;
    tw_status status = tw_run_options_copy(context, options, before, &made->options);
    if (status == TW_OK)
        status = tw_phases_parse(context, made->options.values.method, &made->phases);
    if (status == TW_OK) status = tw_variables_new(context, &made->variables);
    if (status == TW_OK)
        *training = made;
    else
        tw_training_free(made);
    return status;
}

tw_status tw_training_new(tw_context *context, const tw_training_options *options,
                          tw_training **training) {
    tw_training *made = NULL;
    *training = NULL;
    tw_status status = start(context, options, NULL, &made);
    if (status == TW_OK) status = tw_training_open_data(made);
    if (status == TW_OK) status = tw_phases_check(made);
    if (status == TW_OK) status = tw_training_open_method(made);
    if (status == TW_OK) status = tw_training_open_network(made);
    if (status == TW_OK) status = tw_phases_check_size(made);
    if (status == TW_OK) status = tw_training_describe(made);
    if (status == TW_OK) status = tw_folder_start(made);
    if (status == TW_OK)
        *training = made;
    else
        tw_training_free(made);
    return status;
}

uint64_t tw_training_phase_step(const tw_training *training) {
    return (uint64_t)(training->state.step - training->state.phase_step);
}

tw_status tw_training_seek(tw_training *training) {
    uint64_t step = tw_training_phase_step(training);
    uint64_t epochs = (uint64_t)training->state.phase_epoch;
    if (tw_descent_is_on(training)) return TW_OK;
    uint64_t per_epoch = training->clock.steps_per_epoch;
    int64_t index = (int64_t)(step % per_epoch) * training->options.values.accumulate;
    assert(index < training->minibatches);
    return tw_batches_seek(training->batches, epochs + step / per_epoch, index);
}

// A new end that lies before what is done would end the run without a word.
static tw_status check_end(const tw_training *training) {
    uint64_t end = tw_phases_steps(training), done = (uint64_t)training->state.step;
    if (end >= done) return TW_OK;
    return tw_fail(training->context, TW_BAD_ARGUMENT,
                   "%s: has taken %" PRIu64 " steps already, and is to end at %" PRIu64
                   "; give a later end",
                   training->options.values.out, done, end);
}

static tw_status open_again(tw_training *training, const char *checkpoint) {
    tw_status status = tw_training_open_data(training);
    if (status == TW_OK) status = tw_checkpoint_place(training, checkpoint);
    if (status == TW_OK) status = tw_training_open_method(training);
    if (status == TW_OK) status = tw_checkpoint_restore(training, checkpoint);
    int variables_read = tw_variables_count(training->variables);
    if (status == TW_OK) status = tw_training_open_network(training);
    if (status == TW_OK) status = tw_checkpoint_check_whole(training, checkpoint, variables_read);
    if (status == TW_OK) status = tw_training_seek(training);
    if (status == TW_OK && tw_descent_is_on(training)) status = tw_descent_resume(training);
    if (status == TW_OK) status = check_end(training);
    if (status == TW_OK) status = tw_training_describe(training);
    return status == TW_OK ? tw_folder_continue(training) : status;
}

tw_status tw_training_resume(tw_context *context, const char *folder, uint64_t epochs,
                             uint64_t steps, tw_training **training) {
    return tw_training_resume_on(context, folder, NULL, NULL, epochs, steps, training);
}

tw_status tw_training_resume_on(tw_context *context, const char *folder, tw_data *train_set,
                                tw_data *test_set, uint64_t epochs, uint64_t steps,
                                tw_training **training) {
    *training = NULL;
    tw_training *made = NULL;
    tw_run_options options = {0};
    char *checkpoint = NULL;
    if (tw_path_exists(folder) && !tw_path_is_folder(folder))
        return tw_fail(context, TW_BAD_FILE, "%s: is no run folder; a run is resumed by its folder",
                       folder);
    tw_status status = tw_folder_path(context, folder, "last.safetensors", &checkpoint);
    if (status == TW_OK) status = tw_checkpoint_options(context, checkpoint, &options);
    if (status == TW_OK) {
        if (epochs > 0 || steps > 0) {
            options.values.epochs = epochs;
            options.values.steps = steps;
        }
        tw_training_options values = options.values;
        values.out = folder; // it may have been moved
        values.train_set = train_set;
        values.test_set = test_set;
        status = start(context, &values, &options, &made);
    }
    if (status == TW_OK) status = open_again(made, checkpoint);
    if (status == TW_OK) made->saved = true;
    if (status == TW_OK && epochs == 0 && steps == 0)
        made->stopped_early = tw_training_patience_ended(made);
    else if (status == TW_OK)
        made->state.ended = 0.0; // it may try again
    tw_release(checkpoint);
    tw_run_options_free(&options);
    if (status == TW_OK)
        *training = made;
    else
        tw_training_free(made);
    return status;
}

void tw_training_free(tw_training *training) {
    if (training == NULL) return;
    tw_batches_free(training->batches);
    tw_batches_free(training->test_batches);
    tw_batches_free(training->all_batches);
    tw_training_close_network(training);
    tw_training_close_method(training);
    tw_phases_free(&training->phases);
    tw_variables_free(training->variables);
    if (training->owns_train) tw_data_free(training->train);
    if (training->owns_test) tw_data_free(training->test);
    tw_run_options_free(&training->options);
    tw_release(training->description);
    tw_release(training);
}

const char *tw_training_description(const tw_training *training) {
    return training->description;
}

tw_clock tw_training_clock(const tw_training *training, uint64_t step) {
    tw_clock clock = training->clock;
    tw_clock_set_step(&clock, step);
    return clock;
}

double tw_training_value_at(const tw_training *training, const char *hyperparameter,
                            const tw_clock *clock) {
    if (training->method != NULL) return tw_method_value(training->method, hyperparameter, clock);
    return strcmp(hyperparameter, "lr") == 0 ? tw_descent_rate(training, clock->step) : NAN;
}

double tw_training_value(const tw_training *training, const char *hyperparameter, uint64_t step) {
    tw_clock clock = tw_training_clock(training, step);
    return tw_training_value_at(training, hyperparameter, &clock);
}

tw_variables *tw_training_variables(tw_training *training) {
    return training->variables;
}

tw_status tw_training_save(tw_training *training, const char *path) {
    return tw_checkpoint_write(training, path);
}
