// When a plateau lowers, when it waits, and that its state is all it remembers.
#include "schedules/opened_schedule.h"

// Observes one measure at the end of each epoch of 10 steps; the value in the next epoch's first step.
static double after_epoch(tw_schedule *schedule, int epoch, double error) {
    tw_clock clock = clock_of_100;
    tw_clock_set_step(&clock, (uint64_t)epoch * 10);
    tw_measures measures = {error, NAN, NAN};
    double before = tw_schedule_value(schedule, &clock, 1.0);
    bool lowered = tw_schedule_observe(schedule, &clock, &measures);
    tw_clock_set_step(&clock, (uint64_t)epoch * 10 + 1);
    double after = tw_schedule_value(schedule, &clock, 1.0);
    assert_true(lowered == (after < before) || epoch == 1); // a warm-up rises
    return after;
}

static void follows(const char *text, const double (*epochs)[2], int count) {
    opened o = schedule_open(text);
    for (int i = 0; i < count; i++) {
        double value = after_epoch(o.schedule, i + 1, epochs[i][0]);
        if (fabs(value - epochs[i][1]) > 1e-14) {
            fail_msg("%s: after epoch %d it is %.17g, not %.17g", text, i + 1, value, epochs[i][1]);
        }
    }
    schedule_close(&o);
}

#define FOLLOWS(text, ...)                                                                         \
    do {                                                                                           \
        const double epochs[][2] = {__VA_ARGS__};                                                  \
        follows(text, epochs, (int)(sizeof epochs / sizeof *epochs));                              \
    } while (0)

static void it_lowers_after_more_bad_epochs_than_its_patience(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=2", {0.5, 1}, {0.5, 1}, {0.6, 1}, {0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5},
            {0.5, 0.25});
    FOLLOWS("plateau:patience=0,factor=0.1", {0.5, 1}, {0.4, 1}, {0.4, 0.1}, {0.3, 0.1});
}

static void a_new_best_starts_the_count_again(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=1", {0.5, 1}, {0.6, 1}, {0.4, 1}, {0.4, 1}, {0.45, 0.5}, {0.39, 0.5},
            {0.4, 0.5}, {0.4, 0.25});
}

static void the_cooldown_is_not_counted_but_a_best_in_it_is(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=0,cooldown=2", {0.5, 1}, {0.5, 0.5}, {0.6, 0.5}, {0.2, 0.5},
            {0.3, 0.25});
}

static void the_value_never_falls_below_the_minimum(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=0,factor=0.1,min=0.05", {1, 1}, {1, 0.1}, {1, 0.05}, {1, 0.05});
}

static void a_nan_is_no_improvement(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=1", {NAN, 1}, {0.5, 1}, {NAN, 1}, {NAN, 0.5}, {0.4, 0.5});
}

static void epochs_of_the_warm_up_only_set_the_best(void **state) {
    (void)state;
    FOLLOWS("plateau:patience=0,warmup=20", {0.5, 0.55}, {0.5, 1}, {0.5, 0.5});
    FOLLOWS("constant:warmup=20 | plateau:patience=0", {0.5, 0.55}, {0.9, 1}, {0.45, 1},
            {0.45, 0.5});
}

static void it_works_on_top_of_another_schedule(void **state) {
    (void)state;
    opened o = schedule_open("linear:end=0 | plateau:patience=0");
    after_epoch(o.schedule, 1, 0.5);
    after_epoch(o.schedule, 2, 0.5);
    assert_true(schedule_at(o.schedule, &clock_of_100, 50, 1.0) == 0.25);
    schedule_close(&o);
}

static void it_listens_to_the_measure_it_names(void **state) {
    (void)state;
    static const char *const texts[] = {"constant", "plateau", "plateau:measure=test_loss",
                                        "linear | plateau:measure=train_loss"};
    static const tw_measure measures[] = {TW_MEASURE_NONE, TW_MEASURE_TEST_ERROR,
                                          TW_MEASURE_TEST_LOSS, TW_MEASURE_TRAIN_LOSS};
    for (int i = 0; i < 4; i++) {
        opened o = schedule_open(texts[i]);
        assert_int_equal(tw_schedule_measure(o.schedule), measures[i]);
        tw_measures seen = {1.0, 2.0, 3.0};
        tw_schedule_observe(o.schedule, &clock_of_100, &seen);
        assert_true(tw_schedule_get_state(o.schedule).best == (double)measures[i]);
        schedule_close(&o);
    }
}

static void a_restored_schedule_goes_on_as_the_old_one(void **state) {
    (void)state;
    static const double errors[] = {0.9, 0.8, 0.8, 0.7, 0.7, 0.7, 0.75, 0.6, 0.6, 0.6};
    for (int cut = 0; cut < 10; cut++) {
        opened whole = schedule_open("plateau:patience=1,cooldown=1"), first, second;
        first = schedule_open("plateau:patience=1,cooldown=1");
        second = schedule_open("plateau:patience=1,cooldown=1");
        for (int i = 0; i < 10; i++) {
            if (i == cut) {
                tw_schedule_state kept = tw_schedule_get_state(first.schedule);
                assert_ok(second.context, tw_schedule_set_state(second.schedule, &kept));
            }
            double value = after_epoch(whole.schedule, i + 1, errors[i]);
            tw_schedule *now = i < cut ? first.schedule : second.schedule;
            assert_true(after_epoch(now, i + 1, errors[i]) == value);
        }
        schedule_close(&whole);
        schedule_close(&first);
        schedule_close(&second);
    }
}

static void an_impossible_state_is_refused_and_changes_nothing(void **state) {
    (void)state;
    opened o = schedule_open("plateau");
    static const tw_schedule_state wrong[] = {
        {NAN, 0, 0, 0, 0}, {-0.5, 0, 0, 0, 0}, {2, 0, 0, 0, 0},        {INFINITY, 0, 1, 0, 0},
        {1, 0, -1, 0, 0},  {1, 0, 0, 0.5, 0},  {1, 0, 0, 0, INFINITY}, {1, NAN, 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(tw_schedule_set_state(o.schedule, &wrong[i]), TW_BAD_ARGUMENT);
        assert_true(tw_schedule_get_state(o.schedule).factor == 1.0);
    }
    const tw_schedule_state far = {1, INFINITY, 1, 0, 0}; // a first test loss may be that
    assert_int_equal(tw_schedule_set_state(o.schedule, &far), TW_OK);
    schedule_close(&o);
}

TW_TESTS(it_lowers_after_more_bad_epochs_than_its_patience, a_new_best_starts_the_count_again,
         the_cooldown_is_not_counted_but_a_best_in_it_is, the_value_never_falls_below_the_minimum,
         a_nan_is_no_improvement, epochs_of_the_warm_up_only_set_the_best,
         it_works_on_top_of_another_schedule, it_listens_to_the_measure_it_names,
         a_restored_schedule_goes_on_as_the_old_one,
         an_impossible_state_is_refused_and_changes_nothing)
