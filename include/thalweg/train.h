// Minibatch training: a data set, a model and a method become a run that can be watched, stopped,
// resumed exactly and measured.
//
//     tw_training_options options = tw_training_options_default();
//     options.data = "mnist:data/mnist";
//     options.model = "mlp:400,400";
//     options.method = "adam:lr=1e-3";
//     options.schedule = "linear";
//     tw_training *training = NULL;
//     if (tw_training_new(context, &options, &training) != TW_OK) ...
//     tw_training_run(training, &(tw_training_watch){.epoch = print_epoch}, &result);
//     tw_training_free(training);
//
// Order: options, new (or resume), run or step by step, free. The same options and seed give the same
// bits, whatever the number of threads, and whether the run was stopped and resumed or not.
#ifndef THALWEG_TRAIN_H
#define THALWEG_TRAIN_H

#include "thalweg/clock.h"
#include "thalweg/curvature.h"
#include "thalweg/data.h"
#include "thalweg/json.h"
#include "thalweg/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_training tw_training;

#define TW_DIAGNOSE_EVERY 500 // steps between forecasts where nothing else is wanted

// Everything that decides a run. Texts are UTF-8 and copied by tw_training_new; the defaults come from
// tw_training_options_default alone. The method is
//   - one of method.h, which makes a step for each minibatch;
//   - one of minimize.h, such as "lbfgs:m=10": each step uses all examples and is an epoch, and `batch` says how
//     many examples are held in memory at a time;
//   - "slbfgs": quasi-Newton steps for minibatches;
//   - or phases, such as "adam for 5; lbfgs": five epochs by the one, the rest by the other.
typedef struct tw_training_options {
    const char *data; // what to train on (data.h). Default "strokes".
    const char *test; // what to measure on; NULL (default): the format's own, else held out
    double holdout;   // share held out where there is no test set. Default 0.2; 0: measure nothing
    // Hold out also where the format has a test set of its own, which is left for the end. Default false.
    bool spare_test;
    tw_data *train_set;   // a host program's own set in place of `data`; borrowed: valid until free
    tw_data *test_set;    // and in place of `test`
    const char *model;    // model.h. Default "mlp:128".
    const char *method;   // Default "adam".
    const char *schedule; // of lr (schedule.h). Default NULL: what the method's text says.
    const char *schedules; // of others, "momentum: linear:end=0.5; beta1: cosine". Default NULL.
    const char *groups;    // "*bias*: weight_decay=0; ..." (method.h). Default NULL.
    const char *loss;      // loss.h. Default NULL: cross_entropy for classes, else squared.
    const char *init; // of weights (init.h). Default NULL: he before relu-like layers, else xavier.
    const char *bias_init; // Default NULL: zeros.
    tw_dtype precision;    // TW_F32 (default) or TW_F64
    int64_t batch;         // B, examples in a minibatch. Default 128.
    int64_t accumulate;    // minibatches averaged for one step, an epoch at most. Default 1.
    uint64_t epochs;       // passes over the data. Default 10; ignored where `steps` is not 0.
    uint64_t steps;        // updates in all. Default 0: as `epochs` says.
    double l1, l2;         // penalty on weights: l1*|w| + l2*w^2/2. Default 0.
    uint64_t seed;         // Default 1.
    bool eval_train;       // measure the whole training set after each epoch. Default false.
    uint64_t patience;     // stop after so many epochs without a better test error (loss, of a
                           // regression; train loss, without a test set). Default 0: never.
    const char *out;       // run folder; NULL (default): nothing is written
    bool force;            // empty a run folder that holds something. Default false.
    // Forecast a step (curvature.h) every so many steps, on a sample of one minibatch, and watch for
    // cliffs. Default 0: never; TW_DIAGNOSE_EVERY costs less than a twentieth of the time.
    uint64_t diagnose_every;
    uint64_t checkpoint_every; // also every so many steps; 0 (default): after each epoch
} tw_training_options;

// The defaults, said beside each field.
TW_API tw_training_options tw_training_options_default(void);

