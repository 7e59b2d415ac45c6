// Names beside the ends of lines, or beside points: they tell the series apart without colour.
#ifndef TW_REPORT_LEGEND_H
#define TW_REPORT_LEGEND_H

#include "report/svg.h"

typedef struct tw_legend_entry {
    const char *name;
    int index;     // of its classes
    double wanted; // where its line ends, in pixels from the top
} tw_legend_entry;

#define TW_LEGEND_LINE 17.0 // pixels from one name to the next

// The width that names need, with the samples and the gap before them, at most a third of the picture;
// 0 for no entries.
double tw_legend_width(const tw_legend_entry *entries, int count);

// Where axes end and a legend of that width begins.
double tw_legend_left(double width);

// Draws at most TW_SVG_SERIES_MAX entries from `left` on, as near to where they want to be as they fit
// between `top` and `bottom`: a sample of the line (`points`: of the shape) and the name.
void tw_legend_draw(tw_svg *svg, const tw_legend_entry *entries, int count, double left, double top,
                    double bottom, bool points);

#endif
