// The line search of More and Thuente (1994), as in MINPACK-2: a step along a descent direction that
// meets the strong Wolfe conditions. Numbers only: who holds the vectors asks for the step to try next
// and tells value and slope there.
#ifndef TW_MINIMIZE_SEARCH_H
#define TW_MINIMIZE_SEARCH_H

#include <stdbool.h>

// A point on the line.
typedef struct tw_search_point {
    double step, value, slope;
} tw_search_point;

typedef enum tw_search_word {
    TW_SEARCH_TRY,   // search->step is the next to try
    TW_SEARCH_FOUND, // the step told last is it
    TW_SEARCH_STUCK, // rounding or the limits of the step end it; search->low is the best there is
} tw_search_word;

typedef struct tw_search {
    double sufficient; // f(t) <= f(0) + sufficient*t*f'(0)
    double curvature;  // |f'(t)| <= curvature*|f'(0)|
    double noise;      // a value this much above f(0) is as good as f(0): what rounding may do
    double step_min, step_max;
    // How much farther than the last stride the next goes, before there is an interval.
    double stretch;
    double step;           // to try
    tw_search_point start; // at 0
    tw_search_point low;   // the best so far: an end of the interval
    tw_search_point other; // the other end, once there is one
    bool bracketed, has_descended;
    double width, width_before; // of the interval
    double from, to;            // where the next step may lie
} tw_search;

// Begins at value and slope (< 0) of step 0, to try `first`. The fields from `sufficient` to `step_max`
// are set before.
void tw_search_start(tw_search *search, double value, double slope, double first);

// Tells value and slope at search->step.
tw_search_word tw_search_tell(tw_search *search, double value, double slope);

// Says that the function is not finite at search->step: nothing as far away is tried again. False where
// there is no room left.
bool tw_search_shrink(tw_search *search);

#endif
