// Contexts, and the faults that tests inject into them.
#include "base/context.h"

#include <stdlib.h>

#include "base/parallel.h"

#if ATOMIC_BOOL_LOCK_FREE != 2
#error "a signal handler cancels a context: atomic_bool must be free of locks"
#endif

static int all_cores(void) {
    int cores = tw_core_count();
    if (cores < 1) return 1;
    return cores > TW_THREADS_MAX ? TW_THREADS_MAX : cores;
}

tw_status tw_context_new(tw_context **context) {
    *context = NULL;
    tw_context *made = calloc(1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    if (pthread_mutex_init(&made->message_lock, NULL) != 0) {
        free(made);
        return TW_NO_MEMORY;
    }
    made->threads = all_cores();
    *context = made;
    return TW_OK;
}

void tw_context_free(tw_context *context) {
    if (context == NULL) return;
    pthread_mutex_destroy(&context->message_lock);
    free(context);
}

const char *tw_context_message(const tw_context *context) {
    return context->message;
}

tw_status tw_context_set_threads(tw_context *context, int threads) {
    if (threads < 0 || threads > TW_THREADS_MAX) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "threads: %d is not possible; give 1 to %d, or 0 for all cores", threads,
                       TW_THREADS_MAX);
    }
    context->threads = threads == 0 ? all_cores() : threads;
    return TW_OK;
}

int tw_context_threads(const tw_context *context) {
    return context->threads;
}

void tw_context_set_memory_limit(tw_context *context, uint64_t limit_bytes) {
    context->limit_bytes = limit_bytes;
}

tw_memory tw_context_memory(const tw_context *context) {
    return (tw_memory){
        .live_bytes = atomic_load(&context->live_bytes),
        .peak_bytes = atomic_load(&context->peak_bytes),
        .allocation_count = atomic_load(&context->allocation_count),
    };
}

void tw_context_cancel(tw_context *context) {
    atomic_store(&context->cancelled, true);
}

bool tw_context_cancelled(const tw_context *context) {
    return atomic_load(&context->cancelled);
}

void tw_context_resume(tw_context *context) {
    atomic_store(&context->cancelled, false);
}

void tw_fault_arm(tw_fault *fault, uint64_t nth, int error, bool for_ever) {
    fault->for_ever = for_ever;
    fault->error = error;
    atomic_store(&fault->strikes, 0);
    atomic_store(&fault->countdown, nth);
}

// Counts one call down; true when the count ends, and from then on if the fault is for ever.
static bool is_due(tw_fault *fault) {
    uint64_t left = atomic_load(&fault->countdown);
    while (left != 0) {
        if (left == 1 && fault->for_ever) return true;
        if (atomic_compare_exchange_weak(&fault->countdown, &left, left - 1)) return left == 1;
    }
    return false;
}

bool tw_fault_strikes(tw_fault *fault) {
    bool due = is_due(fault);
    if (due) atomic_fetch_add(&fault->strikes, 1);
    return due;
}
