// The first and the last step, and both sides of every boundary: where schedules are off by one.
// The clock has 100 steps, 10 an epoch.
#include "schedules/opened_schedule.h"

static void constant_stays(void **state) {
    (void)state;
    VALUES_ARE("constant", 0.1, {1, 0.1}, {50, 0.1}, {100, 0.1}, {101, 0.1});
}

// eps_k = (1 - k/tau) eps_0 + (k/tau) eps_tau with k = t.
static void linear_falls_to_one_percent_at_the_last_step_and_stays(void **state) {
    (void)state;
    VALUES_ARE("linear", 2.0, {1, 0.99 * 2.0 + 0.01 * 0.02}, {50, 1.01}, {99, 0.0398}, {100, 0.02},
               {101, 0.02}, {1000, 0.02});
}

static void linear_reaches_its_end_at_tau_and_not_before(void **state) {
    (void)state;
    VALUES_ARE("linear:tau=20,end=0.5", 1.0, {1, 0.975}, {19, 0.525}, {20, 0.5}, {21, 0.5},
               {100, 0.5});
    VALUES_ARE("linear:tau=0.2,end=0.5", 1.0, {1, 0.975}, {19, 0.525}, {20, 0.5}, {21, 0.5});
    VALUES_ARE("linear:tau=1,end=0", 1.0, {1, 0.0}, {2, 0.0});
}

// Epochs begin at the steps 1, 11, 21, ...
static void step_multiplies_at_the_first_step_of_every_fifth_epoch(void **state) {
    (void)state;
    VALUES_ARE("step", 0.1, {1, 0.1}, {50, 0.1}, {51, 0.05}, {100, 0.05}, {101, 0.025});
    VALUES_ARE("step:factor=0.1,every=3", 1.0, {30, 1.0}, {31, 0.1}, {60, 0.1}, {61, 0.01},
               {91, 0.001});
    VALUES_ARE("step:every=0.1", 1.0, {1, 1.0}, {2, 0.5}, {3, 0.25}, {4, 0.125}, {8, 0.0078125});
    VALUES_ARE("step:steps=7", 1.0, {1, 1.0}, {7, 1.0}, {8, 0.5}, {14, 0.5}, {15, 0.25});
    VALUES_ARE("step:steps=0.5", 1.0, {50, 1.0}, {51, 0.5}, {100, 0.5});
}

static void exponential_is_the_lectures_formula(void **state) {
    (void)state;
    VALUES_ARE("exponential:k=0.01", 0.1, {1, 0.1 * exp(-0.01)}, {100, 0.1 * exp(-1.0)});
    VALUES_ARE("exponential:k_epoch=0.5", 0.1, {1, 0.1}, {11, 0.1 * exp(-0.5)},
               {16, 0.1 * exp(-0.75)});
    VALUES_ARE("exponential", 1.0, {50, 0.1}, {100, 0.01});
}

static void inverse_is_the_lectures_formula(void **state) {
    (void)state;
    VALUES_ARE("inverse:k=1", 0.5, {1, 0.25}, {4, 0.1}, {99, 0.005});
    VALUES_ARE("inverse:k_epoch=1", 0.5, {1, 0.5}, {11, 0.25}, {91, 0.05});
    VALUES_ARE("inverse", 1.0, {100, 0.01});
}

static void cosine_starts_at_lr0_and_would_end_behind_the_last_step(void **state) {
    (void)state;
    VALUES_ARE("cosine", 2.0, {1, 2.0}, {51, 1.0}, {100, 1.0 + cos(M_PI * 0.99)}, {101, 0.0},
               {200, 0.0});
    VALUES_ARE("cosine:end=0.1", 1.0, {1, 1.0}, {51, 0.55}, {101, 0.1}, {150, 0.1});
}

