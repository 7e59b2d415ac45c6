#include "minimize/passes.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"

enum {
    LANES = 8,
    TILE = 512,       // of a combination's sum, in double: stays in the first cache
    PAIR_TILE = 1024, // of two vectors that meet all others
    CHUNK_SMALL = 1024,
    CHUNK_LARGE = 8192,    // longer streams, once there are enough chunks
    CHUNKS_ENOUGH = 64,    // of the large ones
    ALONE_MAX = 64 * 1024, // elements: reading so many is shorter than waking a thread
};

// A pass over pairs of vectors, and how its chunks are found again.
typedef struct pair_work {
    const tw_passes *passes;
    void *difference;
    const void *after, *before;
    int count;
    const void *const *vectors;
} pair_work;

#define ELEMENT float
#define BITS uint32_t
#define KERNEL(name) name##_f32
#include "minimize/pass_kernels.h"
#define ELEMENT double
#define BITS uint64_t
#define KERNEL(name) name##_f64
#include "minimize/pass_kernels.h"

tw_status tw_passes_start(tw_passes *passes, const tw_vector_space *space, int vector_max) {
    int64_t n = space->n;
    int64_t chunk = n / CHUNK_LARGE >= CHUNKS_ENOUGH ? CHUNK_LARGE : CHUNK_SMALL;
    *passes = (tw_passes){.space = *space,
                          .chunk = chunk,
                          .chunk_count = (n + chunk - 1) / chunk,
                          .vector_max = vector_max};
    size_t sums = vector_max > 0 ? 2 * (size_t)vector_max : 2;
    passes->partial =
        tw_allocate(space->context, (size_t)passes->chunk_count, sums * sizeof(double));
    return passes->partial == NULL ? TW_NO_MEMORY : TW_OK;
}

void tw_passes_end(tw_passes *passes) {
    tw_release(passes->partial);
    passes->partial = NULL;
}

static int64_t chunk_size(const tw_passes *passes, int64_t chunk) {
    int64_t left = passes->space.n - chunk * passes->chunk;
    return left < passes->chunk ? left : passes->chunk;
}

// Short passes run alone.
static void run(const tw_passes *passes, int vector_count, tw_chunk_function *function,
                void *work) {
    bool alone = vector_count * passes->space.n <= ALONE_MAX;
    tw_parallel(alone ? 1 : tw_context_threads(passes->space.context), passes->chunk_count,
                function, work);
}

static double sum_of_chunks(const tw_passes *passes, int stride, int which) {
    double sum = 0;
    for (int64_t chunk = 0; chunk < passes->chunk_count; chunk++)
        sum += passes->partial[chunk * stride + which];
    return sum;
}

// ---- two vectors

typedef struct two_work {
    const tw_passes *passes;
    const void *a, *b;
    void *out;
    double step;
} two_work;

static void slope_chunk(void *user, int64_t chunk) {
    const two_work *w = user;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    tw_slope slope =
        w->passes->space.dtype == TW_F32
            ? slope_f32((const float *)w->a + first, (const float *)w->b + first, size)
            : slope_f64((const double *)w->a + first, (const double *)w->b + first, size);
    w->passes->partial[2 * chunk] = slope.product;
    w->passes->partial[2 * chunk + 1] = slope.largest;
}

tw_slope tw_pass_slope(const tw_passes *passes, const void *gradient, const void *direction) {
    two_work work = {.passes = passes, .a = gradient, .b = direction};
    run(passes, 2, slope_chunk, &work);
    tw_slope slope = {.product = sum_of_chunks(passes, 2, 0)};
    for (int64_t chunk = 0; chunk < passes->chunk_count; chunk++) {
        double largest = passes->partial[2 * chunk + 1];
        if (isnan(largest) || largest > slope.largest) slope.largest = largest;
        if (isnan(largest)) break;
    }
    return slope;
}

static void move_chunk(void *user, int64_t chunk) {
    const two_work *w = user;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    if (w->passes->space.dtype == TW_F32)
        move_f32((float *)w->out + first, (const float *)w->a + first, w->step,
                 (const float *)w->b + first, size);
    else
        move_f64((double *)w->out + first, (const double *)w->a + first, w->step,
                 (const double *)w->b + first, size);
}

void tw_pass_move(const tw_passes *passes, void *to, const void *x, double step,
                  const void *direction) {
    two_work work = {.passes = passes, .a = x, .b = direction, .out = to, .step = step};
    run(passes, 2, move_chunk, &work);
}

// ---- many vectors

typedef struct combine_work {
    const tw_passes *passes;
    const tw_combination *combination;
} combine_work;

// Many chunks from the last to the first: what tw_pass_products read last is still in the shared cache.
// Few lie in the caches of the threads that read them, and keep their threads.
static void combine_chunk(void *user, int64_t turn) {
    const combine_work *w = user;
    bool backwards = w->passes->chunk == CHUNK_LARGE;
    int64_t chunk = backwards ? w->passes->chunk_count - 1 - turn : turn;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    double *sums = w->passes->partial + 2 * chunk;
    if (w->passes->space.dtype == TW_F32)
        combine_f32(w->combination, first, size, sums);
    else
        combine_f64(w->combination, first, size, sums);
}

tw_pass_sums tw_pass_combine(const tw_passes *passes, const tw_combination *combination) {
    combine_work work = {passes, combination};
    run(passes, combination->count, combine_chunk, &work);
    if (combination->with == NULL) return (tw_pass_sums){0};
    return (tw_pass_sums){sum_of_chunks(passes, 2, 0), sum_of_chunks(passes, 2, 1)};
}

static void pair_chunk(void *user, int64_t chunk) {
    const pair_work *w = user;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    double *sums = w->passes->partial + chunk * 2 * w->count;
    memset(sums, 0, 2 * (size_t)w->count * sizeof *sums);
    if (w->passes->space.dtype == TW_F32)
        pair_products_f32(w, first, size, sums);
    else
        pair_products_f64(w, first, size, sums);
}

void tw_pass_products(const tw_passes *passes, void *difference, const void *after,
                      const void *before, int count, const void *const *vectors,
                      double *with_difference, double *with_after) {
    assert(count <= passes->vector_max);
    pair_work work = {passes, difference, after, before, count, vectors};
    run(passes, count, pair_chunk, &work);
    for (int i = 0; i < count; i++) {
        with_difference[i] = sum_of_chunks(passes, 2 * count, i);
        with_after[i] = sum_of_chunks(passes, 2 * count, count + i);
    }
}
