// What is watched while a training runs: forecasts of a step (curvature.h) on a sample of the training set, and
// cliffs, where the gradient's norm jumps above its running median.
#ifndef TW_TRAIN_DIAGNOSING_H
#define TW_TRAIN_DIAGNOSING_H

#include "thalweg/train.h"

typedef struct tw_diagnosing tw_diagnosing;

// Watches a training whose variables and parameters are there. Free with tw_diagnosing_free, before the training's
// model and data. `*diagnosing` is NULL where the options ask for none.
tw_status tw_diagnosing_new(tw_training *training, tw_diagnosing **diagnosing);
void tw_diagnosing_free(tw_diagnosing *diagnosing);

// Looks at the step that was just done, whose gradient had the norm `grad_norm`: what it finds goes to
// `progress` and, where there is a run folder, to its metrics.
tw_status tw_diagnosing_look(tw_diagnosing *diagnosing, double grad_norm, tw_progress *progress);

#endif
