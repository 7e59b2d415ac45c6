// Any bytes as a schedule: no crash, and what is read is written as text that means the same.
#include <math.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "thalweg/schedule.h"

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void compare(const tw_schedule *a, const tw_schedule *b) {
    static const uint64_t steps[] = {1, 2, 10, 11, 57, 100, 101, UINT32_MAX};
    tw_clock clock = {
        .total_steps = 100, .example_count = 99, .minibatch = 10, .steps_per_epoch = 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        tw_clock_set_step(&clock, steps[i]);
        tw_fuzz_require(same(tw_schedule_value(a, &clock, 0.1), tw_schedule_value(b, &clock, 0.1)));
    }
}

static void use(tw_context *context, tw_schedule *schedule) {
    tw_schedule *again = NULL;
    // Written text may be longer than what may be read.
    if (tw_schedule_parse(context, tw_schedule_text(schedule), &again) == TW_OK) {
        tw_fuzz_require(strcmp(tw_schedule_text(schedule), tw_schedule_text(again)) == 0);
        compare(schedule, again);
    } else {
        tw_fuzz_require(strlen(tw_schedule_text(schedule)) > 65536);
    }
    tw_clock clock = {.step = 1, .total_steps = 100};
    tw_schedule_check(schedule, &clock, 0.1);
    const tw_measures measures = {0.5, 0.5, 0.5};
    for (int i = 0; i < 8; i++) tw_schedule_observe(schedule, &clock, &measures);
    tw_schedule_state state = tw_schedule_get_state(schedule);
    tw_fuzz_require(tw_schedule_set_state(schedule, &state) == TW_OK);
    tw_schedule_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_schedule *schedule = NULL;
    tw_status status = tw_schedule_parse(context, text, &schedule);
    if (status == TW_OK) {
        use(context, schedule);
    } else {
        tw_fuzz_require_words(context, status);
    }
    tw_schedule_free(schedule);
    free(text);
    return tw_fuzz_end(context);
}
