// The only parallel loop of the library. Work is cut into chunks by its shape alone, so which thread computes a
// chunk affects the time and nothing else.
#ifndef TW_BASE_PARALLEL_H
#define TW_BASE_PARALLEL_H

#include "thalweg/context.h"

typedef void tw_chunk_function(void *user, int64_t chunk);

// Calls `function(user, chunk)` once for each chunk from 0 to `chunk_count` - 1, in any order, on at
// most `threads` threads, the caller's among them, and returns when all are done. Denormal numbers are
// flushed to zero in these calls; the caller's floating-point mode is restored.
void tw_parallel(int threads, int64_t chunk_count, tw_chunk_function *function, void *user);

// The same, but each thread goes from its last chunk to its first. After a forward loop over the same memory
// it so begins with what is still in its core's cache.
void tw_parallel_back(int threads, int64_t chunk_count, tw_chunk_function *function, void *user);

// The number of cores that this process may use.
int tw_core_count(void);

// Flushes denormals to zero on this thread; returns the mode to give back.
uint64_t tw_float_mode_enter(void);
void tw_float_mode_leave(uint64_t mode);

// Compiles a function for baseline, AVX2 and AVX-512 machines; the loader picks one when the program starts.
// Off where the compiler cannot do it, and under sanitizers, which are not yet initialised at that moment.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TW_SANITIZE)
#define TW_SIMD __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define TW_SIMD
#endif

#endif
