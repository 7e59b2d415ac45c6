#include "tensor/vector.h"

#include <float.h>
#include <math.h>

#include "base/parallel.h"

#define BLOCK_MIN 8192        // elements
#define SHARED_FROM (1 << 16) // elements; with fewer, a second thread costs more time than it saves
#define BLOCKS_MAX 256
#define LANES 8

typedef struct work {
    const tw_vector_space *space;
    const void *x;
    void *y;
    const void *other;
    double factor;
    int64_t block;
    double sums[BLOCKS_MAX];
} work;

// Cuts the vectors into blocks by their length alone; returns how many.
static int64_t cut(const tw_vector_space *space, work *w) {
    w->space = space;
    w->block = (space->n + BLOCKS_MAX - 1) / BLOCKS_MAX;
    if (w->block < BLOCK_MIN) w->block = BLOCK_MIN;
    return (space->n + w->block - 1) / w->block;
}

static void run(work *w, int64_t blocks, tw_chunk_function *function) {
    bool shared = w->space->n >= SHARED_FROM;
    tw_parallel(shared ? tw_context_threads(w->space->context) : 1, blocks, function, w);
}

static int64_t end_of(const work *w, int64_t start) {
    int64_t end = start + w->block;
    return end < w->space->n ? end : w->space->n;
}

// A sum in LANES independent running sums, which are then added one after the other, whatever vectors a machine has.
#define TW_DOT_LINES(type, name)                                                                   \
    TW_SIMD static double name(const type *restrict a, const type *restrict b, int64_t count) {    \
        double lane[LANES] = {0}, sum = 0.0;                                                       \
        int64_t i = 0;                                                                             \
        for (; i + LANES <= count; i += LANES)                                                     \
            for (int k = 0; k < LANES; k++) lane[k] += (double)a[i + k] * (double)b[i + k];        \
        for (; i < count; i++) lane[0] += (double)a[i] * (double)b[i];                             \
        for (int k = 0; k < LANES; k++) sum += lane[k];                                            \
        return sum;                                                                                \
    }

#define TW_MOVE_LINES(type, name, sign)                                                            \
    TW_SIMD static void name(double factor, const type *x, type *y, int64_t count) {               \
        for (int64_t i = 0; i < count; i++) y[i] = (type)(sign factor * (double)x[i]);             \
    }

TW_DOT_LINES(float, dot_f32)
TW_DOT_LINES(double, dot_f64)
TW_MOVE_LINES(float, add_f32, (double)y[i] +)
TW_MOVE_LINES(double, add_f64, y[i] +)
TW_MOVE_LINES(float, scale_f32, )
TW_MOVE_LINES(double, scale_f64, )

double tw_vector_epsilon(const tw_vector_space *space) {
    return space->dtype == TW_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
}

static void dot_block(void *user, int64_t chunk) {
    work *w = user;
    int64_t start = chunk * w->block, count = end_of(w, start) - start;
    w->sums[chunk] =
        w->space->dtype == TW_F32
            ? dot_f32((const float *)w->x + start, (const float *)w->other + start, count)
            : dot_f64((const double *)w->x + start, (const double *)w->other + start, count);
}

double tw_dot(const double *a, const double *b, int64_t count) {
    return dot_f64(a, b, count);
}

double tw_vector_dot(const tw_vector_space *space, const void *a, const void *b) {
    work w = {.x = a, .other = b};
    int64_t blocks = cut(space, &w);
    run(&w, blocks, dot_block);
    double sum = 0.0;
    for (int64_t i = 0; i < blocks; i++) sum += w.sums[i];
    return sum;
}

static void largest_block(void *user, int64_t chunk) {
    work *w = user;
    double most = 0.0;
    int64_t start = chunk * w->block, end = end_of(w, start);
    for (int64_t i = start; i < end; i++) {
        double size = fabs(tw_vector_get(w->space, w->x, i));
        if (!(size <= most)) most = size; // a NaN enters, and nothing is larger
        if (isnan(most)) break;
    }
    w->sums[chunk] = most;
}

double tw_vector_largest(const tw_vector_space *space, const void *a) {
    work w = {.x = a};
    int64_t blocks = cut(space, &w);
    run(&w, blocks, largest_block);
    double most = 0.0;
    for (int64_t i = 0; i < blocks && !isnan(most); i++)
        if (!(w.sums[i] <= most)) most = w.sums[i];
    return most;
}

static void add_block(void *user, int64_t chunk) {
    work *w = user;
    int64_t start = chunk * w->block, count = end_of(w, start) - start;
    if (w->space->dtype == TW_F32)
        add_f32(w->factor, (const float *)w->x + start, (float *)w->y + start, count);
    else
        add_f64(w->factor, (const double *)w->x + start, (double *)w->y + start, count);
}

void tw_vector_add(const tw_vector_space *space, double factor, const void *x, void *y) {
    work w = {.x = x, .y = y, .factor = factor};
    run(&w, cut(space, &w), add_block);
}

static void scale_block(void *user, int64_t chunk) {
    work *w = user;
    int64_t start = chunk * w->block, count = end_of(w, start) - start;
    if (w->space->dtype == TW_F32)
        scale_f32(w->factor, (const float *)w->x + start, (float *)w->y + start, count);
    else
        scale_f64(w->factor, (const double *)w->x + start, (double *)w->y + start, count);
}

void tw_vector_scale(const tw_vector_space *space, double factor, const void *x, void *y) {
    work w = {.x = x, .y = y, .factor = factor};
    run(&w, cut(space, &w), scale_block);
}

double tw_vector_get(const tw_vector_space *space, const void *a, int64_t index) {
    return space->dtype == TW_F32 ? (double)((const float *)a)[index] : ((const double *)a)[index];
}

void tw_vector_set(const tw_vector_space *space, void *a, int64_t index, double value) {
    if (space->dtype == TW_F32)
        ((float *)a)[index] = (float)value;
    else
        ((double *)a)[index] = value;
}
