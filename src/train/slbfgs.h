// slbfgs: a quasi-Newton method of limited memory for minibatches. Byrd, Hansen, Nocedal and Singer, 2016,
// with curvature from gradients over one batch in place of Hessian products, and no step beyond the minimum of
// a parabola through the loss of its minibatch.
#ifndef TW_TRAIN_SLBFGS_H
#define TW_TRAIN_SLBFGS_H

#include "thalweg/objective.h"
#include "thalweg/variables.h"

typedef struct tw_slbfgs tw_slbfgs;

// Its learning rate at step t: lr/(1 + t/tau), or lr where tau is 0.
typedef struct tw_slbfgs_rate {
    double lr, tau;
} tw_slbfgs_rate;

double tw_slbfgs_rate_at(tw_slbfgs_rate rate, uint64_t step);

// Whether a method's text names it; that text with every key, owned by the caller: free with tw_release.
// Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
bool tw_slbfgs_is_named(const char *text);
tw_status tw_slbfgs_spell(tw_context *context, const char *text, char **method,
                          tw_slbfgs_rate *rate);

// Ready at the objective's start; `surface` (surface.h) is borrowed, `method` was spelled. Free with
// tw_slbfgs_free; NULL is fine.
tw_status tw_slbfgs_new(tw_context *context, const char *method, tw_objective *surface,
                        int64_t batch, tw_slbfgs **slbfgs);
void tw_slbfgs_free(tw_slbfgs *slbfgs);

// Which minibatch a step sees: step from 1, its epoch, its number there and how many there are.
typedef struct tw_slbfgs_place {
    uint64_t step, epoch;
    int64_t index, count;
} tw_slbfgs_place;

// One step. A loss that is not finite moves nothing.
tw_status tw_slbfgs_step(tw_slbfgs *slbfgs, const tw_slbfgs_place *place, double *loss);

// The point it is at [n], the length of its last gradient.
void *tw_slbfgs_point(const tw_slbfgs *slbfgs);
double tw_slbfgs_gradient_norm(const tw_slbfgs *slbfgs);

// All that the next step depends on; whether what a checkpoint put there can be.
tw_variables *tw_slbfgs_variables(tw_slbfgs *slbfgs);
bool tw_slbfgs_is_sound(const tw_slbfgs *slbfgs);

#endif
