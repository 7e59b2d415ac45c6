// Every allocation of the library goes through thalweg/memory.h: counted, and able to be made to fail.
// Nothing else calls malloc or free.
#ifndef TW_BASE_MEMORY_H
#define TW_BASE_MEMORY_H

#include "thalweg/memory.h"

#define TW_ALIGN 64 // bytes; a cache line, and the widest vector

// For tests: lets the `nth` allocation from now (1 is the next) fail; `for_ever`: and all after it.
// 0 ends it.
void tw_memory_fail_at(tw_context *context, uint64_t nth, bool for_ever);

#endif
