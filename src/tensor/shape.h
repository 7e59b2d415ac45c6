// Shapes as text.
#ifndef TW_TENSOR_SHAPE_H
#define TW_TENSOR_SHAPE_H

#include "thalweg/tensor.h"

// A size as text, "784", "B" or "3 B"; returns `buffer`.
#define TW_SIZE_TEXT_BYTES 32
const char *tw_size_format(int64_t size, char buffer[TW_SIZE_TEXT_BYTES]);

// "[B, 784]", where -1 is shown as B and -3 as 3 B, as in a graph's shapes; returns `buffer`.
#define TW_SHAPE_TEXT_BYTES 160
const char *tw_shape_format(const tw_shape *shape, char buffer[TW_SHAPE_TEXT_BYTES]);

#endif
