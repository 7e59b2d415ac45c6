// Lanczos on a Hessian: a small tridiagonal matrix whose eigenvalues are near those at the ends.
#ifndef TW_CURVATURE_LANCZOS_H
#define TW_CURVATURE_LANCZOS_H

#include "objective/objective.h"

// After k steps: T = tridiag(offdiagonal, diagonal, offdiagonal), and the norm of what is left. With full
// reorthogonalisation, twice a step: orthogonal to rounding (Kahan and Parlett: twice is enough).
typedef struct tw_lanczos {
    tw_objective *objective;
    const void *x; // borrowed
    int64_t steps_max;
    int64_t steps;       // done
    char *basis;         // [steps_max + 1, n] of the objective's type
    double *diagonal;    // [steps_max]
    double *offdiagonal; // [steps_max]; the last one is the norm of the residual
    double *ritz;        // [steps_max] eigenvalues of T, rising, after tw_lanczos_solve
    double *ends;        // [steps_max, 2]: the first and the last element of each value's vector
    double *between;     // [steps_max]: the solver's
} tw_lanczos;

// Starts from a random vector of unit length, a function of (seed, probe). Errors: TW_NO_MEMORY.
tw_status tw_lanczos_new(tw_objective *objective, const void *x, int64_t steps_max, uint64_t seed,
                         uint64_t probe, tw_lanczos *lanczos);
void tw_lanczos_free(tw_lanczos *lanczos);

// One step more; `*exhausted` when the Krylov space is whole and T has the exact eigenvalues of its part.
// Errors: TW_DIVERGED for a product that is not finite; what the function says.
tw_status tw_lanczos_step(tw_lanczos *lanczos, bool *exhausted);

// Eigenvalues of T, and the ends of its vectors. Errors: TW_DIVERGED where they do not converge.
tw_status tw_lanczos_solve(tw_lanczos *lanczos);

// The bound of Ritz value `index`: the residual's norm times the last element of its vector.
double tw_lanczos_error(const tw_lanczos *lanczos, int64_t index);

#endif
