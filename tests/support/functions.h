// Functions to be minimised, written by hand: what solvers are tested on, apart from the texts.
#ifndef TW_TESTS_FUNCTIONS_H
#define TW_TESTS_FUNCTIONS_H

#include "thalweg/objective.h"

// An objective of one of these, in f64 or f32. Owned by the caller: free with tw_objective_free.
typedef struct tw_test_function {
    const char *name;
    int64_t dimension; // its least; the first two take any multiple
    double minimum;
    double (*value)(const double *x, int64_t n, double *gradient); // gradient may be NULL
    double (*start)(int64_t index);
} tw_test_function;

extern const tw_test_function tw_test_rosenbrock, tw_test_powell_singular, tw_test_wood,
    tw_test_beale, tw_test_saddle, tw_test_log_barrier, tw_test_falling;

// sum of condition^(i/(n-1)) x_i^2/2, from 1, with exact Hessian products in f64.
extern const tw_test_function tw_test_quadratic; // condition 1e3

tw_objective *tw_test_objective(tw_context *context, const tw_test_function *function,
                                int64_t dimension, tw_dtype dtype);

// The same, which may fail.
tw_status tw_test_try_objective(tw_context *context, const tw_test_function *function,
                                int64_t dimension, tw_dtype dtype, tw_objective **objective);

// Its start [n]. Owned by the caller: free.
double *tw_test_start(const tw_test_function *function, int64_t n);

// A context, or the test fails.
tw_context *tw_test_context(void);

#endif
