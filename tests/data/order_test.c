// The order of an epoch: every example once, a function of seed and epoch alone.
#include <stdlib.h>
#include <string.h>

#include "support/sets.h"

static tw_test_sets at;

static tw_order *new_order(int64_t count, bool shuffled, uint64_t seed) {
    tw_order *order = NULL;
    assert_ok(at.context, tw_order_new(at.context, count, shuffled, seed, &order));
    return order;
}

static void assert_permutation(const int64_t *rows, int64_t count) {
    bool *seen = calloc((size_t)count, sizeof *seen);
    assert_non_null(seen);
    for (int64_t i = 0; i < count; i++) {
        assert_true(rows[i] >= 0 && rows[i] < count && !seen[rows[i]]);
        seen[rows[i]] = true;
    }
    free(seen);
}

static void every_epoch_takes_every_example_once(void **state) {
    (void)state;
    static const int64_t counts[] = {1, 2, 3, 100, 1000};
    static const uint64_t epochs[] = {0, 1, 2, 77, UINT32_MAX, UINT64_C(1) << 40};
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        tw_order *order = new_order(counts[i], true, 3);
        for (size_t k = 0; k < sizeof epochs / sizeof *epochs; k++) {
            assert_permutation(tw_order_rows(order, epochs[k]), counts[i]);
        }
        tw_order_free(order);
    }
    tw_test_sets_end(&at);
}

static void an_epoch_is_had_directly_and_again(void **state) {
    (void)state;

    enum { COUNT = 50 };

    int64_t third[COUNT], other[COUNT];
    tw_test_sets_start(&at);
    tw_order *order = new_order(COUNT, true, 5), *fresh = new_order(COUNT, true, 5);
    tw_order *reseeded = new_order(COUNT, true, 6);
    memcpy(third, tw_order_rows(order, 3), sizeof third);
    memcpy(other, tw_order_rows(order, 4), sizeof other);
    assert_memory_not_equal(third, other, sizeof third);
    assert_memory_equal(third, tw_order_rows(order, 3), sizeof third);
    assert_memory_equal(third, tw_order_rows(fresh, 3), sizeof third);
    assert_memory_not_equal(third, tw_order_rows(reseeded, 3), sizeof third);
    tw_order_free(order);
    tw_order_free(fresh);
    tw_order_free(reseeded);
    tw_test_sets_end(&at);
}

// Each of the 6 orders of 3 examples comes about equally often: chi squared with 5 degrees of freedom,
// above 20.5 once in a thousand.
static void all_orders_are_equally_likely(void **state) {
    (void)state;

    enum { EPOCHS = 6000 };

    double counts[27] = {0}, chi = 0.0;
    tw_test_sets_start(&at);
    tw_order *order = new_order(3, true, 1);
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        const int64_t *rows = tw_order_rows(order, epoch);
        counts[rows[0] * 9 + rows[1] * 3 + rows[2]] += 1.0;
    }
    for (int i = 0; i < 27; i++) {
        double away = counts[i] - EPOCHS / 6.0;
        if (counts[i] > 0.0) chi += away * away / (EPOCHS / 6.0);
    }
    assert_true(chi < 20.5);
    tw_order_free(order);
    tw_test_sets_end(&at);
}

static void without_shuffling_rows_go_from_first_to_last(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_order *order = new_order(4, false, 1);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        for (int64_t i = 0; i < 4; i++) assert_int_equal(tw_order_rows(order, epoch)[i], i);
    }
    tw_order_free(order);
    assert_int_equal(tw_order_new(at.context, 0, true, 1, &order), TW_BAD_ARGUMENT);
    assert_null(order);
    assert_string_equal(tw_context_message(at.context),
                        "order: 0 examples have no order; at least one is needed");
    tw_test_sets_end(&at);
}

TW_TESTS(every_epoch_takes_every_example_once, an_epoch_is_had_directly_and_again,
         all_orders_are_equally_likely, without_shuffling_rows_go_from_first_to_last)
