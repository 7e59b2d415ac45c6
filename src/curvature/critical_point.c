// Minimum, saddle or maximum; where the Hessian does not say, the function is followed.
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "curvature/whole.h"
#include "thalweg/curvature.h"

#define DIRECTIONS 64

const char *tw_critical_point_name(tw_critical_point kind) {
    static const char *const names[] = {"none", "minimum", "saddle", "maximum", "unknown"};
    return names[kind];
}

typedef struct place {
    tw_objective *objective;
    const void *x;
    double value;
    bool rises, falls; // which ways the function goes from here
    void *moved;       // [n] of the type
    double *along;     // [n]
} place;

static tw_status value_at(place *p, double reach, double *value) {
    const tw_vector_space *space = &p->objective->space;
    for (int64_t i = 0; i < space->n; i++)
        tw_vector_set(space, p->moved, i, tw_vector_get(space, p->x, i) + reach * p->along[i]);
    return tw_objective_evaluate(p->objective, p->moved, value, NULL);
}

// A step so long that third and fourth orders show above the rounding of the value.
static tw_status follow(place *p) {
    double reach = 1e-2 * (1.0 + tw_vector_largest(&p->objective->space, p->x));
    double noise = 16.0 * tw_vector_epsilon(&p->objective->space) * fmax(1e-8, fabs(p->value));
    for (int sign = -1; sign <= 1; sign += 2) {
        double there = NAN;
        tw_status status = value_at(p, sign * reach, &there);
        if (status != TW_OK) return status;
        p->rises = p->rises || there > p->value + noise;
        p->falls = p->falls || there < p->value - noise;
    }
    return TW_OK;
}

// A random unit vector among those that the Hessian does not bend: rows [first, end) of its eigenvectors.
static void draw_direction(place *p, const double *vectors, int64_t first, int64_t end,
                           uint64_t number) {
    int64_t n = p->objective->space.n;
    const tw_random random = {.seed = 1, .purpose = TW_FOR_PROBE, .stream = 1, .step = number};
    double square = 0.0;
    memset(p->along, 0, (size_t)n * sizeof *p->along);
    for (int64_t k = first; k < end; k++) {
        double share = tw_random_normal(&random, (uint64_t)k);
        for (int64_t i = 0; i < n; i++) p->along[i] += share * vectors[k * n + i];
        square += share * share;
    }
    for (int64_t i = 0; i < n; i++) p->along[i] /= sqrt(square);
}

static tw_status follow_unbent(place *p, double *vectors, double *values) {
    int64_t n = p->objective->space.n, first = 0;
    tw_status status = tw_whole_eigenvalues(p->objective, p->x, true, vectors, values);
    if (status != TW_OK) return status;
    double largest = fmax(fabs(values[0]), fabs(values[n - 1]));
    double rounding = tw_eigenvalue_rounding(p->objective, largest);
    while (first < n && values[first] < -rounding) first++;
    int64_t end = first;
    while (end < n && values[end] <= rounding) end++;
    for (uint64_t i = 0; i < DIRECTIONS && status == TW_OK && end > first; i++) {
        draw_direction(p, vectors, first, end, i);
        status = follow(p);
    }
    return status;
}

static tw_status look_around(place *p) {
    size_t n = (size_t)p->objective->space.n;
    double *memory = tw_allocate(p->objective->context, n * n + 3 * n, sizeof *memory);
    if (memory == NULL) return TW_NO_MEMORY;
    p->along = memory + n * n;
    p->moved = p->along + n;
    tw_status status = follow_unbent(p, memory, p->along + 2 * n);
    tw_release(memory);
    return status;
}

// The same where the eigenvectors are not known: along any directions.
static tw_status look_anywhere(place *p) {
    size_t n = (size_t)p->objective->space.n;
    tw_status status = TW_OK;
    p->along = tw_allocate(p->objective->context, 2 * n, sizeof *p->along);
    if (p->along == NULL) return TW_NO_MEMORY;
    p->moved = p->along + n;
    for (uint64_t i = 0; i < DIRECTIONS && status == TW_OK && !(p->rises && p->falls); i++) {
        const tw_random random = {.seed = 1, .purpose = TW_FOR_PROBE, .stream = 1, .step = i};
        for (size_t k = 0; k < n; k++)
            p->along[k] = tw_random_normal(&random, (uint64_t)k) / sqrt((double)n);
        status = follow(p);
    }
    tw_release(p->along);
    return status;
}

// Whether second derivatives alone decide: both signs were seen, or all are of one.
static bool is_decided(const tw_extremes *extremes, double rounding, place *p) {
    tw_eigenvalue low = extremes->smallest[0], high = extremes->largest[0];
    p->rises = high.value > fmax(rounding, high.error);
    p->falls = low.value < -fmax(rounding, low.error);
    if (p->rises && p->falls) return true;
    return extremes->whole ? extremes->zero_count == 0
                           : low.value > low.error || high.value < -high.error;
}

tw_status tw_curvature_classify(tw_objective *objective, const tw_objective_point *point,
                                double tolerance, const tw_extremes *extremes,
                                tw_critical_point *kind) {
    *kind = TW_CRITICAL_NONE;
    place p = {.objective = objective, .x = point->x, .value = point->value};
    double slope = tw_vector_largest(&objective->space, point->gradient);
    if (!(slope <= tolerance * fmax(1.0, fabs(point->value)))) return TW_OK;
    double low = extremes->smallest[0].value, high = extremes->largest[0].value;
    double rounding = tw_eigenvalue_rounding(objective, fmax(fabs(low), fabs(high)));
    bool decided = is_decided(extremes, rounding, &p), whole = extremes->whole;
    tw_status status = decided ? TW_OK : whole ? look_around(&p) : look_anywhere(&p);
    if (status != TW_OK) return status;
    *kind = p.rises && p.falls   ? TW_CRITICAL_SADDLE
            : !decided && !whole ? TW_CRITICAL_UNKNOWN
            : p.falls            ? TW_CRITICAL_MAXIMUM
                                 : TW_CRITICAL_MINIMUM;
    return TW_OK;
}
