// What the second derivatives of a function say: why a step helped less than its slope promised, how
// ill-conditioned the place is, whether it is a saddle.
//
//     tw_objective_point point;
//     tw_objective_at(objective, x, &point);                 // f and its gradient, for all that is measured
//     tw_step_forecast forecast;
//     tw_curvature_forecast(objective, &point, lr, &forecast); // g'g, g'Hg, promised and measured change
//     tw_extremes extremes;
//     tw_curvature_extremes(objective, x, NULL, &extremes);  // both ends of the spectrum
//
// Up to n = TW_WHOLE_SPECTRUM_MAX the whole Hessian is computed, above that only products with it. `x` has n
// elements of the objective's type. Results do not depend on the number of threads.
#ifndef THALWEG_CURVATURE_H
#define THALWEG_CURVATURE_H

#include "thalweg/objective.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_WHOLE_SPECTRUM_MAX 2000

// A step of gradient descent, foreseen by the second-order Taylor series and then taken
// (Goodfellow, Bengio and Courville, 2016, section 8.2.1).
typedef struct tw_step_forecast {
    double loss;
    double grad_norm;        // |g|_2
    double gg;               // g'g
    double gHg;              // g'Hg
    double lr;               // the step is x - lr*g
    double predicted_change; // -lr*g'g + lr^2/2*g'Hg
    double measured_change;  // f(x - lr*g) - f(x); not finite where f is undefined there
    double lr_best;          // g'g/g'Hg, where the series is lowest; infinite if g'Hg <= 0
    double lr_limit;         // 2 g'g/g'Hg: up to there the series descends; infinite if g'Hg <= 0
    bool stuck;              // lr^2/2*g'Hg >= lr*g'g: curvature eats the whole gain, and g is not 0
} tw_step_forecast;

// Forecasts a step of learning rate `lr` from a point. Errors: TW_BAD_ARGUMENT for an lr that is not positive
// and finite; TW_DIVERGED where f, its gradient or g'Hg is not finite there; what the function says.
TW_API tw_status tw_curvature_forecast(tw_objective *objective, const tw_objective_point *point,
                                       double lr, tw_step_forecast *forecast);

// Slope and curvature along the gradient of one part of the coordinates (objective.h), the others held.
typedef struct tw_part_forecast {
    double gg, gHg;  // of the part alone
    double lr_limit; // 2 g'g/g'Hg: up to there the series descends; infinite if g'Hg <= 0
} tw_part_forecast;

// Forecasts of each part of the objective: parts [part_count]. One Hessian product each. Errors: TW_DIVERGED
// where the gradient or g'Hg of a part is not finite; TW_NO_MEMORY; what the function says.
TW_API tw_status tw_curvature_parts(tw_objective *objective, const tw_objective_point *point,
                                    tw_part_forecast *parts);

typedef struct tw_spectrum_options {
    // Steps of Lanczos, at most; each takes a Hessian product and keeps a vector. Default 100.
    int64_t steps;
    // Stop when both ends are known to this share of the largest eigenvalue and, where both have the same
    // sign, the condition number to 1 %. Default 1e-4.
    double tolerance;
    // Up to this n the Hessian is computed whole and factorised if the steps saw eigenvalues on one side of 0
    // only and leave the condition number open. That takes n products, n^2 doubles and n^3/3 multiply-adds.
    // Default 0: never.
    int64_t factor_max;
    int64_t top;    // eigenvalues to give at each end. Default 1.
    int64_t probes; // random vectors of a density. Default 8.
    uint64_t seed;  // of start vectors. Default 1.
    // Called after each product with the number of those done and to be done at most. Default NULL: not.
    void (*watch)(int64_t done, int64_t most, void *user);
    void *user; // what `watch` is given
} tw_spectrum_options;

// The defaults, said beside each field.
TW_API tw_spectrum_options tw_spectrum_options_default(void);

// An estimate and its bound: some eigenvalue lies within `error` of `value`. `error` is 0 with the whole
// spectrum.
typedef struct tw_eigenvalue {
    double value, error;
} tw_eigenvalue;

