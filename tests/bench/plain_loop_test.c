#include "bench/plain_loop.h"

#include "test.h"

#define WORDS 1030

static tw_plain_word arrays[TW_PLAIN_ARRAYS_MAX][WORDS];

static tw_plain_loop loop_over(int read, int written) {
    tw_plain_loop loop = {.read_count = read, .written_count = written};
    for (int i = 0; i < read + written; i++) {
        for (int k = 0; k < WORDS; k++) arrays[i][k] = (tw_plain_word)(1000 * i + k);
        if (i < read)
            loop.read[i] = arrays[i];
        else
            loop.written[i - read] = arrays[i];
    }
    return loop;
}

static void a_loop_leaves_every_value_as_it_was(void **state) {
    (void)state;
    for (int read = 0; read < 4; read++) {
        for (int written = 0; written < 6; written++) {
            tw_plain_loop loop = loop_over(read, written);
            tw_plain_loop_run(&loop, 0, WORDS);
            for (int i = 0; i < read + written; i++)
                for (int k = 0; k < WORDS; k++)
                    assert_int_equal(arrays[i][k], (tw_plain_word)(1000 * i + k));
        }
    }
}

// With a mask that lets bits through, what is written shows where the loop was.
static void a_loop_writes_all_of_its_range_and_nothing_else(void **state) {
    (void)state;
    for (int written = 1; written < 6; written++) {
        tw_plain_loop loop = loop_over(1, written);
        for (int k = 0; k < WORDS; k++) arrays[0][k] = UINT32_MAX;
        loop.mask = UINT32_MAX;
        tw_plain_loop_run(&loop, 3, WORDS - 5);
        for (int i = 1; i <= written; i++) {
            for (int k = 0; k < WORDS; k++) {
                bool inside = k >= 3 && k < WORDS - 5;
                assert_int_equal(arrays[i][k], inside ? UINT32_MAX : (tw_plain_word)(1000 * i + k));
            }
        }
    }
}

TW_TESTS(a_loop_leaves_every_value_as_it_was, a_loop_writes_all_of_its_range_and_nothing_else)
