#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "objective/objective.h"

static tw_status objective_fill(tw_objective *self, const char *name, int64_t dimension,
                                tw_dtype dtype) {
    if (dimension < 1)
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "objective %s: a dimension of %lld; at least 1 is needed", name,
                       (long long)dimension);
    if (dtype != TW_F64 && dtype != TW_F32)
        return tw_fail(self->context, TW_BAD_ARGUMENT,
                       "objective %s: type %s; f64 and f32 can be minimised", name,
                       tw_dtype_name(dtype));
    if (self->calls.evaluate == NULL)
        return tw_fail(self->context, TW_BAD_ARGUMENT, "objective %s: no evaluate function", name);
    self->space = (tw_vector_space){self->context, dtype, dimension};
    self->name = tw_copy_text(self->context, name, strlen(name));
    self->facts = (tw_objective_facts){
        .name = self->name, .formula = "", .dimension = dimension, .dtype = dtype};
    return self->name == NULL ? TW_NO_MEMORY : TW_OK;
}

tw_status tw_objective_new(tw_context *context, const char *name, int64_t dimension, tw_dtype dtype,
                           const tw_objective_calls *calls, tw_objective **objective) {
    *objective = NULL;
    tw_objective *self = tw_allocate(context, 1, sizeof *self);
    if (self == NULL) {
        if (calls->free != NULL) calls->free(calls->user);
        return TW_NO_MEMORY;
    }
    self->context = context;
    self->calls = *calls;
    tw_status status = objective_fill(self, name, dimension, dtype);
    if (status == TW_OK)
        *objective = self;
    else
        tw_objective_free(self);
    return status;
}

void tw_objective_free(tw_objective *objective) {
    if (objective == NULL) return;
    if (objective->calls.free != NULL) objective->calls.free(objective->calls.user);
    tw_release(objective->scratch);
    tw_release(objective->name);
    tw_release(objective);
}

tw_objective_facts tw_objective_describe(const tw_objective *objective) {
    return objective->facts;
}

tw_evaluation_counts tw_objective_counts(const tw_objective *objective) {
    return objective->counts;
}

tw_status tw_objective_evaluate(tw_objective *objective, const void *x, double *value,
                                void *gradient) {
    objective->counts.f_evals++;
    if (gradient != NULL) objective->counts.g_evals++;
    tw_status status = objective->calls.evaluate(x, value, gradient, objective->calls.user);
    if (status == TW_OK) *value = tw_plain_nan(*value);
    return status;
}

tw_status tw_objective_at(tw_objective *objective, const void *x, tw_objective_point *point) {
    const tw_vector_space *space = &objective->space;
    *point = (tw_objective_point){.x = x};
    point->gradient =
        tw_allocate(objective->context, (size_t)space->n, tw_dtype_size(space->dtype));
    if (point->gradient == NULL) return TW_NO_MEMORY;
    tw_status status = tw_objective_evaluate(objective, x, &point->value, point->gradient);
    if (status != TW_OK) tw_objective_point_free(point);
    return status;
}

void tw_objective_point_free(tw_objective_point *point) {
    tw_release(point->gradient);
    *point = (tw_objective_point){0};
}
