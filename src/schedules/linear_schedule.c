// linear: a straight line from eps_0 to eps_tau, where it stays (Goodfellow, Bengio and Courville, 2016,
// eq. 8.14).
#include "schedules/schedule.h"

#include <math.h>

enum { TAU, END };

static const tw_schedule_key keys[] = {
    [TAU] = {.name = "tau",
             .type = TW_KEY_STEPS,
             .fallback = NAN,
             .fallback_text = "T",
             .meaning = "steps until the end value is reached"},
    [END] = {.name = "end",
             .fallback = 0.01,
             .fallback_text = "0.01",
             .high = INFINITY,
             .meaning = "the end value, as a fraction of lr0"},
};

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double tau = link->counts[TAU] > 0 ? tw_schedule_number(link, TAU) : tw_schedule_total(clock);
    double part = (double)clock->step / tw_schedule_steps(tau, clock);
    if (part > 1.0) part = 1.0;
    return (1.0 - part) * initial + part * (tw_schedule_number(link, END) * initial);
}

const tw_schedule_kind tw_schedule_linear = {
    .name = "linear",
    .summary = "a straight line to a lower value, which then stays",
    .formula = "(1 - t/tau)*lr0 + (t/tau)*end*lr0 for t <= tau, then end*lr0",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .value = value,
};
