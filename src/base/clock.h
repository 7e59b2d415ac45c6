// Time, so that what depends on it can be tested.
#ifndef TW_BASE_CLOCK_H
#define TW_BASE_CLOCK_H

#include <stdint.h>

// Seconds since some fixed moment; never goes back.
double tw_clock_seconds(void);

// The largest memory this process has held, in bytes; 0 where the system does not say.
uint64_t tw_peak_resident_bytes(void);

#endif
