// Symmetric matrices in double: the Cholesky factor, and eigenvalues with eigenvectors. Row-major, whole.
//
// Written here rather than taken from LAPACK: loading that with its BLAS takes 14 ms of every start and
// brings a second pool of threads, and its bits change with their number.
#ifndef TW_TENSOR_SYMMETRIC_H
#define TW_TENSOR_SYMMETRIC_H

#include "thalweg/context.h"

// Overwrites the lower triangle of `matrix` [n, n] by L with L L' = matrix; only that triangle is read. The
// number of pivots that are positive: n on success, else the index of the first that is not.
int64_t tw_cholesky(tw_context *context, double *matrix, int64_t n);

// Solves L y = b in place, L' y = b in place, with the factor of tw_cholesky.
void tw_cholesky_forward(const double *factor, int64_t n, double *b);
void tw_cholesky_backward(const double *factor, int64_t n, double *b);

// Eigenvalues [n] of a symmetric `matrix` [n, n], rising: reflected to tridiagonal form (Householder, 1958),
// then QL with implicit shifts (Bowdler, Martin, Reinsch and Wilkinson, 1968). With `vectors`, row i of
// `matrix` becomes the unit eigenvector of value i; without, it is destroyed. Every element must be finite.
// Errors: TW_NO_MEMORY; TW_DIVERGED where QL does not converge.
tw_status tw_symmetric_eigen(tw_context *context, double *matrix, int64_t n, bool vectors,
                             double *values);

// The same for a tridiagonal matrix: diagonal [n] becomes the values, rising, offdiagonal [n] is destroyed.
// `rows` [n, width] becomes V' rows, row i of V' being the unit eigenvector of value i: columns of the unit
// matrix in it become those elements of every vector. A width of 0 takes none.
tw_status tw_tridiagonal_eigen(tw_context *context, double *diagonal, double *offdiagonal,
                               int64_t n, double *rows, int64_t width);

#endif
