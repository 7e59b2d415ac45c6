// one_cycle: up to lr0 and down again, both by half a cosine (Smith and Topin, 2018, with straight lines;
// cosines are what is mostly used since).
#include "schedules/schedule.h"

#include <math.h>

enum { PEAK, START, END };

static const tw_schedule_key keys[] = {
    [PEAK] = {.name = "peak",
              .fallback = 0.3,
              .fallback_text = "0.3",
              .high = 1.0,
              .meaning = "the part of T after which lr0 is reached"},
    [START] = {.name = "start",
               .fallback = 0.04,
               .fallback_text = "0.04",
               .high = INFINITY,
               .meaning = "the first value, as a fraction of lr0"},
    [END] = {.name = "end",
             .fallback = 4e-6,
             .fallback_text = "4e-6",
             .high = INFINITY,
             .meaning = "the end value, as a fraction of lr0"},
};

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double peak = tw_schedule_number(link, PEAK);
    double progress = tw_schedule_progress(clock, tw_schedule_total(clock));
    bool rising = progress < peak;
    double from = rising ? 1.0 - progress / peak : 1.0;
    if (!rising && peak < 1.0) from = (progress - peak) / (1.0 - peak);
    if (!rising && peak == 1.0) from = 0.0;
    double low = tw_schedule_number(link, rising ? START : END) * initial;
    return low + (initial - low) * tw_schedule_half_cosine(from);
}

const tw_schedule_kind tw_schedule_one_cycle = {
    .name = "one_cycle",
    .summary = "up to lr0 in the first part of the training, then down",
    .formula = "with p = (t - 1)/T: start*lr0 + (1 - start)*lr0*(1 - cos(pi*p/peak))/2 for p < "
               "peak, then end*lr0 + (1 - end)*lr0*(1 + cos(pi*(p - peak)/(1 - peak)))/2",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .value = value,
};
