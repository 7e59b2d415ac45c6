// Phases of a run: "adam:lr=1e-3 for 5; lbfgs" trains five epochs by the one and the rest by the other.
#ifndef TW_TRAIN_PHASES_H
#define TW_TRAIN_PHASES_H

#include <stdint.h>

#include "thalweg/train.h"

#define TW_PHASES_MAX 16

typedef enum tw_phase_kind {
    TW_PHASE_RULES,  // of method.h
    TW_PHASE_SOLVER, // of minimize.h: a step takes all examples
    TW_PHASE_SLBFGS, // minibatches, but no rule
} tw_phase_kind;

typedef struct tw_phases {
    int count;
    char *method[TW_PHASES_MAX];    // owned
    uint64_t epochs[TW_PHASES_MAX]; // of the last: 0, it has what is left
    tw_phase_kind kind[TW_PHASES_MAX];
} tw_phases;

// Reads METHOD for EPOCHS; ...; METHOD. Errors: TW_BAD_TEXT; TW_NO_MEMORY. Free with tw_phases_free, on
// failure too.
tw_status tw_phases_parse(tw_context *context, const char *text, tw_phases *phases);
void tw_phases_free(tw_phases *phases);

// Whether one of them is, or is not, of rules.
bool tw_phases_have_rules(const tw_phases *phases);
bool tw_phases_have_descents(const tw_phases *phases);

// The kind that a method's text is of.
tw_phase_kind tw_phase_kind_of(const char *method);

// The phase that a training is in; whether it is the last.
const char *tw_phase_method(const tw_training *training);
tw_phase_kind tw_phase_kind_now(const tw_training *training);
bool tw_phase_is_last(const tw_training *training);

// Opens each later phase and closes it again, so that what is wrong is said now. Errors: theirs;
// TW_BAD_ARGUMENT where the run ends before the last.
tw_status tw_phases_check(tw_training *training);

// The same of what only the network's size tells.
tw_status tw_phases_check_size(const tw_training *training);

// Steps of the current phase if nothing ends it early; of the whole run.
uint64_t tw_phase_steps(const tw_training *training, uint64_t steps_per_epoch);
uint64_t tw_phases_steps(const tw_training *training);

// Where the current phase has come to its end and another follows, goes over to it: weights stay (those
// that the method evaluates with), its states go.
tw_status tw_phases_advance(tw_training *training);

#endif
