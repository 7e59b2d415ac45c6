#include "bench/timing.h"

#include <math.h>

#include "test.h"

typedef struct counted {
    int begun, ended, calls, calls_outside;
    tw_status fails_with;
} counted;

static tw_status begin(void *user) {
    ((counted *)user)->begun++;
    return TW_OK;
}

static tw_status end(void *user) {
    ((counted *)user)->ended++;
    return TW_OK;
}

static tw_status work(void *user) {
    counted *c = user;
    c->calls++;
    c->calls_outside += c->begun != c->ended + 1;
    return c->fails_with;
}

static void every_call_lies_between_what_the_side_wants_before_and_after(void **state) {
    (void)state;
    counted one = {0}, other = {0};
    tw_bench_side sides[] = {{.work = work, .before = begin, .after = end, .user = &one},
                             {.work = work, .before = begin, .after = end, .user = &other}};
    int rounds = 0;
    assert_int_equal(tw_bench_take_turns(sides, 2, 0.01, &rounds), TW_OK);
    assert_true(rounds >= 5);
    assert_int_equal(one.begun, rounds + 1); // one to warm up
    assert_int_equal(one.ended, rounds + 1);
    assert_int_equal(other.begun, rounds + 1);
    assert_true(one.calls > 0 && other.calls > 0);
    assert_int_equal(one.calls_outside + other.calls_outside, 0);
}

static void a_failure_ends_the_turns_and_is_cleaned_up_after(void **state) {
    (void)state;
    counted one = {.fails_with = TW_DIVERGED};
    tw_bench_side side = {.work = work, .before = begin, .after = end, .user = &one};
    int rounds = 0;
    assert_int_equal(tw_bench_take_turns(&side, 1, 0.01, &rounds), TW_DIVERGED);
    assert_int_equal(one.calls, 1);
    assert_int_equal(one.ended, 1);
}

static void quantiles_lie_between_sorted_values(void **state) {
    (void)state;
    const double values[] = {5.0, 1.0, 3.0, 2.0, 4.0};
    assert_true(tw_bench_quantile(values, 5, 0.0) == 1.0);
    assert_true(tw_bench_quantile(values, 5, 0.25) == 2.0);
    assert_true(tw_bench_quantile(values, 5, 1.0) == 5.0);
    assert_true(fabs(tw_bench_quantile(values, 5, 0.6) - 3.4) < 1e-12);
    assert_true(tw_bench_median(values, 5) == 3.0);
    assert_true(tw_bench_median(values, 4) == 2.5);
    assert_true(tw_bench_quantile(values, 1, 0.75) == 5.0);
}

TW_TESTS(every_call_lies_between_what_the_side_wants_before_and_after,
         a_failure_ends_the_turns_and_is_cleaned_up_after, quantiles_lie_between_sorted_values)
