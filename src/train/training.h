// A training from inside: what the files of this folder share.
#ifndef TW_TRAIN_TRAINING_H
#define TW_TRAIN_TRAINING_H

#include "base/text.h"
#include "thalweg/archive.h"
#include "thalweg/data.h"
#include "thalweg/objective.h"
#include "thalweg/schedule.h"
#include "train/descent.h"
#include "train/diagnosing.h"
#include "train/network.h"
#include "train/options.h"
#include "train/phases.h"

#define TW_SCHEDULES_MAX 16

// One hyperparameter that follows a schedule.
typedef struct tw_scheduled {
    char name[64];
    tw_schedule *schedule;
} tw_scheduled;

// Where a run is: all of it is in a checkpoint, as numbers.
#define TW_RUN_NUMBERS(X)                                                                          \
    X(step)     /* updates done */                                                                 \
    X(loss_sum) /* of the open epoch, over its examples so far */                                  \
    X(wrong_sum)                                                                                   \
    X(example_count)                                                                               \
    X(epoch_seconds) /* in its steps */                                                            \
    X(seconds)       /* in all steps */                                                            \
    X(trained_count) /* examples in all steps */                                                   \
    X(epochs)        /* measured; one that the run ended within counts */                          \
    X(best)          /* lowest measure, NaN before the first */                                    \
    X(best_epoch)                                                                                  \
    X(bad_epochs) /* since the best */                                                             \
    X(train_loss) /* of the last epoch */                                                          \
    X(train_error)                                                                                 \
    X(test_loss)                                                                                   \
    X(test_error)                                                                                  \
    X(grad_norm)                                                                                   \
    X(metrics_bytes) /* of metrics.jsonl */                                                        \
    X(unmeasured)    /* 1: the last step ended an epoch whose measures are not taken yet */        \
    X(ended)         /* 1: the method had nothing left to do */                                    \
    X(phase)         /* of the method, from 0 */                                                   \
    X(phase_step)    /* updates done before it */                                                  \
    X(phase_epoch)   /* epochs before it */

typedef struct tw_run_state {
#define TW_RUN_FIELD(name) double name;
    TW_RUN_NUMBERS(TW_RUN_FIELD)
#undef TW_RUN_FIELD
} tw_run_state;

struct tw_training {
    tw_context *context;
    tw_run_options options;
    tw_data *train, *test; // test may be NULL
    bool owns_train, owns_test;
    tw_example_form form;
    double loss_unit; // a fetched loss times this is in the data's own unit
    tw_model *model;
    const tw_loss *loss;
    tw_phases phases;
    // What follows is of the phase the run is in: its clock counts from the phase's beginning.
    tw_method *method; // NULL where one takes all examples for a step
    tw_descent descent;
    tw_scheduled scheduled[TW_SCHEDULES_MAX];
    int scheduled_count;
    tw_initialiser *weights, *biases;
    tw_variables *variables;
    tw_network network;
    tw_measuring measuring;
    tw_batches *batches;                    // to train on
    tw_batches *test_batches, *all_batches; // to measure on; NULL where that is not wanted
    int64_t minibatches;                    // in an epoch
    tw_clock clock;
    tw_run_state state;
    tw_diagnosing *diagnosing; // NULL: nothing is watched
    bool stopped_early;
    bool saved;       // a checkpoint lies in the run folder
    char ending[256]; // why the method ended the run, "" where it did not
    char *description;
};

// The loss over the training set (a sample of `examples`; 0: all) as a function of the parameters, which it
// starts at. `*surface` is owned by the caller: free with tw_objective_free, before the training.
tw_status tw_training_surface(tw_training *training, int64_t examples, tw_objective **surface);

// Opens everything that the options name. On failure what was opened is freed by tw_training_free.
tw_status tw_training_open_data(tw_training *training);
tw_status tw_training_open_method(tw_training *training);
tw_status tw_training_open_network(tw_training *training);

// Frees what they opened.
void tw_training_close_method(tw_training *training);
void tw_training_close_network(tw_training *training);

// Puts the minibatches where the run is.
tw_status tw_training_seek(tw_training *training);

// Updates done in the current phase.
uint64_t tw_training_phase_step(const tw_training *training);

// The training set and the test set (NULL: none) that options name. Both are owned by the caller, on failure
// too: free with tw_data_free. Where files are missing, the message says from which folder they were named.
tw_status tw_training_data(tw_context *context, const tw_run_options *options, tw_data **train,
                           tw_data **test);

// A hyperparameter's value; NaN where the method has none of that name.
double tw_training_value_at(const tw_training *training, const char *hyperparameter,
                            const tw_clock *clock);

// How many updates an epoch of a phase has.
uint64_t tw_training_steps_per_epoch(const tw_training *training, int phase);

// Mean loss (in the data's unit) and error over a set; error NaN for a regression.
tw_status tw_training_measure(tw_training *training, tw_batches *batches, double *loss,
                              double *error);

// Takes the measures of the epoch that the last step ended, and keeps them: metrics, checkpoints, plateau,
// patience.
tw_status tw_training_end_epoch(tw_training *training, tw_epoch *epoch);

// TW_DIVERGED, with a message that names the first, where a variable holds a number that is not finite: it
// must never reach a checkpoint.
tw_status tw_training_check_finite(const tw_training *training);

// Whether as many epochs as patience allows were no better.
bool tw_training_patience_ended(const tw_training *training);

// Everything a checkpoint holds, to a file; and from one, before the network is built.
tw_status tw_checkpoint_write(tw_training *training, const char *path);
tw_status tw_checkpoint_place(tw_training *training, const char *path); // only where the run is
tw_status tw_checkpoint_restore(tw_training *training, const char *path);

// Once the network is built: TW_MISMATCH where it needed a variable beside the `variables_read` of the
// checkpoint, which would start anew and not go on.
tw_status tw_checkpoint_check_whole(const tw_training *training, const char *path,
                                    int variables_read);

// Only the options of the run that wrote a checkpoint; a file that is one, open; its arrays as variables.
tw_status tw_checkpoint_options(tw_context *context, const char *path, tw_run_options *options);
tw_status tw_checkpoint_open(tw_context *context, const char *path, tw_archive **archive);
tw_status tw_checkpoint_variables(tw_archive *archive, tw_variables *variables);

// The run folder: made with its config; a file in it (`name` copied behind the folder, owned by the
// caller: free with tw_release); a line of metrics; both checkpoints after an epoch.
tw_status tw_folder_start(tw_training *training);
tw_status tw_folder_path(tw_context *context, const char *folder, const char *name, char **path);
tw_status tw_folder_add_line(tw_training *training, const tw_json *json);
tw_status tw_folder_add_metrics(tw_training *training, const tw_epoch *epoch);
tw_status tw_folder_save(tw_training *training, const char *name);
tw_status tw_folder_continue(tw_training *training);

// The words of tw_training_description.
tw_status tw_training_describe(tw_training *training);

// Adds a set's name and how it was read, indented as the description of a training is.
void tw_describe_set(const tw_data *data, const char *label, tw_text *text);

#endif
