// The part of a training whose method is no rule and goes down the loss surface (surface.h) by itself: a
// solver of minimize.h, whose iteration takes all examples and is an epoch, or slbfgs, for minibatches.
#ifndef TW_TRAIN_DESCENT_H
#define TW_TRAIN_DESCENT_H

#include "thalweg/minimize.h"
#include "thalweg/train.h"
#include "thalweg/variables.h"
#include "train/slbfgs.h"

#define TW_DESCENT_PREFIX "minimization:" // of its arrays' names in a checkpoint

typedef struct tw_descent {
    char *method; // with every key; NULL: the training's method is one of rules
    tw_objective *surface;
    tw_minimization *minimization; // one of these
    tw_slbfgs *slbfgs;
    uint64_t own_bytes;  // of it
    bool begun;          // it is where the parameters are: not before the first step
    tw_slbfgs_rate rate; // of slbfgs
    double seen; // of the examples that the surface has seen, those counted as trained on already
} tw_descent;

// Whether the phase that the training is in has one.
bool tw_descent_is_on(const tw_training *training);

// Reads the method. Errors: TW_BAD_TEXT, TW_BAD_ARGUMENT, also for options that it has no use for.
tw_status tw_descent_open(tw_training *training);

// Makes its memory, once the parameters are there. Errors: TW_BAD_ARGUMENT for a network that is too large;
// TW_NO_MEMORY.
tw_status tw_descent_make(tw_training *training);

// What it needs beside the parameters: as tw_surface_measure says, and its own bytes among the variables'.
tw_plan_size tw_descent_measure(const tw_training *training);

// Whether a solver can train a network of this size. Errors: TW_BAD_ARGUMENT.
tw_status tw_descent_check(const tw_training *training, const char *method);

// Goes on from arrays that a checkpoint left among the variables, and takes them from there.
tw_status tw_descent_resume(tw_training *training);

// What a checkpoint must hold beside the parameters. NULL before the first step.
const tw_variables *tw_descent_variables(const tw_training *training);

// Its learning rate at a step of the phase; NaN where it has none.
double tw_descent_rate(const tw_training *training, uint64_t step);

// One step. The parameters become those of the best point that a solver has seen, or where slbfgs is.
// `*loss`: of what the step saw, with penalties.
tw_status tw_descent_step(tw_training *training, double *loss);

void tw_descent_close(tw_training *training);

#endif
