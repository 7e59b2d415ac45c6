// The part of a training whose method takes the whole training set for each step (lbfgs, newton_cg, ...).
#ifndef TW_TRAIN_FULL_BATCH_H
#define TW_TRAIN_FULL_BATCH_H

#include "thalweg/minimize.h"
#include "thalweg/train.h"
#include "thalweg/variables.h"

#define TW_FULL_BATCH_PREFIX "minimization:" // of its arrays' names in a checkpoint

typedef struct tw_full_batch {
    char *method; // with every key; NULL: the training's method is one of rules
    tw_objective *objective;
    tw_minimization *minimization; // made by the first step
    double examples_counted;       // of the objective's evaluations, in the run's sum already
} tw_full_batch;

// Whether a method's text names one.
bool tw_full_batch_is_named(const char *method);

// Whether this training has one.
bool tw_full_batch_is_on(const tw_training *training);

// Reads the method. Errors: TW_BAD_TEXT, TW_BAD_ARGUMENT, also for options that it has no use for.
tw_status tw_full_batch_open(tw_training *training);

// Whether a method that takes all can train a network of this size. Errors: TW_BAD_ARGUMENT.
tw_status tw_full_batch_check(const tw_training *training, const char *method);

// Goes on from arrays that a checkpoint left among the variables, and takes them from there.
tw_status tw_full_batch_resume(tw_training *training);

// What a checkpoint must hold beside the parameters. NULL before the first step.
const tw_variables *tw_full_batch_variables(const tw_training *training);

// One iteration; the parameters become those of the best point seen. `*loss`: there, with penalties.
tw_status tw_full_batch_step(tw_training *training, double *loss);

void tw_full_batch_close(tw_training *training);

#endif
