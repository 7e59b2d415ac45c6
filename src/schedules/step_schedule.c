// step: a factor every so many epochs or steps; by default the value halves every 5 epochs.
#include "schedules/schedule.h"

#include <math.h>

enum { FACTOR, EVERY, STEPS };

static const tw_schedule_key keys[] = {
    [FACTOR] = {.name = "factor",
                .fallback = 0.5,
                .fallback_text = "0.5",
                .high = INFINITY,
                .meaning = "what the value is multiplied by"},
    [EVERY] = {.name = "every",
               .type = TW_KEY_POSITIVE,
               .fallback = NAN,
               .fallback_text = "5",
               .meaning = "epochs from one multiplication to the next"},
    [STEPS] = {.name = "steps",
               .type = TW_KEY_STEPS,
               .fallback = NAN,
               .fallback_text = "none",
               .meaning = "the same in steps, instead of `every`"},
};

static const char *check(const tw_schedule_link *link) {
    bool both = link->counts[EVERY] > 0 && link->counts[STEPS] > 0;
    return both ? "step counts epochs or steps; give `every` or `steps`" : NULL;
}

// How many times the value has been multiplied. Three thirds of an epoch are one, even if rounding makes
// them a little less.
static double times(const tw_schedule_link *link, const tw_clock *clock) {
    static const double rounding = 1e-9, every = 5.0;
    if (link->counts[STEPS] > 0) {
        double done = clock->step > 0 ? (double)(clock->step - 1) : 0.0;
        double steps = tw_schedule_steps(tw_schedule_number(link, STEPS), clock);
        return floor(done / steps + rounding);
    }
    double epochs = link->counts[EVERY] > 0 ? tw_schedule_number(link, EVERY) : every;
    return floor(tw_schedule_epoch(clock) / epochs + rounding);
}

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    return initial * pow(tw_schedule_number(link, FACTOR), times(link, clock));
}

const tw_schedule_kind tw_schedule_step = {
    .name = "step",
    .summary = "a factor every few epochs",
    .formula = "lr0*factor^floor(epoch/every), or lr0*factor^floor((t - 1)/steps)",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .check = check,
    .value = value,
};