static void cosine_restarts_on_the_first_step_of_each_cycle(void **state) {
    (void)state;
    double last = 0.5 * (1.0 + cos(M_PI * 24.0 / 25.0));
    VALUES_ARE("cosine:cycles=4", 1.0, {1, 1.0}, {25, last}, {26, 1.0}, {50, last}, {51, 1.0},
               {76, 1.0}, {100, last}, {101, 0.0});
    VALUES_ARE("cosine:period=25", 1.0, {25, last}, {26, 1.0}, {101, 1.0}, {126, 1.0});
    // 10, 20, 40 steps: cycles begin at 1, 11, 31, 71.
    VALUES_ARE("cosine:period=10,growth=2", 1.0, {1, 1.0}, {6, 0.5}, {11, 1.0}, {21, 0.5},
               {31, 1.0}, {51, 0.5}, {71, 1.0});
    // The same within T = 100: 7 parts, 100/7 steps the first.
    VALUES_ARE("cosine:cycles=3,growth=2", 1.0, {1, 1.0},
               {44, 0.5 * (1.0 + cos(M_PI * (43.0 - 300.0 / 7.0) / (400.0 / 7.0)))}, {101, 0.0});
}

static void a_growing_cosine_never_misses_the_beginning_of_a_cycle(void **state) {
    (void)state;
    opened o = schedule_open("cosine:period=3,growth=3");
    uint64_t begins = 1, length = 3;
    for (int cycle = 0; cycle < 20; cycle++) {
        assert_true(schedule_at(o.schedule, &clock_of_100, begins, 1.0) == 1.0);
        assert_true(schedule_at(o.schedule, &clock_of_100, begins + length - 1, 1.0) < 0.5);
        begins += length;
        length *= 3;
    }
    schedule_close(&o);
}

static void polynomial_falls_to_its_end_behind_tau(void **state) {
    (void)state;
    VALUES_ARE("polynomial", 1.0, {1, 1.0}, {51, 0.5}, {100, 1.0 - 0.99}, {101, 0.0}, {150, 0.0});
    VALUES_ARE("polynomial:power=2,end=0.2,tau=10", 1.0, {1, 1.0}, {6, 0.4}, {11, 0.2}, {12, 0.2});
}

static void one_cycle_rises_to_lr0_and_falls(void **state) {
    (void)state;
    VALUES_ARE("one_cycle", 1.0, {1, 0.04}, {16, 0.52}, {31, 1.0}, {66, 0.5 * (1.0 + 4e-6)},
               {101, 4e-6}, {200, 4e-6});
    VALUES_ARE("one_cycle:peak=0,end=0", 1.0, {1, 1.0}, {51, 0.5});
    VALUES_ARE("one_cycle:peak=1,start=0.5", 1.0, {1, 0.5}, {51, 0.75}, {101, 1.0}, {150, 1.0});
}

static void piecewise_changes_behind_the_steps_it_names(void **state) {
    (void)state;
    VALUES_ARE("piecewise:at=10:20,values=3:2:1", 9.0, {1, 3.0}, {10, 3.0}, {11, 2.0}, {20, 2.0},
               {21, 1.0}, {100, 1.0});
    VALUES_ARE("piecewise:at=0.5:0.75,factors=1:0.1:0.01", 2.0, {1, 2.0}, {50, 2.0}, {51, 0.2},
               {75, 0.2}, {76, 0.02});
    VALUES_ARE("piecewise:at=0.001,factors=1:0.5", 1.0, {1, 1.0}, {2, 0.5}); // at least one step
}

static void expressions_know_the_clock(void **state) {
    (void)state;
    VALUES_ARE("lr0*exp(-0.01*t)", 0.1, {1, 0.1 * exp(-0.01)}, {100, 0.1 * exp(-1.0)});
    VALUES_ARE("where(t <= T/2, lr0, lr0/10)", 1.0, {50, 1.0}, {51, 0.1});
    VALUES_ARE("epoch + N/B", 1.0, {1, 315.0 / 32.0}, {11, 1.0 + 315.0 / 32.0});
    VALUES_ARE("lr0*(1 + cos(pi*t/T))/2", 1.0, {50, 0.5});
    VALUES_ARE("log(e)*t", 1.0, {7, 7.0});
    VALUES_ARE("t", 1.0, {7, 7.0});
}

