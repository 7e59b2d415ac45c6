// plateau: lower when a measure has not become better for a while.
#include "schedules/schedule.h"

#include <math.h>

enum { FACTOR, PATIENCE, MEASURE, MIN, COOLDOWN };

static const char *const measures[] = {"test_error", "test_loss", "train_loss", NULL};

static const tw_schedule_key keys[] = {
    [FACTOR] = {.name = "factor",
                .fallback = 0.5,
                .fallback_text = "0.5",
                .high = 1.0,
                .meaning = "what the value is multiplied by"},
    [PATIENCE] = {.name = "patience",
                  .fallback = 3.0,
                  .fallback_text = "3",
                  .high = 1e9,
                  .meaning =
                      "epochs without a new best that are tolerated; one more lowers the value"},
    [MEASURE] = {.name = "measure",
                 .type = TW_KEY_WORD,
                 .fallback = 0.0,
                 .fallback_text = "test_error",
                 .words = measures,
                 .meaning = "test_error, test_loss or train_loss"},
    [MIN] = {.name = "min",
             .fallback = 0.001,
             .fallback_text = "0.001",
             .high = 1.0,
             .meaning = "the lowest value, as a fraction of lr0"},
    [COOLDOWN] = {.name = "cooldown",
                  .fallback = 0.0,
                  .fallback_text = "0",
                  .high = 1e9,
                  .meaning = "epochs after a reduction that are not counted"},
};

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    (void)clock;
    return initial * link->state->factor;
}

static tw_measure measure(const tw_schedule_link *link) {
    return (tw_measure)(TW_MEASURE_TEST_ERROR + (int)tw_schedule_number(link, MEASURE));
}

static bool observe(const tw_schedule_link *link, tw_schedule_state *state, double measured) {
    bool better = state->observed_count == 0.0 ? !isnan(measured) : measured < state->best;
    if (!isnan(measured)) state->observed_count += 1.0;
    if (better) {
        state->best = measured;
        state->bad_epochs = 0.0;
    } else if (state->cooldown_left == 0.0) {
        state->bad_epochs += 1.0;
    }
    if (state->cooldown_left > 0.0) state->cooldown_left -= 1.0;
    if (state->bad_epochs <= tw_schedule_number(link, PATIENCE)) return false;
    double before = state->factor, least = tw_schedule_number(link, MIN);
    double lower = before * tw_schedule_number(link, FACTOR);
    state->factor = lower > least ? lower : least;
    state->bad_epochs = 0.0;
    state->cooldown_left = floor(tw_schedule_number(link, COOLDOWN));
    return state->factor < before;
}

const tw_schedule_kind tw_schedule_plateau = {
    .name = "plateau",
    .summary = "lower when a measure stops getting better",
    .formula = "lr0*f; f = 1 at first, max(f*factor, min) after more than patience epochs without "
               "a new best",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .value = value,
    .measure = measure,
    .observe = observe,
};
