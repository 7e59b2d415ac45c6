#include "curvature/lanczos.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/random.h"
#include "tensor/symmetric.h"

static char *basis_vector(const tw_lanczos *lanczos, int64_t index) {
    const tw_vector_space *space = &lanczos->objective->space;
    return lanczos->basis + (size_t)(index * space->n) * tw_dtype_size(space->dtype);
}

// A unit vector of normal numbers: it meets every eigenvector with probability 1.
static void start_vector(const tw_lanczos *lanczos, uint64_t seed, uint64_t probe) {
    const tw_vector_space *space = &lanczos->objective->space;
    const tw_random random = {.seed = seed, .purpose = TW_FOR_PROBE, .step = probe};
    char *first = basis_vector(lanczos, 0);
    for (int64_t i = 0; i < space->n; i++)
        tw_vector_set(space, first, i, tw_random_normal(&random, (uint64_t)i));
    tw_vector_scale(space, 1.0 / sqrt(tw_vector_dot(space, first, first)), first, first);
}

tw_status tw_lanczos_new(tw_objective *objective, const void *x, int64_t steps_max, uint64_t seed,
                         uint64_t probe, tw_lanczos *lanczos) {
    const tw_vector_space *space = &objective->space;
    if (steps_max > space->n) steps_max = space->n;
    size_t k = (size_t)steps_max, bytes = (size_t)space->n * tw_dtype_size(space->dtype);
    *lanczos = (tw_lanczos){.objective = objective, .x = x, .steps_max = steps_max};
    lanczos->basis = tw_allocate(objective->context, k + 1, bytes);
    lanczos->diagonal = tw_allocate(objective->context, 6 * k, sizeof(double));
    if (lanczos->basis == NULL || lanczos->diagonal == NULL) {
        tw_lanczos_free(lanczos);
        return TW_NO_MEMORY;
    }
    lanczos->offdiagonal = lanczos->diagonal + k;
    lanczos->ritz = lanczos->offdiagonal + k;
    lanczos->between = lanczos->ritz + k;
    lanczos->ends = lanczos->between + k;
    start_vector(lanczos, seed, probe);
    return TW_OK;
}

void tw_lanczos_free(tw_lanczos *lanczos) {
    tw_release(lanczos->basis);
    tw_release(lanczos->diagonal);
    *lanczos = (tw_lanczos){0};
}

// Takes off `vector` its parts along the first `count` basis vectors.
static void make_orthogonal(const tw_lanczos *lanczos, int64_t count, void *vector) {
    const tw_vector_space *space = &lanczos->objective->space;
    for (int64_t i = 0; i < count; i++) {
        const void *other = basis_vector(lanczos, i);
        tw_vector_add(space, -tw_vector_dot(space, other, vector), other, vector);
    }
}

// A residual as small as the rounding of the product that it is left of says nothing any more.
static bool is_rounding(const tw_lanczos *lanczos, double residual) {
    double scale = 0.0;
    for (int64_t i = 0; i <= lanczos->steps; i++)
        scale = fmax(scale, fabs(lanczos->diagonal[i]) + (i > 0 ? lanczos->offdiagonal[i - 1] : 0));
    return residual <= 10.0 * tw_vector_epsilon(&lanczos->objective->space) * scale;
}

tw_status tw_lanczos_step(tw_lanczos *lanczos, bool *exhausted) {
    tw_objective *objective = lanczos->objective;
    const tw_vector_space *space = &objective->space;
    int64_t k = lanczos->steps;
    char *current = basis_vector(lanczos, k), *next = basis_vector(lanczos, k + 1);
    tw_status status = tw_objective_hessian_product(objective, lanczos->x, current, next);
    if (status != TW_OK) return status;
    double along = tw_vector_dot(space, current, next);
    if (!isfinite(along))
        return tw_fail(objective->context, TW_DIVERGED,
                       "objective %s: the Hessian at this point is not finite", objective->name);
    lanczos->diagonal[k] = along;
    make_orthogonal(lanczos, k + 1, next);
    make_orthogonal(lanczos, k + 1, next);
    double residual = sqrt(tw_vector_dot(space, next, next));
    lanczos->offdiagonal[k] = residual;
    *exhausted = k + 1 == lanczos->steps_max || is_rounding(lanczos, residual);
    if (residual > 0.0) tw_vector_scale(space, 1.0 / residual, next, next);
    lanczos->steps = k + 1;
    return TW_OK;
}

tw_status tw_lanczos_solve(tw_lanczos *lanczos) {
    size_t bytes = (size_t)lanczos->steps * sizeof(double);
    memset(lanczos->ends, 0, 2 * bytes);
    lanczos->ends[0] = lanczos->ends[2 * lanczos->steps - 1] = 1.0;
    memcpy(lanczos->ritz, lanczos->diagonal, bytes);
    memcpy(lanczos->between, lanczos->offdiagonal, bytes);
    return tw_tridiagonal_eigen(lanczos->objective->context, lanczos->ritz, lanczos->between,
                                lanczos->steps, lanczos->ends, 2);
}

// No bound is below the rounding of the products.
double tw_lanczos_error(const tw_lanczos *lanczos, int64_t index) {
    int64_t k = lanczos->steps;
    double residual = fabs(lanczos->offdiagonal[k - 1] * lanczos->ends[2 * index + 1]);
    double epsilon = tw_vector_epsilon(&lanczos->objective->space);
    return fmax(residual, epsilon * fmax(fabs(lanczos->ritz[0]), fabs(lanczos->ritz[k - 1])));
}
