// The end of a definite spectrum that lies near 0, from a factor of the whole Hessian.
#ifndef TW_CURVATURE_SMALL_END_H
#define TW_CURVATURE_SMALL_END_H

#include "thalweg/curvature.h"

// What Lanczos on the Hessian itself found, and what is wanted.
typedef struct tw_small_end {
    tw_objective *objective;
    const void *x;
    const tw_spectrum_options *options;
    int64_t products; // Hessian products done before
    double largest;   // the largest |eigenvalue|
    bool negative;    // all that were seen are: the end is the spectrum's upper one
} tw_small_end;

// `*end`: the lowest eigenvalue of H, or the highest where `negative`; on the other side of 0 if the spectrum
// reaches there. `end->error` NaN: no factor was found, for elements that are not finite. n products; n^2 doubles.
// Errors: TW_NO_MEMORY; what the function says.
tw_status tw_small_end_find(const tw_small_end *wanted, tw_eigenvalue *end);

// What rounding makes of that eigenvalue, beside the largest.
double tw_small_end_rounding(const tw_objective *objective, double largest);

#endif
