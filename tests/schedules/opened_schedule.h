// For tests of schedules: one schedule, ready to be asked.
#ifndef TW_TESTS_OPENED_SCHEDULE_H
#define TW_TESTS_OPENED_SCHEDULE_H

#include "test.h"

#include <math.h>
#include <string.h>

#include "thalweg/schedule.h"

// 100 steps, 10 an epoch.
static const tw_clock clock_of_100 = {
    .step = 1, .total_steps = 100, .example_count = 315, .minibatch = 32, .steps_per_epoch = 10};

typedef struct opened {
    tw_context *context;
    tw_schedule *schedule;
} opened;

static inline opened schedule_open(const char *text) {
    opened o = {0};
    assert_int_equal(tw_context_new(&o.context), TW_OK);
    assert_ok(o.context, tw_schedule_parse(o.context, text, &o.schedule));
    return o;
}

static inline void schedule_close(opened *o) {
    tw_schedule_free(o->schedule);
    assert_int_equal(tw_context_memory(o->context).live_bytes, 0);
    tw_context_free(o->context);
}

static inline double schedule_at(const tw_schedule *schedule, const tw_clock *clock, uint64_t step,
                                 double initial) {
    tw_clock at = *clock;
    tw_clock_set_step(&at, step);
    return tw_schedule_value(schedule, &at, initial);
}

typedef struct pinned {
    uint64_t step;
    double value;
} pinned;

static inline void values_are(const char *text, const tw_clock *clock, double initial,
                              const pinned *values, size_t count) {
    opened o = schedule_open(text);
    for (size_t i = 0; i < count; i++) {
        double value = schedule_at(o.schedule, clock, values[i].step, initial);
        double apart = fabs(value - values[i].value);
        if (!(apart <= 1e-14 * fabs(values[i].value))) {
            fail_msg("%s at step %d is %.17g, not %.17g", text, (int)values[i].step, value,
                     values[i].value);
        }
    }
    schedule_close(&o);
}

// VALUES_ARE("linear", 0.1, {1, 0.099}, {100, 0.001}): step and value, over 100 steps.
#define VALUES_ARE(text, initial, ...)                                                             \
    do {                                                                                           \
        const pinned pins[] = {__VA_ARGS__};                                                       \
        values_are(text, &clock_of_100, initial, pins, sizeof pins / sizeof *pins);                \
    } while (0)

#endif
