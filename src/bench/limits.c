// The limits of the machine: plain loops over arrays that no cache holds, and our matrix product.
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "tensor/matrix_product.h"
#include "thalweg/bench.h"

#define ARRAY_BYTES (INT64_C(256) << 20)
#define CHUNK 65536 // floats
#define ARRAYS 4
#define SIDE 1024 // of a square product
#define BUDGET_SECONDS 0.8

typedef struct stream {
    const char *name;
    int arrays_touched; // loads and stores of an element
    void (*run)(float *const *arrays, int64_t first, int64_t end);
} stream;

TW_SIMD static void copy(float *const *x, int64_t first, int64_t end) {
    float *a = x[0];
    const float *b = x[1];
#pragma omp simd
    for (int64_t k = first; k < end; k++) a[k] = b[k];
}

TW_SIMD static void triad(float *const *x, int64_t first, int64_t end) {
    float *a = x[0];
    const float *b = x[1], *c = x[2];
#pragma omp simd
    for (int64_t k = first; k < end; k++) a[k] = b[k] + 0.5F * c[k];
}

TW_SIMD static void update(float *const *x, int64_t first, int64_t end) {
    float *a = x[0];
    const float *b = x[1];
#pragma omp simd
    for (int64_t k = first; k < end; k++) a[k] += 0.5F * b[k];
}

static void touch(float *const *x, int written, int64_t first, int64_t end) {
    tw_plain_loop loop = {.read_count = 1, .written_count = written};
    loop.read[0] = (const tw_plain_word *)x[3];
    for (int i = 0; i < written; i++) loop.written[i] = (tw_plain_word *)x[i];
    tw_plain_loop_run(&loop, first, end);
}

static void read_one(float *const *x, int64_t first, int64_t end) {
    touch(x, 0, first, end);
}

static void adam_traffic(float *const *x, int64_t first, int64_t end) {
    touch(x, 3, first, end);
}

static const stream streams[] = {
    {"read", 1, read_one},
    {"copy", 2, copy},
    {"triad", 3, triad},
    {"update", 3, update},
    {"adam_traffic", 7, adam_traffic},
};

typedef struct measuring {
    tw_context *context;
    tw_bench_limit_function *function;
    void *user;
    int threads;
    float *arrays[ARRAYS];
    const stream *stream;
    tw_matrix_product product;
} measuring;

static void stream_chunk(void *user, int64_t chunk) {
    const measuring *m = user;
    m->stream->run(m->arrays, chunk * CHUNK, (chunk + 1) * CHUNK);
}

static tw_status run_stream(void *user) {
    measuring *m = user;
    tw_parallel(m->threads, ARRAY_BYTES / (int64_t)sizeof(float) / CHUNK, stream_chunk, m);
    return TW_OK;
}

static tw_status run_product(void *user) {
    measuring *m = user;
    tw_matrix_product_run(&m->product, m->arrays[0], m->arrays[1], m->arrays[2]);
    return TW_OK;
}

static tw_status measure(measuring *m, tw_bench_work *work, const char *name, double amount,
                         const char *unit) {
    tw_bench_side side = {.work = work, .user = m};
    int rounds = 0;
    tw_status status = tw_bench_take_turns(&side, 1, BUDGET_SECONDS, &rounds);
    if (status != TW_OK) return status;
    tw_bench_limit limit = {name, m->threads, amount / tw_bench_median(side.seconds, rounds) / 1e9,
                            unit};
    m->function(&limit, m->user);
    return TW_OK;
}

static tw_status measure_all(measuring *m) {
    tw_status status = TW_OK;
    for (size_t i = 0; i < sizeof streams / sizeof *streams && status == TW_OK; i++) {
        m->stream = &streams[i];
        status = measure(m, run_stream, streams[i].name,
                         (double)ARRAY_BYTES * streams[i].arrays_touched, "GB/s");
    }
    const tw_dtype dtypes[] = {TW_F32, TW_F64};
    const char *const names[] = {"matrix_product_f32", "matrix_product_f64"};
    for (int i = 0; i < 2 && status == TW_OK; i++) {
        m->product = tw_matrix_product_of(dtypes[i], false, false, SIDE, SIDE, SIDE);
        tw_matrix_product_plan(&m->product, m->threads);
        status = measure(m, run_product, names[i], 2.0 * SIDE * SIDE * SIDE, "GFLOP/s");
    }
    return status;
}

tw_status tw_bench_limits(tw_context *context, tw_bench_limit_function *function, void *user) {
    measuring m = {.context = context, .function = function, .user = user};
    tw_status status = TW_OK;
    for (int i = 0; i < ARRAYS && status == TW_OK; i++) {
        m.arrays[i] = tw_allocate(context, (size_t)ARRAY_BYTES, 1);
        if (m.arrays[i] == NULL) status = TW_NO_MEMORY;
        // pages that were never written may all be one page of zeros
        if (status == TW_OK) memset(m.arrays[i], 0x3c, (size_t)ARRAY_BYTES);
    }
    const int threads = tw_context_threads(context);
    for (int pass = 0; pass < (threads > 1 ? 2 : 1) && status == TW_OK; pass++) {
        m.threads = pass == 0 ? 1 : threads;
        status = measure_all(&m);
    }
    for (int i = 0; i < ARRAYS; i++) tw_release(m.arrays[i]);
    return status;
}
