#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void the_clock_never_goes_back(void **state) {
    (void)state;
    double start = tw_clock_seconds(), last = start;
    for (int i = 0; i < 100000; i++) {
        double now = tw_clock_seconds();
        assert_true(now >= last);
        last = now;
    }
    assert_true(last > start);
}

static void the_peak_of_memory_rises_with_what_is_touched(void **state) {
    (void)state;

    enum { MEGABYTES = 64 << 20 };

    uint64_t before = tw_peak_resident_bytes();
    assert_true(before > 0);
    char *block = malloc(MEGABYTES);
    assert_non_null(block);
    memset(block, 1, MEGABYTES);
    assert_true(tw_peak_resident_bytes() >= before + MEGABYTES / 2);
    free(block);
}

TW_TESTS(the_clock_never_goes_back, the_peak_of_memory_rises_with_what_is_touched)
