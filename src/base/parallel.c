// Every parallel loop of the library is the one in this file.
#define _GNU_SOURCE // sched_getaffinity
#include "base/parallel.h"

#include <sched.h>
#include <stdatomic.h>
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

// The chunks of one thread: from `next` to `end`. On a cache line of its own, since threads write it.
typedef struct share {
    _Alignas(64) _Atomic int64_t next;
    int64_t end;
} share;

typedef struct loop {
    share shares[TW_TEAM_MAX];
    int count;
    tw_chunk_function *function;
    void *user;
} loop;

// Neighbouring chunks go to one thread, in order, as long as it has any: so what one loop leaves in a
// core's cache the next loop over the same memory finds there. Then it helps the others.
static void run_shares(void *user, int own) {
    loop *l = user;
    uint64_t mode = tw_float_mode_enter();
    for (int i = 0; i < l->count; i++) {
        share *from = &l->shares[(own + i) % l->count];
        while (atomic_load_explicit(&from->next, memory_order_relaxed) < from->end) {
            int64_t chunk = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed);
            if (chunk < from->end) l->function(l->user, chunk);
        }
    }
    tw_float_mode_leave(mode);
}

static void run_alone(int64_t chunk_count, tw_chunk_function *function, void *user) {
    uint64_t mode = tw_float_mode_enter();
    for (int64_t chunk = 0; chunk < chunk_count; chunk++) function(user, chunk);
    tw_float_mode_leave(mode);
}

void tw_parallel(int threads, int64_t chunk_count, tw_chunk_function *function, void *user) {
    if (threads > chunk_count) threads = (int)chunk_count;
    if (threads <= 1) {
        run_alone(chunk_count, function, user);
        return;
    }
    loop l; // most shares are not used, and not touched
    int count = threads < TW_TEAM_MAX ? threads : TW_TEAM_MAX;
    l.count = count;
    l.function = function;
    l.user = user;
    for (int i = 0; i < count; i++) {
        atomic_init(&l.shares[i].next, chunk_count / count * i + chunk_count % count * i / count);
        l.shares[i].end = chunk_count / count * (i + 1) + chunk_count % count * (i + 1) / count;
    }
    tw_team_run(count, run_shares, &l);
}
