// Rows of numbers: largest, sum, and the exponentials that softmax and its kin are made of. Sums are
// kept in double, in lanes whose order the length alone decides.
#ifndef TW_OPS_ROWS_H
#define TW_OPS_ROWS_H

#include "ops/op.h"

// Elements of a block that is worked through at once while it is in the nearest cache.
#define TW_ROWS_BLOCK 1024

// How many rows of `width` make a block, at least 1.
static inline int64_t tw_rows_of_block(int64_t width) {
    return width >= TW_ROWS_BLOCK ? 1 : TW_ROWS_BLOCK / width;
}

// The shape rule of what works along the last axis: latches TW_BAD_SHAPE for a scalar or an empty axis.
tw_status tw_op_need_last_axis(const tw_op_shapes *shapes);

// Cuts the rows of a kernel's first input, along its last axis, into chunks of whole rows of about
// `elements` elements, each of which costs `element_ns`. Sets size[0 .. 2].
void tw_rows_prepare(tw_kernel *kernel, int64_t elements, double element_ns);

// The rows of a chunk.
typedef struct tw_row_range {
    int64_t first, end, width;
} tw_row_range;

tw_row_range tw_rows_range(const tw_kernel *kernel, int64_t chunk);

// The largest of n > 0 numbers, NaN if one is NaN; and their sum.
float tw_row_max_f32(const float *x, int64_t n);
double tw_row_max_f64(const double *x, int64_t n);
double tw_row_sum_f32(const float *x, int64_t n);
double tw_row_sum_f64(const double *x, int64_t n);

// The sum of n squares, each rounded to the type of x as one that is stored would be.
double tw_row_squares_f32(const float *x, int64_t n);
double tw_row_squares_f64(const double *x, int64_t n);

// A row that is summed whole is cut into blocks of about so many elements, at most so many.
#define TW_ROW_BLOCK_ELEMENTS 32768
#define TW_ROW_BLOCKS_MAX 64

// For each of at most tw_rows_of_block(width) rows x [rows, width]: its largest element, and the sum of
// exp(x - top).
void tw_rows_exp_sum_f32(const float *x, int64_t rows, int64_t width, float *top, double *sum);
void tw_rows_exp_sum_f64(const double *x, int64_t rows, int64_t width, double *top, double *sum);

// softmax of each row; `out` may be `x`.
void tw_rows_softmax_f32(const float *x, int64_t rows, int64_t width, float *out);
void tw_rows_softmax_f64(const double *x, int64_t rows, int64_t width, double *out);

#endif
