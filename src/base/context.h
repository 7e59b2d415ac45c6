// The inside of a context, for the base layer and for tests that inject faults. Other layers use the
// functions of thalweg/context.h, memory.h and file.h.
#ifndef TW_BASE_CONTEXT_H
#define TW_BASE_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/fail.h"

// A failure to inject: into the `countdown`-th call from now, and into all after it if `for_ever`.
typedef struct tw_fault {
    _Atomic uint64_t countdown; // 0: none is due
    _Atomic uint64_t strikes;   // how many calls failed since it was armed
    bool for_ever;
    int error; // the errno that a file call fails with
} tw_fault;

struct tw_context {
    // Background threads allocate and fail too, so these are atomic and the message has a lock.
    _Atomic uint64_t live_bytes;
    _Atomic uint64_t peak_bytes;
    _Atomic uint64_t allocation_count;
    tw_fault memory_fault;
    tw_fault file_fault;
    atomic_bool cancelled;

    uint64_t limit_bytes; // 0: none
    int threads;          // at least 1
    pthread_mutex_t message_lock;
    char message[TW_MESSAGE_BYTES];
};

// Arms a fault: see tw_memory_fail_at and tw_file_fail_at.
void tw_fault_arm(tw_fault *fault, uint64_t nth, int error, bool for_ever);

// Counts a call down and returns whether it has to fail.
bool tw_fault_strikes(tw_fault *fault);

#endif
