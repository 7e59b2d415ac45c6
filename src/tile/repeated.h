// Tiles of arrays that are smaller than the space and repeat in it.
#ifndef TW_TILE_REPEATED_H
#define TW_TILE_REPEATED_H

#include "tile/tile.h"

// Whether the array has all of the space's elements, in order.
bool tw_tile_walk_whole(const tw_tile_space *space, const tw_tile_walk *walk);

// Elements [first, first + count) of the array, repeated through the space: a pointer into the array if they lie there
// one behind the other, else `buffer`, filled with copies.
void *tw_tile_walk_tile(const tw_tile_space *space, const tw_tile_walk *walk, size_t element_size,
                        void *array, int64_t first, int64_t count, void *buffer);

#endif
