// Runs what a tile builder describes against plain evaluation of its values, one element at a time.
#ifndef TW_TEST_TILE_CHECK_H
#define TW_TEST_TILE_CHECK_H

#include "tile/program.h"

typedef struct tw_tile_check {
    tw_context *context;
    tw_tile_builder *builder;
    int array_count;
    int64_t elements; // of the space
    const double *arguments;
    const tw_tile_walk *walks; // NULL: whole
    const tw_tile_space *space;
    double low, high;     // of the arrays' values
    const double *values; // if not NULL: the arrays' values are taken from these, in turn
    int value_count;
    double tolerance_f32, tolerance_f64; // of |expected| + 1
} tw_tile_check;

// Builds the program, runs it in both types over the whole range, compares every element of every
// array with the plain evaluation, and bit for bit with a run that is cut into pieces.
void tw_test_tile(const tw_tile_check *check);

#endif
