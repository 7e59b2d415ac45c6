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
    QUAD = 4,
    MEET = 6, // vectors that meet two others at once: their twelve sums stay in registers
    SUM = 5,  // vectors that are added at once
};

// Four numbers side by side.
typedef double quad __attribute__((vector_size(QUAD * sizeof(double))));

// The loops over vectors of one type; what is double is so for both. Vectors begin where the loop does
// unless `at` says how far behind their beginning that is.
typedef struct kernels {
    size_t size; // of an element
    double (*product)(const void *a, const void *b, int64_t size);
    double (*largest)(const void *g, int64_t size); // |g|; NaN where any is not finite
    void (*load)(double *out, double factor, const void *a, int64_t size);     // out = factor*a
    void (*store)(void *out, double factor, const double *a, int64_t size);    // the same
    void (*subtract)(double *out, const void *a, const void *b, int64_t size); // out = a - b
    void (*move)(void *to, const void *x, double step, const void *d,
                 int64_t size); // to = x + step*d
    void (*add)(double *sum, const double *factors, const tw_vectors *vectors, int64_t at,
                int64_t size);
    // Adds a'b and b'b to sums [2].
    void (*weigh)(double *sums, const void *a, const void *b, int64_t size);
    // Adds the products of vectors with y and with g to sums [2, vectors].
    void (*meet)(double *sums, const tw_vectors *vectors, int64_t at, const void *y,
                 const double *g, int64_t size);
} kernels;

#define ELEMENT float
#define BITS uint32_t
#define KERNEL(name) name##_f32
#include "minimize/pass_kernels.h"
#define ELEMENT double
#define BITS uint64_t
#define KERNEL(name) name##_f64
#include "minimize/pass_kernels.h"

static const kernels *kernels_of(tw_dtype dtype) {
    return dtype == TW_F32 ? &kernels_f32 : &kernels_f64;
}

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

// The elements of a vector from `at` on.
static const void *from(const kernels *k, const void *vector, int64_t at) {
    return (const char *)vector + (size_t)at * k->size;
}

static void *into(const kernels *k, void *vector, int64_t at) {
    return (char *)vector + (size_t)at * k->size;
}

// The same as doubles: where they are, or in `tile`.
static const double *wide(const kernels *k, double *tile, const void *vector, int64_t at,
                          int64_t size) {
    const void *in_place = from(k, vector, at);
    if (k == &kernels_f64) return in_place;
    k->load(tile, 1, in_place, size);
    return tile;
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
    const kernels *k = kernels_of(w->passes->space.dtype);
    int64_t at = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    const void *gradient = from(k, w->a, at);
    w->passes->partial[2 * chunk] = k->product(gradient, from(k, w->b, at), size);
    w->passes->partial[2 * chunk + 1] = k->largest(gradient, size);
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
    const kernels *k = kernels_of(w->passes->space.dtype);
    int64_t at = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    k->move(into(k, w->out, at), from(k, w->a, at), w->step, from(k, w->b, at), size);
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

// The tile from `at` on; adds to sums [2].
static void combine_tile(const kernels *k, const tw_combination *c, int64_t at, int64_t size,
                         double *sums) {
    double sum[TILE];
    void *out = into(k, c->out, at);
    k->load(sum, c->of_first, from(k, c->first, at), size);
    kernels_of(c->vectors.dtype)->add(sum, c->factors, &c->vectors, at, size);
    k->store(out, 1, sum, size);
    if (c->with != NULL) k->weigh(sums, from(k, c->with, at), out, size);
    if (c->from != NULL) k->move(into(k, c->moved, at), from(k, c->from, at), c->step, out, size);
}

// Many chunks from the last to the first: what tw_pass_pair read last is still in the shared cache.
// Few lie in the caches of the threads that read them, and keep their threads.
static void combine_chunk(void *user, int64_t turn) {
    const combine_work *w = user;
    bool backwards = w->passes->chunk == CHUNK_LARGE;
    int64_t chunk = backwards ? w->passes->chunk_count - 1 - turn : turn;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    double *sums = w->passes->partial + 2 * chunk;
    sums[0] = sums[1] = 0;
    for (int64_t at = 0; at < size; at += TILE)
        combine_tile(kernels_of(w->passes->space.dtype), w->combination, first + at,
                     size - at < TILE ? size - at : TILE, sums);
}

tw_pass_sums tw_pass_combine(const tw_passes *passes, const tw_combination *combination) {
    combine_work work = {passes, combination};
    run(passes, combination->vectors.count + 1, combine_chunk, &work);
    if (combination->with == NULL) return (tw_pass_sums){0};
    return (tw_pass_sums){sum_of_chunks(passes, 2, 0), sum_of_chunks(passes, 2, 1)};
}

typedef struct pair_work {
    const tw_passes *passes;
    const tw_pair *pair;
} pair_work;

// The tile from `at` on; adds to sums [2, vectors].
static void pair_tile(const kernels *k, const tw_pair *p, int64_t at, int64_t size, double *sums) {
    const kernels *kept = kernels_of(p->vectors.dtype);
    double tile[PAIR_TILE];
    void *change = into(kept, p->change, at);
    if (p->step != NULL)
        kept->store(into(kept, p->step, at), p->step_factor, wide(k, tile, p->direction, at, size),
                    size);
    k->subtract(tile, from(k, p->after, at), from(k, p->before, at), size);
    kept->store(change, p->change_factor, tile, size);
    kept->meet(sums, &p->vectors, at, change, wide(k, tile, p->after, at, size), size);
}

static void pair_chunk(void *user, int64_t chunk) {
    const pair_work *w = user;
    int64_t first = chunk * w->passes->chunk, size = chunk_size(w->passes, chunk);
    int sum_count = 2 * w->pair->vectors.count;
    double *sums = w->passes->partial + chunk * sum_count;
    memset(sums, 0, (size_t)sum_count * sizeof *sums);
    for (int64_t at = 0; at < size; at += PAIR_TILE)
        pair_tile(kernels_of(w->passes->space.dtype), w->pair, first + at,
                  size - at < PAIR_TILE ? size - at : PAIR_TILE, sums);
}

void tw_pass_pair(const tw_passes *passes, const tw_pair *pair) {
    int count = pair->vectors.count;
    assert(count <= passes->vector_max);
    pair_work work = {passes, pair};
    run(passes, count, pair_chunk, &work);
    for (int i = 0; i < count; i++) {
        pair->with_change[i] = sum_of_chunks(passes, 2 * count, i);
        pair->with_after[i] = sum_of_chunks(passes, 2 * count, count + i);
    }
}