static void a_warm_up_rises_in_a_line_and_the_schedule_begins_behind_it(void **state) {
    (void)state;
    VALUES_ARE("constant:warmup=10", 0.5, {1, 0.05}, {9, 0.45}, {10, 0.5}, {11, 0.5});
    VALUES_ARE("constant:warmup=1", 0.5, {1, 0.5}, {2, 0.5});
    VALUES_ARE("constant:warmup=0.2", 1.0, {1, 0.05}, {20, 1.0}, {21, 1.0});
    // tau is what is left of T: 80 steps.
    VALUES_ARE("linear:warmup=20", 1.0, {1, 0.05}, {20, 1.0}, {21, 1.0 - 0.99 / 80.0}, {60, 0.505},
               {100, 0.01}, {101, 0.01});
    VALUES_ARE("cosine:warmup=20", 1.0, {20, 1.0}, {21, 1.0}, {61, 0.5}, {101, 0.0});
    VALUES_ARE("step:warmup=5,every=1", 1.0, {5, 1.0}, {6, 1.0}, {15, 1.0}, {16, 0.5});
    VALUES_ARE("piecewise:at=10,values=3:2,warmup=5", 1.0, {1, 0.6}, {5, 3.0}, {15, 3.0},
               {16, 2.0});
    VALUES_ARE("one_cycle:warmup=10", 1.0, {10, 0.04}, {11, 0.04});
}

static void an_expression_warms_up_to_its_value_at_the_first_step(void **state) {
    (void)state;
    VALUES_ARE("lr0/t, warmup=4", 1.0, {1, 0.25}, {4, 1.0}, {5, 1.0}, {6, 0.5}, {104, 0.01});
    VALUES_ARE("lr0*T, warmup=40", 1.0, {41, 60.0});
}

static void each_link_of_a_chain_takes_the_value_before_it(void **state) {
    (void)state;
    VALUES_ARE("constant:warmup=10 | step:factor=0.1,every=2", 1.0, {1, 0.1}, {10, 1.0}, {20, 1.0},
               {21, 0.1});
    VALUES_ARE("lr0*2 | lr0 + t | lr0*10", 1.0, {3, 50.0});
}

static void nothing_is_allocated_and_every_value_is_repeatable(void **state) {
    (void)state;
    opened o = schedule_open("cosine:cycles=3,growth=2,warmup=7 | lr0*exp(-0.01*t) | plateau");
    uint64_t before = tw_context_memory(o.context).allocation_count;
    double at_70 = schedule_at(o.schedule, &clock_of_100, 70, 0.1);
    for (uint64_t t = 1; t <= 100; t++) schedule_at(o.schedule, &clock_of_100, t, 0.1);
    assert_true(schedule_at(o.schedule, &clock_of_100, 70, 0.1) == at_70);
    assert_int_equal(tw_context_memory(o.context).allocation_count, before);
    schedule_close(&o);
}

TW_TESTS(constant_stays, linear_falls_to_one_percent_at_the_last_step_and_stays,
         linear_reaches_its_end_at_tau_and_not_before,
         step_multiplies_at_the_first_step_of_every_fifth_epoch,
         exponential_is_the_lectures_formula, inverse_is_the_lectures_formula,
         cosine_starts_at_lr0_and_would_end_behind_the_last_step,
         cosine_restarts_on_the_first_step_of_each_cycle,
         a_growing_cosine_never_misses_the_beginning_of_a_cycle,
         polynomial_falls_to_its_end_behind_tau, one_cycle_rises_to_lr0_and_falls,
         piecewise_changes_behind_the_steps_it_names, expressions_know_the_clock,
         a_warm_up_rises_in_a_line_and_the_schedule_begins_behind_it,
         an_expression_warms_up_to_its_value_at_the_first_step,
         each_link_of_a_chain_takes_the_value_before_it,
         nothing_is_allocated_and_every_value_is_repeatable)
