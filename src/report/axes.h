// A pair of axes in a picture: grid, ticks, labels; and curves over them.
#ifndef TW_REPORT_AXES_H
#define TW_REPORT_AXES_H

#include <stdint.h>

#include "report/axis.h"
#include "report/svg.h"

typedef struct tw_axes {
    double left, top, right, bottom; // of the area that the axes span, in pixels
    tw_axis x, y;
} tw_axes;

typedef struct tw_axes_words {
    const char *title;             // bold, above
    const char *x_label, *y_label; // below; above, behind the title. NULL: none
    bool plain;                    // no grid: a map has lines of its own
    bool x_ticks;                  // labels at the ticks of x: false where a panel below has them
} tw_axes_words;

#define TW_AXES_LEFT 68.0  // room for the labels of y
#define TW_AXES_ABOVE 26.0 // for the title
#define TW_AXES_TICKS 22.0 // for the labels of x's ticks
#define TW_AXES_LABEL 20.0 // for x's label

// The axis of x over so many pixels: with fewer ticks than wished for where their labels would touch.
tw_axis tw_axes_fit_x(const tw_extent *extent, const tw_axis_wish *wish, double pixels);

// Where axes begin, so that the labels of y have room: TW_AXES_LEFT, or more for long ones.
double tw_axes_fit_left(const tw_axis *y);

// Pixels of a finite number.
double tw_axes_x(const tw_axes *axes, double value);
double tw_axes_y(const tw_axes *axes, double value);

// Draws all but the curves.
void tw_axes_draw(tw_svg *svg, const tw_axes *axes, const tw_axes_words *words);

#define TW_CURVE_GREY (-1) // a curve that is no series

// Draws a line through the points, of series `index` or TW_CURVE_GREY. What is not finite breaks it; a point
// of a series between two breaks is drawn as the series' shape. More than 2000 points: of those that follow
// each other in a column of pixels only the first, lowest, highest and last are kept, so no drawn pixel moves
// by more than one.
void tw_axes_curve(tw_svg *svg, const tw_axes *axes, const double *x, const double *y,
                   int64_t count, int index);

#endif
