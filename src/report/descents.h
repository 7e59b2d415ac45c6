// Between the files that draw how minimisers went.
#ifndef TW_REPORT_DESCENTS_H
#define TW_REPORT_DESCENTS_H

#include "report/axes.h"
#include "report/contour.h"
#include "report/trail.h"
#include "thalweg/plot.h"

typedef struct tw_box {
    double low[2], high[2]; // of x and y
} tw_box;

// What a picture is of: its objective, the ways through it, and the least value known.
typedef struct tw_landscape {
    tw_context *context;
    tw_objective *objective;
    tw_objective_facts facts;
    const tw_descent *descents;
    int count;
    double lowest;  // of all values and the known minima, once they are seen
    tw_trail trail; // of the paths, which words keep off
} tw_landscape;

// The part of the plane to be shown: paths and known minima with room around them, or the function's
// domain where they fill a good part of it. Points higher than their start do not widen it.
tw_box tw_landscape_box(const tw_landscape *landscape);

// Values over a box, on a grid of columns times rows [rows * columns]. A value that is not finite stays so.
tw_status tw_landscape_values(const tw_landscape *landscape, const tw_box *box, int columns,
                              int rows, double *values);

// The contour lines of a function of two numbers, and the paths over them.
tw_status tw_landscape_draw_map(tw_svg *svg, tw_landscape *landscape, const tw_axes *axes,
                                const tw_box *box);

// The curve of a function of one number, and the points over it.
tw_status tw_landscape_draw_curve(tw_svg *svg, const tw_landscape *landscape, tw_axes *axes,
                                  const tw_box *box);

// Marks the cells that the paths pass through in `trail`, which is made. Of a curve the second coordinates of
// a path are values.
tw_status tw_landscape_mark_paths(tw_landscape *landscape, const tw_axes *axes);

// The paths, their starts and ends, cut off at the axes.
tw_status tw_landscape_draw_paths(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes);

#endif
