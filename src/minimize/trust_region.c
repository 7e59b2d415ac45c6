#include "minimize/trust_region.h"

#include <float.h>
#include <math.h>

static double norm_of(const double *x, int64_t n) {
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    if (largest == 0 || !isfinite(largest)) return largest;
    for (int64_t i = 0; i < n; i++) sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

// p = -g/(values + low + shift) with values + low >= 0 taken exactly, and what Newton's method wants to
// know of its length: the sum of p_i^2/(values_i + low + shift).
static double step_of(int64_t n, const double *values, double low, const double *g, double shift,
                      double *p) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double size = values[i] + low + shift;
        p[i] = g[i] == 0 ? 0 : -g[i] / size;
        sum += g[i] == 0 ? 0 : p[i] * p[i] / size;
    }
    return sum;
}

// 1/|p| is almost a line in the shift: Newton's method on |p| = radius, kept within (low, high).
static void solve_edge(int64_t n, const double *values, double least, const double *g,
                       double radius, double low, double high, double *p) {
    double shift = fmax(low, high * 1e-3);
    for (int turn = 0; turn < 200; turn++) {
        double sum = step_of(n, values, least, g, shift, p), length = norm_of(p, n);
        if (fabs(length - radius) <= 1e-12 * radius) return;
        if (length > radius)
            low = shift;
        else
            high = shift;
        double next = shift + length * length / sum * (length - radius) / radius;
        if (!(next > low && next < high)) next = low > 0 ? sqrt(low) * sqrt(high) : high * 1e-3;
        if (next == shift || !(next > 0)) return;
        shift = next;
    }
}

void tw_trust_solve(int64_t n, const double *values, const double *g, double radius, double *p) {
    double least = fmax(0, -values[0]), size = norm_of(g, n);
    int64_t lowest = 0; // how many values are the least one, as far as doubles can tell
    while (lowest < n && values[lowest] - values[0] <=
                             4 * DBL_EPSILON * fmax(fabs(values[0]), fabs(values[n - 1])))
        lowest++;
    double along =
        norm_of(g, lowest); // the part of g that blows up as the shift falls to the least
    if (values[0] > 0 || along == 0) {
        step_of(n, values, least, g, 0, p);
        double length = norm_of(p, n);
        if (length <= radius) {
            // The hard case: g says nothing of the least direction; along it to the edge.
            if (values[0] < 0) p[0] = sqrt((radius - length) * (radius + length));
            return;
        }
    }
    double low = values[0] > 0 ? 0 : along / radius * (1 - 1e-12);
    solve_edge(n, values, least, g, radius, low, size / radius, p);
}

// Whether to take a step that ended at `value`, and the radius from now on.
static bool judge(const tw_minimization *m, const tw_trust_step *step, double value,
                  double *radius) {
    double noise = tw_minimization_noise(m, m->at->value);
    double fall = m->at->value - value;
    // Both falls may be nothing but rounding: then the model is believed (Conn, Gould and Toint, 17.4.2).
    double ratio = (fall + noise) / (step->predicted + noise);
    // A first step without a limit may have gone anywhere: far away only an exact model is believed.
    if (isinf(step->radius) && step->length > 10 * step->reach && !(fabs(ratio - 1) < 0.1)) {
        *radius = step->reach;
        return false;
    }
    if (!isfinite(value) || !(ratio >= 0.25))
        *radius = step->length / 4;
    else if (ratio > 0.75 && step->length >= 0.99 * step->radius)
        *radius = 2 * step->radius;
    else
        *radius = step->radius;
    return isfinite(value) && ratio >= 1e-4;
}

tw_status tw_trust_try(tw_minimization *minimization, const tw_trust_step *step, double *radius,
                       bool *taken) {
    tw_minimization *m = minimization;
    double value;
    tw_status status = tw_minimization_try(m, &value);
    if (status != TW_OK) return status;
    const void *gradient = tw_trial_gradient(m);
    double largest = tw_pass_slope(&m->passes, gradient, gradient).largest;
    *taken = judge(m, step, isnan(largest) ? NAN : value, radius);
    if (value == -INFINITY || (*taken && step->length >= TW_STEP_MOST)) {
        tw_minimization_reject(m, value, largest);
        return tw_minimization_finish(m, TW_MINIMIZE_DIVERGED,
                                      "the function falls without bound: from %.6g to %.6g over a "
                                      "distance of %.3g",
                                      m->at->value, value, step->length);
    }
    if (*taken)
        tw_minimization_accept(m, value, largest, step->length);
    else
        tw_minimization_reject(m, value, largest);
    return TW_OK;
}

double tw_trust_reach(const tw_minimization *minimization) {
    const void *x = tw_here(minimization);
    return fmax(1, sqrt(tw_vector_dot(&minimization->space, x, x)));
}

double tw_trust_least(const tw_minimization *minimization) {
    const void *x = tw_here(minimization);
    double length = sqrt(tw_vector_dot(&minimization->space, x, x));
    return tw_minimization_epsilon(minimization) * fmax(length, 1e-3) / 16;
}

tw_status tw_trust_failed(tw_minimization *minimization, double radius) {
    return tw_minimization_finish(minimization, TW_MINIMIZE_LINE_SEARCH_FAILED,
                                  "no lower point within a radius of %.3g around a value of %.10g; "
                                  "|g| is %.3g",
                                  radius, minimization->at->value, minimization->at->grad_norm);
}
