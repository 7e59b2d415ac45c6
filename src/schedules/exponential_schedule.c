// exponential: lr0*exp(-k*t), with k for each step or for each epoch.
#include "schedules/schedule.h"

#include <math.h>

enum { K, K_EPOCH };

static const tw_schedule_key keys[] = {
    [K] = {.name = "k",
           .fallback = NAN,
           .fallback_text = "log(100)/T",
           .high = INFINITY,
           .meaning = "decay a step; by default 1% of lr0 is left at the end"},
    [K_EPOCH] = {.name = "k_epoch",
                 .fallback = NAN,
                 .fallback_text = "none",
                 .high = INFINITY,
                 .meaning = "decay an epoch, instead of `k`"},
};

static const char *check(const tw_schedule_link *link) {
    bool both = link->counts[K] > 0 && link->counts[K_EPOCH] > 0;
    return both ? "exponential decays by the step or by the epoch; give `k` or `k_epoch`" : NULL;
}

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double t = (double)clock->step;
    if (link->counts[K_EPOCH] > 0) {
        return initial * exp(-tw_schedule_number(link, K_EPOCH) * tw_schedule_epoch(clock));
    }
    if (link->counts[K] > 0) return initial * exp(-tw_schedule_number(link, K) * t);
    return initial * exp(-log(100.0) * t / tw_schedule_total(clock));
}

const tw_schedule_kind tw_schedule_exponential = {
    .name = "exponential",
    .summary = "falls by the same part at each step",
    .formula = "lr0*exp(-k*t), or lr0*exp(-k_epoch*epoch)",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .check = check,
    .value = value,
};