// Opens the data, builds and plans the graphs, initialises the parameters, and makes the run folder.
// `*training` is owned by the caller: free with tw_training_free. Errors: TW_BAD_ARGUMENT, TW_BAD_TEXT,
// TW_BAD_SHAPE, TW_BAD_FILE, TW_NOT_FOUND; TW_EXISTS for a run folder that is not empty; TW_IO;
// TW_NO_MEMORY. On failure nothing is written.
TW_API tw_status tw_training_new(tw_context *context, const tw_training_options *options,
                                 tw_training **training);

// Continues the run of a folder at its last checkpoint, with the options it was started with. `epochs` or
// `steps`, if not 0, set a new end. `*training` is owned by the caller: free with tw_training_free. Errors:
// as above; TW_MISMATCH if the checkpoint does not belong to the options of the run.
TW_API tw_status tw_training_resume(tw_context *context, const char *folder, uint64_t epochs,
                                    uint64_t steps, tw_training **training);

// The same for a run on a program's own data sets, which are given again and must hold what they held then.
// `test_set` may be NULL. Both are borrowed: valid until the training is freed.
TW_API tw_status tw_training_resume_on(tw_context *context, const char *folder, tw_data *train_set,
                                       tw_data *test_set, uint64_t epochs, uint64_t steps,
                                       tw_training **training);

// Frees; NULL is fine.
TW_API void tw_training_free(tw_training *training);

// Measures of one epoch; NaN where there is none (no test set, a regression's error, no --eval-train).
typedef struct tw_epoch {
    uint64_t epoch;                 // from 1
    uint64_t step;                  // updates done
    double train_loss, train_error; // over the minibatches as they were trained, or the whole set
    double test_loss, test_error;
    double lr;        // of the last step
    double grad_norm; // of the last step's gradient, all parameters, before any link of the method
    double seconds;   // spent in training steps in this epoch
    bool best;        // better than all before
} tw_epoch;

// Called after an epoch.
typedef void tw_epoch_function(const tw_epoch *epoch, void *user);

// Adds an epoch to `json` as a line of type "epoch", as it stands in metrics.jsonl of the run folder.
TW_API void tw_epoch_line(tw_json *json, const tw_epoch *epoch);

// A step whose gradient's norm was more than 10 times the median of those before it (of 20 to 101).
typedef struct tw_cliff {
    uint64_t step;
    double grad_norm;
    double median; // a clip_norm:c=median would have scaled the step by median/grad_norm
} tw_cliff;

// Where a run is after a step. Pointers are borrowed: valid until the next step.
typedef struct tw_progress {
    uint64_t step, total_steps;
    double loss;                      // of the step's minibatch
    double seconds;                   // in training steps so far
    double seconds_left;              // at this pace
    const tw_step_forecast *forecast; // made after this step (diagnose_every), else NULL
    const tw_cliff *cliff;            // if this step was one, else NULL
} tw_progress;

// Adds what was found at a step, as lines of type "forecast" and "cliff", as they stand in metrics.jsonl of
// the run folder. Adds nothing if nothing was found.
TW_API void tw_progress_findings(tw_json *json, const tw_progress *progress);

// Functions to be called while it trains, on the thread that called tw_training_run. Each may be NULL.
typedef struct tw_training_watch {
    tw_epoch_function *epoch;
    void (*step)(const tw_progress *progress, void *user);
    void *user;
} tw_training_watch;

typedef struct tw_training_result {
    tw_status status; // TW_OK, TW_DIVERGED, TW_INTERRUPTED
    uint64_t epochs, steps;
    uint64_t parameters;                                   // trained numbers
    double train_loss, train_error, test_loss, test_error; // of the last epoch
    double best_test_error;                                // NaN if none
    uint64_t best_epoch;                                   // 0 if none
    bool stopped_early;                                    // by patience
    const char *ending; // a sentence: why the method itself ended the run; "" where it did not.
                        // Borrowed: valid while the training is
    double seconds;     // in training steps
    double samples_per_second;
    uint64_t peak_rss_bytes;
    const char *out; // run folder or NULL; borrowed: valid while the training is
    bool saved;      // a checkpoint lies there: not if the run diverged before the first was due
} tw_training_result;

