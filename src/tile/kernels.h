// The interpreter's loops: one instruction over one tile.
#ifndef TW_TILE_KERNELS_H
#define TW_TILE_KERNELS_H

#include "tile/program.h"

// `places`: where each place's elements of this tile begin. Reads and writes `count` elements.
typedef void tw_tile_kernel(void *const *places, const tw_tile_instruction *instruction,
                            const double *scalars, int64_t count);

extern tw_tile_kernel *const tw_tile_kernels_f32[TW_CODE_COUNT]; // NULL: random, reductions
extern tw_tile_kernel *const tw_tile_kernels_f64[TW_CODE_COUNT];

// The loops of chains, by tw_tile_chain. NULL for TW_CHAIN_NONE, and for nests in float64, which would double the
// code of nests: then each instruction runs alone.
extern tw_tile_kernel *const tw_tile_chains_f32[TW_CHAIN_COUNT];
extern tw_tile_kernel *const tw_tile_chains_f64[TW_CHAIN_COUNT];

// float32 to float64 and back.
void tw_tile_widen(const float *in, double *out, int64_t count);
void tw_tile_round(const double *in, float *out, int64_t count);

#define TW_TILE_LANES 16 // running sums of a reduction: one for all elements k with the same k % 16

// A reduction starts its lanes, adds the elements of each tile to them, and ends by adding the lanes in a fixed order.
typedef void tw_tile_reduce_kernel(const void *in, double *lanes, int64_t count);
tw_tile_reduce_kernel *tw_tile_reduce_kernel_of(tw_tile_code code, tw_dtype dtype);
void tw_tile_reduce_start(tw_tile_code code, double *lanes);
double tw_tile_reduce_end(tw_tile_code code, const double *lanes);

#endif
