// How the eigenvalues lie: the mean over random vectors of what Lanczos sees of them.
#include <math.h>

#include "base/fail.h"
#include "base/memory.h"
#include "curvature/lanczos.h"
#include "thalweg/curvature.h"

#define NARROWEST 1e-9 // of the largest |value|: below it a grid's points would fall together

// Every Ritz value with its weight, of all probes.
typedef struct atoms {
    double *value, *weight; // [count]; room for those that all probes can have
    int64_t count;
    double low, high;
} atoms;

// The weight of a Ritz value is the square of the first element of its vector (Golub and Welsch, 1969).
static void keep(atoms *all, const tw_lanczos *lanczos, double share) {
    int64_t k = lanczos->steps;
    for (int64_t i = 0; i < k; i++) {
        double first = lanczos->ends[2 * i];
        all->value[all->count] = lanczos->ritz[i];
        all->weight[all->count++] = share * first * first;
    }
    all->low = fmin(all->low, lanczos->ritz[0]);
    all->high = fmax(all->high, lanczos->ritz[k - 1]);
}

static tw_status probe(tw_objective *objective, const void *x, const tw_spectrum_options *options,
                       int64_t index, atoms *all) {
    tw_lanczos lanczos;
    tw_status status =
        tw_lanczos_new(objective, x, options->steps, options->seed, (uint64_t)index + 1, &lanczos);
    bool ended = false;
    while (status == TW_OK && !ended) {
        status = tw_lanczos_step(&lanczos, &ended);
        if (status == TW_OK && options->watch != NULL)
            options->watch(index * lanczos.steps_max + lanczos.steps,
                           options->probes * lanczos.steps_max, options->user);
    }
    if (status == TW_OK) status = tw_lanczos_solve(&lanczos);
    if (status == TW_OK) keep(all, &lanczos, 1.0 / (double)options->probes);
    tw_lanczos_free(&lanczos);
    return status;
}

// A bell of width sigma for each atom, on a grid that leaves room for its flanks, then scaled so that the
// sum over the grid is 1.
static void smooth(const atoms *all, double *grid, double *density, int64_t count) {
    double range = all->high - all->low, largest = fmax(fabs(all->low), fabs(all->high));
    if (!(range > NARROWEST * largest)) range = fmax(largest, 1.0);
    double sigma = 0.01 * range, low = all->low - 5.0 * sigma, width = range + 10.0 * sigma;
    double step = width / (double)(count - 1), total = 0.0;
    for (int64_t i = 0; i < count; i++) {
        grid[i] = low + step * (double)i;
        density[i] = 0.0;
        for (int64_t k = 0; k < all->count; k++) {
            double distance = (grid[i] - all->value[k]) / sigma;
            density[i] += all->weight[k] * exp(-0.5 * distance * distance);
        }
        total += density[i] * step;
    }
    for (int64_t i = 0; i < count && total > 0.0; i++) density[i] /= total;
}

tw_status tw_curvature_density(tw_objective *objective, const void *x,
                               const tw_spectrum_options *options, double *grid, double *density,
                               int64_t count) {
    const tw_spectrum_options usual = tw_spectrum_options_default();
    if (options == NULL) options = &usual;
    if (options->steps < 1 || options->probes < 1 || count < 2)
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "density: %lld steps, %lld probes, %lld points; at least 1, 1 and 2 are "
                       "needed",
                       (long long)options->steps, (long long)options->probes, (long long)count);
    atoms all = {.low = INFINITY, .high = -INFINITY};
    int64_t steps = options->steps < objective->space.n ? options->steps : objective->space.n;
    size_t probe_bytes = 2 * (size_t)steps * sizeof *all.value;
    all.value = tw_allocate(objective->context, (size_t)options->probes, probe_bytes);
    if (all.value == NULL) return TW_NO_MEMORY;
    all.weight = all.value + options->probes * steps;
    tw_status status = TW_OK;
    for (int64_t i = 0; i < options->probes && status == TW_OK; i++)
        status = probe(objective, x, options, i, &all);
    if (status == TW_OK) smooth(&all, grid, density, count);
    tw_release(all.value);
    return status;
}
