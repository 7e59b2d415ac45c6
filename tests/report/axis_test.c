#include <float.h>
#include <math.h>
#include <string.h>

#include "report/axis.h"
#include "test.h"

static tw_axis axis_of(double low, double high, tw_axis_wish wish) {
    tw_extent extent = tw_extent_none();
    tw_extent_add(&extent, low);
    tw_extent_add(&extent, high);
    extent.whole = false;
    return tw_axis_make(&extent, &wish);
}

// All labels, separated by blanks.
static void assert_labels(const tw_axis *axis, bool plain, const char *expected) {
    char all[1024] = "";
    for (int i = 0; i < axis->count; i++) {
        char label[TW_LABEL_BYTES];
        tw_axis_label(axis, axis->ticks[i].value, plain, label);
        if (!axis->ticks[i].labelled) continue;
        if (all[0] != '\0') strcat(all, " ");
        strcat(all, label);
    }
    assert_string_equal(all, expected);
}

static void ticks_stand_at_round_numbers(void **state) {
    (void)state;

    static const struct {
        double low, high;
        int count;
        const char *labels;
    } cases[] = {
        {0, 1, 5, "0 0.2 0.4 0.6 0.8 1.0"},
        {0, 10, 5, "0 2 4 6 8 10"},
        {-3, 4, 4, "-4 -2 0 2 4"},
        {-0.03, -0.01, 4, "-0.030 -0.025 -0.020 -0.015 -0.010"},
        {0, 46900, 5, "0 10000 20000 30000 40000 50000"},
        {0, 3e6, 3, "0 1e6 2e6 3e6"},
        {0, 2e-5, 4, "0 0.5e-5 1.0e-5 1.5e-5 2.0e-5"},
        {1e9, 1e9 + 3, 3, "1000000000 1000000001 1000000002 1000000003"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_axis_wish wish = {.tick_count = cases[i].count, .widen = true};
        tw_axis axis = axis_of(cases[i].low, cases[i].high, wish);
        assert_labels(&axis, true, cases[i].labels);
    }
}

static void shares_are_shown_as_per_cent(void **state) {
    (void)state;
    tw_axis axis = axis_of(0, .02, (tw_axis_wish){.tick_count = 4, .percent = true, .widen = true});
    assert_labels(&axis, true, "0% 0.5% 1.0% 1.5% 2.0%");
    axis = axis_of(0, 2e6, (tw_axis_wish){.tick_count = 2, .percent = true, .widen = true});
    assert_labels(&axis, false, "0% 10⁸% 2×10⁸%");
}

static void pictures_have_true_minus_signs_and_powers(void **state) {
    (void)state;
    tw_axis axis = axis_of(-2e7, 0, (tw_axis_wish){.tick_count = 2, .widen = true});
    assert_labels(&axis, false, "−2×10⁷ −10⁷ 0");
}

static void numbers_have_true_minus_signs_and_six_digits(void **state) {
    (void)state;
    char label[TW_LABEL_BYTES];
    tw_axis_number(-2.93770012, label);
    assert_string_equal(label, "−2.9377");
    tw_axis_number(0, label);
    assert_string_equal(label, "0");
    tw_axis_number(-1234567, label);
    assert_string_equal(label, "−1234570");
}

static void logarithmic_ticks_stand_at_decades(void **state) {
    (void)state;
    tw_axis_wish wish = {.tick_count = 5, .logarithmic = true};
    tw_axis axis = axis_of(1e-3, 1e1, wish);
    assert_true(axis.logarithmic);
    assert_labels(&axis, true, "0.001 0.01 0.1 1 10");
    assert_int_equal(axis.count, 4 * 9 + 1); // 1 to 9 of each decade, and the last
    assert_true(fabs(tw_axis_share(&axis, .1) - .5) < 1e-12);
    axis = axis_of(1e-300, 1e300, wish);
    assert_in_range(axis.count, 3, 8);
    axis = axis_of(1e-5, 1e2, (tw_axis_wish){.tick_count = 4, .logarithmic = true});
    assert_labels(&axis, false, "10⁻⁴ 10⁻² 10⁰ 10²"); // in one notation
    axis = axis_of(1e-17, 1e1, wish);
    assert_labels(&axis, false, "10⁻¹⁵ 10⁻¹⁰ 10⁻⁵ 10⁰");
    assert_int_equal(axis.count, 19); // a mark at each decade between
    axis = axis_of(1e-3, 1e-1, (tw_axis_wish){.tick_count = 2, .logarithmic = true});
    assert_labels(&axis, false, "0.001 0.1"); // multiples of two decades would be one label
    axis = axis_of(.68, 1.47, (tw_axis_wish){.tick_count = 3, .logarithmic = true});
    assert_labels(&axis, true, "0.8 1.0 1.2 1.4"); // one label would give no scale
    axis = axis_of(.2, .3, wish);                  // within a decade: round numbers
    assert_labels(&axis, true, "0.20 0.22 0.24 0.26 0.28 0.30");
}

static void a_logarithm_of_zero_is_never_asked_for(void **state) {
    (void)state;
    tw_axis axis = axis_of(0, 10, (tw_axis_wish){.tick_count = 5, .logarithmic = true});
    assert_false(axis.logarithmic);
    assert_labels(&axis, true, "0 2 4 6 8 10");
}

static void whole_numbers_have_whole_ticks(void **state) {
    (void)state;
    tw_extent extent = tw_extent_none();
    tw_extent_add(&extent, 1);
    tw_extent_add(&extent, 3);
    tw_axis axis = tw_axis_make(&extent, &(tw_axis_wish){.tick_count = 9});
    assert_labels(&axis, true, "1 2 3");
    extent = tw_extent_none();
    tw_extent_add(&extent, 1); // a single round
    axis = tw_axis_make(&extent, &(tw_axis_wish){.tick_count = 5, .logarithmic = true});
    assert_true(axis.logarithmic);
    assert_labels(&axis, true, "1");
}

static void every_pair_of_ends_gives_an_axis(void **state) {
    (void)state;
    static const double ends[] = {-DBL_MAX, -1e308,    -1e9,   -1,      -1e-300, -DBL_MIN,
                                  -5e-324,  0,         5e-324, DBL_MIN, 1e-300,  1e-12,
                                  1,        1 + 1e-15, 1e9,    1e308,   DBL_MAX};

    enum { ENDS = sizeof ends / sizeof *ends };

    for (int i = 0; i < ENDS * ENDS * 16; i++) {
        int flags = i / (ENDS * ENDS);
        double low = ends[i % ENDS], high = ends[i / ENDS % ENDS];
        tw_axis axis = axis_of(low, high,
                               (tw_axis_wish){.tick_count = 2 + i % 7,
                                              .logarithmic = (flags & 1) != 0,
                                              .from_zero = (flags & 2) != 0,
                                              .percent = (flags & 4) != 0,
                                              .widen = (flags & 8) != 0});
        assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
        assert_in_range(axis.count, 0, TW_TICKS_MAX);
        for (int k = 0; k < axis.count; k++) {
            double value = axis.ticks[k].value, share = tw_axis_share(&axis, value);
            assert_true(k == 0 || value > axis.ticks[k - 1].value);
            assert_true(share >= 0 && share <= 1);
            char label[TW_LABEL_BYTES];
            tw_axis_label(&axis, value, false, label);
            assert_true(label[0] != '\0' && strlen(label) < TW_LABEL_BYTES);
        }
    }
}

static void a_constant_lies_in_the_middle(void **state) {
    (void)state;
    tw_axis axis = axis_of(1e-3, 1e-3, (tw_axis_wish){.tick_count = 4});
    assert_true(fabs(tw_axis_share(&axis, 1e-3) - .5) < 1e-9);
    tw_extent none = tw_extent_none();
    tw_extent_add(&none, NAN);
    tw_extent_add(&none, INFINITY);
    axis = tw_axis_make(&none, &(tw_axis_wish){.tick_count = 4});
    assert_true(axis.low == 0 && axis.high == 1);
}

TW_TESTS(ticks_stand_at_round_numbers, shares_are_shown_as_per_cent,
         pictures_have_true_minus_signs_and_powers, numbers_have_true_minus_signs_and_six_digits,
         logarithmic_ticks_stand_at_decades, a_logarithm_of_zero_is_never_asked_for,
         whole_numbers_have_whole_ticks, every_pair_of_ends_gives_an_axis,
         a_constant_lies_in_the_middle)
