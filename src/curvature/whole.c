#include "curvature/whole.h"

#include <math.h>

#include "base/fail.h"
#include "base/text.h"
#include "tensor/symmetric.h"

static tw_status check_finite(const tw_objective *objective, const double *hessian) {
    int64_t n = objective->space.n;
    for (int64_t i = 0; i < n * n; i++)
        if (!isfinite(hessian[i]))
            return tw_fail(objective->context, TW_DIVERGED,
                           "objective %s: element (%lld, %lld) of the Hessian is %g; a place where "
                           "it is finite is needed",
                           objective->name, (long long)(i / n), (long long)(i % n),
                           tw_plain_nan(hessian[i]));
    return TW_OK;
}

tw_status tw_whole_eigenvalues(tw_objective *objective, const void *x, bool vectors, double *matrix,
                               double *values) {
    tw_status status = tw_objective_hessian(objective, x, matrix);
    if (status == TW_OK) status = check_finite(objective, matrix);
    if (status != TW_OK) return status;
    return tw_symmetric_eigen(objective->context, matrix, objective->space.n, vectors, values);
}

double tw_eigenvalue_rounding(const tw_objective *objective, double largest) {
    return 10.0 * tw_vector_epsilon(&objective->space) * (double)objective->space.n * largest;
}
