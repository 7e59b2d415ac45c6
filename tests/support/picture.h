// What the tests of pictures share.
#ifndef TW_TEST_PICTURE_H
#define TW_TEST_PICTURE_H

#include "support/fault.h"

// Draws to a file called `name`, with each allocation and each call about files failing in turn. `draw` gets its
// path. Asserts that failures are said, that one leaves no file and no part of one, and that there were more than
// `allocations`.
void tw_test_failing_picture(tw_test_scenario *draw, const char *name, uint64_t allocations);

#endif
