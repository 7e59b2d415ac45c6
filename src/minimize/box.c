// Bounds of the coordinates.
#include <math.h>

#include "minimize/solver.h"

double tw_box_slope(const tw_minimization *minimization, const void *x, const void *gradient) {
    const tw_vector_space *space = &minimization->space;
    double largest = 0;
    for (int64_t i = 0; i < space->n; i++) {
        double at = tw_vector_get(space, x, i), slope = tw_vector_get(space, gradient, i);
        // As far as -slope leads inside the bounds. (at - slope would lose a slope that is small beside at.)
        double way = fmax(minimization->lower[i] - at, fmin(minimization->upper[i] - at, -slope));
        if (isnan(slope)) return NAN;
        largest = fmax(largest, fabs(way));
    }
    return largest;
}

void tw_box_clamp(const tw_minimization *minimization, void *x) {
    const tw_vector_space *space = &minimization->space;
    for (int64_t i = 0; i < space->n; i++) {
        double at = tw_vector_get(space, x, i);
        double inside = fmax(minimization->lower[i], fmin(minimization->upper[i], at));
        if (inside != at && !isnan(at)) tw_vector_set(space, x, i, inside);
    }
}
