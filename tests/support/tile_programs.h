// Tile programs that several tests, and the tool that translates them for one, build.
#ifndef TW_TEST_TILE_PROGRAMS_H
#define TW_TEST_TILE_PROGRAMS_H

#include "tile/tile.h"

// Update rules on theta 0, g 1, s 2, r 3; arguments 0..5: lr, beta1, beta2, eps, 1 - beta1^t,
// 1 - beta2^t. Names: sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, adam_swapped (the sums
// of adam the other way round).
#define TW_TEST_RULES 8
extern const char *const tw_test_rule_names[TW_TEST_RULES];
extern const double tw_test_rule_arguments[6];
void tw_test_rule(tw_tile_builder *builder, int rule);

// A program of some thirty operations on arrays 0 to 3 and arguments 0 to 5, drawn by `seed`, that
// stays near 1 in size; `simple`: arithmetic alone. Writes two arrays or three.
void tw_test_random_program(tw_tile_builder *builder, uint64_t seed, bool simple);

#endif
