// Philox4x32-10: "Parallel random numbers: as easy as 1, 2, 3" (Salmon, Moraes, Dror, Shaw, 2011).
#include "base/random.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

__extension__ typedef unsigned __int128 wide;

static uint64_t product(uint32_t a, uint32_t b) {
    return (uint64_t)a * b;
}

void tw_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    enum { ROUNDS = 10 };

    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t even = product(0xD2511F53u, c0);
        uint64_t odd = product(0xCD9E8D57u, c2);
        c0 = (uint32_t)(odd >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)odd;
        c2 = (uint32_t)(even >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)even;
        k0 += 0x9E3779B9u; // the golden ratio
        k1 += 0xBB67AE85u; // sqrt(3) - 1
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

void tw_random_counter(const tw_random *random, uint64_t block, uint32_t counter[4]) {
    assert(random->stream <= TW_RANDOM_STREAM_MAX && random->step >> 48 == 0 && block >> 48 == 0);
    counter[0] = (uint32_t)block;
    counter[1] = (uint32_t)random->step;
    counter[2] = (uint32_t)(random->step >> 32) << 16 | (uint32_t)(block >> 32);
    counter[3] = (uint32_t)random->purpose << 24 | random->stream;
}

void tw_random_block(const tw_random *random, uint64_t block, uint32_t out[4]) {
    uint32_t counter[4];
    tw_random_counter(random, block, counter);
    const uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)};
    tw_philox(counter, key, out);
}

// Words 2*index (low) and 2*index + 1 (high).
static uint64_t random_bits(const tw_random *random, uint64_t index) {
    uint32_t words[4];
    tw_random_block(random, index / 2, words);
    size_t low = index % 2 == 0 ? 0 : 2;
    return (uint64_t)words[low + 1] << 32 | words[low];
}

uint64_t tw_random_below(const tw_random *random, uint64_t index, uint64_t bound) {
    assert(bound > 0);
    return (uint64_t)((wide)random_bits(random, index) * bound >> 64);
}

// The midpoint of one of 2^52 equal parts of the unit interval: exact, and never 0 or 1.
static double uniform_from(uint64_t bits) {
    return ((double)(bits >> 12) + 0.5) * 0x1p-52;
}

double tw_random_uniform(const tw_random *random, uint64_t index) {
    return uniform_from(random_bits(random, index));
}

// The normals of an even element and the one behind it, as radius*cos(angle) and radius*sin(angle).
typedef struct normals {
    double radius, angle;
} normals;

static normals pair_of(const tw_random *random, uint64_t index) {
    const double two_pi = 6.283185307179586476925;
    uint32_t words[4];
    tw_random_block(random, index / 2, words);
    double first = uniform_from((uint64_t)words[1] << 32 | words[0]);
    double second = uniform_from((uint64_t)words[3] << 32 | words[2]);
    return (normals){sqrt(-2.0 * log(first)), two_pi * second};
}

double tw_random_normal(const tw_random *random, uint64_t index) {
    normals pair = pair_of(random, index);
    return index % 2 == 0 ? pair.radius * cos(pair.angle) : pair.radius * sin(pair.angle);
}

void tw_random_normals(const tw_random *random, uint64_t first, double *out, int64_t count) {
    normals pair = pair_of(random, first);
    for (int64_t k = 0; k < count; k++) {
        uint64_t index = first + (uint64_t)k;
        if (index % 2 == 0) pair = pair_of(random, index);
        out[k] = index % 2 == 0 ? pair.radius * cos(pair.angle) : pair.radius * sin(pair.angle);
    }
}
