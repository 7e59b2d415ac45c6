#include "minimize/passes.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "minimize/pass_kernels.h"

enum {
    TILE = 512, // of a combination's sum, in double: stays in the first cache
    CHUNK_SMALL = 1024,
    CHUNK_LARGE = 8192,    // longer streams, once there are enough chunks
    CHUNKS_ENOUGH = 64,    // of the large ones
    ALONE_MAX = 64 * 1024, // elements: reading so many is shorter than waking a thread
};

tw_status tw_passes_start(tw_passes *passes, const tw_vector_space *space, int vector_max) {
    int64_t n = space->n;
    int64_t chunk = n / CHUNK_LARGE >= CHUNKS_ENOUGH ? CHUNK_LARGE : CHUNK_SMALL;
    *passes = (tw_passes){.space = *space,
                          .kept = space->dtype,
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

// A pass at work.
typedef struct pass {
    const tw_passes *passes;
    const tw_pass_kernels *kernels;
    const void *of; // what the pass is asked for
} pass;

// Where a chunk lies.
typedef struct range {
    int64_t chunk, first, size;
} range;

static range chunk_at(const pass *p, int64_t chunk) {
    int64_t first = chunk * p->passes->chunk, left = p->passes->space.n - first;
    return (range){chunk, first, left < p->passes->chunk ? left : p->passes->chunk};
}

// Short passes run alone.
static int threads_for(const tw_passes *passes, int vector_count) {
    bool alone = vector_count * passes->space.n <= ALONE_MAX;
    return alone ? 1 : tw_context_threads(passes->space.context);
}

typedef void parallel_loop(int threads, int64_t chunk_count, tw_chunk_function *function,
                           void *user);

// Goes over the chunks by tw_parallel, or by tw_parallel_back where whatever ran before has left the last
// chunks in the caches.
static void run(const tw_passes *passes, int vector_count, parallel_loop *loop,
                tw_chunk_function *function, const void *of) {
    pass work = {passes, tw_pass_kernels_at(passes->space.dtype, passes->kept, 0), of};
    loop(threads_for(passes, vector_count), passes->chunk_count, function, &work);
}

static double sum_of_chunks(const tw_passes *passes, int stride, int which) {
    double sum = 0;
    for (int64_t chunk = 0; chunk < passes->chunk_count; chunk++)
        sum += passes->partial[chunk * stride + which];
    return sum;
}

// The elements of a vector of the space, or of one that is kept, from `at` on.
static const void *from(const tw_pass_kernels *k, const void *vector, int64_t at) {
    return (const char *)vector + (size_t)at * k->space_size;
}

static void *into(const tw_pass_kernels *k, void *vector, int64_t at) {
    return (char *)vector + (size_t)at * k->space_size;
}

// ---- two vectors

typedef struct two_vectors {
    const void *a, *direction;
    void *to;
    double step;
} two_vectors;

static void slope_chunk(void *user, int64_t chunk) {
    const pass *p = user;
    const two_vectors *two = p->of;
    range r = chunk_at(p, chunk);
    p->kernels->slope(p->passes->partial + 2 * r.chunk, from(p->kernels, two->a, r.first),
                      from(p->kernels, two->direction, r.first), r.size);
}

tw_slope tw_pass_slope(const tw_passes *passes, const void *gradient, const void *direction) {
    two_vectors two = {.a = gradient, .direction = direction};
    run(passes, 2, tw_parallel_back, slope_chunk, &two);
    tw_slope slope = {.product = sum_of_chunks(passes, 2, 0)};
    for (int64_t chunk = 0; chunk < passes->chunk_count; chunk++)
        slope.largest = tw_larger_or_nan(slope.largest, passes->partial[2 * chunk + 1]);
    return slope;
}

static void move_chunk(void *user, int64_t chunk) {
    const pass *p = user;
    const two_vectors *two = p->of;
    range r = chunk_at(p, chunk);
    p->kernels->move(into(p->kernels, two->to, r.first), from(p->kernels, two->a, r.first),
                     two->step, from(p->kernels, two->direction, r.first), r.size);
}

void tw_pass_move(const tw_passes *passes, void *to, const void *x, double step,
                  const void *direction) {
    two_vectors two = {.a = x, .direction = direction, .to = to, .step = step};
    run(passes, 2, tw_parallel, move_chunk, &two);
}

// ---- many vectors

// The tile from `at` on; adds to sums [2].
static void combine_tile(const tw_pass_kernels *k, const tw_combination *c, int64_t at,
                         int64_t size, double *sums) {
    double sum[TILE];
    void *const next[] = {c->out, c->from != NULL ? c->moved : c->out};
    void *out = into(k, c->out, at);
    const void *first = from(k, c->first, at);
    k->load(sum, c->of_first, first, size);
    k->add(sum, c->factors, &c->vectors, next, at, size);
    k->store(out, sum, first, sums, size);
    if (c->from != NULL) k->move(into(k, c->moved, at), from(k, c->from, at), c->step, out, size);
}

static void combine_chunk(void *user, int64_t chunk) {
    const pass *p = user;
    range r = chunk_at(p, chunk);
    double *sums = p->passes->partial + 2 * r.chunk;
    sums[0] = sums[1] = 0;
    for (int64_t at = 0; at < r.size; at += TILE)
        combine_tile(p->kernels, p->of, r.first + at, r.size - at < TILE ? r.size - at : TILE,
                     sums);
}

tw_pass_sums tw_pass_combine(const tw_passes *passes, const tw_combination *combination) {
    run(passes, combination->vectors.count + 1, tw_parallel_back, combine_chunk, combination);
    return (tw_pass_sums){sum_of_chunks(passes, 2, 0), sum_of_chunks(passes, 2, 1)};
}

// The tile from `at` on; adds to sums [2, vectors + 2].
static void pair_tile(const tw_pass_kernels *k, const tw_pair *pair, int64_t at, int64_t size,
                      double *sums) {
    int count = pair->vectors.count;
    double *with_change = sums, *with_after = sums + count + 2;
    k->newest(pair, at, size, with_change + count, with_after + count);
    if (pair->with_before != NULL)
        k->meet_after(pair, at, size, with_after);
    else
        k->meet(pair, at, size, with_change, with_after);
}

static void pair_chunk(void *user, int64_t chunk) {
    const pass *p = user;
    const tw_pair *pair = p->of;
    range r = chunk_at(p, chunk);
    int sum_count = 2 * (pair->vectors.count + 2);
    double *sums = p->passes->partial + chunk * sum_count;
    memset(sums, 0, (size_t)sum_count * sizeof *sums);
    for (int64_t at = 0; at < r.size; at += TW_PAIR_TILE)
        pair_tile(p->kernels, pair, r.first + at,
                  r.size - at < TW_PAIR_TILE ? r.size - at : TW_PAIR_TILE, sums);
}

void tw_pass_pair(const tw_passes *passes, const tw_pair *pair) {
    int known = pair->with_before == NULL ? 0 : pair->vectors.count,
        count = pair->vectors.count + 2;
    assert(count <= passes->vector_max);
    run(passes, count, tw_parallel, pair_chunk, pair);
    for (int i = 0; i < count; i++) {
        pair->with_after[i] = sum_of_chunks(passes, 2 * count, count + i);
        pair->with_change[i] =
            i < known ? pair->change_factor * (pair->with_after[i] - pair->with_before[i])
                      : sum_of_chunks(passes, 2 * count, i);
    }
}
