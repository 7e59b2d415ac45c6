// Measures several things in turn, many times, so that all meet the same disturbances.
#ifndef TW_BENCH_TIMING_H
#define TW_BENCH_TIMING_H

#include "thalweg/status.h"

#define TW_BENCH_ROUNDS_MAX 101

typedef tw_status tw_bench_work(void *user);

// Something to measure. `seconds` gets the time of one call in each round, the mean of a sample of calls.
typedef struct tw_bench_side {
    tw_bench_work *work;
    void *user;
    tw_bench_work *before, *after; // what surrounds a sample and is not timed; may be NULL
    int repeats;                   // calls in a sample, set by tw_bench_take_turns
    double seconds[TW_BENCH_ROUNDS_MAX];
} tw_bench_side;

// Measures the sides in turn for about `budget_seconds` in all. A sample has so many calls that the clock's resolution
// does not matter. `*rounds` becomes 5 or more. The first failure ends the measurement.
tw_status tw_bench_take_turns(tw_bench_side *sides, int side_count, double budget_seconds,
                              int *rounds);

// What `share` (0 to 1) of `count` values lie below.
double tw_bench_quantile(const double *values, int count, double share);

// The median of a side's times, and that of the ratios of two sides' times in the same round.
double tw_bench_median(const double *values, int count);
double tw_bench_median_ratio(const double *above, const double *below, int count);

#endif
