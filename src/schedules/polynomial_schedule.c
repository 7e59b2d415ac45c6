// polynomial: a power of what is left of the training.
#include "schedules/schedule.h"

#include <math.h>

enum { POWER, END, TAU };

static const tw_schedule_key keys[] = {
    [POWER] = {.name = "power",
               .type = TW_KEY_POSITIVE,
               .fallback = 1.0,
               .fallback_text = "1",
               .meaning = "the power"},
    [END] = {.name = "end",
             .fallback = 0.0,
             .fallback_text = "0",
             .high = INFINITY,
             .meaning = "the end value, as a fraction of lr0"},
    [TAU] = {.name = "tau",
             .type = TW_KEY_STEPS,
             .fallback = NAN,
             .fallback_text = "T",
             .meaning = "steps until the end value is reached"},
};

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double tau = link->counts[TAU] > 0 ? tw_schedule_number(link, TAU) : tw_schedule_total(clock);
    double left = 1.0 - tw_schedule_progress(clock, tw_schedule_steps(tau, clock));
    double low = tw_schedule_number(link, END) * initial;
    return low + (initial - low) * pow(left, tw_schedule_number(link, POWER));
}

const tw_schedule_kind tw_schedule_polynomial = {
    .name = "polynomial",
    .summary = "a power of what is left of the training",
    .formula = "end*lr0 + (1 - end)*lr0*(1 - (t - 1)/tau)^power for t <= tau, then end*lr0",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .value = value,
};
