// Philox over many counters at once: lane j of a vector computes block first + j. The four words of a block
// then lie BLOCKS apart; functions that need them side by side move them.
#include "base/random_array.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/parallel.h"
#include "base/vector_math.h"

#define BLOCKS 64 // at a time, at most
#define WORDS (4 * BLOCKS)
#define GROUP 8 // blocks that are always drawn together: lanes of the widest vector

// The ten rounds, for a vector type and its multiplication of the low 32 bits of lanes. Lanes are 64 bits wide, but
// only their low halves count: garbage in the high halves is never masked off.
#define ROUNDS(multiply, first_factor, second_factor, lane)                                        \
    _Pragma("GCC unroll 10") for (int round = 0; round < 10; round++) {                            \
        const lane p = multiply(c0, first_factor), q = multiply(c2, second_factor);                \
        c0 = (q >> 32) ^ c1 ^ (zero + keys[2 * round]);                                            \
        c2 = (p >> 32) ^ c3 ^ (zero + keys[2 * round + 1]);                                        \
        c1 = q;                                                                                    \
        c3 = p;                                                                                    \
    }

#define MULTIPLY(a, b) ((uint64_t)(uint32_t)(a) * (b))

static void philox_plain(const uint32_t counter[4], const uint64_t keys[20], uint32_t *words,
                         uint32_t blocks) {
    for (uint32_t j = 0; j < blocks; j++) {
        uint64_t c0 = counter[0] + j, c1 = counter[1], c2 = counter[2], c3 = counter[3];
        const uint64_t zero = 0;
        ROUNDS(MULTIPLY, 0xD2511F53u, 0xCD9E8D57u, uint64_t)
        words[j] = (uint32_t)c0;
        words[BLOCKS + j] = (uint32_t)c1;
        words[2 * BLOCKS + j] = (uint32_t)c2;
        words[3 * BLOCKS + j] = (uint32_t)c3;
    }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define MULTIPLY_256(a, b) (lanes_256) _mm256_mul_epu32((__m256i)(a), (__m256i)(b))
#define MULTIPLY_512(a, b) (lanes_512) _mm512_mul_epu32((__m512i)(a), (__m512i)(b))

#define PHILOX(bits, isa)                                                                          \
    typedef uint64_t lanes_##bits __attribute__((vector_size(bits / 8)));                          \
    typedef uint32_t words_##bits __attribute__((vector_size(bits / 16)));                         \
    __attribute__((target(isa))) static void philox_##bits(                                        \
        const uint32_t counter[4], const uint64_t keys[20], uint32_t *words, uint32_t blocks) {    \
        const lanes_##bits zero = {0}, factor = zero + 0xD2511F53u, second = zero + 0xCD9E8D57u;   \
        const uint32_t width = bits / 64;                                                          \
        lanes_##bits place = zero;                                                                 \
        for (uint32_t i = 0; i < width; i++) place[i] = counter[0] + i;                            \
        for (uint32_t j = 0; j < blocks; j += width) {                                             \
            lanes_##bits c0 = place + j, c1 = zero + counter[1], c2 = zero + counter[2];           \
            lanes_##bits c3 = zero + counter[3];                                                   \
            ROUNDS(MULTIPLY_##bits, factor, second, lanes_##bits)                                  \
            const lanes_##bits c[4] = {c0, c1, c2, c3};                                            \
            for (int w = 0; w < 4; w++) {                                                          \
                const words_##bits low = __builtin_convertvector(c[w], words_##bits);              \
                memcpy(words + w * BLOCKS + j, &low, sizeof low);                                  \
            }                                                                                      \
        }                                                                                          \
    }
PHILOX(256, "avx2")
PHILOX(512, "avx512f")
#endif
static void philox_lanes(const uint32_t counter[4], const uint64_t keys[20], uint32_t *words,
                         uint32_t blocks) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        philox_512(counter, keys, words, blocks);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        philox_256(counter, keys, words, blocks);
        return;
    }
#endif
    philox_plain(counter, keys, words, blocks);
}

// Blocks first .. first + blocks - 1: word w of block first + j becomes lanes[w * BLOCKS + j].
// The low word of the counter must not wrap within them.
static void draw(const tw_random *random, uint64_t first, uint32_t blocks, uint32_t lanes[WORDS]) {
    uint32_t counter[4];
    tw_random_counter(random, first, counter);
    uint64_t keys[20] = {(uint32_t)random->seed, random->seed >> 32};
    for (int i = 2; i < 20; i++)
        keys[i] = (uint32_t)(keys[i - 2] + (i % 2 ? 0xBB67AE85u : 0x9E3779B9u));
    philox_lanes(counter, keys, lanes, blocks);
}

TW_SIMD static void to_words(uint32_t *words, const uint32_t *lanes, int blocks) {
    for (int j = 0; j < blocks; j++)
        for (int w = 0; w < 4; w++) words[4 * j + w] = lanes[w * BLOCKS + j];
}

