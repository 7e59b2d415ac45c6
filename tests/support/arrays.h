// Compares checkpoints and other safetensors files.
#ifndef TW_TEST_ARRAYS_H
#define TW_TEST_ARRAYS_H

#include "test.h"

// Asserts that both files hold the same arrays: names, types, shapes and every bit. Their texts may differ.
void tw_test_assert_same_arrays(const char *path, const char *other);

// Asserts that a file is a whole archive and that all its numbers are finite.
void tw_test_assert_finite_arrays(const char *path);

#endif
