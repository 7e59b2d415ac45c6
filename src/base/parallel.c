// The thread pool is OpenMP's; every parallel region of the library is the one in this file.
#include "base/parallel.h"

#include <omp.h>
#include <stdatomic.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#if defined(__x86_64__)

#define FLUSH_BITS 0x8040u // MXCSR: flush results (FZ) and operands (DAZ)

static uint64_t mode_get(void) {
    return _mm_getcsr();
}

static void mode_set(uint64_t mode) {
    _mm_setcsr((unsigned)mode);
}

#elif defined(__aarch64__)

#define FLUSH_BITS (UINT64_C(1) << 24) // FPCR: FZ

static uint64_t mode_get(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}

static void mode_set(uint64_t mode) {
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

#else

#define FLUSH_BITS 0u

static uint64_t mode_get(void) {
    return 0;
}

static void mode_set(uint64_t mode) {
    (void)mode;
}

#endif

int tw_core_count(void) {
    return omp_get_num_procs();
}

uint64_t tw_float_mode_enter(void) {
    uint64_t mode = mode_get();
    mode_set(mode | FLUSH_BITS);
    return mode;
}

void tw_float_mode_leave(uint64_t mode) {
    mode_set(mode);
}

// Without a region: entering one costs microseconds, and there is nobody to share with.
static void run_alone(int64_t chunk_count, tw_chunk_function *function, void *user) {
    uint64_t mode = tw_float_mode_enter();
    for (int64_t chunk = 0; chunk < chunk_count; chunk++) function(user, chunk);
    tw_float_mode_leave(mode);
}

// The chunks of one thread: from `next` to `end`. On a cache line of its own, since threads write it.
typedef struct share {
    _Alignas(64) _Atomic int64_t next;
    int64_t end;
} share;

#define SHARES_MAX 64 // more threads than that share shares

// Neighbouring chunks go to one thread, in order, as long as it has any: so what one loop leaves in a
// core's cache the next loop over the same memory finds there. Then it helps the others.
static void run_shares(share *shares, int count, int own, tw_chunk_function *function, void *user) {
    for (int i = 0; i < count; i++) {
        share *from = &shares[(own + i) % count];
        while (atomic_load_explicit(&from->next, memory_order_relaxed) < from->end) {
            int64_t chunk = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed);
            if (chunk < from->end) function(user, chunk);
        }
    }
}

void tw_parallel(int threads, int64_t chunk_count, tw_chunk_function *function, void *user) {
    if (threads > chunk_count) threads = (int)chunk_count;
    if (threads <= 1) {
        run_alone(chunk_count, function, user);
        return;
    }
    share shares[SHARES_MAX];
    int count = threads < SHARES_MAX ? threads : SHARES_MAX;
    for (int i = 0; i < count; i++) {
        atomic_init(&shares[i].next, chunk_count / count * i + chunk_count % count * i / count);
        shares[i].end = chunk_count / count * (i + 1) + chunk_count % count * (i + 1) / count;
    }
#pragma omp parallel num_threads(threads)
    {
        uint64_t mode = tw_float_mode_enter();
        run_shares(shares, count, omp_get_thread_num() % count, function, user);
        tw_float_mode_leave(mode);
    }
}
