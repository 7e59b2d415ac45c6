// What an epoch ends with: measures, the plateau's and patience's memory, metrics and checkpoints.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "train/training.h"

tw_status tw_training_measure(tw_training *training, tw_batches *batches, double *loss,
                              double *error) {
    tw_measuring *measuring = &training->measuring;
    double loss_sum = 0.0, wrong = 0.0, examples = 0.0;
    int64_t count = tw_batches_per_epoch(batches);
    *loss = *error = NAN;
    tw_status status = tw_batches_seek(batches, 0, 0);
    for (int64_t i = 0; i < count && status == TW_OK; i++) {
        tw_batch batch;
        if (tw_context_cancelled(training->context)) return TW_INTERRUPTED;
        status = tw_batches_next(batches, &batch);
        if (status == TW_OK) status = tw_plan_feed(measuring->plan, measuring->x, batch.x);
        if (status == TW_OK)
            status = tw_plan_feed(measuring->plan, measuring->target, batch.targets);
        if (status == TW_OK) status = tw_plan_run(measuring->plan, batch.count, &training->clock);
        if (status != TW_OK) return status;
        double share = (double)batch.count;
        loss_sum += share * tw_plan_scalar(measuring->plan, measuring->loss);
        if (measuring->wrong.index >= 0) wrong += tw_plan_scalar(measuring->plan, measuring->wrong);
        examples += share;
    }
    if (status != TW_OK) return status;
    *loss = loss_sum / examples * training->loss_unit;
    if (measuring->wrong.index >= 0) *error = wrong / examples;
    return TW_OK;
}

// Nothing of the run's state changes where a measure fails or is cancelled.
static tw_status take_measures(tw_training *training) {
    tw_run_state *state = &training->state, found = *state;
    tw_status status = TW_OK;
    if (training->network.eval != NULL)
        status = tw_plan_run(training->network.eval, 1, &training->clock);
    found.train_loss = state->loss_sum / state->example_count;
    found.train_error = training->form.classes > 0 ? state->wrong_sum / state->example_count : NAN;
    if (status == TW_OK && training->all_batches != NULL &&
        (training->options.values.eval_train || tw_descent_is_on(training)))
        status = tw_training_measure(training, training->all_batches, &found.train_loss,
                                     &found.train_error);
    if (status == TW_OK && training->test_batches != NULL)
        status = tw_training_measure(training, training->test_batches, &found.test_loss,
                                     &found.test_error);
    if (status != TW_OK) return status;
    found.epochs = state->phase_epoch + ceil((double)tw_training_phase_step(training) /
                                             (double)training->clock.steps_per_epoch);
    found.unmeasured = 0.0;
    *state = found;
    return TW_OK;
}

static void observe(tw_training *training) {
    const tw_run_state *state = &training->state;
    tw_measures measures = {.test_error = state->test_error,
                            .test_loss = state->test_loss,
                            .train_loss = state->train_loss};
    for (int i = 0; i < training->scheduled_count; i++)
        tw_schedule_observe(training->scheduled[i].schedule, &training->clock, &measures);
}

bool tw_training_patience_ended(const tw_training *training) {
    uint64_t patience = training->options.values.patience;
    return patience > 0 && training->state.bad_epochs >= (double)patience;
}

// The error on unseen data is what matters; a regression has only its loss.
static bool is_best(tw_training *training) {
    tw_run_state *state = &training->state;
    double measure = training->test == NULL       ? state->train_loss
                     : training->form.classes > 0 ? state->test_error
                                                  : state->test_loss;
    bool best = !isnan(measure) && (isnan(state->best) || measure < state->best);
    if (best) {
        state->best = measure;
        state->best_epoch = state->epochs;
        state->bad_epochs = 0.0;
    } else
        state->bad_epochs += 1.0;
    training->stopped_early = tw_training_patience_ended(training);
    return best;
}

static int64_t first_infinite(const tw_tensor *tensor) {
    int64_t count = tw_tensor_elements(tensor), i = 0;
    const void *data = tw_tensor_data(tensor);
    if (tw_tensor_dtype(tensor) == TW_F32)
        while (i < count && isfinite(((const float *)data)[i])) i++;
    else if (tw_tensor_dtype(tensor) == TW_F64)
        while (i < count && isfinite(((const double *)data)[i])) i++;
    else
        return count;
    return i;
}

tw_status tw_training_check_finite(const tw_training *training) {
    for (int i = 0; i < tw_variables_count(training->variables); i++) {
        const tw_tensor *tensor = tw_variables_tensor(training->variables, i);
        int64_t at = first_infinite(tensor);
        if (at == tw_tensor_elements(tensor)) continue;
        return tw_fail(training->context, TW_DIVERGED,
                       "step %" PRIu64 ": %s[%" PRId64 "] is no finite number; try a smaller "
                       "learning rate or clip_norm in front of the method",
                       (uint64_t)training->state.step, tw_variables_name(training->variables, i),
                       at);
    }
    return TW_OK;
}

static void tell_epoch(const tw_training *training, bool best, tw_epoch *epoch) {
    const tw_run_state *state = &training->state;
    *epoch = (tw_epoch){
        .epoch = (uint64_t)state->epochs,
        .step = (uint64_t)state->step,
        .train_loss = state->train_loss,
        .train_error = state->train_error,
        .test_loss = state->test_loss,
        .test_error = state->test_error,
        .lr = tw_training_value_at(training, "lr", &training->clock),
        .grad_norm = state->grad_norm,
        .seconds = state->epoch_seconds,
        .best = best,
    };
}

tw_status tw_training_end_epoch(tw_training *training, tw_epoch *epoch) {
    tw_run_state *state = &training->state;
    tw_status status = take_measures(training);
    if (status == TW_OK) status = tw_training_check_finite(training);
    if (status != TW_OK) return status;
    bool best = is_best(training);
    tell_epoch(training, best, epoch);
    observe(training);
    if (training->clock.step % training->clock.steps_per_epoch == 0) // else the run ends within it
        state->loss_sum = state->wrong_sum = state->example_count = state->epoch_seconds = 0.0;
    if (training->options.values.out == NULL) return TW_OK;
    status = tw_folder_add_metrics(training, epoch);
    if (status == TW_OK && best) status = tw_folder_save(training, "best.safetensors");
    return status == TW_OK ? tw_folder_save(training, "last.safetensors") : status;
}

tw_status tw_training_predict(tw_training *training, const void *x, int64_t count, void *outputs) {
    tw_measuring *measuring = &training->measuring;
    size_t number = tw_dtype_size(training->options.values.precision);
    size_t in = (size_t)tw_shape_elements(&training->form.shape) * number;
    size_t out = (size_t)tw_form_outputs(&training->form) * number;
    tw_status status = tw_plan_feed(measuring->plan, measuring->target, measuring->no_targets);
    int64_t most = tw_form_measure_batch(&training->form);
    for (int64_t done = 0; done < count && status == TW_OK;) {
        int64_t part = count - done < most ? count - done : most;
        const char *from = (const char *)x + (size_t)done * in;
        status = tw_plan_feed(measuring->plan, measuring->x, from);
        if (status == TW_OK) status = tw_plan_run(measuring->plan, part, &training->clock);
        if (status == TW_OK)
            memcpy((char *)outputs + (size_t)done * out,
                   tw_plan_value(measuring->plan, measuring->outputs), (size_t)part * out);
        done += part;
    }
    return status;
}
