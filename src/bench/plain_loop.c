// One loop for each of the usual numbers of arrays. For other numbers the arrays of a tile are touched one after the
// other.
#include "bench/plain_loop.h"

#include "base/parallel.h"

#define TILE 512

// Keeps the compiler from dropping reads whose result is not used.
#define KEEP(value) __asm__ volatile("" : : "r"(value))

TW_SIMD static void read_alone(const tw_plain_word *a, int64_t first, int64_t end) {
    tw_plain_word all = 0;
#pragma omp simd reduction(| : all)
    for (int64_t k = first; k < end; k++) all |= a[k];
    KEEP(all);
}

TW_SIMD static void write_alone(tw_plain_word *a, tw_plain_word mask, int64_t first, int64_t end) {
#pragma omp simd
    for (int64_t k = first; k < end; k++) a[k] |= mask;
}

TW_SIMD static void one(tw_plain_word *a, const tw_plain_word *g, tw_plain_word mask, int64_t first,
                        int64_t end) {
#pragma omp simd
    for (int64_t k = first; k < end; k++) a[k] |= g[k] & mask;
}

TW_SIMD static void two(tw_plain_word *a, tw_plain_word *b, const tw_plain_word *g,
                        tw_plain_word mask, int64_t first, int64_t end) {
#pragma omp simd
    for (int64_t k = first; k < end; k++) {
        tw_plain_word bits = g[k] & mask;
        a[k] |= bits;
        b[k] |= bits;
    }
}

TW_SIMD static void three(tw_plain_word *a, tw_plain_word *b, tw_plain_word *c,
                          const tw_plain_word *g, tw_plain_word mask, int64_t first, int64_t end) {
#pragma omp simd
    for (int64_t k = first; k < end; k++) {
        tw_plain_word bits = g[k] & mask;
        a[k] |= bits;
        b[k] |= bits;
        c[k] |= bits;
    }
}

static void any(const tw_plain_loop *loop, int64_t first, int64_t end) {
    for (int64_t tile = first; tile < end; tile += TILE) {
        int64_t last = tile + TILE < end ? tile + TILE : end;
        for (int i = 0; i < loop->read_count; i++) read_alone(loop->read[i], tile, last);
        for (int i = 0; i < loop->written_count; i++)
            write_alone(loop->written[i], loop->mask, tile, last);
    }
}

void tw_plain_loop_run(const tw_plain_loop *loop, int64_t first, int64_t end) {
    tw_plain_word *const *w = loop->written;
    if (loop->read_count == 1 && loop->written_count == 0)
        read_alone(loop->read[0], first, end);
    else if (loop->read_count == 1 && loop->written_count == 1)
        one(w[0], loop->read[0], loop->mask, first, end);
    else if (loop->read_count == 1 && loop->written_count == 2)
        two(w[0], w[1], loop->read[0], loop->mask, first, end);
    else if (loop->read_count == 1 && loop->written_count == 3)
        three(w[0], w[1], w[2], loop->read[0], loop->mask, first, end);
    else
        any(loop, first, end);
}
