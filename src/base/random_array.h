// Random float32 numbers for whole arrays, at vector speed: what tile programs and initialisers use.
// An element is a function of the stream and its index alone (base/random.h): not of the range.
#ifndef TW_BASE_RANDOM_ARRAY_H
#define TW_BASE_RANDOM_ARRAY_H

#include "base/random.h"

// out[k] = element first + k, uniform on (0, 1): (word >> 9) + 1/2 in units of 2^-23, of word
// first + k.
void tw_random_uniform_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

// Uniform on (0, 1) of 16 bits, at half the cost: (h + 1/2) in units of 2^-16. With e = first + k, h is of
// block 8*(e/64) + e%8 the word e/16%4, its low half where e/8 is even and its high half where not.
void tw_random_coarse_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

// As the first, standard normal, by Box and Muller from the words of an even element and its neighbour.
void tw_random_normal_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

#endif