TW_SIMD static void to_uniform(float *out, const uint32_t *words, int count) {
    for (int k = 0; k < count; k++) out[k] = ((float)(int32_t)(words[k] >> 9) + 0.5f) * 0x1p-23f;
}

static void uniforms(float *out, const uint32_t *lanes, int blocks) {
    uint32_t words[WORDS];
    to_words(words, lanes, blocks);
    to_uniform(out, words, 4 * blocks);
}

typedef uint32_t group_words __attribute__((vector_size(GROUP * sizeof(uint32_t))));
typedef int32_t group_integers __attribute__((vector_size(GROUP * sizeof(int32_t))));
typedef float group_floats __attribute__((vector_size(GROUP * sizeof(float))));

#define OF_HALF(half)                                                                              \
    ((__builtin_convertvector((group_integers)(half), group_floats) + 0.5f) * 0x1p-16f)

// Each word gives two numbers. Their order is the one in which vectors hold them (see the header), so that nothing
// has to be moved.
TW_SIMD static void coarse_uniforms(float *out, const uint32_t *lanes, int blocks) {
    for (int group = 0; group < blocks / GROUP; group++) {
        for (int w = 0; w < 4; w++, out += 2 * GROUP) {
            group_words words;
            memcpy(&words, lanes + w * BLOCKS + group * GROUP, sizeof words);
            const group_floats low = OF_HALF(words & 0xFFFFu), high = OF_HALF(words >> 16);
            memcpy(out, &low, sizeof low);
            memcpy(out + GROUP, &high, sizeof high);
        }
    }
}

// Box and Muller's method in three steps: what the logarithm, sine and cosine are taken of; then, by the caller, those
// functions over whole arrays; then the products.
TW_SIMD static void to_radius_and_angle(float *radius, float *angle, const uint32_t *words,
                                        int pairs) {
    for (int k = 0; k < pairs; k++) {
        radius[k] = ((float)words[2 * k] + 0.5f) * 0x1p-32f;
        angle[k] = (float)words[2 * k + 1] * (6.2831853f * 0x1p-32f);
    }
}

TW_SIMD static void to_normal(float *out, const float *logs, const float *sine, const float *cosine,
                              int pairs) {
    for (int k = 0; k < pairs; k++) {
        const float radius = __builtin_sqrtf(-2 * logs[k]);
        out[2 * k] = radius * cosine[k];
        out[2 * k + 1] = radius * sine[k];
    }
}

static void normals(float *out, const uint32_t *lanes, int blocks) {
    uint32_t words[WORDS];
    float logs[WORDS / 2], angle[WORDS / 2], sine[WORDS / 2];
    const int pairs = 2 * blocks;
    to_words(words, lanes, blocks);
    to_radius_and_angle(logs, angle, words, pairs);
    tw_log_f32(logs, logs, pairs);
    tw_sin_f32(sine, angle, pairs);
    tw_cos_f32(angle, angle, pairs);
    to_normal(out, logs, sine, angle, pairs);
}

typedef void convert(float *out, const uint32_t *lanes, int blocks);

// Draws whole groups, as few as cover the range, and at most up to the next multiple of BLOCKS at a time, so that
// the counter's low word does not wrap within a draw.
static void fill(const tw_random *random, uint64_t first, float *out, int64_t count,
                 uint64_t per_block, convert *function) {
    while (count > 0) {
        const uint64_t block = first / per_block / GROUP * GROUP;
        const uint64_t end = (first + (uint64_t)count - 1) / per_block / GROUP * GROUP + GROUP;
        const uint64_t whole = block / BLOCKS * BLOCKS + BLOCKS;
        const uint64_t blocks = (end < whole ? end : whole) - block;
        const int64_t skip = (int64_t)(first - block * per_block);
        const int64_t left = (int64_t)(blocks * per_block) - skip;
        const int64_t use = left < count ? left : count;
        uint32_t lanes[WORDS];
        float values[2 * WORDS];
        draw(random, block, (uint32_t)blocks, lanes);
        const bool whole_groups = use == (int64_t)(blocks * per_block);
        function(whole_groups ? out : values, lanes, (int)blocks);
        if (!whole_groups) memcpy(out, values + skip, (size_t)use * sizeof *out);
        first += (uint64_t)use;
        out += use;
        count -= use;
    }
}

void tw_random_uniform_f32(const tw_random *random, uint64_t first, float *out, int64_t count) {
    fill(random, first, out, count, 4, uniforms);
}

void tw_random_coarse_f32(const tw_random *random, uint64_t first, float *out, int64_t count) {
    fill(random, first, out, count, 8, coarse_uniforms);
}

void tw_random_normal_f32(const tw_random *random, uint64_t first, float *out, int64_t count) {
    fill(random, first, out, count, 4, normals);
}
