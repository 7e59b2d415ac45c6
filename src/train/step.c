// One update after another: what happens between two measures.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "train/training.h"

static uint64_t done(const tw_training *training) {
    return (uint64_t)training->state.step;
}

// Where --epochs or --steps end the run, in whatever phase.
static bool is_at_the_end(const tw_training *training) {
    const tw_training_options *options = &training->options.values;
    return options->steps > 0 ? done(training) >= options->steps
                              : training->state.epochs >= (double)options->epochs;
}

bool tw_training_done(const tw_training *training) {
    if (training->state.unmeasured != 0.0) return false;
    if (training->stopped_early) return true;
    bool phase_ended = training->state.ended != 0.0 ||
                       tw_training_phase_step(training) >= training->clock.total_steps;
    return phase_ended && (tw_phase_is_last(training) || is_at_the_end(training));
}

static bool ends_epoch(const tw_training *training) {
    uint64_t step = training->clock.step;
    return step % training->clock.steps_per_epoch == 0 || step == training->clock.total_steps;
}

// The norm is measured where somebody asks for it.
static bool wants_norm(const tw_training *training) {
    return training->diagnosing != NULL || ends_epoch(training);
}

static tw_status feed(tw_training *training, tw_plan *plan, const tw_batch *batch) {
    tw_status status = tw_plan_feed(plan, training->network.x, batch->x);
    return status == TW_OK ? tw_plan_feed(plan, training->network.target, batch->targets) : status;
}

// Adds a minibatch's measures to the open epoch.
static void count_in(tw_training *training, const tw_plan *plan, int64_t examples, double *loss) {
    *loss = tw_plan_scalar(plan, training->network.loss) * training->loss_unit;
    tw_run_state *state = &training->state;
    state->loss_sum += *loss * (double)examples;
    state->example_count += (double)examples;
    state->trained_count += (double)examples;
    if (training->network.wrong.index >= 0)
        state->wrong_sum += tw_plan_scalar(plan, training->network.wrong);
}

// Runs a minibatch. A loss that is no number ends the run before anything is written.
static tw_status run_minibatch(tw_training *training, tw_plan *plan, int64_t examples,
                               double *loss) {
    tw_status status = tw_plan_run(plan, examples, &training->clock);
    if (status == TW_OK) count_in(training, plan, examples, loss);
    if (status != TW_DIVERGED) return status;
    *loss = tw_plan_scalar(plan, training->network.loss);
    return tw_fail(training->context, TW_DIVERGED,
                   "step %" PRIu64 ": the loss is %s; try a smaller learning rate, a warm-up, or "
                   "clip_norm in front of the method",
                   done(training) + 1, isnan(*loss) ? "not a number" : "infinite");
}

static tw_status run_simple(tw_training *training, double *loss) {
    tw_network *network = &training->network;
    bool norm = wants_norm(training);
    tw_plan *plan = norm ? network->step_and_norm : network->step;
    tw_batch batch;
    tw_status status = tw_batches_next(training->batches, &batch);
    if (status == TW_OK) status = feed(training, plan, &batch);
    if (status == TW_OK) status = run_minibatch(training, plan, batch.count, loss);
    if (status == TW_OK && norm) training->state.grad_norm = tw_plan_scalar(plan, network->norm);
    return status;
}

// Examples in the minibatches of this step, so that each example weighs the same.
static int64_t examples_of_step(const tw_training *training, int64_t *minibatches) {
    int64_t size = training->options.values.batch;
    int64_t accumulate = training->options.values.accumulate;
    uint64_t step = tw_training_phase_step(training);
    int64_t first = (int64_t)(step % training->clock.steps_per_epoch) * accumulate;
    int64_t left = training->minibatches - first;
    *minibatches = left < accumulate ? left : accumulate;
    int64_t examples = *minibatches * size;
    int64_t behind = (int64_t)training->clock.example_count - first * size;
    return examples < behind ? examples : behind;
}

static tw_status add_gradient(tw_training *training, tw_plan *plan, int64_t total, double *loss) {
    union {
        float f32;
        double f64;
    } weight;

    tw_batch batch;
    tw_status status = tw_batches_next(training->batches, &batch);
    if (status != TW_OK) return status;
    double share = (double)batch.count / (double)total;
    if (training->options.values.precision == TW_F32)
        weight.f32 = (float)share;
    else
        weight.f64 = share;
    status = tw_plan_feed(plan, training->network.weight, &weight);
    if (status == TW_OK) status = feed(training, plan, &batch);
    return status == TW_OK ? run_minibatch(training, plan, batch.count, loss) : status;
}

static tw_status run_accumulating(tw_training *training, double *loss) {
    tw_network *network = &training->network;
    int64_t minibatches = 0, total = examples_of_step(training, &minibatches);
    tw_status status = TW_OK;
    for (int64_t i = 0; i < minibatches && status == TW_OK; i++)
        status = add_gradient(training, i == 0 ? network->first : network->more, total, loss);
    bool norm = wants_norm(training);
    tw_plan *plan = norm ? network->step_and_norm : network->step;
    if (status == TW_OK) status = tw_plan_run(plan, 1, &training->clock);
    if (status == TW_OK && norm) training->state.grad_norm = tw_plan_scalar(plan, network->norm);
    return status;
}

