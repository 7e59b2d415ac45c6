// A path through many points, thinned to what the pixels show.
#include <math.h>

#include "report/axes.h"
#include "report/palette.h"

#define WHOLE_POINTS 2000 // up to here every point is kept
#define PATH_POINTS 4000 // in one path: renderers take the square of it where a path crosses itself

typedef struct tw_point {
    double x, y;
    int64_t index;
} tw_point;

// Points that follow each other in one column of pixels.
typedef struct tw_column {
    bool open;
    double place;
    tw_point first, low, high, last;
} tw_column;

typedef struct tw_pen {
    tw_text *text;
    int index;
    bool down; // a line is begun
    tw_point last;
    int64_t count; // points in this path
} tw_pen;

static void begin_path(tw_pen *pen) {
    if (pen->index == TW_CURVE_GREY) tw_text_add(pen->text, "<path class=\"curve line\" d=\"");
    if (pen->index != TW_CURVE_GREY)
        tw_text_add(pen->text, "<path class=\"curve l%d\" d=\"", pen->index);
    pen->count = 0;
}

static void end_path(tw_pen *pen) {
    tw_text_add(pen->text, "\"/>\n");
}

static void add_point(tw_pen *pen, char how, tw_point to) {
    tw_text_add(pen->text, "%c", how);
    tw_svg_coordinate(pen->text, to.x);
    tw_svg_coordinate(pen->text, to.y);
    pen->count++;
}

static void draw_to(tw_pen *pen, tw_point to) {
    if (pen->down && to.index == pen->last.index) return; // lowest and first may be one
    if (pen->count >= PATH_POINTS) {
        end_path(pen);
        begin_path(pen);
        if (pen->down) add_point(pen, 'M', pen->last);
    }
    add_point(pen, pen->down ? 'L' : 'M', to);
    pen->down = true;
    pen->last = to;
}

static bool is_finite(const double *x, const double *y, int64_t index, int64_t count) {
    return index >= 0 && index < count && isfinite(x[index]) && isfinite(y[index]);
}

// Points that no line leads to.
static void draw_lone_points(tw_svg *svg, const tw_axes *axes, const double *x, const double *y,
                             int64_t count, int index) {
    bool any = false;
    for (int64_t i = 0; i < count; i++) {
        if (!is_finite(x, y, i, count) || is_finite(x, y, i - 1, count) ||
            is_finite(x, y, i + 1, count))
            continue;
        if (!any) tw_text_add(&svg->text, "<path class=\"p%d\" d=\"", index);
        tw_text_add(&svg->text, "M%.1f %.1f%s", tw_axes_x(axes, x[i]), tw_axes_y(axes, y[i]),
                    tw_palette_shape(index));
        any = true;
    }
    if (any) tw_text_add(&svg->text, "\"/>\n");
}

static void close_column(tw_pen *pen, tw_column *column) {
    if (!column->open) return;
    bool low_first = column->low.index < column->high.index;
    draw_to(pen, column->first);
    draw_to(pen, low_first ? column->low : column->high);
    draw_to(pen, low_first ? column->high : column->low);
    draw_to(pen, column->last);
    column->open = false;
}

static void add_to_column(tw_column *column, tw_point point) {
    if (!column->open) {
        *column = (tw_column){true, rint(point.x), point, point, point, point};
    }
    if (point.y < column->low.y) column->low = point;
    if (point.y > column->high.y) column->high = point;
    column->last = point;
}

void tw_axes_curve(tw_svg *svg, const tw_axes *axes, const double *x, const double *y,
                   int64_t count, int index) {
    tw_pen pen = {.text = &svg->text, .index = index};
    tw_column column = {.open = false};
    begin_path(&pen);
    for (int64_t i = 0; i < count; i++) {
        bool drawn = isfinite(x[i]) && isfinite(y[i]);
        tw_point point = {0, 0, i};
        if (drawn) point.x = tw_axes_x(axes, x[i]), point.y = tw_axes_y(axes, y[i]);
        if (!drawn || count <= WHOLE_POINTS || rint(point.x) != column.place) {
            close_column(&pen, &column);
        }
        if (!drawn) pen.down = false;
        if (drawn) add_to_column(&column, point);
    }
    close_column(&pen, &column);
    end_path(&pen);
    if (index != TW_CURVE_GREY) draw_lone_points(svg, axes, x, y, count, index);
}
