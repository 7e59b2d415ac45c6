// piecewise: values that hold up to given steps.
#include "schedules/schedule.h"

#include <math.h>

enum { AT, VALUES, FACTORS };

static const tw_schedule_key keys[] = {
    [AT] = {.name = "at",
            .type = TW_KEY_LIST,
            .fallback = NAN,
            .fallback_text = "must be given",
            .meaning = "the last step of each piece but the last, joined by ':'; below 1 a "
                       "fraction of T"},
    [VALUES] = {.name = "values",
                .type = TW_KEY_LIST,
                .fallback = NAN,
                .fallback_text = "none",
                .meaning = "the value of each piece, one more than in `at`"},
    [FACTORS] = {.name = "factors",
                 .type = TW_KEY_LIST,
                 .fallback = NAN,
                 .fallback_text = "none",
                 .meaning = "the same as fractions of lr0, instead of `values`"},
};

static const char *check(const tw_schedule_link *link) {
    const int at = link->counts[AT], values = link->counts[VALUES], factors = link->counts[FACTORS];
    if (at == 0 || (values == 0) == (factors == 0)) {
        return "piecewise needs `at`, and `values` or `factors`: at=1000:2000,factors=1:0.1:0.01";
    }
    if (values + factors != at + 1) return "piecewise needs one value more than `at` has steps";
    for (int i = 0; i < at; i++) {
        double step = link->values[AT][i], before = i == 0 ? 0.0 : link->values[AT][i - 1];
        if (step <= before) return "piecewise needs steps in `at` that rise, above 0";
        if (i > 0 && (step < 1.0) != (before < 1.0)) {
            return "piecewise needs steps or fractions of T in `at`, not both";
        }
    }
    return NULL;
}

static double value(const tw_schedule_link *link, const tw_clock *clock, double initial) {
    int piece = 0;
    for (; piece < link->counts[AT]; piece++) {
        double last = tw_schedule_steps(link->values[AT][piece], clock);
        if (isnan(last)) return NAN;
        if ((double)clock->step <= last) break;
    }
    if (link->counts[VALUES] > 0) return link->values[VALUES][piece];
    return link->values[FACTORS][piece] * initial;
}

const tw_schedule_kind tw_schedule_piecewise = {
    .name = "piecewise",
    .summary = "values that hold up to given steps",
    .formula = "values[i], or lr0*factors[i], for at[i - 1] < t <= at[i]",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .check = check,
    .value = value,
};
