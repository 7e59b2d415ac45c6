#include "thalweg/bench.h"

#include <math.h>
#include <string.h>

#include "bench/timing.h"
#include "test.h"

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_context_set_threads(context, 2));
}

static void finish(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void an_update_is_measured_with_the_bytes_of_its_equations(void **state) {
    (void)state;
    start();

    static const struct {
        const char *method;
        tw_dtype precision;
        int64_t parameters, tensors;
        double bytes;
    } cases[] = {{"adam", TW_F32, 10000, 1, 280000},
                 {"sgd", TW_F64, 1003, 10, 24072},
                 {"clip_norm:c=1 | nag", TW_F32, 70000, 3, 1680000},
                 {"amsgrad", TW_F32, 7, 7, 252}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_bench_update_options options = tw_bench_update_options_default();
        options.method = cases[i].method;
        options.precision = cases[i].precision;
        options.parameter_count = cases[i].parameters;
        options.tensor_count = cases[i].tensors;
        tw_bench_update update;
        assert_ok(context, tw_bench_run_update(context, &options, &update));
        assert_true(update.bytes == cases[i].bytes);
        assert_true(update.seconds > 0.0 && update.limit_seconds > 0.0);
        assert_true(fabs(update.limit_seconds / update.seconds / update.fraction - 1.0) < 1e-12);
    }
    finish();
}

static void an_impossible_request_says_what_would_be_right(void **state) {
    (void)state;
    start();
    tw_bench_update_options options = tw_bench_update_options_default();
    tw_bench_update update;
    options.parameter_count = 2;
    options.tensor_count = 3;
    assert_int_equal(tw_bench_run_update(context, &options, &update), TW_BAD_ARGUMENT);
    assert_non_null(strstr(tw_context_message(context), "2 parameters in 3 tensors"));
    options.tensor_count = 1;
    options.method = "adma";
    assert_int_not_equal(tw_bench_run_update(context, &options, &update), TW_OK);
    assert_non_null(strstr(tw_context_message(context), "adam"));
    finish();
}

static tw_status count(void *user) {
    *(int *)user += 1;
    return TW_OK;
}

static tw_status diverge(void *user) {
    (void)user;
    return TW_DIVERGED;
}

static void sides_take_turns_equally_often(void **state) {
    (void)state;
    int calls[2] = {0, 0}, rounds = 0;
    tw_bench_side sides[2] = {{.work = count, .user = &calls[0]},
                              {.work = count, .user = &calls[1]}};
    assert_int_equal(tw_bench_take_turns(sides, 2, 0.0, &rounds), TW_OK);
    assert_int_equal(rounds, 5);
    assert_true(calls[0] > 5 && calls[1] > 5);
    sides[1].work = diverge;
    assert_int_equal(tw_bench_take_turns(sides, 2, 0.0, &rounds), TW_DIVERGED);
}

static void a_median_is_the_middle_one_whatever_the_order(void **state) {
    (void)state;
    const double values[] = {5.0, 1.0, 4.0, 2.0}, below[] = {5.0, 2.0, 1.0, 1.0};
    assert_true(tw_bench_median(values, 3) == 4.0);
    assert_true(tw_bench_median(values, 4) == 3.0);
    assert_true(tw_bench_median_ratio(values, below, 3) == 1.0);
}

TW_TESTS(an_update_is_measured_with_the_bytes_of_its_equations,
         an_impossible_request_says_what_would_be_right, sides_take_turns_equally_often,
         a_median_is_the_middle_one_whatever_the_order)