#define TW_EXTREMES_MAX 32

// Both ends of a Hessian's spectrum.
typedef struct tw_extremes {
    bool whole;                              // all n eigenvalues were computed
    int64_t count;                           // eigenvalues at each end: options' top, at most n
    tw_eigenvalue largest[TW_EXTREMES_MAX];  // falling from the largest
    tw_eigenvalue smallest[TW_EXTREMES_MAX]; // rising from the smallest
    // max|eigenvalue|/min|eigenvalue|, infinite with a zero; NaN where the smallest |eigenvalue| is not
    // known to 1 %: inside an indefinite spectrum that is not whole, or after too few steps.
    double condition;
    // It is at least this: Lanczos sees the eigenvalues of a definite Hessian from inside. NaN: nothing known,
    // or an eigenvalue on the other side of 0.
    double condition_least;
    int64_t negative_count; // eigenvalues below -rounding; -1 where the spectrum is not whole
    int64_t zero_count;     // within rounding of 0; -1 where the spectrum is not whole
    int64_t products;       // Hessian products used
} tw_extremes;

// Extreme eigenvalues at x: of the whole Hessian up to n = TW_WHOLE_SPECTRUM_MAX, above by Lanczos with full
// reorthogonalisation (Lanczos, 1950; error bars by the residual, Paige, 1972), and on the inverse where
// `factor_max` lets it. `options` may be NULL.
// Errors: TW_DIVERGED for a Hessian that is not finite; TW_BAD_ARGUMENT for fewer than 1 step, or a `top` that
// is not 1 to TW_EXTREMES_MAX; TW_NO_MEMORY; what the function says.
TW_API tw_status tw_curvature_extremes(tw_objective *objective, const void *x,
                                       const tw_spectrum_options *options, tw_extremes *extremes);

// All n eigenvalues at x, rising, into `eigenvalues` [n]. Errors: as tw_curvature_extremes; TW_BAD_ARGUMENT
// above n = TW_WHOLE_SPECTRUM_MAX.
TW_API tw_status tw_curvature_spectrum(tw_objective *objective, const void *x, double *eigenvalues);

// The density of eigenvalues on `count` points of an even grid: stochastic Lanczos quadrature with a
// Gaussian kernel (Golub and Welsch, 1969; Lin, Saad and Yang, 2016; Ghorbani, Krishnan and Xiao, 2019).
// grid and density [count] are filled; the density integrates to 1. Errors: as tw_curvature_extremes;
// TW_BAD_ARGUMENT for fewer than 1 probe or 2 points.
TW_API tw_status tw_curvature_density(tw_objective *objective, const void *x,
                                      const tw_spectrum_options *options, double *grid,
                                      double *density, int64_t count);

// Kinds of places, by gradient and Hessian.
typedef enum tw_critical_point {
    TW_CRITICAL_NONE, // the gradient is not zero: |g|_inf > tolerance*max(1, |f|)
    TW_CRITICAL_MINIMUM,
    TW_CRITICAL_SADDLE,
    TW_CRITICAL_MAXIMUM,
    TW_CRITICAL_UNKNOWN, // an eigenvalue may be zero, and the spectrum is known at its ends alone
} tw_critical_point;

// Its word: "none", "minimum", "saddle", "maximum", "unknown". Borrowed: valid for ever.
TW_API const char *tw_critical_point_name(tw_critical_point kind);

// What kind of critical point it is; `extremes` are those of tw_curvature_extremes at the same point. Where
// eigenvalues are zero to rounding (a monkey saddle), the function is followed in both directions along
// their eigenvectors. Errors: what the function says; TW_NO_MEMORY.
TW_API tw_status tw_curvature_classify(tw_objective *objective, const tw_objective_point *point,
                                       double tolerance, const tw_extremes *extremes,
                                       tw_critical_point *kind);

#ifdef __cplusplus
}
#endif

#endif
