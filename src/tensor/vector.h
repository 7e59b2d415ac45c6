// Arithmetic on long vectors of TW_F32 or TW_F64. Sums are taken in double, over blocks that depend on the
// length alone, so that the number of threads affects the time and nothing else.
#ifndef TW_TENSOR_VECTOR_H
#define TW_TENSOR_VECTOR_H

#include "thalweg/tensor.h"

// What the vectors of one problem have in common.
typedef struct tw_vector_space {
    tw_context *context; // its threads compute
    tw_dtype dtype;      // TW_F32 or TW_F64
    int64_t n;
} tw_vector_space;

// The relative rounding of the space's type: FLT_EPSILON or DBL_EPSILON.
double tw_vector_epsilon(const tw_vector_space *space);

// Sum of a[i]*b[i].
double tw_vector_dot(const tw_vector_space *space, const void *a, const void *b);

// The same for short vectors of doubles, on the caller's thread.
double tw_dot(const double *a, const double *b, int64_t count);

// Largest |a[i]|; NaN if one is no number.
double tw_vector_largest(const tw_vector_space *space, const void *a);

// y += factor*x.
void tw_vector_add(const tw_vector_space *space, double factor, const void *x, void *y);

// y = factor*x; y may be x.
void tw_vector_scale(const tw_vector_space *space, double factor, const void *x, void *y);

// Reads an element as double; sets one, rounded to the type.
double tw_vector_get(const tw_vector_space *space, const void *a, int64_t index);
void tw_vector_set(const tw_vector_space *space, void *a, int64_t index, double value);

#endif
