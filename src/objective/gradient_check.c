// The gradient of an objective against differences of its values.
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "objective/objective.h"

// Value with coordinate `index` of `point` moved by `*move`, which becomes the move that the type allowed.
static tw_status moved_value(tw_objective *self, void *point, int64_t index, double *move,
                             double *value) {
    const tw_vector_space *space = &self->space;
    double before = tw_vector_get(space, point, index);
    tw_vector_set(space, point, index, before + *move);
    *move = tw_vector_get(space, point, index) - before;
    tw_status status = tw_objective_evaluate(self, point, value, NULL);
    tw_vector_set(space, point, index, before);
    return status;
}

static tw_status measure(tw_objective *self, void *point, int64_t index, double *slope) {
    double epsilon = tw_vector_epsilon(&self->space);
    double up = cbrt(epsilon) * (1 + fabs(tw_vector_get(&self->space, point, index))), down = -up;
    double above, below;
    tw_status status = moved_value(self, point, index, &up, &above);
    if (status == TW_OK) status = moved_value(self, point, index, &down, &below);
    if (status == TW_OK) *slope = (above - below) / (up - down);
    return status;
}

// Disagreement of a component: relative to it, or to the largest where it is far below that.
static double disagreement(double given, double measured, double scale) {
    double worst = fabs(given - measured) / fmax(fmax(fabs(given), fabs(measured)), scale);
    return isnan(worst) ? INFINITY : worst;
}

static tw_status compare(tw_objective *self, void *point, const void *gradient,
                         tw_gradient_check *check) {
    tw_dtype dtype = self->facts.dtype;
    double largest = tw_vector_largest(&self->space, gradient), worst = -1;
    double scale = fmax(1e-3 * largest, 1e-6);
    for (int64_t i = 0; i < self->facts.dimension; i++) {
        double given = tw_vector_get(&self->space, gradient, i), measured = 0;
        tw_status status = measure(self, point, i, &measured);
        if (status != TW_OK) return status;
        if (disagreement(given, measured, scale) > worst) {
            worst = disagreement(given, measured, scale);
            *check = (tw_gradient_check){.component = i, .given = given, .measured = measured};
        }
    }
    check->right = worst <= (dtype == TW_F32 ? 1e-2 : 1e-5);
    if (!check->right)
        tw_fail(self->context, TW_MISMATCH,
                "objective %s: component %lld of the gradient is %.10g, differences of the value "
                "give %.10g",
                self->name, (long long)check->component, check->given, check->measured);
    return TW_OK;
}

tw_status tw_objective_check(tw_objective *objective, const void *x, tw_gradient_check *check) {
    *check = (tw_gradient_check){0};
    size_t n = (size_t)objective->facts.dimension, size = tw_dtype_size(objective->facts.dtype);
    char *memory = tw_allocate(objective->context, 2 * n, size);
    if (memory == NULL) return TW_NO_MEMORY;
    void *point = memory, *gradient = memory + n * size;
    memcpy(point, x, n * size);
    double value;
    tw_status status = tw_objective_evaluate(objective, x, &value, gradient);
    if (status == TW_OK) status = compare(objective, point, gradient, check);
    tw_release(memory);
    return status;
}
