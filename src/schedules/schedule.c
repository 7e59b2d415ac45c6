// The value of a schedule: its links in order, each behind its own warm-up.
#include "schedules/schedule.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { CHECKED_STEPS = 1000 };

// ---- what the kinds build on

double tw_schedule_number(const tw_schedule_link *link, int key) {
    return link->counts[key] > 0 ? link->values[key][0] : NAN;
}

double tw_schedule_total(const tw_clock *clock) {
    return clock->total_steps > 0 ? (double)clock->total_steps : NAN;
}

double tw_schedule_epoch(const tw_clock *clock) {
    return clock->steps_per_epoch > 0 ? clock->epoch : NAN;
}

double tw_schedule_steps(double written, const tw_clock *clock) {
    if (written >= 1.0) return written;
    double steps = round(written * tw_schedule_total(clock));
    return steps < 1.0 ? 1.0 : steps;
}

double tw_schedule_progress(const tw_clock *clock, double steps) {
    double progress = clock->step > 0 ? (double)(clock->step - 1) / steps : 0.0 / steps;
    return progress > 1.0 ? 1.0 : progress;
}

double tw_schedule_half_cosine(double progress) {
    return 0.5 * (1.0 + cos(M_PI * progress));
}

double tw_schedule_warmup(const tw_schedule_link *link, const tw_clock *clock) {
    return link->warmup == 0.0 ? 0.0 : floor(tw_schedule_steps(link->warmup, clock));
}

// ---- the value

static double value_of_expression(const tw_schedule_link *link, const tw_clock *clock,
                                  double initial) {
    const double values[TW_SCHEDULE_SYMBOL_COUNT] = {
        initial,
        clock->step > 0 ? (double)clock->step : 1.0, // many formulas have no value at 0
        tw_schedule_epoch(clock),
        tw_schedule_total(clock),
        clock->example_count > 0 ? (double)clock->example_count : NAN,
        clock->minibatch > 0 ? (double)clock->minibatch : NAN,
        M_PI,
        M_E,
    };
    return tw_expr_evaluate(link->tree, link->root, values);
}

static double value_of_link(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    double warmup = tw_schedule_warmup(link, clock);
    if (isnan(warmup)) return NAN;
    tw_clock local = *clock;
    double rise = 1.0;
    if (warmup > 0.0) {
        uint64_t skipped = (uint64_t)warmup; // the parser bounds it
        bool rising = clock->step <= skipped;
        if (rising) rise = (double)clock->step / warmup;
        tw_clock_set_step(&local, rising ? 0 : clock->step - skipped);
        if (clock->total_steps > 0) {
            local.total_steps = clock->total_steps > skipped ? clock->total_steps - skipped : 1;
        }
    }
    if (link->kind == NULL) return rise * value_of_expression(link, &local, initial);
    return rise * link->kind->value(link, &local, initial);
}

double tw_schedule_value(const tw_schedule *schedule, const tw_clock *clock, double initial) {
    assert(clock->step > 0);
    for (int i = 0; i < schedule->link_count; i++) {
        initial = value_of_link(&schedule->links[i], clock, initial);
    }
    return initial;
}

// ---- whether it can be followed

static double value_at(const tw_schedule *schedule, const tw_clock *clock, uint64_t step,
                       double initial) {
    tw_clock at = *clock;
    tw_clock_set_step(&at, step);
    return tw_schedule_value(schedule, &at, initial);
}

// Says why a value is not finite: tries what would be if the clock knew more.
static tw_status fail_not_finite(const tw_schedule *schedule, const tw_clock *clock, uint64_t step,
                                 double initial) {
    tw_clock more = *clock;
    if (more.total_steps == 0) more.total_steps = step + CHECKED_STEPS;
    if (isfinite(value_at(schedule, &more, step, initial))) {
        return tw_fail(schedule->context, TW_BAD_ARGUMENT,
                       "schedule %s: depends on T, the number of all steps, which is not known",
                       schedule->text);
    }
    if (more.steps_per_epoch == 0) more.steps_per_epoch = CHECKED_STEPS;
    if (more.example_count == 0) more.example_count = CHECKED_STEPS;
    if (more.minibatch == 0) more.minibatch = 1;
    if (isfinite(value_at(schedule, &more, step, initial))) {
        return tw_fail(schedule->context, TW_BAD_ARGUMENT,
                       "schedule %s: depends on epochs or examples, and there are none here",
                       schedule->text);
    }
    return tw_fail(schedule->context, TW_BAD_ARGUMENT,
                   "schedule %s: is not finite at step %" PRIu64, schedule->text, step);
}