static tw_status update(tw_training *training, double *loss) {
    double start = tw_clock_seconds();
    tw_status status = tw_phases_advance(training);
    if (status != TW_OK) return status;
    tw_clock_set_step(&training->clock, tw_training_phase_step(training) + 1);
    status = tw_descent_is_on(training)                ? tw_descent_step(training, loss)
             : training->options.values.accumulate > 1 ? run_accumulating(training, loss)
                                                       : run_simple(training, loss);
    double seconds = tw_clock_seconds() - start;
    training->state.seconds += seconds;
    training->state.epoch_seconds += seconds;
    if (status == TW_OK) training->state.step += 1.0;
    return status;
}

static void tell_progress(const tw_training *training, double loss, tw_progress *progress) {
    uint64_t step = done(training), total = tw_phases_steps(training);
    double pace = step > 0 ? training->state.seconds / (double)step : 0.0;
    *progress = (tw_progress){
        .step = step,
        .total_steps = total,
        .loss = loss,
        .seconds = training->state.seconds,
        .seconds_left = total > step ? pace * (double)(total - step) : 0.0,
    };
}

static tw_status save_on_the_way(tw_training *training) {
    uint64_t every = training->options.values.checkpoint_every;
    if (every == 0 || training->options.values.out == NULL || done(training) % every != 0)
        return TW_OK;
    return tw_folder_save(training, "last.safetensors");
}

// An update, and what is to be told and saved behind it where it ends no epoch.
static tw_status step_once(tw_training *training, tw_progress *progress) {
    double loss = NAN;
    tw_status status = update(training, &loss);
    tell_progress(training, loss, progress);
    if (status == TW_OK)
        status = tw_diagnosing_look(training->diagnosing, training->state.grad_norm, progress);
    if (status != TW_OK) return status;
    if (!ends_epoch(training)) return save_on_the_way(training);
    training->state.unmeasured = 1.0;
    return TW_OK;
}

tw_status tw_training_step(tw_training *training, tw_progress *progress, bool *epoch_ended,
                           tw_epoch *epoch) {
    tw_run_state *state = &training->state;
    tw_status status = TW_OK;
    *epoch_ended = false;
    *epoch = (tw_epoch){0};
    if (state->unmeasured == 0.0) {
        status = step_once(training, progress);
    } else { // it was cancelled there
        tw_clock_set_step(&training->clock, tw_training_phase_step(training));
        tell_progress(training, state->loss_sum / state->example_count, progress);
    }
    if (status != TW_OK || state->unmeasured == 0.0) return status;
    status = tw_training_end_epoch(training, epoch);
    *epoch_ended = state->unmeasured == 0.0;
    return status;
}

static tw_status stop(tw_training *training, bool save) {
    tw_status status = save && training->options.values.out != NULL
                           ? tw_folder_save(training, "last.safetensors")
                           : TW_OK;
    if (status != TW_OK) return status;
    return tw_fail(training->context, TW_INTERRUPTED, "stopped after step %" PRIu64,
                   done(training));
}

static tw_status run_steps(tw_training *training, const tw_training_watch *watch) {
    tw_progress progress;
    tw_epoch epoch;
    bool epoch_ended = false;
    while (!tw_training_done(training)) {
        tw_status status = tw_training_step(training, &progress, &epoch_ended, &epoch);
        bool cut = status == TW_INTERRUPTED && training->state.unmeasured != 0.0;
        if (status != TW_OK && !cut) return status;
        if (watch != NULL && watch->step != NULL) watch->step(&progress, watch->user);
        if (epoch_ended && watch != NULL && watch->epoch != NULL) watch->epoch(&epoch, watch->user);
        if (cut || (tw_context_cancelled(training->context) && !tw_training_done(training)))
            return stop(training, !epoch_ended);
    }
    return TW_OK;
}

tw_status tw_training_run(tw_training *training, const tw_training_watch *watch,
                          tw_training_result *result) {
    double seconds_before = training->state.seconds, trained = training->state.trained_count;
    tw_status status = run_steps(training, watch);
    const tw_run_state *state = &training->state;
    double seconds = state->seconds - seconds_before;
    double examples = state->trained_count - trained;
    bool classes = training->form.classes > 0;
    *result = (tw_training_result){
        .status = status,
        .epochs = (uint64_t)state->epochs,
        .steps = done(training),
        .parameters = (uint64_t)tw_network_size(&training->network),
        .train_loss = state->train_loss,
        .train_error = state->train_error,
        .test_loss = state->test_loss,
        .test_error = state->test_error,
        .best_test_error = classes && training->test != NULL ? state->best : NAN,
        .best_epoch = (uint64_t)state->best_epoch,
        .stopped_early = training->stopped_early,
        .ending = training->ending,
        .seconds = state->seconds,
        .samples_per_second = seconds > 0.0 ? examples / seconds : 0.0,
        .peak_rss_bytes = tw_peak_resident_bytes(),
        .out = training->options.values.out,
        .saved = training->saved,
    };
    return status;
}
