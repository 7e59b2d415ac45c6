// Gradient noise: minibatches against the whole sample.
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "thalweg/evaluate.h"
#include "train/surface_inside.h"

#define DRAWS_MAX 64

// The gradient of examples first .. first + count - 1 of a fetched block, into the sums.
static tw_status part_gradient(tw_surface *s, const tw_batch *block, int64_t first, int64_t count) {
    size_t size = tw_dtype_size(s->space.dtype);
    const tw_example_form *form = &s->options.form;
    size_t features = (size_t)tw_shape_elements(&form->shape) * size;
    size_t target = form->classes > 0 ? sizeof(int32_t) : (size_t)form->width * size;
    const char *x = (const char *)block->x + (size_t)first * features;
    const char *targets = (const char *)block->targets + (size_t)first * target;
    memset(s->sum, 0, (size_t)s->space.n * sizeof *s->sum);
    tw_status status = tw_plan_feed(s->gradient, s->x, x);
    if (status == TW_OK) status = tw_plan_feed(s->gradient, s->target, targets);
    if (status == TW_OK) status = tw_plan_run(s->gradient, count, NULL);
    for (int k = 0; k < s->count && status == TW_OK; k++)
        tw_surface_add(s, k, tw_plan_value(s->gradient, s->slopes[k]), 1.0);
    return status;
}

static void note(const tw_surface *s, const void *gradient, double *total, tw_noise_point *point) {
    double square = 0.0;
    for (int64_t i = 0; i < s->space.n; i++) {
        double off = s->sum[i] - tw_vector_get(&s->space, gradient, i);
        square += off * off;
        total[i] += off;
    }
    point->variance += square;
    point->draws++;
}

// Minibatches cut from blocks as the surface fetches them, in their drawn order.
static tw_status draw_minibatches(tw_surface *s, const void *gradient, double *total,
                                  tw_noise_point *point) {
    tw_status status = tw_batches_seek(s->batches, 0, 0);
    int64_t left = s->options.examples;
    while (status == TW_OK && left >= point->batch && point->draws < DRAWS_MAX) {
        tw_batch block;
        status = tw_batches_next(s->batches, &block);
        if (status != TW_OK) return status;
        int64_t count = block.count < left ? block.count : left, first = 0;
        for (; status == TW_OK && first + point->batch <= count && point->draws < DRAWS_MAX;
             first += point->batch) {
            status = part_gradient(s, &block, first, point->batch);
            if (status == TW_OK) note(s, gradient, total, point);
        }
        left -= count;
    }
    return status;
}

static tw_status measure_point(tw_surface *s, const void *gradient, double *total,
                               tw_noise_point *point) {
    memset(total, 0, (size_t)s->space.n * sizeof *total);
    tw_status status = draw_minibatches(s, gradient, total, point);
    double draws = (double)point->draws;
    point->variance /= draws;
    point->offset = sqrt(tw_dot(total, total, s->space.n)) / draws;
    return status;
}

static tw_status measure(tw_surface *s, const void *gradient, double *total,
                         tw_gradient_noise *noise) {
    double examples = (double)s->options.examples, trace = 0.0, weight = 0.0;
    for (int64_t batch = 8; noise->point_count < TW_NOISE_POINTS; batch *= 4) {
        if (2 * batch > s->options.examples || batch > s->options.batch) break;
        tw_noise_point *point = &noise->points[noise->point_count++];
        point->batch = batch;
        tw_status status = measure_point(s, gradient, total, point);
        if (status != TW_OK) return status;
        // Without replacement, the variance is (1 - B/N)/B of one example's.
        double of_one = point->variance * (double)batch / (1.0 - (double)batch / examples);
        trace += (double)point->draws * of_one;
        weight += (double)point->draws;
    }
    noise->scale = trace / weight / (noise->grad_norm * noise->grad_norm);
    return TW_OK;
}

tw_status tw_objective_noise(tw_objective *objective, const tw_objective_point *point,
                             tw_gradient_noise *noise) {
    *noise = (tw_gradient_noise){0};
    tw_surface *s = tw_surface_of(objective);
    if (s == NULL || s->options.examples < 16)
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "noise: %s has no sample of 16 examples or more to draw minibatches from",
                       objective->name);
    double *total = tw_allocate(s->context, (size_t)s->space.n, sizeof *total);
    if (total == NULL) return TW_NO_MEMORY;
    tw_surface_put(s, point->x, s->variables);
    noise->grad_norm = sqrt(tw_vector_dot(&s->space, point->gradient, point->gradient));
    tw_status status = measure(s, point->gradient, total, noise);
    tw_release(total);
    return status;
}
