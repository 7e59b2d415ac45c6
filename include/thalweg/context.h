// What everything else hangs on: the last message, the memory budget, the number of threads,
// and the wish to stop.
//
//     tw_context *context = NULL;
//     if (tw_context_new(&context) != TW_OK) return 1;
//     tw_context_set_threads(context, 2);
//     ... build and train ...
//     tw_context_free(context); // last: it must outlive what was made with it
//
// Nothing in thalweg is global: two contexts share nothing. One thread at a time may use a context and
// what was made with it, except tw_context_cancel, which any thread and any signal handler may call.
// A thread that computes needs 512 KiB of stack: blocks of matrices are copied there.
#ifndef THALWEG_CONTEXT_H
#define THALWEG_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "thalweg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_context tw_context;

// Memory that a context handed out, in bytes; what the system adds is not counted.
typedef struct tw_memory {
    uint64_t live_bytes;
    uint64_t peak_bytes;
    uint64_t allocation_count; // since the context was made; a running training does not raise it
} tw_memory;

// Makes a context that uses all cores and has no memory limit. `*context` is owned by the caller:
// free with tw_context_free. Errors: TW_NO_MEMORY.
TW_API tw_status tw_context_new(tw_context **context);

// Frees a context; NULL is fine. Everything made with it must be freed before.
TW_API void tw_context_free(tw_context *context);

// The message of the last failure, "" if none: "where: what is wrong; what would be right", over
// several lines with a caret where the input was text. Borrowed: valid until the next failure.
TW_API const char *tw_context_message(const tw_context *context);

#define TW_THREADS_MAX 1024

// Sets how many threads compute, 0 for all cores (the default). Results do not depend on it.
// Errors: TW_BAD_ARGUMENT if negative or above TW_THREADS_MAX.
TW_API tw_status tw_context_set_threads(tw_context *context, int threads);

// The number of threads that compute, at least 1.
TW_API int tw_context_threads(const tw_context *context);

// Makes allocations fail with TW_NO_MEMORY if more than `limit_bytes` would then be live; 0: no limit.
TW_API void tw_context_set_memory_limit(tw_context *context, uint64_t limit_bytes);

// How much is allocated now, how much was at most, and how many allocations there were.
TW_API tw_memory tw_context_memory(const tw_context *context);

// Asks a running training or minimisation to stop after its current step. Safe in signal handlers.
TW_API void tw_context_cancel(tw_context *context);

// Whether tw_context_cancel was called since the context was made or last resumed.
TW_API bool tw_context_cancelled(const tw_context *context);

// Forgets an earlier tw_context_cancel, so that work can go on.
TW_API void tw_context_resume(tw_context *context);

#ifdef __cplusplus
}
#endif

#endif
