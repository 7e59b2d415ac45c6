// Updates against the limit that memory sets.
#include "base/fail.h"
#include "base/memory.h"
#include "bench/timing.h"
#include "bench/update.h"
#include "thalweg/bench.h"

#define BUDGET_SECONDS 1.5

static tw_status check(tw_context *context, const tw_bench_update_options *options) {
    if (options->parameter_count >= 1 && options->tensor_count >= 1 &&
        options->tensor_count <= options->parameter_count && options->tensor_count <= INT32_MAX)
        return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "bench: %lld parameters in %lld tensors; there must be one parameter at least, "
                   "and no more tensors than parameters",
                   (long long)options->parameter_count, (long long)options->tensor_count);
}

// Tensors whose sizes differ by at most one element.
static tw_status open_subject(tw_context *context, const tw_bench_update_options *options,
                              tw_bench_subject *subject) {
    int64_t n = options->parameter_count, count = options->tensor_count;
    int64_t *sizes = tw_allocate(context, (size_t)count, sizeof *sizes);
    if (sizes == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < count; i++) sizes[i] = n / count + (i < n % count ? 1 : 0);
    tw_status status = tw_bench_subject_open(context, options->method, options->precision, sizes,
                                             (int)count, subject);
    tw_release(sizes);
    return status;
}

static tw_status measure(tw_bench_subject *subject, tw_bench_update *update) {
    enum { UPDATE, PLAIN, SIDES };

    tw_bench_side sides[SIDES] = {[UPDATE] = {.work = tw_bench_subject_update, .user = subject},
                                  [PLAIN] = {.work = tw_bench_subject_touch, .user = subject}};
    int rounds = 0;
    tw_status status = tw_bench_take_turns(sides, SIDES, BUDGET_SECONDS, &rounds);
    if (status != TW_OK) return status;
    double seconds = tw_bench_median(sides[UPDATE].seconds, rounds);
    double fraction = tw_bench_median_ratio(sides[PLAIN].seconds, sides[UPDATE].seconds, rounds);
    *update = (tw_bench_update){
        .seconds = seconds,
        .limit_seconds = seconds * fraction,
        .fraction = fraction,
        .bytes = (double)tw_method_bytes(subject->method, subject->precision) *
                 (double)subject->starts[subject->tensor_count],
    };
    return TW_OK;
}

tw_bench_update_options tw_bench_update_options_default(void) {
    return (tw_bench_update_options){
        .method = "adam", .precision = TW_F32, .parameter_count = 1000000, .tensor_count = 1};
}

tw_status tw_bench_run_update(tw_context *context, const tw_bench_update_options *options,
                              tw_bench_update *update) {
    *update = (tw_bench_update){0};
    tw_status status = check(context, options);
    if (status != TW_OK) return status;
    tw_bench_subject subject = {0};
    status = open_subject(context, options, &subject);
    if (status == TW_OK) status = measure(&subject, update);
    tw_bench_subject_close(&subject);
    return status;
}
