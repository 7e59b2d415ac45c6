#include "minimize/pass_kernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    LANES = 8, // of a sum
    SUM = 10,  // vectors that are added at once
};

double tw_larger_or_nan(double a, double b) {
    return isnan(a) || a > b ? a : b;
}

#define JOIN_(name, types, level) name##_##types##_##level
#define JOIN(name, types, level) JOIN_(name, types, level)

#define LEVEL plain
#define WIDTH 4
#define TARGET
#include "minimize/pass_level.inc"

#if defined(__x86_64__)
#define LEVEL avx2
#define WIDTH 4
#define TARGET __attribute__((target("avx2,fma,prfchw")))
#define FUSED_PRODUCT(a, b, sum) _mm256_fmadd_pd(a, b, sum)
#include "minimize/pass_level.inc"

#define LEVEL avx512
#define WIDTH 8
#define TARGET __attribute__((target("avx512f,avx2,fma,prfchw")))
#define FUSED_PRODUCT(a, b, sum) _mm512_fmadd_pd(a, b, sum)
#include "minimize/pass_level.inc"
#endif

// By the types of space and kept vectors.
typedef struct level {
    const tw_pass_kernels *f32, *f64, *f64_f32;
} level;

#define LEVEL_OF(name)                                                                             \
    (const level) {                                                                                \
        &kernels_f32_##name, &kernels_f64_##name, &kernels_f64_f32_##name                          \
    }

const tw_pass_kernels *tw_pass_kernels_at(tw_dtype space, tw_dtype kept, int index) {
    level levels[3];
    int count = 0;
#if defined(__x86_64__)
    bool fuses = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fuses && __builtin_cpu_supports("avx512f")) levels[count++] = LEVEL_OF(avx512);
    if (fuses) levels[count++] = LEVEL_OF(avx2);
#endif
    levels[count++] = LEVEL_OF(plain);
    if (index >= count) return NULL;
    if (space == TW_F32) return levels[index].f32;
    return kept == TW_F32 ? levels[index].f64_f32 : levels[index].f64;
}
