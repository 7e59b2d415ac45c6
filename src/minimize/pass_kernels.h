// The loops over vectors, of which passes are made: for each pair of types, compiled for each kind of machine.
// Types meet in double. Sums run in eight lanes that are added in order, and products are fused: bits do not
// depend on the machine.
#ifndef TW_MINIMIZE_PASS_KERNELS_H
#define TW_MINIMIZE_PASS_KERNELS_H

#include "minimize/passes.h"

// Step, change and vectors of a tw_pair and the vectors that are added are of the kept type, all others of the
// space's. Vectors begin where the loop does unless `at` says how far behind their beginning that is.
typedef struct tw_pass_kernels {
    size_t space_size; // of an element
    // sums [2] = g'd and the largest |g|; NaN where any is not finite.
    void (*slope)(double *sums, const void *g, const void *d, int64_t size);
    // to = x + step*d
    void (*move)(void *to, const void *x, double step, const void *d, int64_t size);
    // sum = factor*first
    void (*load)(double *sum, double factor, const void *first, int64_t size);
    // sum += factors[i]*vectors[i], all of them. Asks on the way for the lines of both `next`, which are written
    // afterwards: another core may have read them last.
    void (*add)(double *sum, const double *factors, const tw_vectors *vectors, void *const next[2],
                int64_t at, int64_t size);
    // out = sum; adds with'out and out'out to sums [2].
    void (*store)(void *out, const double *sum, const void *with, double *sums, int64_t size);
    // Makes the step and the change of no more than TW_PAIR_TILE elements; adds the products of both with the
    // change and with the gradient to sums [2] each.
    void (*newest)(const tw_pair *pair, int64_t at, int64_t size, double *with_change,
                   double *with_after);
    // Adds the products of the vectors with the change and with the gradient to sums [vectors] each; those with the
    // gradient alone.
    void (*meet)(const tw_pair *pair, int64_t at, int64_t size, double *with_change,
                 double *with_after);
    void (*meet_after)(const tw_pair *pair, int64_t at, int64_t size, double *with_after);
} tw_pass_kernels;

#define TW_PAIR_TILE 1024 // of a pair that meets all other vectors

// Those for a space of one type and kept vectors of another; `kept` is TW_F32 where the space is. `level` 0 are
// the fastest of this machine, those behind it for simpler ones; NULL: there are no more.
const tw_pass_kernels *tw_pass_kernels_at(tw_dtype space, tw_dtype kept, int level);

// The larger of two, or what is no number.
double tw_larger_or_nan(double a, double b);

#endif
