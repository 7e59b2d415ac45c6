#include "test.h"

#include "base/checked.h"

static void checked_arithmetic_says_what_does_not_fit(void **state) {
    (void)state;
    int64_t sum = 1;
    assert_true(tw_checked_add(INT64_MAX, -1, &sum));
    assert_true(sum == INT64_MAX - 1);
    assert_false(tw_checked_add(INT64_MAX, 1, &sum));
    assert_true(sum == 0);
    assert_true(tw_checked_multiply(INT64_C(1) << 31, INT64_C(1) << 31, &sum));
    assert_true(sum == INT64_C(1) << 62);
    assert_false(tw_checked_multiply(INT64_C(1) << 32, INT64_C(1) << 31, &sum));
    assert_true(sum == 0);
    size_t size = 1;
    assert_false(tw_checked_add_size(SIZE_MAX, 1, &size));
    assert_true(size == 0);
    assert_false(tw_checked_multiply_size(SIZE_MAX, 2, &size));
    assert_true(tw_checked_multiply_size(SIZE_MAX, 1, &size));
    assert_true(size == SIZE_MAX);
}

TW_TESTS(checked_arithmetic_says_what_does_not_fit)
