// Taking turns: a measurement and its limit, one after the other, many times.
#ifndef TW_BENCH_TIMING_H
#define TW_BENCH_TIMING_H

#include "thalweg/status.h"

#define TW_BENCH_ROUNDS_MAX 101

typedef tw_status tw_bench_work(void *user);

// Something to measure. `seconds` is filled: of one call, in each round, the mean of a sample's.
typedef struct tw_bench_side {
    tw_bench_work *work;
    void *user;
    int repeats; // calls in a sample: set by taking turns
    double seconds[TW_BENCH_ROUNDS_MAX];
} tw_bench_side;

// Measures the sides in turn for about `budget_seconds` in all, each sample repeated until it lasts
// long enough to be told from the clock. `*rounds` is at least 5. The first failure ends it.
tw_status tw_bench_take_turns(tw_bench_side *sides, int side_count, double budget_seconds,
                              int *rounds);

// Medians of a side, and of the quotient of two sides in the same round.
double tw_bench_median(const double *values, int count);
double tw_bench_median_ratio(const double *above, const double *below, int count);

#endif
