// Shapes: their number of elements, and whether two are the same.
#include "base/checked.h"
#include "thalweg/tensor.h"

#define ELEMENTS_MAX ((int64_t)1 << 62)

int64_t tw_shape_elements(const tw_shape *shape) {
    if (shape->rank < 0 || shape->rank > TW_RANK_MAX) return -1;
    bool empty = false;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] < 0) return -1;
        empty = empty || shape->size[i] == 0;
    }
    if (empty) return 0; // however large the other axes are
    int64_t elements = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (!tw_checked_multiply(elements, shape->size[i], &elements)) return -1;
        if (elements > ELEMENTS_MAX) return -1;
    }
    return elements;
}

bool tw_shape_equal(const tw_shape *a, const tw_shape *b) {
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++) {
        if (a->size[i] != b->size[i]) return false;
    }
    return true;
}
