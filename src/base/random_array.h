// Random float32 numbers for whole arrays, in vectors: used by tile programs and initialisers.
// An element depends on the stream (base/random.h) and its index alone, not on the range that it is drawn with.
#ifndef TW_BASE_RANDOM_ARRAY_H
#define TW_BASE_RANDOM_ARRAY_H

#include "base/random.h"

// out[k] = element first + k, uniform on (0, 1): ((word >> 9) + 1/2) * 2^-23, where word is word first + k of the
// stream.
void tw_random_uniform_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

// Uniform on (0, 1) with 16 bits, at half the cost: (half + 1/2) * 2^-16. Element e takes half a word: word e/16 % 4
// of block 8*(e/64) + e%8, its low half if e/8 is even, else its high half.
void tw_random_coarse_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

// out[k] = element first + k, standard normal, by Box and Muller's method. Elements 2i and 2i + 1 come from
// words 2i and 2i + 1.
void tw_random_normal_f32(const tw_random *random, uint64_t first, float *out, int64_t count);

#endif
