// Where a training is: what schedules, rules and dropout may depend on, and nothing else.
//
//     tw_clock clock = {.total_steps = 4680, .example_count = 60000, .minibatch = 128,
//                       .steps_per_epoch = 469};
//     tw_clock_set_step(&clock, 470); // the first step of the second epoch: epoch is 469/469 = 1
//
// Everything follows from the step, so that a resumed run sees the same values as one that was not stopped.
#ifndef THALWEG_CLOCK_H
#define THALWEG_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_clock {
    uint64_t step;          // t: the update that is computed now, from 1
    double epoch;           // passes over the data before this step: (t - 1)/steps_per_epoch
    uint64_t total_steps;   // T: steps of the whole training; 0 if unknown
    uint64_t example_count; // N: training examples; 0 if there is no data set
    uint64_t minibatch;     // B: examples of a full minibatch; the last of an epoch may have fewer
    uint64_t steps_per_epoch; // 0 if there are no epochs
} tw_clock;

// Sets the step and the epoch that follows from it (0 without steps_per_epoch).
static inline void tw_clock_set_step(tw_clock *clock, uint64_t step) {
    clock->step = step;
    clock->epoch = clock->steps_per_epoch > 0 && step > 0
                       ? (double)(step - 1) / (double)clock->steps_per_epoch
                       : 0.0;
}

#ifdef __cplusplus
}
#endif

#endif
