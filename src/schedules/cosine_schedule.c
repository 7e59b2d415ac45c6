// cosine: half a cosine from lr0 to a lower value, once or with warm restarts (Loshchilov and Hutter,
// 2017).
#include "schedules/schedule.h"

#include <math.h>

enum { END, CYCLES, PERIOD, GROWTH };

static const tw_schedule_key keys[] = {
    [END] = {.name = "end",
             .fallback = 0.0,
             .fallback_text = "0",
             .high = INFINITY,
             .meaning = "the value that a cycle falls to, as a fraction of lr0"},
    [CYCLES] = {.name = "cycles",
                .fallback = NAN,
                .fallback_text = "1",
                .low = 1.0,
                .high = 1e6,
                .meaning = "how often it falls within T"},
    [PERIOD] = {.name = "period",
                .type = TW_KEY_STEPS,
                .fallback = NAN,
                .fallback_text = "none",
                .meaning = "steps of the first cycle, instead of `cycles`; it restarts for ever"},
    [GROWTH] = {.name = "growth",
                .fallback = 1.0,
                .fallback_text = "1",
                .low = 1.0,
                .high = 1e6,
                .meaning = "how many times longer each cycle is than the one before"},
};

static const char *check(const tw_schedule_link *link) {
    bool both = link->counts[CYCLES] > 0 && link->counts[PERIOD] > 0;
    return both ? "cosine restarts by number or by length; give `cycles` or `period`" : NULL;
}

// Steps of `count` cycles, the first of which has `first`.
static double steps_of(double first, double growth, double count) {
    return growth == 1.0 ? first * count : first * (pow(growth, count) - 1.0) / (growth - 1.0);
}

// How many whole cycles fit in `done` steps. The logarithm may be one off where a cycle begins.
static double whole_cycles(double first, double growth, double done) {
    if (growth == 1.0) return floor(done / first);
    double count = floor(log1p(done * (growth - 1.0) / first) / log(growth));
    if (steps_of(first, growth, count + 1.0) <= done) return count + 1.0;
    return steps_of(first, growth, count) > done ? count - 1.0 : count;
}

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double growth = tw_schedule_number(link, GROWTH), total = tw_schedule_total(clock);
    double done = clock->step > 0 ? (double)(clock->step - 1) : 0.0;
    double low = tw_schedule_number(link, END) * initial, first;
    if (link->counts[PERIOD] > 0) {
        first = tw_schedule_steps(tw_schedule_number(link, PERIOD), clock);
    } else {
        double cycles = link->counts[CYCLES] > 0 ? tw_schedule_number(link, CYCLES) : 1.0;
        if (done >= total) return low;
        first = total / steps_of(1.0, growth, cycles);
    }
    double cycle = whole_cycles(first, growth, done);
    double progress = (done - steps_of(first, growth, cycle)) / (first * pow(growth, cycle));
    return low + (initial - low) * tw_schedule_half_cosine(progress);
}

const tw_schedule_kind tw_schedule_cosine = {
    .name = "cosine",
    .summary = "half a cosine to a lower value, once or with restarts",
    .formula = "end*lr0 + (1 - end)*lr0*(1 + cos(pi*p))/2, p from 0 to 1 in each cycle; with one "
               "cycle p = (t - 1)/T",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .check = check,
    .value = value,
};
