// Schedules: the value of a hyperparameter, most often the learning rate, as a function of the step.
//
//     tw_schedule *schedule = NULL;
//     tw_schedule_parse(context, "linear:end=0.01,warmup=100", &schedule);
//     tw_schedule_check(schedule, &clock, 0.1);          // before the first step
//     double lr = tw_schedule_value(schedule, &clock, 0.1);
//     tw_schedule_observe(schedule, &clock, &measures);  // after an epoch; only a plateau listens
//
// The value is the hyperparameter itself, not a factor. It depends on the clock and the initial value
// alone, so that a resumed run sees what an unstopped one sees; a plateau also depends on what was
// observed, and its state is a few numbers for the checkpoint.
//
// Text: NAME[:key=value,...], or an expression in lr0 (the initial value), t (step, from 1), epoch
// (fractional, from 0), T (all steps), N (training examples), B (minibatch), pi and e, such as
// "lr0/sqrt(t)". Links are chained by |, each with the value of the one before it as its lr0:
// "cosine:cycles=3 | plateau:factor=0.5". A key that counts steps is a fraction of T if it is below 1.
//
// Every schedule takes warmup=W, an expression too ("lr0/sqrt(t), warmup=100"). In steps 1 to W the value is t/W
// times the one that the schedule begins with (that at t = 0; of an expression, that at t = 1). After that the
// schedule runs as if the training began there: t counts from the end of the warm-up, and T is T - W.
#ifndef THALWEG_SCHEDULE_H
#define THALWEG_SCHEDULE_H

#include "thalweg/clock.h"
#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_schedule tw_schedule;

// Reads a schedule. `*schedule` is owned by the caller: free with tw_schedule_free.
// Errors: TW_BAD_TEXT with place, caret and hint; TW_NO_MEMORY.
TW_API tw_status tw_schedule_parse(tw_context *context, const char *text, tw_schedule **schedule);

// Frees; NULL is fine.
TW_API void tw_schedule_free(tw_schedule *schedule);

// The schedule as text with every key spelled out; reads back as the same schedule. Borrowed: valid
// while the schedule is.
TW_API const char *tw_schedule_text(const tw_schedule *schedule);

// The value at a clock whose step is at least 1. `initial` is lr0. NaN where the schedule needs
// something that the clock does not know (T, epochs). No allocation.
TW_API double tw_schedule_value(const tw_schedule *schedule, const tw_clock *clock, double initial);

// Whether the schedule can be followed with this clock, whose step does not matter: the clock knows what the
// schedule needs, the warm-up is shorter than the training, and the values are finite at up to 1000 steps,
// evenly spread. Errors: TW_BAD_ARGUMENT.
TW_API tw_status tw_schedule_check(const tw_schedule *schedule, const tw_clock *clock,
                                   double initial);

// ---- plateau

typedef enum tw_measure {
    TW_MEASURE_NONE, // the schedule listens to nothing
    TW_MEASURE_TEST_ERROR,
    TW_MEASURE_TEST_LOSS,
    TW_MEASURE_TRAIN_LOSS,
} tw_measure;

// What the schedule listens to: whoever trains must be able to measure it.
TW_API tw_measure tw_schedule_measure(const tw_schedule *schedule);

// What an epoch ended with; NaN where it was not measured.
typedef struct tw_measures {
    double test_error, test_loss, train_loss;
} tw_measures;

// Tells the schedule how an epoch ended; `clock` is that of its last step. Returns whether this lowered the
// value. A NaN is no improvement.
TW_API bool tw_schedule_observe(tw_schedule *schedule, const tw_clock *clock,
                                const tw_measures *measures);

// All that a schedule remembers.
typedef struct tw_schedule_state {
    double factor;         // of the value, 1 at first
    double best;           // the lowest measure observed; without meaning before the first
    double observed_count; // observations so far, not counting NaN
    double bad_epochs;     // since the best or the last reduction
    double cooldown_left;  // epochs during which nothing counts as bad
} tw_schedule_state;

// What the schedule remembers now, to be saved in a checkpoint.
TW_API tw_schedule_state tw_schedule_get_state(const tw_schedule *schedule);

// Sets what it remembers, as read from a checkpoint. Errors: TW_BAD_ARGUMENT for numbers that no
// schedule can have come to; it is unchanged then.
TW_API tw_status tw_schedule_set_state(tw_schedule *schedule, const tw_schedule_state *state);

// ---- what there is, for help and documentation

typedef struct tw_schedule_key_text {
    const char *name;     // "tau"
    const char *fallback; // its default in words: "T"
    const char *meaning;  // "steps until the end value is reached"
} tw_schedule_key_text;

typedef struct tw_schedule_words {
    const char *name;    // "linear"
    const char *summary; // "a straight line to a lower value, which then stays"
    const char *formula; // in t, T, epoch, lr0 and its keys
    int key_count;       // without warmup, which all take
} tw_schedule_words;

// The number of named schedules.
TW_API int tw_schedule_count(void);

// The words of named schedule `index`. Borrowed: valid for ever.
TW_API tw_schedule_words tw_schedule_describe(int index);

// The words of key `key` of named schedule `index`. Borrowed: valid for ever.
TW_API tw_schedule_key_text tw_schedule_describe_key(int index, int key);

#ifdef __cplusplus
}
#endif

#endif
