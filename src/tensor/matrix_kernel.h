// The innermost part of a matrix product: one tile of C, held in registers. A kernel is one machine's way to
// compute it. All kernels with a fused multiply-add give the same bits, since each element is one chain of them
// along k, whatever the size of a tile.
#ifndef TW_TENSOR_MATRIX_KERNEL_H
#define TW_TENSOR_MATRIX_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define TW_TILE_ROWS_MAX 14
#define TW_TILE_COLUMN_BYTES_MAX 128 // two of the widest vectors
#define TW_PANELS_MAX 6 // panels that a tile of the left operand meets one after another

// out [rows, columns] = (out +) left [rows, k] right [k, columns]. Element (i, p) of left is at
// left[i*left_row + p*left_step], so that neither layout is copied; a row of right is contiguous.
// Strides count elements.
typedef struct tw_tile {
    const void *left;
    const void *right;
    void *out;
    const void *ahead; // k rows of a panel to come, to be prefetched; or NULL
    void *packed;      // where the rows of right are copied to while they are read; or NULL
    int64_t left_row, left_step, right_step, ahead_step, out_row, packed_step;
    int64_t k;
    int columns; // 1 to two vectors' worth; nothing behind them is read or written, except in `packed`
    bool add;    // the product to what out holds
} tw_tile;

typedef void tw_tile_function(int rows, const tw_tile *tile);

// out [rows, columns] = alpha sums + beta out; out is not read if beta is 0.
typedef struct tw_settling {
    const void *sums;
    void *out;
    int64_t rows, columns, sums_row, out_row;
    double alpha, beta;
} tw_settling;

typedef void tw_settle_function(const tw_settling *settling);

// Copies from [width, k], rows `stride` apart, to [k, width], rows `to_stride` apart.
typedef void tw_transpose_function(const void *from, int64_t stride, int64_t width, int64_t k,
                                   void *to, int64_t to_stride);

// Copies from [k, rows], whose steps are `from_step` apart, to tiles [k, rows_max] that begin `to_tile` apart: as
// few tiles as can hold the rows, which they share evenly. What a tile holds beyond its rows is not used.
typedef struct tw_packing {
    const void *from;
    int64_t from_step, rows, k;
    void *to;
    int64_t to_tile;
} tw_packing;

typedef void tw_pack_function(const tw_packing *packing);

// How one machine multiplies numbers of one type.
typedef struct tw_matrix_kernel {
    const char *name;
    int size;     // bytes of a number
    int rows_max; // of a tile
    int lanes;    // numbers of a vector; a tile is one or two wide
    tw_tile_function *tile;
    tw_settle_function *settle;
    tw_transpose_function *transpose;
    tw_pack_function *pack;
    // What suits the caches of machines that have this kernel:
    int64_t left_bytes; // of the left operand that stay in the second-level cache beside all else
    bool packs;         // strips of that size are copied where rows lie side by side
    int panels_max; // of the right operand in that cache, which tiles of a larger left operand meet
    int near_steps; // how many rows ahead a first tile prefetches its panel; 0: it does not
} tw_matrix_kernel;

// The kernels of a type that run on this machine, the fastest first. NULL if there are no more than `index`.
// Shared, immutable.
const tw_matrix_kernel *tw_matrix_kernel_at(bool is_f64, int index);

#endif
