// Matrix products by OpenBLAS and BLIS, opened while the program runs, each optional: by a library's own threads, and
// by the library on one thread for each of fixed blocks, which our threads share.
//
//     blas_way ways[BLAS_WAYS_MAX];
//     int count = blas_find_ways(ways);        // says which library is missing
//     blas_way_begin(&ways[0], threads);
//     blas_way_run(&ways[0], threads, &product, a, b, c); // any number of times
//     blas_way_end(&ways[0], threads);
#ifndef BENCH_BLAS_H
#define BENCH_BLAS_H

#include "tensor/matrix_product.h"

#define BLAS_WAYS_MAX 8

typedef struct blas_library blas_library;

typedef struct blas_way {
    const char *name; // "openblas", "openblas 64x128", "blis", ...
    const blas_library *library;
    int block_rows, block_columns; // 0: the library's own threads
} blas_way;

// Fills `ways` [BLAS_WAYS_MAX] with those that this machine has and returns their number. A library that cannot be
// opened is named on stderr.
int blas_find_ways(blas_way *ways);

// Sets the library's threads, and afterwards back to one. Where a library's own threads compute, both wait until idle
// threads, ours or its own, have stopped spinning.
void blas_way_begin(const blas_way *way, int threads);
void blas_way_end(const blas_way *way, int threads);

// Computes a product of float32 that tw_matrix_product_run would compute.
void blas_way_run(const blas_way *way, int threads, const tw_matrix_product *product,
                  const float *a, const float *b, float *c);

#endif
