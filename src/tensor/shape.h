// Shapes as text.
#ifndef TW_TENSOR_SHAPE_H
#define TW_TENSOR_SHAPE_H

#include "thalweg/tensor.h"

// "[B, 784]", where -1 is shown as B and -3 as 3 B, as in a graph's shapes; returns `buffer`.
#define TW_SHAPE_TEXT_BYTES 160
const char *tw_shape_format(const tw_shape *shape, char buffer[TW_SHAPE_TEXT_BYTES]);

#endif
