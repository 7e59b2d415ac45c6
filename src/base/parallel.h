// The one place that makes threads compute. Work is cut by its shape into chunks; which thread takes
// a chunk changes nothing but the time.
#ifndef TW_BASE_PARALLEL_H
#define TW_BASE_PARALLEL_H

#include "thalweg/context.h"

typedef void tw_chunk_function(void *user, int64_t chunk);

// Calls `function(user, chunk)` once for each chunk from 0 to `chunk_count` - 1, in any order, on at
// most `threads` threads, and returns when all are done. One chunk runs on the caller's thread.
// Denormal numbers are flushed to zero inside; the callers' floating-point mode is given back.
void tw_parallel(int threads, int64_t chunk_count, tw_chunk_function *function, void *user);

// The same, each thread from its last chunk to its first: after a loop over the same memory that it went
// through forwards, what that read last is still in its core's cache.
void tw_parallel_back(int threads, int64_t chunk_count, tw_chunk_function *function, void *user);

// Cores that this process may use.
int tw_core_count(void);

// Flushes denormals to zero on this thread; returns the mode to give back.
uint64_t tw_float_mode_enter(void);
void tw_float_mode_leave(uint64_t mode);

// A function compiled for baseline, AVX2 and AVX-512 machines and picked when the program starts.
// Off where the compiler has no such thing, and under sanitizers, which start too late for it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TW_SANITIZE)
#define TW_SIMD __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define TW_SIMD_256 __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define TW_SIMD
#define TW_SIMD_256
#endif

#endif
