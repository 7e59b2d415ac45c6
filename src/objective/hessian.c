// Second derivatives of an objective: its own where it has them, else from differences of gradients.
#include <math.h>

#include "base/fail.h"
#include "base/memory.h"
#include "objective/objective.h"

#define TW_HESSIAN_DIMENSION_MAX 10000

enum { MOVED, AFTER, BEFORE, UNIT, PRODUCT, ROWS }; // of the scratch

// Row `row` of the scratch.
static void *scratch_row(const tw_objective *self, int row) {
    size_t bytes = (size_t)self->facts.dimension * tw_dtype_size(self->facts.dtype);
    return (char *)self->scratch + (size_t)row * bytes;
}

static tw_status have_scratch(tw_objective *self) {
    if (self->scratch == NULL)
        self->scratch = tw_allocate(self->context, (size_t)self->facts.dimension,
                                    ROWS * tw_dtype_size(self->facts.dtype));
    return self->scratch == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status gradient_at(tw_objective *self, const void *x, const void *vector, double step,
                             void *gradient) {
    void *moved = scratch_row(self, MOVED);
    tw_vector_scale(&self->space, 1.0, x, moved);
    tw_vector_add(&self->space, step, vector, moved);
    double value;
    return tw_objective_evaluate(self, moved, &value, gradient);
}

// (g(x + h v) - g(x - h v)) / 2h, h such that the largest coordinate moves by the cube root of the
// rounding error, where truncation and rounding balance.
static tw_status difference_product(tw_objective *self, const void *x, const void *vector,
                                    void *product) {
    double most = tw_vector_largest(&self->space, vector);
    double epsilon = tw_vector_epsilon(&self->space);
    double step = most > 0 ? cbrt(epsilon) * (1 + tw_vector_largest(&self->space, x)) / most : 1;
    void *after = scratch_row(self, AFTER), *before = scratch_row(self, BEFORE);
    tw_status status = gradient_at(self, x, vector, step, after);
    if (status == TW_OK) status = gradient_at(self, x, vector, -step, before);
    if (status != TW_OK) return status;
    tw_vector_add(&self->space, -1.0, before, after); // near each other: exact
    tw_vector_scale(&self->space, 1.0 / (2.0 * step), after, product);
    return TW_OK;
}

tw_status tw_objective_hessian_product(tw_objective *objective, const void *x, const void *vector,
                                       void *product) {
    objective->counts.h_evals++;
    if (objective->calls.hessian_product != NULL)
        return objective->calls.hessian_product(x, vector, product, objective->calls.user);
    tw_status status = have_scratch(objective);
    return status == TW_OK ? difference_product(objective, x, vector, product) : status;
}

// Differences break the symmetry by their error; the mean of both halves mends it.
static void make_symmetric(double *hessian, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            double mean = (hessian[i * n + j] + hessian[j * n + i]) / 2;
            hessian[i * n + j] = hessian[j * n + i] = mean;
        }
}

static tw_status hessian_by_products(tw_objective *self, const void *x, double *hessian) {
    int64_t n = self->facts.dimension;
    tw_status status = have_scratch(self);
    for (int64_t i = 0; i < n && status == TW_OK; i++) {
        void *unit = scratch_row(self, UNIT), *product = scratch_row(self, PRODUCT);
        for (int64_t j = 0; j < n; j++) tw_vector_set(&self->space, unit, j, i == j);
        status = tw_objective_hessian_product(self, x, unit, product);
        for (int64_t j = 0; j < n && status == TW_OK; j++)
            hessian[i * n + j] = tw_vector_get(&self->space, product, j);
    }
    if (status == TW_OK) make_symmetric(hessian, n);
    return status;
}

tw_status tw_objective_hessian(tw_objective *objective, const void *x, double *hessian) {
    if (objective->facts.dimension > TW_HESSIAN_DIMENSION_MAX)
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "objective %s: a whole Hessian of dimension %lld; at most %d: use products",
                       objective->name, (long long)objective->facts.dimension,
                       TW_HESSIAN_DIMENSION_MAX);
    if (objective->calls.hessian == NULL) return hessian_by_products(objective, x, hessian);
    objective->counts.h_evals++;
    return objective->calls.hessian(x, hessian, objective->calls.user);
}
