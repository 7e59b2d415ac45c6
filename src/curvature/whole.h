// Eigenvalues and eigenvectors of the whole Hessian.
#ifndef TW_CURVATURE_WHOLE_H
#define TW_CURVATURE_WHOLE_H

#include "objective/objective.h"

// Eigenvalues [n], rising, of the Hessian at x. `matrix` [n, n] is room for it; where `vectors`, row i of
// it becomes the eigenvector of value i. Errors: TW_DIVERGED for a Hessian that is not finite; TW_NO_MEMORY;
// what the function says.
tw_status tw_whole_eigenvalues(tw_objective *objective, const void *x, bool vectors, double *matrix,
                               double *values);

// What rounding may make of an eigenvalue that is 0, beside the largest.
double tw_eigenvalue_rounding(const tw_objective *objective, double largest);

#endif
