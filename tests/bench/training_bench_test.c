#include <math.h>
#include <string.h>

#include "test.h"
#include "thalweg/bench.h"

static void a_training_is_measured_against_its_products_and_its_update(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_context_set_threads(context, 2));
    tw_bench_training_options options = tw_bench_training_options_default();
    options.model = "dense 8 relu; dense 8 relu; dense 10";
    options.method = "momentum";
    options.precision = TW_F64;
    options.batch = 16;
    tw_bench_training result;
    assert_ok(context, tw_bench_run_training(context, &options, &result));
    assert_true(result.samples_per_second > 0.0);
    // a step does more than its products: a limit that forgot none of them cannot be far below it
    assert_true(result.fraction > 0.0 && result.fraction < 1.5);
    double ratio = result.samples_per_second / result.limit_samples_per_second;
    assert_true(fabs(ratio / result.fraction - 1.0) < 1e-12);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void a_wrong_model_is_told_and_leaves_nothing_behind(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_bench_training_options options = tw_bench_training_options_default();
    options.model = "dense 8 rleu";
    tw_bench_training result;
    assert_int_equal(tw_bench_run_training(context, &options, &result), TW_BAD_TEXT);
    assert_non_null(strstr(tw_context_message(context), "relu"));
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

TW_TESTS(a_training_is_measured_against_its_products_and_its_update,
         a_wrong_model_is_told_and_leaves_nothing_behind)
