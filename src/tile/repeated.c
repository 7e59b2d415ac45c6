// Goes through the space a row (its last dimension) at a time.
#include "tile/repeated.h"

#include <assert.h>
#include <string.h>

bool tw_tile_walk_whole(const tw_tile_space *space, const tw_tile_walk *walk) {
    int64_t step = 1;
    for (int i = space->rank; i-- > 0;) {
        if (space->size[i] != 1 && walk->step[i] != step) return false;
        step *= space->size[i];
    }
    return true;
}

// Copies a piece of a row.
static void copy_row(void *out, const char *in, int64_t step, size_t size, int64_t count) {
    if (step == 1) {
        memcpy(out, in, (size_t)count * size);
    } else if (size == sizeof(float)) {
        float *to = out;
        const float *from = (const float *)(const void *)in;
        for (int64_t k = 0; k < count; k++) to[k] = from[k * step];
    } else {
        double *to = out;
        const double *from = (const double *)(const void *)in;
        for (int64_t k = 0; k < count; k++) to[k] = from[k * step];
    }
}

// A place in the space: the index in each dimension, and the array's element there.
typedef struct position {
    int64_t index[TW_TILE_RANK_MAX];
    int64_t element;
} position;

static position position_of(const tw_tile_space *space, const tw_tile_walk *walk, int64_t number) {
    position p = {.element = 0};
    for (int i = space->rank; i-- > 0;) {
        p.index[i] = number % space->size[i];
        number /= space->size[i];
        p.element += p.index[i] * walk->step[i];
    }
    return p;
}

// To the start of the next row.
static void next_row(const tw_tile_space *space, const tw_tile_walk *walk, position *p) {
    int i = space->rank - 1;
    p->element -= p->index[i] * walk->step[i];
    p->index[i] = 0;
    while (i-- > 0) {
        p->element += walk->step[i];
        if (++p->index[i] < space->size[i]) return;
        p->element -= space->size[i] * walk->step[i];
        p->index[i] = 0;
    }
}

// At least how many elements, from the place on, the array holds in the order of the space: up to the end of the last
// dimensions that it stores whole.
static int64_t run_length(const tw_tile_space *space, const tw_tile_walk *walk, const position *p) {
    int64_t elements = 1, passed = 0;
    for (int i = space->rank; i-- > 0;) {
        if (space->size[i] != 1 && walk->step[i] != elements) break;
        passed += p->index[i] * elements;
        elements *= space->size[i];
    }
    return elements - passed;
}

void *tw_tile_walk_tile(const tw_tile_space *space, const tw_tile_walk *walk, size_t element_size,
                        void *array, int64_t first, int64_t count, void *buffer) {
    assert(space->rank >= 1 && space->rank <= TW_TILE_RANK_MAX && count > 0);
    char *base = array;
    position p = position_of(space, walk, first);
    if (run_length(space, walk, &p) >= count) return base + p.element * (int64_t)element_size;
    const int last = space->rank - 1;
    for (int64_t done = 0; done < count;) {
        const int64_t left = space->size[last] - p.index[last];
        const int64_t use = left < count - done ? left : count - done;
        copy_row((char *)buffer + done * (int64_t)element_size,
                 base + p.element * (int64_t)element_size, walk->step[last], element_size, use);
        done += use;
        next_row(space, walk, &p);
    }
    return buffer;
}
