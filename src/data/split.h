// Which examples of a set are held out: the same whether a set is cut in two or a format has to know, while
// it reads, what it may not learn from.
#ifndef TW_DATA_SPLIT_H
#define TW_DATA_SPLIT_H

#include "thalweg/data.h"

typedef struct tw_split {
    int64_t count;
    const int32_t *labels; // [count], each below `classes`; NULL: no classes
    int classes;
    double share; // 0: none is held out; else above 0 and below 1, of two examples or more
    uint64_t seed;
} tw_split;

// Sets held [count] and how many they are: the share of each class, rounded, at least one example of all
// and at most all but one. Errors: TW_NO_MEMORY.
tw_status tw_split_mark(tw_context *context, const tw_split *split, bool *held,
                        int64_t *held_count);

#endif
