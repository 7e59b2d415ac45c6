// One block of a product of matrices, computed on one thread.
//
// Every element of C is one chain of fused multiply-adds along k, cut by k alone into slices of at
// most TW_SLICE_MAX whose sums are added in order.
#ifndef TW_TENSOR_MATRIX_BLOCK_H
#define TW_TENSOR_MATRIX_BLOCK_H

#include "tensor/matrix_kernel.h"

#define TW_SLICE_MAX 512

// A product in a kernel's terms: out [rows, columns] = alpha left [rows, k] right [k, columns] +
// beta out. Strides count elements.
typedef struct tw_matrix_view {
    const tw_matrix_kernel *kernel;
    int64_t rows, columns, k;
    const char *left, *right;
    char *out;
    int64_t left_row, left_step, right_step, right_column, out_row, out_column;
    double alpha, beta;
} tw_matrix_view;

// Rows [row, row_end) and columns [column, column_end) of out.
typedef struct tw_matrix_part {
    int64_t row, row_end, column, column_end;
} tw_matrix_part;

// Whether the left operand lies across: each step of k on a cache line of its own, far from the last one. If
// the machine's kernel packs, blocks that are large enough (tw_matrix_block_packs) copy such an operand.
bool tw_matrix_left_crosses(const tw_matrix_kernel *kernel, int64_t left_row, int64_t left_step,
                            int64_t k);
bool tw_matrix_block_packs(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns);

// The number of strips that a block which copies them is cut into, so that each stays in the second-level cache.
int64_t tw_matrix_block_strips(const tw_matrix_kernel *kernel, int64_t rows, int64_t k);

// Whether that many rows and steps of k of a left operand that is not copied stay in that cache; and, if not, how
// many panels of the right operand each tile of it meets at a time.
bool tw_matrix_block_left_stays(const tw_matrix_kernel *kernel, int64_t rows, int64_t k);
int64_t tw_matrix_block_panels(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns,
                               int64_t k);

// Computes a part, which must not be empty.
void tw_matrix_block(const tw_matrix_view *view, const tw_matrix_part *part);

// a/b rounded up, for a >= 0 and b > 0.
static inline int64_t tw_ceiling(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static inline int64_t tw_larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static inline int64_t tw_smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

// Where part `index` of `count` begins.
static inline int64_t tw_cut(int64_t length, int64_t index, int64_t count) {
    return length * index / count;
}

#endif