tw_status tw_schedule_check(const tw_schedule *schedule, const tw_clock *clock, double initial) {
    uint64_t total = clock->total_steps;
    for (int i = 0; i < schedule->link_count; i++) {
        double warmup = tw_schedule_warmup(&schedule->links[i], clock);
        if (total > 0 && warmup >= (double)total) {
            return tw_fail(schedule->context, TW_BAD_ARGUMENT,
                           "schedule %s: the warm-up takes %.0f steps, the training has %" PRIu64,
                           schedule->text, warmup, total);
        }
    }
    uint64_t last = total > 0 ? total : CHECKED_STEPS;
    uint64_t count = last < CHECKED_STEPS ? last : CHECKED_STEPS;
    for (uint64_t i = 0; i < count; i++) {
        double part = count > 1 ? (double)i / (double)(count - 1) : 0.0;
        uint64_t step = 1 + (uint64_t)(part * (double)(last - 1));
        double value = value_at(schedule, clock, step, initial);
        if (!isfinite(value)) return fail_not_finite(schedule, clock, step, initial);
    }
    return TW_OK;
}

// ---- plateau

// The link that listens, or NULL; the parser lets in one at most.
static const tw_schedule_link *listener(const tw_schedule *schedule) {
    for (int i = 0; i < schedule->link_count; i++) {
        const tw_schedule_link *link = &schedule->links[i];
        if (link->kind != NULL && link->kind->observe != NULL) return link;
    }
    return NULL;
}

tw_measure tw_schedule_measure(const tw_schedule *schedule) {
    const tw_schedule_link *link = listener(schedule);
    return link == NULL ? TW_MEASURE_NONE : link->kind->measure(link);
}

bool tw_schedule_observe(tw_schedule *schedule, const tw_clock *clock,
                         const tw_measures *measures) {
    const double measured[] = {
        [TW_MEASURE_NONE] = NAN,
        [TW_MEASURE_TEST_ERROR] = measures->test_error,
        [TW_MEASURE_TEST_LOSS] = measures->test_loss,
        [TW_MEASURE_TRAIN_LOSS] = measures->train_loss,
    };
    const tw_schedule_link *link = listener(schedule);
    if (link == NULL) return false;
    tw_schedule_state state = schedule->state;
    bool lowered = link->kind->observe(link, &state, measured[link->kind->measure(link)]);
    // While a link is still warming up, a bad measure says nothing against the value: only a new best
    // is kept.
    for (int i = 0; i < schedule->link_count; i++) {
        double warmup = tw_schedule_warmup(&schedule->links[i], clock);
        if (!((double)clock->step <= warmup)) continue;
        schedule->state.best = state.best;
        schedule->state.observed_count = state.observed_count;
        return false;
    }
    schedule->state = state;
    return lowered;
}

tw_schedule_state tw_schedule_get_state(const tw_schedule *schedule) {
    return schedule->state;
}

static bool is_count(double number) {
    return number >= 0.0 && number <= 9007199254740992.0 && floor(number) == number; // 2^53
}

tw_status tw_schedule_set_state(tw_schedule *schedule, const tw_schedule_state *state) {
    bool possible = state->factor >= 0.0 && state->factor <= 1.0 && !isnan(state->best) &&
                    is_count(state->observed_count) && is_count(state->bad_epochs) &&
                    is_count(state->cooldown_left);
    if (!possible) {
        return tw_fail(schedule->context, TW_BAD_ARGUMENT,
                       "schedule %s: no state of a schedule; the factor must be from 0 to 1, "
                       "the best a number, counts whole",
                       schedule->text);
    }
    schedule->state = *state;
    return TW_OK;
}

// ---- life

const char *tw_schedule_text(const tw_schedule *schedule) {
    return schedule->text;
}

void tw_schedule_free(tw_schedule *schedule) {
    if (schedule == NULL) return;
    tw_expr_tree_free(schedule->tree);
    tw_release(schedule->text);
    tw_release(schedule);
}
