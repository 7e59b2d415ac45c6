// The table of translated programs of a build that translates none.
#include "tile/fused.h"

const tw_tile_fused *const tw_tile_fused_list = NULL;
const size_t tw_tile_fused_count = 0;
