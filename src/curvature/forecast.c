// One step of gradient descent: what the slope and the curvature promise, and what happens.
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "objective/objective.h"
#include "thalweg/curvature.h"

static tw_status take_step(tw_objective *objective, const tw_objective_point *point, void *moved,
                           tw_step_forecast *forecast) {
    const tw_vector_space *space = &objective->space;
    tw_vector_scale(space, 1.0, point->x, moved);
    tw_vector_add(space, -forecast->lr, point->gradient, moved);
    double after = NAN;
    tw_status status = tw_objective_evaluate(objective, moved, &after, NULL);
    forecast->measured_change = after - forecast->loss;
    return status;
}

static void foresee(tw_step_forecast *forecast) {
    double lr = forecast->lr, slope = forecast->gg, curvature = forecast->gHg;
    forecast->grad_norm = sqrt(slope);
    forecast->predicted_change = -lr * slope + 0.5 * lr * lr * curvature;
    forecast->lr_best = curvature > 0.0 ? slope / curvature : INFINITY;
    forecast->lr_limit = 2.0 * forecast->lr_best;
    forecast->stuck = slope > 0.0 && 0.5 * lr * lr * curvature >= lr * slope;
}

// d'Hd along a direction [n]; `product` is room for Hd.
static tw_status curvature_along(tw_objective *objective, const void *x, const void *direction,
                                 void *product, double *curvature) {
    tw_status status = tw_objective_hessian_product(objective, x, direction, product);
    if (status != TW_OK) return status;
    *curvature = tw_vector_dot(&objective->space, direction, product);
    if (isfinite(*curvature)) return TW_OK;
    return tw_fail(objective->context, TW_DIVERGED,
                   "objective %s: the Hessian at this point is not finite", objective->name);
}

static tw_status forecast_at(tw_objective *objective, const tw_objective_point *point,
                             void *product, tw_step_forecast *forecast) {
    const tw_vector_space *space = &objective->space;
    forecast->loss = point->value;
    forecast->gg = tw_vector_dot(space, point->gradient, point->gradient);
    if (!isfinite(forecast->loss) || !isfinite(forecast->gg))
        return tw_fail(objective->context, TW_DIVERGED,
                       "objective %s: at this point f is %g and g'g is %g; a place where both are "
                       "finite is needed",
                       objective->name, forecast->loss, tw_plain_nan(forecast->gg));
    tw_status status =
        curvature_along(objective, point->x, point->gradient, product, &forecast->gHg);
    if (status != TW_OK) return status;
    foresee(forecast);
    return take_step(objective, point, product, forecast);
}

tw_status tw_curvature_forecast(tw_objective *objective, const tw_objective_point *point, double lr,
                                tw_step_forecast *forecast) {
    *forecast = (tw_step_forecast){.lr = lr};
    if (!(lr > 0.0) || !isfinite(lr))
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "forecast: a learning rate of %g; a positive number is needed", lr);
    void *product = tw_allocate(objective->context, (size_t)objective->space.n,
                                tw_dtype_size(objective->space.dtype));
    if (product == NULL) return TW_NO_MEMORY;
    tw_status status = forecast_at(objective, point, product, forecast);
    tw_release(product);
    return status;
}

// The gradient with every coordinate outside the part set to 0.
static void keep_part(const tw_objective *objective, const tw_objective_part *part,
                      const void *gradient, void *kept) {
    size_t size = tw_dtype_size(objective->space.dtype);
    memset(kept, 0, (size_t)objective->space.n * size);
    memcpy((char *)kept + (size_t)part->first * size,
           (const char *)gradient + (size_t)part->first * size, (size_t)part->count * size);
}

static tw_status forecast_parts(tw_objective *objective, const tw_objective_point *point,
                                void *kept, void *product, tw_part_forecast *parts) {
    for (int i = 0; i < objective->facts.part_count; i++) {
        tw_part_forecast *part = &parts[i];
        keep_part(objective, &objective->facts.parts[i], point->gradient, kept);
        part->gg = tw_vector_dot(&objective->space, kept, kept);
        if (!isfinite(part->gg))
            return tw_fail(objective->context, TW_DIVERGED,
                           "objective %s: the gradient at this point is not finite",
                           objective->name);
        tw_status status = curvature_along(objective, point->x, kept, product, &part->gHg);
        if (status != TW_OK) return status;
        part->lr_limit = part->gHg > 0.0 ? 2.0 * part->gg / part->gHg : INFINITY;
    }
    return TW_OK;
}

tw_status tw_curvature_parts(tw_objective *objective, const tw_objective_point *point,
                             tw_part_forecast *parts) {
    size_t bytes = (size_t)objective->space.n * tw_dtype_size(objective->space.dtype);
    char *memory = tw_allocate(objective->context, 2, bytes);
    if (memory == NULL) return TW_NO_MEMORY;
    tw_status status = forecast_parts(objective, point, memory, memory + bytes, parts);
    tw_release(memory);
    return status;
}
