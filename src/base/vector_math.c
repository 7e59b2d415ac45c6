// For each function there is a loop over whole vectors for each kind of machine, and a choice among them. The
// elements left at the end go through the same vector function, padded, since a scalar function would give
// other bits.
#include "base/vector_math.h"

#include <stddef.h>
#include <string.h>

#include "base/parallel.h"

#define PAD 16 // elements of the longest vector
#define BLOCK                                                                                      \
    512 // elements of a function composed of several loops, so that they stay in the cache

// One function of one operand, `width` elements at a time.
#define LOOP(name, target, type, vector, function)                                                 \
    target vector function(vector);                                                                \
    target static void name(type *out, const type *in, int64_t count) {                            \
        const int64_t width = (int64_t)(sizeof(vector) / sizeof(type));                            \
        int64_t k = 0;                                                                             \
        for (; k + width <= count; k += width) {                                                   \
            vector x;                                                                              \
            memcpy(&x, in + k, sizeof x);                                                          \
            x = function(x);                                                                       \
            memcpy(out + k, &x, sizeof x);                                                         \
        }                                                                                          \
        if (k < count) {                                                                           \
            type pad[PAD] = {0};                                                                   \
            vector x;                                                                              \
            memcpy(pad, in + k, (size_t)(count - k) * sizeof(type));                               \
            memcpy(&x, pad, sizeof x);                                                             \
            x = function(x);                                                                       \
            memcpy(out + k, &x, (size_t)(count - k) * sizeof(type));                               \
        }                                                                                          \
    }

// The same of two operands.
#define LOOP_TWO(name, target, type, vector, function)                                             \
    target vector function(vector, vector);                                                        \
    target static void name(type *out, const type *in, const type *second, int64_t count) {        \
        const int64_t width = (int64_t)(sizeof(vector) / sizeof(type));                            \
        for (int64_t k = 0; k < count; k += width) {                                               \
            const int64_t left = count - k < width ? count - k : width;                            \
            type pad[2][PAD] = {{0}};                                                              \
            vector x, y;                                                                           \
            memcpy(pad[0], in + k, (size_t)left * sizeof(type));                                   \
            memcpy(pad[1], second + k, (size_t)left * sizeof(type));                               \
            memcpy(&x, pad[0], sizeof x);                                                          \
            memcpy(&y, pad[1], sizeof y);                                                          \
            x = function(x, y);                                                                    \
            memcpy(out + k, &x, (size_t)left * sizeof(type));                                      \
        }                                                                                          \
    }

#if defined(__x86_64__)

typedef float floats_4 __attribute__((vector_size(16)));
typedef float floats_8 __attribute__((vector_size(32)));
typedef float floats_16 __attribute__((vector_size(64)));
typedef double doubles_2 __attribute__((vector_size(16)));
typedef double doubles_4 __attribute__((vector_size(32)));
typedef double doubles_8 __attribute__((vector_size(64)));

#define AVX512 __attribute__((target("avx512f")))
#define AVX2 __attribute__((target("avx2,fma")))
#define BASELINE

