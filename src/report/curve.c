// A path through many points, thinned to what the pixels show.
#include <math.h>

#include "report/axes.h"

#define WHOLE_POINTS 2000 // up to here every point is kept

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
    bool down; // a line is begun
    bool dot;  // and has this one point so far
    tw_point last;
} tw_pen;

static void draw_to(tw_pen *pen, tw_point to) {
    if (pen->down && to.index == pen->last.index) return; // lowest and first may be one
    tw_text_add(pen->text, pen->down ? "L" : "M");
    tw_svg_coordinate(pen->text, to.x);
    tw_svg_coordinate(pen->text, to.y);
    pen->dot = !pen->down;
    pen->down = true;
    pen->last = to;
}

// Round ends make a dot of a line that goes nowhere.
static void lift(tw_pen *pen) {
    if (pen->down && pen->dot) tw_text_add(pen->text, "h0");
    pen->down = false;
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
                   int64_t count, const char *kind) {
    tw_pen pen = {.text = &svg->text};
    tw_column column = {.open = false};
    tw_text_add(pen.text, "<path class=\"curve %s\" d=\"", kind);
    for (int64_t i = 0; i < count; i++) {
        bool drawn = isfinite(x[i]) && isfinite(y[i]);
        tw_point point = {0, 0, i};
        if (drawn) point.x = tw_axes_x(axes, x[i]), point.y = tw_axes_y(axes, y[i]);
        if (!drawn || count <= WHOLE_POINTS || rint(point.x) != column.place) {
            close_column(&pen, &column);
        }
        if (!drawn) lift(&pen);
        if (drawn) add_to_column(&column, point);
    }
    close_column(&pen, &column);
    lift(&pen);
    tw_text_add(pen.text, "\"/>\n");
}
