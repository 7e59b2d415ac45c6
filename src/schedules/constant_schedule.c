// constant: the value stays as it is; with a warm-up, from its end on.
#include "schedules/schedule.h"

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    (void)link;
    (void)clock;
    return initial;
}

const tw_schedule_kind tw_schedule_constant = {
    .name = "constant",
    .summary = "the value stays",
    .formula = "lr0",
    .value = value,
};
