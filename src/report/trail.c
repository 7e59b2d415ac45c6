// Cells of a picture that lines pass through.
#include "report/trail.h"

#include <math.h>

#include "base/memory.h"

#define CELL 2.0 // pixels of a side: as wide as a line

tw_status tw_trail_make(tw_context *context, double left, double top, double right, double bottom,
                        tw_trail *trail) {
    *trail = (tw_trail){.left = left,
                        .top = top,
                        .columns = (int)((right - left) / CELL) + 1,
                        .rows = (int)((bottom - top) / CELL) + 1};
    trail->cells = tw_allocate(context, (size_t)trail->columns * (size_t)trail->rows, 1);
    return trail->cells == NULL ? TW_NO_MEMORY : TW_OK;
}

void tw_trail_free(tw_trail *trail) {
    tw_release(trail->cells);
    trail->cells = NULL;
}

static int cell_of(double at, double first, int count) {
    double cell = floor((at - first) / CELL);
    return (int)fmin(fmax(cell, 0), count - 1);
}

bool tw_trail_add(tw_trail *trail, const double a[2], const double b[2]) {
    int steps = (int)ceil(hypot(b[0] - a[0], b[1] - a[1]) / CELL);
    bool new = false;
    for (int i = 0; i <= steps; i++) {
        double share = steps == 0 ? 0 : (double)i / steps;
        int column = cell_of(a[0] + share * (b[0] - a[0]), trail->left, trail->columns);
        int row = cell_of(a[1] + share * (b[1] - a[1]), trail->top, trail->rows);
        unsigned char *cell = &trail->cells[(int64_t)row * trail->columns + column];
        new = new || *cell == 0;
        *cell = 1;
    }
    return new;
}

bool tw_trail_meets(const tw_trail *trail, double left, double top, double width, double height) {
    int first = cell_of(left, trail->left, trail->columns);
    int last = cell_of(left + width, trail->left, trail->columns);
    int end = cell_of(top + height, trail->top, trail->rows);
    for (int row = cell_of(top, trail->top, trail->rows); row <= end; row++)
        for (int column = first; column <= last; column++)
            if (trail->cells[(int64_t)row * trail->columns + column] != 0) return true;
    return false;
}
