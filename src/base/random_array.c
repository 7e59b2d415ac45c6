// Philox over many counters at once: lane j computes block first + j, so that the ten rounds run in
// vectors; the four words of each block are put beside each other afterwards.
#include "base/random_array.h"

#include <stddef.h>
#include <string.h>

#include "base/parallel.h"
#include "base/vector_math.h"

#define BLOCKS 64 // at a time
#define WORDS (4 * BLOCKS)

// One round for each lane; a multiplication of the low halves, 32 bits by 32, is all that differs.
// Lanes are 64 bits wide and only their low halves count: what is above is left where it falls.
#define ROUNDS(multiply, first_factor, second_factor, lane)                                        \
    _Pragma("GCC unroll 10") for (int round = 0; round < 10; round++) {                            \
        const lane p = multiply(c0, first_factor), q = multiply(c2, second_factor);                \
        c0 = (q >> 32) ^ c1 ^ (zero + keys[2 * round]);                                            \
        c2 = (p >> 32) ^ c3 ^ (zero + keys[2 * round + 1]);                                        \
        c1 = q;                                                                                    \
        c3 = p;                                                                                    \
    }

#define MULTIPLY(a, b) ((uint64_t)(uint32_t)(a) * (b))

static void philox_plain(const uint32_t counter[4], const uint64_t keys[20], uint64_t *words) {
    for (uint32_t j = 0; j < BLOCKS; j++) {
        uint64_t c0 = counter[0] + j, c1 = counter[1], c2 = counter[2], c3 = counter[3];
        const uint64_t zero = 0;
        ROUNDS(MULTIPLY, 0xD2511F53u, 0xCD9E8D57u, uint64_t)
        words[j] = c0;
        words[BLOCKS + j] = c1;
        words[2 * BLOCKS + j] = c2;
        words[3 * BLOCKS + j] = c3;
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define MULTIPLY_256(a, b) (lanes_256) _mm256_mul_epu32((__m256i)(a), (__m256i)(b))
#define MULTIPLY_512(a, b) (lanes_512) _mm512_mul_epu32((__m512i)(a), (__m512i)(b))

#define PHILOX(bits, isa)                                                                          \
    typedef uint64_t lanes_##bits __attribute__((vector_size(bits / 8)));                          \
    __attribute__((target(isa))) static void philox_##bits(                                        \
        const uint32_t counter[4], const uint64_t keys[20], uint64_t *words) {                     \
        const lanes_##bits zero = {0}, factor = zero + 0xD2511F53u, second = zero + 0xCD9E8D57u;   \
        const uint32_t width = bits / 64;                                                          \
        lanes_##bits place = zero;                                                                 \
        for (uint32_t i = 0; i < width; i++) place[i] = counter[0] + i;                            \
        for (uint32_t j = 0; j < BLOCKS; j += width) {                                             \
            lanes_##bits c0 = place + j, c1 = zero + counter[1], c2 = zero + counter[2];           \
            lanes_##bits c3 = zero + counter[3];                                                   \
            ROUNDS(MULTIPLY_##bits, factor, second, lanes_##bits)                                  \
            memcpy(words + j, &c0, sizeof c0);                                                     \
            memcpy(words + BLOCKS + j, &c1, sizeof c1);                                            \
            memcpy(words + 2 * BLOCKS + j, &c2, sizeof c2);                                        \
            memcpy(words + 3 * BLOCKS + j, &c3, sizeof c3);                                        \
        }                                                                                          \
    }
PHILOX(256, "avx2")
PHILOX(512, "avx512f")
#endif
static void philox_lanes(const uint32_t counter[4], const uint64_t keys[20], uint64_t *words) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        philox_512(counter, keys, words);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        philox_256(counter, keys, words);
        return;
    }
#endif
    philox_plain(counter, keys, words);
}

// The words of blocks first .. first + BLOCKS - 1, in order. The counter is that of tw_random_block;
// its low word may not wrap inside.
static void words_of(const tw_random *random, uint64_t first, uint32_t words[WORDS]) {
    const uint32_t counter[4] = {(uint32_t)first, (uint32_t)random->step,
                                 (uint32_t)(random->step >> 32 << 16) | (uint32_t)(first >> 32),
                                 (uint32_t)random->purpose << 24 | random->stream};
    uint64_t keys[20] = {(uint32_t)random->seed, random->seed >> 32};
    for (int i = 2; i < 20; i++)
        keys[i] = (uint32_t)(keys[i - 2] + (i % 2 ? 0xBB67AE85u : 0x9E3779B9u));
    uint64_t lanes[WORDS];
    philox_lanes(counter, keys, lanes);
    for (int j = 0; j < BLOCKS; j++)
        for (int w = 0; w < 4; w++) words[4 * j + w] = (uint32_t)lanes[w * BLOCKS + j];
}

TW_SIMD static void to_uniform(float *out, const uint32_t *words) {
    for (int k = 0; k < WORDS; k++) out[k] = ((float)(int32_t)(words[k] >> 9) + 0.5f) * 0x1p-23f;
}

// Radius and angle of each pair, and back: the logarithm and the circle are the vector functions'.
TW_SIMD static void to_radius_and_angle(float *radius, float *angle, const uint32_t *words) {
    for (int k = 0; k < WORDS / 2; k++) {
        radius[k] = ((float)words[2 * k] + 0.5f) * 0x1p-32f;
        angle[k] = (float)words[2 * k + 1] * (6.2831853f * 0x1p-32f);
    }
}

TW_SIMD static void to_normal(float *out, const float *logs, const float *sine,
                              const float *cosine) {
    for (int k = 0; k < WORDS / 2; k++) {
        const float radius = __builtin_sqrtf(-2 * logs[k]);
        out[2 * k] = radius * cosine[k];
        out[2 * k + 1] = radius * sine[k];
    }
}

static void normals(float out[WORDS], const uint32_t words[WORDS]) {
    float logs[WORDS / 2], angle[WORDS / 2], sine[WORDS / 2];
    to_radius_and_angle(logs, angle, words);
    tw_log_f32(logs, logs, WORDS / 2);
    tw_sin_f32(sine, angle, WORDS / 2);
    tw_cos_f32(angle, angle, WORDS / 2);
    to_normal(out, logs, sine, angle);
}

typedef void convert(float *out, const uint32_t *words);

// Whole groups of BLOCKS blocks, counted from the stream's start, so that none wraps inside.
static void fill(const tw_random *random, uint64_t first, float *out, int64_t count,
                 convert *function) {
    while (count > 0) {
        const int64_t skip = (int64_t)(first % WORDS);
        const int64_t use = WORDS - skip < count ? WORDS - skip : count;
        uint32_t words[WORDS];
        float values[WORDS];
        words_of(random, first / WORDS * BLOCKS, words);
        function(values, words);
        memcpy(out, values + skip, (size_t)use * sizeof *out);
        first += (uint64_t)use;
        out += use;
        count -= use;
    }
}

void tw_random_uniform_f32(const tw_random *random, uint64_t first, float *out, int64_t count) {
    fill(random, first, out, count, to_uniform);
}

void tw_random_normal_f32(const tw_random *random, uint64_t first, float *out, int64_t count) {
    fill(random, first, out, count, normals);
}
