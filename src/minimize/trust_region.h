// Trust regions: the least of a quadratic model within a radius, and what a step taken says of the
// radius.
#ifndef TW_MINIMIZE_TRUST_REGION_H
#define TW_MINIMIZE_TRUST_REGION_H

#include "minimize/solver.h"

// p [n] minimises sum of g_i p_i + values_i p_i^2/2 over |p| <= radius: exactly, in the hard case too (More
// and Sorensen, 1983). In the basis of the Hessian's eigenvectors, whose values rise.
void tw_trust_solve(int64_t n, const double *values, const double *g, double radius, double *p);

// A step to be tried.
typedef struct tw_trust_step {
    double length, radius; // of the step, and what it was allowed; INFINITY: anything
    double predicted;      // fall of the model, above 0
    double reach;          // a radius to begin with, where there was none
} tw_trust_step;

// Evaluates at the trial point, which is the step's end; `*taken` where the model was right enough to go
// there; and the radius from now on.
tw_status tw_trust_try(tw_minimization *minimization, const tw_trust_step *step, double *radius,
                       bool *taken);

// A radius to begin with: the length of x, at least 1.
double tw_trust_reach(const tw_minimization *minimization);

// A radius that the numbers cannot tell from none.
double tw_trust_least(const tw_minimization *minimization);

// Ends where no step that the numbers can tell from none goes down.
tw_status tw_trust_failed(tw_minimization *minimization, double radius);

#endif