// Trains to the end. `watch` may be NULL. `*result` is filled in any case, and its status is returned:
// TW_OK; TW_DIVERGED, with a message that names the step and what stopped being finite; TW_INTERRUPTED after
// tw_context_cancel, with a checkpoint if there is a run folder; or TW_IO, TW_NO_MEMORY, what the data say.
// If a loss diverged, the parameters and states are those before that step. Nothing that is not finite is
// ever written to a checkpoint.
TW_API tw_status tw_training_run(tw_training *training, const tw_training_watch *watch,
                                 tw_training_result *result);

// One update, for a program's own loop. `*progress` says where the run is after it. If the update was the
// last of an epoch, the epoch is measured, `*epoch_ended` is true and `*epoch` is filled. Call it until
// tw_training_done says so. Errors: as tw_training_run; TW_INTERRUPTED if tw_context_cancel ended the
// measuring of an epoch, whose last update is done then: the next call, or that of a run resumed from here,
// measures it.
TW_API tw_status tw_training_step(tw_training *training, tw_progress *progress, bool *epoch_ended,
                                  tw_epoch *epoch);

// Whether the last step is done, patience has ended, or the method found nothing left to do.
TW_API bool tw_training_done(const tw_training *training);

// What is about to happen, for people: data, layers with their shapes and parameters, the method and which
// parameter has which hyperparameters, planned memory. Borrowed: valid while the training is.
TW_API const char *tw_training_description(const tw_training *training);

// The clock at step `step`, 1 to the last, of the phase that the run is in.
TW_API tw_clock tw_training_clock(const tw_training *training, uint64_t step);

// The value of a hyperparameter at step `step`, 1 to the last, of the phase that the run is in; NaN if there
// is none of that name.
TW_API double tw_training_value(const tw_training *training, const char *hyperparameter,
                                uint64_t step);

// A phase of a run, as planned: methods with nothing left to do end earlier.
typedef struct tw_training_phase {
    const char *method;                   // borrowed: valid while the training is
    uint64_t steps_before, epochs_before; // of the run
    uint64_t steps;
} tw_training_phase;

// Describes phase `index` of those that are left; 0 is the one that the run is in. Returns false behind the
// last.
TW_API bool tw_training_phase_at(const tw_training *training, int index, tw_training_phase *phase);

// Goes to the next phase as if all steps of this one were done, to look at its clock and values without
// training. Errors: TW_NOT_FOUND in the last phase; what opening the method says.
TW_API tw_status tw_training_look_ahead(tw_training *training);

// The parameters and states, by name. Borrowed: valid while the training is.
TW_API tw_variables *tw_training_variables(tw_training *training);

// The outputs of the model for `count` examples: x [count, features] and outputs [count, classes or target
// width], both in the precision of the training (float for TW_F32). Outputs are scores as the last layer
// gives them; a regression's are standardised as its targets (tw_data_target_mean). Errors: TW_NO_MEMORY.
TW_API tw_status tw_training_predict(tw_training *training, const void *x, int64_t count,
                                     void *outputs);

// Writes a checkpoint now: one safetensors file with the parameters, every state of the method, and the
// position of the run. Errors: TW_DIVERGED if one of them is not finite, TW_IO, TW_NO_MEMORY; `path` is then
// as it was.
TW_API tw_status tw_training_save(tw_training *training, const char *path);

#define TW_CLIFFS_MAX 64

typedef struct tw_cliffs {
    bool watched;  // the run was diagnosed on its way
    int64_t count; // cliffs in all; the first TW_CLIFFS_MAX of them are:
    tw_cliff cliffs[TW_CLIFFS_MAX];
} tw_cliffs;

// Calls `visit` for each epoch in the metrics of a run folder, in their order; `best` is false in all.
// Errors: as tw_run_cliffs.
TW_API tw_status tw_run_epochs(tw_context *context, const char *folder, tw_epoch_function *visit,
                               void *user);

// The cliffs in the metrics of a run folder. Errors: TW_NOT_FOUND, TW_BAD_FILE, TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_run_cliffs(tw_context *context, const char *folder, tw_cliffs *cliffs);

#ifdef __cplusplus
}
#endif

#endif
