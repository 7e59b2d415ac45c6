// Symmetric matrices in double, stored whole and row-major: Cholesky factors, eigenvalues and eigenvectors.
//
// Not taken from LAPACK: to load that with its BLAS takes 14 ms of every start and brings a second pool of
// threads, on whose number its bits depend.
#ifndef TW_TENSOR_SYMMETRIC_H
#define TW_TENSOR_SYMMETRIC_H

#include "thalweg/context.h"

// Overwrites the lower triangle of `matrix` [n, n], which alone is read, by L with L L' = matrix. Returns n, or
// the index of the first pivot that is not positive.
int64_t tw_cholesky(tw_context *context, double *matrix, int64_t n);

// With the factor of tw_cholesky: solve L y = b and L' y = b in place.
void tw_cholesky_forward(const double *factor, int64_t n, double *b);
void tw_cholesky_backward(const double *factor, int64_t n, double *b);

// Eigenvalues [n] of a symmetric `matrix` [n, n], n >= 1, rising: reflected to tridiagonal form (Householder, 1958),
// then QL with implicit shifts (Bowdler, Martin, Reinsch and Wilkinson, 1968). With `vectors`, row i of
// `matrix` becomes the unit eigenvector of value i; without, it is destroyed. Every element must be finite.
// Errors: TW_NO_MEMORY; TW_DIVERGED where QL does not converge.
tw_status tw_symmetric_eigen(tw_context *context, double *matrix, int64_t n, bool vectors,
                             double *values);

// The same for a tridiagonal matrix: diagonal [n] becomes the values, rising, offdiagonal [n] is destroyed.
// `rows` [n, width] becomes V' rows, where row i of V' is the unit eigenvector of value i. So the unit matrix
// becomes all eigenvectors, and a column k of it becomes element k of each. A width of 0 takes none.
tw_status tw_tridiagonal_eigen(tw_context *context, double *diagonal, double *offdiagonal,
                               int64_t n, double *rows, int64_t width);

#endif
