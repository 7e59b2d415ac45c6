// Training against what its step cannot do without: the matrix products, each measured alone, and one update of all
// parameters.
#include "base/memory.h"
#include "bench/timing.h"
#include "bench/training_parts.h"

#define BUDGET_SECONDS 4.0

static tw_status measure(tw_bench_parts *parts, tw_bench_side *sides, tw_bench_training *result) {
    tw_bench_parts_sides(parts, sides);
    int rounds = 0;
    tw_status status = tw_bench_take_turns(sides, TW_BENCH_FIRST_PRODUCT + parts->product_count,
                                           BUDGET_SECONDS, &rounds);
    if (status != TW_OK) return status;
    double limits[TW_BENCH_ROUNDS_MAX];
    for (int i = 0; i < rounds; i++)
        limits[i] =
            tw_bench_parts_limit(parts, &sides[TW_BENCH_UPDATE], &sides[TW_BENCH_FIRST_PRODUCT], i);
    const double *steps = sides[TW_BENCH_STEP].seconds;
    result->samples_per_second = (double)parts->options->batch / tw_bench_median(steps, rounds);
    result->fraction = tw_bench_median_ratio(limits, steps, rounds);
    result->limit_samples_per_second = result->samples_per_second / result->fraction;
    return TW_OK;
}

tw_bench_training_options tw_bench_training_options_default(void) {
    return (tw_bench_training_options){
        .model = "mlp:512,512", .method = "adam", .precision = TW_F32, .batch = 128};
}

tw_status tw_bench_run_training(tw_context *context, const tw_bench_training_options *options,
                                tw_bench_training *result) {
    *result = (tw_bench_training){0};
    tw_bench_parts parts;
    tw_bench_side *sides = NULL;
    tw_status status = tw_bench_parts_open(context, options, &parts);
    if (status == TW_OK) {
        size_t count = TW_BENCH_FIRST_PRODUCT + (size_t)parts.product_count;
        sides = tw_allocate(context, count, sizeof *sides);
        status = sides != NULL ? measure(&parts, sides, result) : TW_NO_MEMORY;
    }
    tw_release(sides);
    tw_bench_parts_close(&parts);
    return status;
}
