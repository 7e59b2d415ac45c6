// Samples of times, and their medians.
#include "bench/timing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ROUNDS_MIN 5
#define SAMPLE_SECONDS 10e-3 // so long that a sample mostly finds its own data in the caches
#define WARMING_SECONDS 20e-3

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double tw_bench_quantile(const double *values, int count, double share) {
    double sorted[TW_BENCH_ROUNDS_MAX];
    memcpy(sorted, values, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    double position = share * (count - 1);
    int below = (int)position, above = below + (below < count - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

double tw_bench_median(const double *values, int count) {
    return tw_bench_quantile(values, count, 0.5);
}

double tw_bench_median_ratio(const double *above, const double *below, int count) {
    double ratios[TW_BENCH_ROUNDS_MAX];
    for (int i = 0; i < count; i++) ratios[i] = above[i] / below[i];
    return tw_bench_median(ratios, count);
}

static tw_status sample(tw_bench_side *side, double *seconds) {
    double start = tw_clock_seconds();
    for (int i = 0; i < side->repeats; i++) {
        tw_status status = side->work(side->user);
        if (status != TW_OK) return status;
    }
    *seconds = (tw_clock_seconds() - start) / side->repeats;
    return TW_OK;
}

// The time of one call once caches and branch predictors are warm.
static tw_status warm(tw_bench_side *side, double *seconds) {
    side->repeats = 1;
    double start = tw_clock_seconds();
    tw_status status = sample(side, seconds);
    do {
        double again = 0.0;
        if (status == TW_OK) status = sample(side, &again);
        if (again < *seconds) *seconds = again;
    } while (status == TW_OK && tw_clock_seconds() - start < WARMING_SECONDS);
    return status;
}

// Measures a side between what it wants done before and after.
static tw_status take_turn(tw_bench_side *side, tw_status (*measure)(tw_bench_side *, double *),
                           double *seconds) {
    tw_status status = side->before != NULL ? side->before(side->user) : TW_OK;
    if (status != TW_OK) return status;
    status = measure(side, seconds);
    tw_status ended = side->after != NULL ? side->after(side->user) : TW_OK;
    return status != TW_OK ? status : ended;
}

static int repeats_for(double seconds) {
    double repeats = seconds > 0.0 ? SAMPLE_SECONDS / seconds : 1e6;
    return repeats < 1.0 ? 1 : repeats > 1e6 ? 1000000 : (int)repeats + 1;
}

tw_status tw_bench_take_turns(tw_bench_side *sides, int side_count, double budget_seconds,
                              int *rounds) {
    *rounds = 0;
    for (int i = 0; i < side_count; i++) {
        double seconds = 0.0;
        tw_status status = take_turn(&sides[i], warm, &seconds);
        if (status != TW_OK) return status;
        sides[i].repeats = repeats_for(seconds);
    }
    double start = tw_clock_seconds();
    while (*rounds < TW_BENCH_ROUNDS_MAX) {
        for (int i = 0; i < side_count; i++) {
            tw_status status = take_turn(&sides[i], sample, &sides[i].seconds[*rounds]);
            if (status != TW_OK) return status;
        }
        *rounds += 1;
        double round_seconds = (tw_clock_seconds() - start) / *rounds;
        if (*rounds >= ROUNDS_MIN && round_seconds * (*rounds + 1) > budget_seconds) break;
    }
    return TW_OK;
}
