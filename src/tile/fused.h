// Programs that were translated to C when thalweg was built. A program that lowers to the same
// instructions on the same arrays and scalars, whatever their numbers and whoever wrote it, runs
// through the function instead of being interpreted, with the same bits.
#ifndef TW_TILE_FUSED_H
#define TW_TILE_FUSED_H

#include <stddef.h>
#include <stdint.h>

// Runs elements [first, end). `arrays` and `scalars` are in the order in which the program's code first
// names them.
typedef void tw_tile_fused_function(void *const *arrays, const double *scalars, int64_t first,
                                    int64_t end);

typedef struct tw_tile_fused {
    const int32_t *code; // what tw_tile_identify writes
    size_t code_length;
    tw_tile_fused_function *f32, *f64;
} tw_tile_fused;

// The table of this build; src/tile/fused_none.c has the empty one, which a build may replace by a
// generated file.
extern const tw_tile_fused *const tw_tile_fused_list;
extern const size_t tw_tile_fused_count;

#endif
