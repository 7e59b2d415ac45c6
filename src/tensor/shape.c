// Shapes: their number of elements, whether two are the same, and as text.
#include "tensor/shape.h"
#include "base/checked.h"

#include <stdio.h>
#include <string.h>

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

static size_t put(char *buffer, size_t length, const char *text) {
    size_t room = TW_SHAPE_TEXT_BYTES - 1 - length;
    size_t count = strlen(text) < room ? strlen(text) : room;
    memcpy(buffer + length, text, count);
    buffer[length + count] = '\0';
    return length + count;
}

const char *tw_size_format(int64_t size, char buffer[TW_SIZE_TEXT_BYTES]) {
    if (size == -1)
        snprintf(buffer, TW_SIZE_TEXT_BYTES, "B");
    else if (size < 0)
        snprintf(buffer, TW_SIZE_TEXT_BYTES, "%llu B", (unsigned long long)-(uint64_t)size);
    else
        snprintf(buffer, TW_SIZE_TEXT_BYTES, "%lld", (long long)size);
    return buffer;
}

const char *tw_shape_format(const tw_shape *shape, char buffer[TW_SHAPE_TEXT_BYTES]) {
    size_t length = put(buffer, 0, "[");
    for (int i = 0; i < shape->rank && i < TW_RANK_MAX; i++) {
        char size[TW_SIZE_TEXT_BYTES];
        if (i > 0) length = put(buffer, length, ", ");
        length = put(buffer, length, tw_size_format(shape->size[i], size));
    }
    put(buffer, length, "]");
    return buffer;
}
