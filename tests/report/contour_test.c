// Lines through grids: where they lie, that they are whole, and at which values they are drawn.
#include "test.h"

#include <math.h>
#include <string.h>

#include "report/contour.h"

enum { SIDE = 41, POINTS_MAX = 4000 };

typedef struct drawn {
    int lines, closed;
    int64_t points;
    double worst; // distance from where the function has the level
    double level;
    double (*function)(double x, double y);
    tw_grid_point ends[2];
} drawn;

static double field_values[SIDE * SIDE];

static double bowl(double x, double y) {
    return hypot(x - 20.3, y - 19.6);
}

static double slope(double x, double y) {
    return 2 * x + y;
}

static double saddle(double x, double y) {
    return (x - 20.5) * (y - 20.5);
}

static tw_field field_of(double (*function)(double x, double y)) {
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            field_values[row * SIDE + column] = function(column, row);
    return (tw_field){field_values, SIDE, SIDE};
}

static void see(const tw_grid_point *points, int64_t count, void *user) {
    drawn *d = user;
    d->lines++;
    d->points += count;
    d->closed += points[0].x == points[count - 1].x && points[0].y == points[count - 1].y;
    d->ends[0] = points[0];
    d->ends[1] = points[count - 1];
    for (int64_t i = 0; i < count; i++) {
        double off = fabs(d->function(points[i].x, points[i].y) - d->level);
        if (off > d->worst) d->worst = off;
        if (i == 0) continue;
        // Neighbours lie in one cell.
        assert_true(fabs(points[i].x - points[i - 1].x) <= 1 &&
                    fabs(points[i].y - points[i - 1].y) <= 1);
    }
}

static drawn trace(double (*function)(double x, double y), double level) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_field field = field_of(function);
    drawn d = {.level = level, .function = function};
    assert_ok(context, tw_contour_trace(context, &field, level, see, &d));
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
    return d;
}

static void a_circle_is_one_closed_line(void **state) {
    (void)state;
    drawn d = trace(bowl, 12);
    assert_true(d.lines == 1 && d.closed == 1);
    assert_true(d.points > 80 && d.worst < 0.02); // between neighbours the field is taken as linear
}

static void a_plane_has_straight_lines_from_side_to_side(void **state) {
    (void)state;
    drawn d = trace(slope, 50);
    assert_true(d.lines == 1 && d.closed == 0 && d.worst < 1e-12);
    double low = fmin(d.ends[0].y, d.ends[1].y), high = fmax(d.ends[0].y, d.ends[1].y);
    assert_true(low == 0 && high == 40);
    assert_int_equal(trace(slope, 500).lines, 0);
}

static void the_lines_of_a_saddle_do_not_cross(void **state) {
    (void)state;
    // The cell around the middle has all four sides cut: its mean says which corners belong together.
    assert_int_equal(trace(saddle, 0.1).lines, 2);
    assert_int_equal(trace(saddle, -0.1).lines, 2);
    assert_true(trace(saddle, 0.1).closed == 0);
}

static double holed(double x, double y) {
    return x > 18 && x < 22 && y > 30 ? NAN : bowl(x, y);
}

static void a_line_ends_where_there_is_no_number(void **state) {
    (void)state;
    drawn d = trace(holed, 12);
    assert_true(d.lines == 1 && d.closed == 0 && isfinite(d.worst));
}

static void thinning_keeps_the_ends_and_the_shape(void **state) {
    (void)state;
    tw_grid_point points[POINTS_MAX], whole[POINTS_MAX];
    for (int i = 0; i < POINTS_MAX; i++) {
        double at = i * 0.01;
        whole[i] = points[i] = (tw_grid_point){at, i < POINTS_MAX / 2 ? 0 : 3 * sin(at - 20)};
    }
    int64_t kept = tw_contour_thin(points, POINTS_MAX, 0.05);
    assert_true(kept < 200 && kept > 40);
    assert_true(points[0].x == 0 && points[kept - 1].x == whole[POINTS_MAX - 1].x);
    int64_t at = 0;
    for (int i = 0; i < POINTS_MAX; i++) {
        while (points[at + 1].x < whole[i].x) at++;
        double share = (whole[i].x - points[at].x) / (points[at + 1].x - points[at].x);
        double y = points[at].y + share * (points[at + 1].y - points[at].y);
        assert_true(fabs(y - whole[i].y) < 0.2);
    }
    assert_int_equal(tw_contour_thin(points, 1, 1), 1);
    assert_int_equal(tw_contour_thin(points, 0, 1), 0);
}

static double many_decades(double x, double y) {
    return pow(bowl(x, y) / 10, 8);
}

static tw_contour_levels choose(double (*function)(double x, double y), double lowest) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_field field = field_of(function);
    tw_contour_levels levels;
    assert_ok(context, tw_contour_choose(context, &field, lowest, &levels));
    tw_context_free(context);
    for (int i = 1; i < levels.count; i++) assert_true(levels.levels[i - 1] < levels.levels[i]);
    return levels;
}

static void levels_are_even_or_powers_of_ten(void **state) {
    (void)state;
    tw_contour_levels levels = choose(slope, 0);
    assert_false(levels.logarithmic);
    assert_true(levels.count >= 8 && levels.levels[1] - levels.levels[0] == 10);
    levels = choose(many_decades, 0);
    assert_true(levels.logarithmic && levels.count >= 6 && levels.count <= 18);
    for (int i = 0; i < levels.count; i++) {
        double exponent = log10(levels.above[i]);
        double mantissa = pow(10, exponent - floor(exponent + 1e-9));
        bool round = fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 ||
                     fabs(mantissa - 3) < 1e-6 || fabs(mantissa - 5) < 1e-6;
        assert_true(round);
    }
    levels = choose(many_decades, -1); // a lower value is known than the grid has
    assert_true(levels.levels[0] == levels.above[0] - 1);
}

static double flat(double x, double y) {
    (void)x;
    (void)y;
    return 3;
}

static double nowhere(double x, double y) {
    return (x + y) * NAN;
}

static void a_constant_has_no_lines(void **state) {
    (void)state;
    assert_int_equal(choose(flat, 3).count, 0);
    assert_int_equal(choose(nowhere, 0).count, 0);
}

TW_TESTS(a_circle_is_one_closed_line, a_plane_has_straight_lines_from_side_to_side,
         the_lines_of_a_saddle_do_not_cross, a_line_ends_where_there_is_no_number,
         thinning_keeps_the_ends_and_the_shape, levels_are_even_or_powers_of_ten,
         a_constant_has_no_lines)
