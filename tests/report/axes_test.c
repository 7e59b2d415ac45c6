#include <math.h>

#include "report/axes.h"
#include "test.h"

static const tw_axis_wish nine_ticks = {.tick_count = 9};

static double width_of(const tw_axis *axis, int tick) {
    char label[TW_LABEL_BYTES];
    tw_axis_label(axis, axis->ticks[tick].value, false, label);
    return tw_svg_width(label) * TW_SVG_TICK_SIZE;
}

static void labels_of_x_do_not_touch(void **state) {
    (void)state;
    static const tw_extent extents[] = {{0, 1, false},           {999999, 1000000, false},
                                        {3e9, 3e9 + 1, false},   {-1e-7, 1e-7, false},
                                        {12345, 12345.1, false}, {0, 10, true}};
    for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
        tw_axis axis = tw_axes_fit_x(&extents[i], &nine_ticks, 480);
        assert_in_range(axis.count, 2, 12);
        for (int k = 1; k < axis.count; k++) {
            double apart = tw_axis_share(&axis, axis.ticks[k].value) -
                           tw_axis_share(&axis, axis.ticks[k - 1].value);
            assert_true(apart * 480 > (width_of(&axis, k) + width_of(&axis, k - 1)) / 2);
        }
    }
}

static void short_labels_of_x_cost_no_tick(void **state) {
    (void)state;
    tw_extent extent = {0, 9, true};
    assert_int_equal(tw_axes_fit_x(&extent, &nine_ticks, 480).count, 10);
}

static void long_labels_of_y_have_room(void **state) {
    (void)state;
    tw_axis usual = tw_axis_make(&(tw_extent){-1, 1, false}, &nine_ticks);
    assert_true(tw_axes_fit_left(&usual) == TW_AXES_LEFT);
    tw_axis tall = tw_axis_make(&(tw_extent){3e9, 3e9 + 1, false}, &nine_ticks);
    double left = tw_axes_fit_left(&tall);
    for (int i = 0; i < tall.count; i++) assert_true(left > width_of(&tall, i) + 9);
}

TW_TESTS(labels_of_x_do_not_touch, short_labels_of_x_cost_no_tick, long_labels_of_y_have_room)
