// Which levels show a function: round ones, even or by powers of ten.
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/axis.h"
#include "report/contour.h"

#define SHARE_LOW .005  // of the field, inside the first line
#define SHARE_HIGH .95  // of it, inside the last
#define EVEN_UP_TO 30.0 // from the first level to the last, above the lowest
#define WANTED 12

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void add(tw_contour_levels *levels, double lowest, double above, double low, double high) {
    bool within = above >= low * (1 - 1e-9) && above <= high * (1 + 1e-9);
    if (!within || levels->count == TW_CONTOUR_LEVELS_MAX) return;
    levels->above[levels->count] = above;
    levels->levels[levels->count++] = lowest + above;
}

// The multiples of each decade that give about as many as are wanted; beyond, every other decade or less.
static void add_decades(tw_contour_levels *levels, double lowest, double low, double high) {
    static const double multiples[3][3] = {{1, 2, 5}, {1, 3, 0}, {1, 0, 0}};
    double decades = log10(high / low);
    int kind = decades * 3 <= WANTED ? 0 : decades * 2 <= WANTED ? 1 : 2;
    int stride = (int)ceil(decades / (1.5 * WANTED));
    if (stride < 1) stride = 1;
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    for (int decade = first; decade <= last; decade++) {
        if ((decade - last) % stride != 0) continue;
        for (int k = 0; k < 3 && multiples[kind][k] > 0; k++)
            add(levels, lowest, multiples[kind][k] * pow(10, decade), low, high);
    }
    levels->logarithmic = true;
}

// Ticks of an axis, as values themselves.
static void add_even(tw_contour_levels *levels, double lowest, double low, double high) {
    tw_extent extent = {.low = lowest + low, .high = lowest + high};
    if (!(extent.low < extent.high)) return;
    tw_axis axis = tw_axis_make(&extent, &(tw_axis_wish){.tick_count = WANTED});
    for (int i = 0; i < axis.count && levels->count < TW_CONTOUR_LEVELS_MAX; i++) {
        levels->levels[levels->count] = axis.ticks[i].value;
        levels->above[levels->count++] = axis.ticks[i].value;
    }
}

tw_status tw_contour_choose(tw_context *context, const tw_field *field, double lowest,
                            tw_contour_levels *levels) {
    *levels = (tw_contour_levels){0};
    size_t all = (size_t)field->columns * (size_t)field->rows, count = 0;
    double *sorted = tw_allocate(context, all, sizeof *sorted);
    if (sorted == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < all; i++)
        if (isfinite(field->values[i])) sorted[count++] = field->values[i];
    qsort(sorted, count, sizeof *sorted, ascending);
    if (count > 0) {
        lowest = fmin(lowest, sorted[0]);
        double low = sorted[(size_t)(SHARE_LOW * (double)(count - 1))] - lowest;
        double high = sorted[(size_t)(SHARE_HIGH * (double)(count - 1))] - lowest;
        if (low > 0 && isfinite(high) && high > EVEN_UP_TO * low)
            add_decades(levels, lowest, low, high);
        else if (isfinite(high))
            add_even(levels, lowest, low, high);
    }
    tw_release(sorted);
    return TW_OK;
}
