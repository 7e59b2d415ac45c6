// Which small cells of a picture lines have passed through: where words would lie on a line, and which
// lines would add nothing to those that are drawn.
#ifndef TW_REPORT_TRAIL_H
#define TW_REPORT_TRAIL_H

#include "thalweg/context.h"

typedef struct tw_trail {
    double left, top; // of the first cell, in pixels
    int columns, rows;
    unsigned char *cells; // [rows, columns], 1 where a line has passed
} tw_trail;

// An empty trail over a part of a picture, in pixels. Free with tw_trail_free. Errors: TW_NO_MEMORY.
tw_status tw_trail_make(tw_context *context, double left, double top, double right, double bottom,
                        tw_trail *trail);

void tw_trail_free(tw_trail *trail);

// Adds the line from `a` to `b`, two places within the part. Whether it passed through a new cell.
bool tw_trail_add(tw_trail *trail, const double a[2], const double b[2]);

// Whether a line passed through a rectangle.
bool tw_trail_meets(const tw_trail *trail, double left, double top, double width, double height);

#endif
