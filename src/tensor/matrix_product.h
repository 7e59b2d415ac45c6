// Products of matrices: C = alpha op(A) op(B) + beta C, row-major, op the transpose or nothing.
//
//     tw_matrix_product product = tw_matrix_product_of(TW_F32, false, false, m, n, k);
//     tw_matrix_product_plan(&product, threads);  // once a shape
//     tw_matrix_product_run(&product, a, b, c);   // any number of times; allocates nothing
//
// Or, in a parallel loop of one's own, tw_matrix_product_chunk for each chunk in any order.
//
// Every element of C is one chain of fused multiply-adds along k, cut by k alone into slices of at
// most TW_SLICE_MAX whose sums are added in order. So bits depend neither on the number of threads
// nor on blocks, layouts or the width of the machine's vectors. NaN and infinity spread as they
// should: no zero is skipped.
#ifndef TW_TENSOR_MATRIX_PRODUCT_H
#define TW_TENSOR_MATRIX_PRODUCT_H

#include "tensor/matrix_block.h"
#include "thalweg/tensor.h"

typedef struct tw_matrix_product {
    // What is wanted; set by tw_matrix_product_of, free to be changed before the plan.
    tw_dtype dtype;                    // TW_F32 or TW_F64, of all three
    bool transpose_a, transpose_b;     // A is stored [k, m]; B is stored [n, k]
    int64_t m, n, k;                   // C [m, n], op(A) [m, k], op(B) [k, n]; each may be 0
    int64_t a_row, b_row, c_row;       // elements from one stored row to the next
    int64_t batch;                     // that many products, one after another:
    int64_t a_batch, b_batch, c_batch; // elements from one to the next; 0 for A or B repeats it
    double alpha, beta;                // 1 and 0. With beta 0, what C held is not read
    const tw_matrix_kernel *kernel;    // the fastest of this machine
    // How it is done; set by tw_matrix_product_plan from the above.
    int threads;
    bool swapped;          // computed as C' = op(B)' op(A)', where that fills vectors better
    int64_t row_blocks;    // of each product's rows (columns if swapped)
    int64_t column_blocks; // and of its columns
    int64_t batch_group;   // products a chunk, where each is a single block
    int64_t chunk_count;   // 0 if C is empty
    double chunk_ns;       // roughly what a chunk costs on one thread
} tw_matrix_product;

// One product of matrices without gaps between rows, C = op(A) op(B). The sizes must not be
// negative.
tw_matrix_product tw_matrix_product_of(tw_dtype dtype, bool transpose_a, bool transpose_b,
                                       int64_t m, int64_t n, int64_t k);

// Cuts the product into chunks of about equal work for so many threads.
void tw_matrix_product_plan(tw_matrix_product *product, int threads);

// Computes chunk `chunk` of C, from 0 to chunk_count - 1, on this thread. C must not overlap A or
// B.
void tw_matrix_product_chunk(const tw_matrix_product *product, const void *a, const void *b,
                             void *c, int64_t chunk);

// Computes C on at most as many threads as it was planned for.
void tw_matrix_product_run(const tw_matrix_product *product, const void *a, const void *b, void *c);

#endif
