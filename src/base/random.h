// Random numbers without state: each is a function of (seed, purpose, stream, step, index), by
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, 2011).
//
// So any thread can make, repeat or skip any draw, and a resumed run draws exactly what it would have drawn.
#ifndef TW_BASE_RANDOM_H
#define TW_BASE_RANDOM_H

#include <stdint.h>

// What a number is for; two purposes never share numbers. New ones are added at the end.
typedef enum tw_purpose {
    TW_FOR_INIT,
    TW_FOR_ORDER, // of the examples in an epoch
    TW_FOR_DROPOUT,
    TW_FOR_RULE,  // noise in an update
    TW_FOR_DATA,  // generated data sets
    TW_FOR_SPLIT, // held-out examples
    TW_FOR_TEST,
    TW_FOR_STATE, // first values of a rule's state
    TW_FOR_START, // start points of a minimisation
    TW_FOR_PROBE, // random directions that measure a Hessian
} tw_purpose;

#define TW_RANDOM_STREAM_MAX ((1u << 24) - 1)

typedef struct tw_random {
    uint64_t seed;
    tw_purpose purpose;
    uint32_t stream; // at most TW_RANDOM_STREAM_MAX: which tensor, node, class, ...
    uint64_t step;   // below 2^48
} tw_random;

// The block function: counter and key in, four words out.
void tw_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

// The counter of a block of four words; block below 2^48:
// {block low, step low, step high 16 | block high 16, purpose 8 | stream 24}. The key is the seed, low word first.
void tw_random_counter(const tw_random *random, uint64_t block, uint32_t counter[4]);

// Words 4*block .. 4*block + 3 of a stream; block below 2^48.
void tw_random_block(const tw_random *random, uint64_t block, uint32_t out[4]);

// Element `index`: a whole number below `bound` (> 0), by multiplication of 64 bits (words 2*index, 2*index + 1).
// The probabilities of two numbers differ by at most 2^-64.
uint64_t tw_random_below(const tw_random *random, uint64_t index, uint64_t bound);

// Element `index`: uniform on (0, 1), never its ends (words 2*index, 2*index + 1).
double tw_random_uniform(const tw_random *random, uint64_t index);

// Element `index`: standard normal, by Box and Muller (1958) from the uniforms 2*(index/2) and its
// neighbour.
double tw_random_normal(const tw_random *random, uint64_t index);

// Elements first, first + 1, ... of tw_random_normal: the two of a pair share the work.
void tw_random_normals(const tw_random *random, uint64_t first, double *out, int64_t count);

#endif