#define LOOPS(kind, name, accuracy)                                                                \
    kind(name##_f32_512, AVX512, float, floats_16, Sleef_finz_##name##f16_##accuracy##avx512f)     \
        kind(name##_f32_256, AVX2, float, floats_8, Sleef_finz_##name##f8_##accuracy##avx2) kind(  \
            name##_f32_128, BASELINE, float, floats_4, Sleef_cinz_##name##f4_##accuracy##sse2)     \
            kind(name##_f64_512, AVX512, double, doubles_8,                                        \
                 Sleef_finz_##name##d8_##accuracy##avx512f)                                        \
                kind(name##_f64_256, AVX2, double, doubles_4,                                      \
                     Sleef_finz_##name##d4_##accuracy##avx2)                                       \
                    kind(name##_f64_128, BASELINE, double, doubles_2,                              \
                         Sleef_cinz_##name##d2_##accuracy##sse2)

static inline int vector_bits(void) {
    if (__builtin_cpu_supports("avx512f")) return 512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 256 : 128;
}

#define CALL(name, ...)                                                                            \
    switch (vector_bits()) {                                                                       \
    case 512:                                                                                      \
        name##_512(__VA_ARGS__);                                                                   \
        break;                                                                                     \
    case 256:                                                                                      \
        name##_256(__VA_ARGS__);                                                                   \
        break;                                                                                     \
    default:                                                                                       \
        name##_128(__VA_ARGS__);                                                                   \
    }

#elif defined(__aarch64__)

typedef float floats_4 __attribute__((vector_size(16)));
typedef double doubles_2 __attribute__((vector_size(16)));

#define LOOPS(kind, name, accuracy)                                                                \
    kind(name##_f32_128, , float, floats_4, Sleef_finz_##name##f4_##accuracy##advsimd)             \
        kind(name##_f64_128, , double, doubles_2, Sleef_finz_##name##d2_##accuracy##advsimd)
#define CALL(name, ...) name##_128(__VA_ARGS__)

#else

#define LOOPS(kind, name, accuracy)                                                                \
    kind(name##_f32_1, , float, float, Sleef_cinz_##name##f1_##accuracy##purec)                    \
        kind(name##_f64_1, , double, double, Sleef_cinz_##name##d1_##accuracy##purec)
#define CALL(name, ...) name##_1(__VA_ARGS__)

#endif

#define DEFINE(name, accuracy)                                                                     \
    LOOPS(LOOP, name, accuracy)                                                                    \
    void tw_##name##_f32(float *out, const float *in, int64_t count) {                             \
        CALL(name##_f32, out, in, count);                                                          \
    }                                                                                              \
    void tw_##name##_f64(double *out, const double *in, int64_t count) {                           \
        CALL(name##_f64, out, in, count);                                                          \
    }
TW_VECTOR_FUNCTIONS(DEFINE)

LOOPS(LOOP_TWO, pow, u10)

void tw_pow_f32(float *out, const float *base, const float *exponent, int64_t count) {
    CALL(pow_f32, out, base, exponent, count);
}

void tw_pow_f64(double *out, const double *base, const double *exponent, int64_t count) {
    CALL(pow_f64, out, base, exponent, count);
}

#define COMPOSED(type, suffix, absolute)                                                           \
    TW_SIMD static void negate_##suffix(type *out, const type *in, int64_t count) {                \
        for (int64_t k = 0; k < count; k++) out[k] = -in[k];                                       \
    }                                                                                              \
    TW_SIMD static void negate_absolute_##suffix(type *out, const type *in, int64_t count) {       \
        for (int64_t k = 0; k < count; k++) out[k] = -absolute(in[k]);                             \
    }                                                                                              \
    TW_SIMD static void logistic_##suffix(type *out, int64_t count) {                              \
        for (int64_t k = 0; k < count; k++) out[k] = 1 / (1 + out[k]);                             \
    }                                                                                              \
    TW_SIMD static void add_positive_##suffix(type *out, const type *in, const type *tail,         \
                                              int64_t count) {                                     \
        for (int64_t k = 0; k < count; k++) out[k] = (in[k] > 0 ? in[k] : 0) + tail[k];            \
    }                                                                                              \
    void tw_sigmoid_##suffix(type *out, const type *in, int64_t count) {                           \
        for (int64_t k = 0; k < count; k += BLOCK) {                                               \
            const int64_t left = count - k < BLOCK ? count - k : BLOCK;                            \
            negate_##suffix(out + k, in + k, left);                                                \
            tw_exp_##suffix(out + k, out + k, left);                                               \
            logistic_##suffix(out + k, left);                                                      \
        }                                                                                          \
    }                                                                                              \
    void tw_softplus_##suffix(type *out, const type *in, int64_t count) {                          \
        type tail[BLOCK];                                                                          \
        for (int64_t k = 0; k < count; k += BLOCK) {                                               \
            const int64_t left = count - k < BLOCK ? count - k : BLOCK;                            \
            negate_absolute_##suffix(tail, in + k, left);                                          \
            tw_exp_##suffix(tail, tail, left);                                                     \
            tw_log1p_##suffix(tail, tail, left);                                                   \
            add_positive_##suffix(out + k, in + k, tail, left);                                    \
        }                                                                                          \
    }

COMPOSED(float, f32, __builtin_fabsf)
COMPOSED(double, f64, __builtin_fabs)
