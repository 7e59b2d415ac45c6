// Both ends of a Hessian's spectrum, or all of it.
#include <math.h>

#include "base/fail.h"
#include "base/memory.h"
#include "curvature/lanczos.h"
#include "curvature/small_end.h"
#include "curvature/whole.h"
#include "thalweg/curvature.h"

#define CONDITION_TOLERANCE 0.01
#define STEPS_BETWEEN_LOOKS 5
#define STEPS_OF_A_LOOK 20 // a look costs steps^2, and is worth less the more were done

tw_spectrum_options tw_spectrum_options_default(void) {
    return (tw_spectrum_options){.steps = 100, .tolerance = 1e-4, .top = 1, .probes = 8, .seed = 1};
}

tw_status tw_curvature_spectrum(tw_objective *objective, const void *x, double *eigenvalues) {
    int64_t n = objective->space.n;
    if (n > TW_WHOLE_SPECTRUM_MAX)
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "spectrum: n = %lld; all eigenvalues are computed up to n = %d",
                       (long long)n, TW_WHOLE_SPECTRUM_MAX);
    double *hessian = tw_allocate(objective->context, (size_t)(n * n), sizeof *hessian);
    if (hessian == NULL) return TW_NO_MEMORY;
    tw_status status = tw_whole_eigenvalues(objective, x, false, hessian, eigenvalues);
    tw_release(hessian);
    return status;
}

static void count_signs(const double *values, int64_t n, double rounding, tw_extremes *extremes) {
    double least = INFINITY, most = 0.0;
    for (int64_t i = 0; i < n; i++) {
        extremes->negative_count += values[i] < -rounding;
        extremes->zero_count += fabs(values[i]) <= rounding;
        least = fmin(least, fabs(values[i]));
        most = fmax(most, fabs(values[i]));
    }
    extremes->condition = extremes->zero_count > 0 ? INFINITY : most / least;
    extremes->condition_least = extremes->condition;
}

static void take_ends(const double *values, int64_t n, int64_t top, tw_extremes *extremes) {
    extremes->count = top < n ? top : n;
    for (int64_t i = 0; i < extremes->count; i++) {
        extremes->smallest[i].value = values[i];
        extremes->largest[i].value = values[n - 1 - i];
    }
}

static tw_status whole(tw_objective *objective, const void *x, int64_t top, tw_extremes *extremes) {
    int64_t n = objective->space.n;
    double *values = tw_allocate(objective->context, (size_t)n, sizeof *values);
    if (values == NULL) return TW_NO_MEMORY;
    uint64_t before = tw_objective_counts(objective).h_evals;
    tw_status status = tw_curvature_spectrum(objective, x, values);
    if (status == TW_OK) {
        extremes->whole = true;
        extremes->products = (int64_t)(tw_objective_counts(objective).h_evals - before);
        take_ends(values, n, top, extremes);
        double largest = fmax(fabs(values[0]), fabs(values[n - 1]));
        count_signs(values, n, tw_eigenvalue_rounding(objective, largest), extremes);
    }
    tw_release(values);
    return status;
}

// The Ritz value nearest to 0 of a spectrum that lies on one side of it, as far as is seen; else -1.
static int64_t nearest_to_zero(const tw_lanczos *lanczos) {
    int64_t last = lanczos->steps - 1;
    double low = lanczos->ritz[0], high = lanczos->ritz[last];
    return low * high <= 0.0 ? -1 : low > 0.0 ? 0 : last;
}

// Whether that is known well enough for a condition number: to a share of itself, not of the largest.
static bool is_condition_known(const tw_lanczos *lanczos) {
    int64_t nearest = nearest_to_zero(lanczos);
    return nearest >= 0 &&
           tw_lanczos_error(lanczos, nearest) <= CONDITION_TOLERANCE * fabs(lanczos->ritz[nearest]);
}

// Whether the ends that are asked for are known well enough.
static bool are_known(const tw_lanczos *lanczos, int64_t top, double tolerance) {
    int64_t k = lanczos->steps;
    if (k < 2 * top) return false;
    if (nearest_to_zero(lanczos) >= 0 && !is_condition_known(lanczos)) return false;
    double scale = fmax(fabs(lanczos->ritz[0]), fabs(lanczos->ritz[k - 1]));
    for (int64_t i = 0; i < top; i++)
        if (tw_lanczos_error(lanczos, i) > tolerance * scale ||
            tw_lanczos_error(lanczos, k - 1 - i) > tolerance * scale)
            return false;
    return true;
}

