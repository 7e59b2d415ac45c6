#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/parallel.h"

enum { CHUNKS_MAX = 5000 };

static void count_chunk(void *user, int64_t chunk) {
    atomic_int *counts = user;
    atomic_fetch_add(&counts[chunk], 1);
}

static void every_chunk_runs_once_whatever_the_threads(void **state) {
    (void)state;
    static atomic_int counts[CHUNKS_MAX + 1];
    const int64_t chunk_counts[] = {0, 1, 2, 3, 7, CHUNKS_MAX};
    for (int threads = 1; threads <= 9; threads += 2) {
        for (size_t c = 0; c < sizeof chunk_counts / sizeof *chunk_counts; c++) {
            memset(counts, 0, sizeof counts);
            tw_parallel(threads, chunk_counts[c], count_chunk, counts);
            tw_parallel_back(threads, chunk_counts[c], count_chunk, counts);
            for (int64_t i = 0; i <= CHUNKS_MAX; i++) {
                assert_int_equal(counts[i], 2 * (i < chunk_counts[c]));
            }
        }
    }
}

static void expect_chunk(void *user, int64_t chunk) {
    int64_t *expected = user;
    assert_int_equal(chunk, --*expected);
}

static void one_thread_goes_back_from_the_last_chunk_to_the_first(void **state) {
    (void)state;
    int64_t expected = 7;
    tw_parallel_back(1, expected, expect_chunk, &expected);
    assert_int_equal(expected, 0);
}

// Which threads came by; who looks waits for `wanted` of them, so that nobody does all alone.
typedef struct seen {
    _Atomic(pthread_t) thread[16];
    atomic_int count, wanted;
} seen;

static void look_around(void *user, int64_t chunk) {
    (void)chunk;
    seen *it = user;
    pthread_t self = pthread_self();
    int known = atomic_load(&it->count);
    for (int i = 0; i < known; i++)
        if (pthread_equal(it->thread[i], self)) return;
    it->thread[atomic_fetch_add(&it->count, 1)] = self;
    while (atomic_load(&it->count) < atomic_load(&it->wanted)) sched_yield();
}

static void one_chunk_or_one_thread_stays_with_the_caller(void **state) {
    (void)state;
    seen alone = {.wanted = 1}, one_chunk = {.wanted = 1}, four = {.wanted = 4},
         two = {.wanted = 2};
    tw_parallel(4, 1, look_around, &one_chunk);
    tw_parallel(1, 100, look_around, &alone);
    assert_int_equal(one_chunk.count, 1);
    assert_int_equal(alone.count, 1);
    assert_true(pthread_equal(alone.thread[0], pthread_self()));
    tw_parallel(4, 4, look_around, &four);
    assert_int_equal(four.count, 4);
    tw_parallel(4, 2, look_around, &two); // no more threads than chunks
    assert_int_equal(two.count, 2);
}

static void run_inner(void *user, int64_t chunk) {
    (void)chunk;
    tw_parallel(4, 10, count_chunk, user);
}

static void a_loop_inside_a_loop_does_all_its_chunks(void **state) {
    (void)state;
    static atomic_int counts[10];
    tw_parallel(4, 6, run_inner, counts);
    for (int i = 0; i < 10; i++) assert_int_equal(counts[i], 6);
}

// The product of two numbers whose result is denormal, unless it is flushed.
static double denormal(void) {
    volatile double tiny = 0x1p-600, less = 0x1p-450;
    return tiny * less;
}

static void sum_denormals(void *user, int64_t chunk) {
    (void)chunk;
    if (denormal() != 0.0) atomic_fetch_add((atomic_int *)user, 1);
}

static void denormals_are_flushed_inside_and_the_mode_given_back(void **state) {
    (void)state;
#if !defined(__x86_64__) && !defined(__aarch64__)
    skip();
#endif
    atomic_int kept = 0;
    assert_true(denormal() != 0.0);
    for (int threads = 1; threads <= 4; threads++) {
        tw_parallel(threads, 1000, sum_denormals, &kept);
        assert_int_equal(kept, 0);
        assert_true(denormal() != 0.0);
    }
    uint64_t mode = tw_float_mode_enter();
    assert_true(denormal() == 0.0);
    tw_float_mode_leave(mode);
    assert_true(denormal() != 0.0);
}

static void a_host_that_flushes_already_goes_on_flushing(void **state) {
    (void)state;
#if !defined(__x86_64__) && !defined(__aarch64__)
    skip();
#endif
    atomic_int kept = 0;
    uint64_t mode = tw_float_mode_enter();
    tw_parallel(2, 10, sum_denormals, &kept);
    assert_true(denormal() == 0.0);
    tw_float_mode_leave(mode);
}

TW_TESTS(every_chunk_runs_once_whatever_the_threads,
         one_thread_goes_back_from_the_last_chunk_to_the_first,
         one_chunk_or_one_thread_stays_with_the_caller, a_loop_inside_a_loop_does_all_its_chunks,
         denormals_are_flushed_inside_and_the_mode_given_back,
         a_host_that_flushes_already_goes_on_flushing)
