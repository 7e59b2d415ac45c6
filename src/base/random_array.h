// Random float32 numbers for whole arrays, at vector speed: what tile programs and initialisers use.
// An element is a function of the stream and its index alone (base/random.h): not of the range.
#ifndef TW_BASE_RANDOM_ARRAY_H
#define TW_BASE_RANDOM_ARRAY_H

#include "base/random.h"

// out[k] = element first + k, uniform on (0, 1): (word >> 9) + 1/2 in units of 2^-23, of word
// first + k.
void tw_random_uniform_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

// The same, standard normal, by Box and Muller from the words of an even element and its neighbour.
void tw_random_normal_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

#endif
