// Marks what is held out.
#include "data/split.h"

#include <math.h>

#include "base/memory.h"
#include "base/random.h"

static int64_t class_of(const tw_split *split, int64_t row) {
    return split->labels == NULL ? 0 : split->labels[row];
}

// How many of each class: quotas [classes], or one quota of all without classes.
static void find_quotas(const tw_split *split, int classes, int64_t *quotas) {
    for (int i = 0; i < classes; i++) quotas[i] = 0;
    for (int64_t row = 0; row < split->count; row++) quotas[class_of(split, row)]++;
    for (int i = 0; i < classes; i++) quotas[i] = llround(split->share * (double)quotas[i]);
}

// Goes through all in a random order and takes while the class has quota left.
static void take(const tw_split *split, int64_t *quotas, int64_t *rows, bool *held,
                 int64_t *held_count) {
    const tw_random random = {split->seed, TW_FOR_SPLIT, 0, 0};
    for (int64_t i = 0; i < split->count; i++) rows[i] = i;
    for (int64_t i = split->count; i-- > 0;) {
        int64_t other = (int64_t)tw_random_below(&random, (uint64_t)i, (uint64_t)i + 1);
        int64_t row = rows[other];
        rows[other] = rows[i];
        rows[i] = row;
        if (quotas[class_of(split, row)] == 0) continue;
        quotas[class_of(split, row)]--;
        held[row] = true;
        ++*held_count;
    }
    if (*held_count == 0) held[rows[0]] = true, *held_count = 1;
    if (*held_count == split->count) held[rows[0]] = false, --*held_count;
}

tw_status tw_split_mark(tw_context *context, const tw_split *split, bool *held,
                        int64_t *held_count) {
    *held_count = 0;
    for (int64_t row = 0; row < split->count; row++) held[row] = false;
    if (split->share == 0.0) return TW_OK;
    int classes = split->labels == NULL ? 1 : split->classes;
    int64_t *quotas = tw_allocate(context, (size_t)classes, sizeof *quotas);
    int64_t *rows = tw_allocate(context, (size_t)split->count, sizeof *rows);
    bool whole = quotas != NULL && rows != NULL;
    if (whole) {
        find_quotas(split, classes, quotas);
        take(split, quotas, rows, held, held_count);
    }
    tw_release(rows);
    tw_release(quotas);
    return whole ? TW_OK : TW_NO_MEMORY;
}
