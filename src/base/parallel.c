// Every parallel loop of the library is the one in this file.
#define _GNU_SOURCE // sched_getaffinity
#include "base/parallel.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/team.h"

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
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
    long online = sysconf(_SC_NPROCESSORS_ONLN); // more cores than a cpu_set_t has bits
    return online > 0 ? (int)online : 1;
}

uint64_t tw_float_mode_enter(void) {
    uint64_t mode = mode_get();
    mode_set(mode | FLUSH_BITS);
    return mode;
}

void tw_float_mode_leave(uint64_t mode) {
    mode_set(mode);
}

// The chunks meant for one thread: those from `next` to `end` are left. Aligned to a cache line, since other threads
// write to `next` too.
typedef struct share {
    _Alignas(64) _Atomic int64_t next;
    int64_t begin, end;
} share;

typedef struct loop {
    share shares[TW_TEAM_MAX];
    int count;
    bool back;
    tw_chunk_function *function;
    void *user;
} loop;

// A thread first computes its own chunks, which are neighbours, in order: what one loop leaves in its core's
// cache, the next loop over the same memory finds there. Then it takes chunks that are left to others. Relaxed order is
// enough: entering and leaving a team orders all else.
static void run_shares(void *user, int own) {
    loop *l = user;
    uint64_t mode = tw_float_mode_enter();
    for (int i = 0; i < l->count; i++) {
        share *from = &l->shares[(own + i) % l->count];
        while (atomic_load_explicit(&from->next, memory_order_relaxed) < from->end) {
            int64_t turn = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed);
            if (turn >= from->end) break;
            l->function(l->user, l->back ? from->begin + from->end - 1 - turn : turn);
        }
    }
    tw_float_mode_leave(mode);
}

static void run_loop(int threads, int64_t chunk_count, bool back, tw_chunk_function *function,
                     void *user) {
    if (threads > chunk_count) threads = (int)chunk_count;
    if (threads > TW_TEAM_MAX) threads = TW_TEAM_MAX;
    loop l; // not initialised as a whole: few of its shares are used
    l.count = threads > 1 ? threads : 1;
    l.back = back;
    l.function = function;
    l.user = user;
    int64_t end = 0;
    for (int i = 0; i < l.count; i++) {
        int64_t begin = end;
        end = chunk_count / l.count * (i + 1) + chunk_count % l.count * (i + 1) / l.count;
        atomic_init(&l.shares[i].next, begin);
        l.shares[i].begin = begin;
        l.shares[i].end = end;
    }
    tw_team_run(l.count, run_shares, &l);
}

void tw_parallel(int threads, int64_t chunk_count, tw_chunk_function *function, void *user) {
    run_loop(threads, chunk_count, false, function, user);
}

void tw_parallel_back(int threads, int64_t chunk_count, tw_chunk_function *function, void *user) {
    run_loop(threads, chunk_count, true, function, user);
}
