// The order in which an epoch takes the examples: Fisher and Yates (1938) as Durstenfeld's loop (1964),
// with Philox for the draws, so that it is a function of (seed, epoch).
#include <assert.h>
#include <inttypes.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/random.h"
#include "thalweg/data.h"

struct tw_order {
    int64_t *rows; // [count] of the epoch below
    int64_t count;
    uint64_t seed;
    uint64_t epoch;
    bool shuffled;
};

static void fill(tw_order *order, uint64_t epoch) {
    const tw_random random = {order->seed, TW_FOR_ORDER, 0, epoch & ((UINT64_C(1) << 48) - 1)};
    int64_t *rows = order->rows;
    for (int64_t i = 0; i < order->count; i++) rows[i] = i;
    for (int64_t i = order->shuffled ? order->count - 1 : 0; i > 0; i--) {
        int64_t other = (int64_t)tw_random_below(&random, (uint64_t)i, (uint64_t)i + 1);
        int64_t row = rows[i];
        rows[i] = rows[other];
        rows[other] = row;
    }
    order->epoch = epoch;
}

tw_status tw_order_new(tw_context *context, int64_t count, bool shuffled, uint64_t seed,
                       tw_order **order) {
    *order = NULL;
    if (count < 1) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "order: %" PRId64 " examples have no order; at least one is needed", count);
    }
    tw_order *made = tw_allocate(context, 1, sizeof *made);
    int64_t *rows = tw_allocate(context, (size_t)count, sizeof *rows);
    if (made == NULL || rows == NULL) {
        tw_release(rows);
        tw_release(made);
        return TW_NO_MEMORY;
    }
    *made = (tw_order){.rows = rows, .count = count, .seed = seed, .shuffled = shuffled};
    fill(made, 0);
    *order = made;
    return TW_OK;
}

void tw_order_free(tw_order *order) {
    if (order == NULL) return;
    tw_release(order->rows);
    tw_release(order);
}

const int64_t *tw_order_rows(tw_order *order, uint64_t epoch) {
    assert(order->count > 0);
    if (order->shuffled && epoch != order->epoch) fill(order, epoch);
    return order->rows;
}