static void take_ritz(const tw_lanczos *lanczos, int64_t top, tw_extremes *extremes) {
    int64_t k = lanczos->steps;
    take_ends(lanczos->ritz, k, top, extremes);
    for (int64_t i = 0; i < extremes->count; i++) {
        extremes->smallest[i].error = tw_lanczos_error(lanczos, i);
        extremes->largest[i].error = tw_lanczos_error(lanczos, k - 1 - i);
    }
    double low = fabs(lanczos->ritz[0]), high = fabs(lanczos->ritz[k - 1]);
    double near = fmin(low, high), far = fmax(low, high);
    if (nearest_to_zero(lanczos) >= 0)
        extremes->condition_least = far / (near + tw_small_end_rounding(lanczos->objective, far));
    if (is_condition_known(lanczos)) extremes->condition = far / near;
    extremes->negative_count = extremes->zero_count = -1;
    extremes->products = k;
}

static tw_status by_lanczos(tw_objective *objective, const void *x,
                            const tw_spectrum_options *options, int64_t top,
                            tw_extremes *extremes) {
    tw_lanczos lanczos;
    tw_status status = tw_lanczos_new(objective, x, options->steps, options->seed, 0, &lanczos);
    bool ended = false;
    int64_t look = STEPS_BETWEEN_LOOKS;
    while (status == TW_OK && !ended) {
        status = tw_lanczos_step(&lanczos, &ended);
        if (status == TW_OK && options->watch != NULL)
            options->watch(lanczos.steps, lanczos.steps_max, options->user);
        if (status != TW_OK || (!ended && lanczos.steps < look)) continue;
        status = tw_lanczos_solve(&lanczos);
        ended = ended || are_known(&lanczos, top, options->tolerance);
        look = lanczos.steps + STEPS_BETWEEN_LOOKS + lanczos.steps / STEPS_OF_A_LOOK;
    }
    if (status == TW_OK) take_ritz(&lanczos, top, extremes);
    tw_lanczos_free(&lanczos);
    return status;
}

// The condition number by the end near 0, as a factor of the Hessian tells it: of a spectrum that reaches
// across there is none, and of one that ends within rounding of 0 it is infinite.
static void take_small_end(tw_eigenvalue end, bool negative, double rounding,
                           tw_extremes *extremes) {
    *(negative ? extremes->largest : extremes->smallest) = end;
    tw_eigenvalue far = *(negative ? extremes->smallest : extremes->largest);
    double size = negative ? -end.value : end.value, largest = fabs(far.value);
    extremes->condition = extremes->condition_least = NAN;
    if (size < -end.error) return;
    extremes->condition_least = size > rounding ? largest / (size + end.error) : INFINITY;
    if (size <= rounding)
        extremes->condition = INFINITY;
    else if (end.error / size + far.error / largest <= CONDITION_TOLERANCE)
        extremes->condition = largest / size;
}

static tw_status by_factor(tw_objective *objective, const void *x,
                           const tw_spectrum_options *options, tw_extremes *extremes) {
    double low = extremes->smallest[0].value, high = extremes->largest[0].value;
    tw_small_end wanted = {.objective = objective,
                           .x = x,
                           .options = options,
                           .products = extremes->products,
                           .largest = fmax(fabs(low), fabs(high)),
                           .negative = high < 0.0};
    tw_eigenvalue end;
    tw_status status = tw_small_end_find(&wanted, &end);
    extremes->products += objective->space.n;
    if (status != TW_OK || isnan(end.error)) return status;
    double rounding = tw_small_end_rounding(objective, wanted.largest);
    take_small_end(end, wanted.negative, rounding, extremes);
    return TW_OK;
}

static tw_status by_products(tw_objective *objective, const void *x,
                             const tw_spectrum_options *options, tw_extremes *extremes) {
    tw_status status = by_lanczos(objective, x, options, options->top, extremes);
    bool open = isnan(extremes->condition) && !isnan(extremes->condition_least);
    bool small = objective->space.n <= options->factor_max;
    return status == TW_OK && open && small ? by_factor(objective, x, options, extremes) : status;
}

tw_status tw_curvature_extremes(tw_objective *objective, const void *x,
                                const tw_spectrum_options *options, tw_extremes *extremes) {
    const tw_spectrum_options usual = tw_spectrum_options_default();
    if (options == NULL) options = &usual;
    *extremes = (tw_extremes){.condition = NAN, .condition_least = NAN};
    if (options->steps < 1 || options->top < 1 || options->top > TW_EXTREMES_MAX)
        return tw_fail(
            objective->context, TW_BAD_ARGUMENT,
            "spectrum: %lld steps, %lld eigenvalues at each end; at least 1 step and 1 to "
            "%d eigenvalues are needed",
            (long long)options->steps, (long long)options->top, TW_EXTREMES_MAX);
    return objective->space.n <= TW_WHOLE_SPECTRUM_MAX
               ? whole(objective, x, options->top, extremes)
               : by_products(objective, x, options, extremes);
}
