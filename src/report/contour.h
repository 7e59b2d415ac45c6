// Lines of equal value through a grid of values, and which values to draw them at.
#ifndef TW_REPORT_CONTOUR_H
#define TW_REPORT_CONTOUR_H

#include <stdint.h>

#include "thalweg/context.h"

// Values at the crossings of a grid, row by row from y = 0: values[row * columns + column].
typedef struct tw_field {
    const double *values;
    int columns, rows; // at least 2
} tw_field;

typedef struct tw_grid_point {
    double x, y; // in columns and rows
} tw_grid_point;

// One line of a level, closed where its last point is its first. Borrowed during the call.
typedef void tw_contour_function(const tw_grid_point *points, int64_t count, void *user);

// Calls `function` for each line on which the field, linear along the grid's edges, has the value
// `level`. Cells with a corner that is not finite have none; where two lines could cross in a cell the mean
// of its corners tells them apart. Method: marching squares (after Lorensen and Cline, 1987).
// Errors: TW_NO_MEMORY.
tw_status tw_contour_trace(tw_context *context, const tw_field *field, double level,
                           tw_contour_function *function, void *user);

// Leaves out points that lie within `tolerance` of the line through those that stay, which come first in
// `points`; the ends stay. Returns how many stay.
int64_t tw_contour_thin(tw_grid_point *points, int64_t count, double tolerance);

#define TW_CONTOUR_LEVELS_MAX 24

typedef struct tw_contour_levels {
    int count;
    double levels[TW_CONTOUR_LEVELS_MAX]; // ascending, in the field's values
    double above[TW_CONTOUR_LEVELS_MAX];  // the same, counted from the lowest: what is round
    bool logarithmic;
} tw_contour_levels;

// About a dozen levels: between those that enclose the lowest two hundredth and all but the highest
// twentieth of the field. Even where the field spans less than a factor of 30 above `lowest`, its least
// value known; else 1, 2, 5 or 1, 3 times powers of ten above it. Errors: TW_NO_MEMORY.
tw_status tw_contour_choose(tw_context *context, const tw_field *field, double lowest,
                            tw_contour_levels *levels);

#endif
