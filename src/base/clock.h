// What the system measures: time, and the memory of this process.
#ifndef TW_BASE_CLOCK_H
#define TW_BASE_CLOCK_H

#include <stdint.h>

// Seconds since some fixed moment; never runs backwards.
double tw_clock_seconds(void);

// The largest resident memory that this process has had, in bytes; 0 if the system does not tell.
uint64_t tw_peak_resident_bytes(void);

#endif
