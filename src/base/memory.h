// Every allocation of the library goes through thalweg/memory.h, which counts it; tests can make it fail.
// The code of the library calls malloc for contexts alone.
#ifndef TW_BASE_MEMORY_H
#define TW_BASE_MEMORY_H

#include "thalweg/memory.h"

#define TW_ALIGN 64 // bytes; a cache line, and the widest vector

// For tests: lets the `nth` allocation from now (1 is the next) fail, and all after it if `for_ever`.
// 0 ends that.
void tw_memory_fail_at(tw_context *context, uint64_t nth, bool for_ever);

#endif
