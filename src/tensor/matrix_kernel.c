// The tile kernels: AVX-512 and AVX2 with fused multiply-add on x86-64, and one in plain C that the
// compiler fits to the rest. The fastest that the processor has is picked when it is asked for.
#include "tensor/matrix_kernel.h"

#include <stddef.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define TRANSPOSE_BLOCK 8

// The last members of a kernel: for a second-level cache of 512 KiB, and for one of 2 MiB, which holds everything.
#define SMALL_CACHE (272 << 10), true, TW_PANELS_MAX, 16
#define LARGE_CACHE 0, false, 1, 0

// Plain C, 8 x 8 numbers at a time, so that each cache line is read and written once.
#define TW_TRANSPOSE(name, attributes, real)                                                       \
    static attributes void name(const void *from, int64_t stride, int64_t width, int64_t k,        \
                                void *to, int64_t to_stride) {                                     \
        const real *x = from;                                                                      \
        real *y = to;                                                                              \
        for (int64_t p = 0; p < k; p += TRANSPOSE_BLOCK) {                                         \
            int64_t end = p + TRANSPOSE_BLOCK < k ? p + TRANSPOSE_BLOCK : k;                       \
            for (int64_t j = 0; j < width; j++) {                                                  \
                for (int64_t q = p; q < end; q++) y[q * to_stride + j] = x[j * stride + q];        \
            }                                                                                      \
        }                                                                                          \
    }

TW_TRANSPOSE(transpose_f32_plain, , float)
TW_TRANSPOSE(transpose_f64_plain, , double)

// The compiler's own vectors of 16 bytes, which every machine has. A machine without a fused multiply-add rounds
// product and sum each, as the library's fma() would be a hundred times slower.
typedef float vector_f32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double vector_f64 __attribute__((vector_size(16), aligned(8), may_alias));

#define TW_LOAD_PART(name, real, vector, lanes)                                                    \
    static inline vector name(const real *from, int count) {                                       \
        if (count == (lanes)) return *(const vector *)from;                                        \
        vector to = {0};                                                                           \
        for (int i = 0; i < count; i++) to[i] = from[i];                                           \
        return to;                                                                                 \
    }

#define TW_STORE_PART(name, real, vector, lanes)                                                   \
    static inline void name(real *to, int count, vector from) {                                    \
        if (count == (lanes)) {                                                                    \
            *(vector *)to = from;                                                                  \
            return;                                                                                \
        }                                                                                          \
        for (int i = 0; i < count; i++) to[i] = from[i];                                           \
    }

TW_LOAD_PART(load_part_f32, float, vector_f32, 4)
TW_LOAD_PART(load_part_f64, double, vector_f64, 2)
TW_STORE_PART(store_part_f32, float, vector_f32, 4)
TW_STORE_PART(store_part_f64, double, vector_f64, 2)

#if defined(__aarch64__)
#define PLAIN_FUSE_F32(a, b, c) ((vector_f32)vfmaq_f32((float32x4_t)(c), a, b))
#define PLAIN_FUSE_F64(a, b, c) ((vector_f64)vfmaq_f64((float64x2_t)(c), a, b))
#else
#define PLAIN_FUSE_F32(a, b, c) ((a) * (b) + (c))
#define PLAIN_FUSE_F64(a, b, c) ((a) * (b) + (c))
#endif

#define TILE_NAME tile_f32_plain
#define SETTLE_NAME settle_f32_plain
#define PACK_NAME pack_f32_plain
#define TILE_TARGET
#define TILE_REAL float
#define TILE_VECTOR vector_f32
#define TILE_LANES 4
#define TILE_ROWS 6
#define TILE_LOAD(p) (*(const vector_f32 *)(p))
#define TILE_STORE(p, v) (*(vector_f32 *)(p) = (v))
#define TILE_SPREAD(x) ((vector_f32){x, x, x, x})
#define TILE_FUSE(a, b, c) PLAIN_FUSE_F32(a, b, c)
#define TILE_MASK int
#define TILE_MASK_OF(count) (count)
#define TILE_LOAD_PART(p, mask) load_part_f32(p, mask)
#define TILE_STORE_PART(p, mask, v) store_part_f32(p, mask, v)
#include "tensor/matrix_tile.inc"

#define TILE_NAME tile_f64_plain
#define SETTLE_NAME settle_f64_plain
#define PACK_NAME pack_f64_plain
#define TILE_TARGET
#define TILE_REAL double
#define TILE_VECTOR vector_f64
#define TILE_LANES 2
#define TILE_ROWS 6
#define TILE_LOAD(p) (*(const vector_f64 *)(p))
#define TILE_STORE(p, v) (*(vector_f64 *)(p) = (v))
#define TILE_SPREAD(x) ((vector_f64){x, x})
#define TILE_FUSE(a, b, c) PLAIN_FUSE_F64(a, b, c)
#define TILE_MASK int
#define TILE_MASK_OF(count) (count)
#define TILE_LOAD_PART(p, mask) load_part_f64(p, mask)
#define TILE_STORE_PART(p, mask, v) store_part_f64(p, mask, v)
#include "tensor/matrix_tile.inc"

static const tw_matrix_kernel kernel_f32_plain = {
    "plain",        sizeof(float), 6, 4, tile_f32_plain, settle_f32_plain, transpose_f32_plain,
    pack_f32_plain, SMALL_CACHE};
static const tw_matrix_kernel kernel_f64_plain = {
    "plain",        sizeof(double), 6, 2, tile_f64_plain, settle_f64_plain, transpose_f64_plain,
    pack_f64_plain, SMALL_CACHE};

#if defined(__x86_64__)
#define TARGET_AVX2 target("avx2,fma")
#define TARGET_AVX512 target("avx512f,avx2,fma")

// 8 x 8 numbers of 4 bytes, transposed in registers.
static inline __attribute__((always_inline, TARGET_AVX2)) void
transpose_block_f32(const float *from, int64_t stride, float *to, int64_t to_stride) {
    __m256 r[8], s[8];
    for (int i = 0; i < 4; i++) { // halves of rows i and i + 4 side by side
        const float *low = from + i * stride, *high = from + (i + 4) * stride;
        r[i] =
            _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)), _mm_loadu_ps(high), 1);
        r[i + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low + 4)),
                                        _mm_loadu_ps(high + 4), 1);
    }
    for (int h = 0; h < 8; h += 4) {
        s[h] = _mm256_unpacklo_ps(r[h], r[h + 1]);
        s[h + 1] = _mm256_unpackhi_ps(r[h], r[h + 1]);
        s[h + 2] = _mm256_unpacklo_ps(r[h + 2], r[h + 3]);
        s[h + 3] = _mm256_unpackhi_ps(r[h + 2], r[h + 3]);
        _mm256_storeu_ps(to + h * to_stride, _mm256_shuffle_ps(s[h], s[h + 2], 0x44));
        _mm256_storeu_ps(to + (h + 1) * to_stride, _mm256_shuffle_ps(s[h], s[h + 2], 0xEE));
        _mm256_storeu_ps(to + (h + 2) * to_stride, _mm256_shuffle_ps(s[h + 1], s[h + 3], 0x44));
        _mm256_storeu_ps(to + (h + 3) * to_stride, _mm256_shuffle_ps(s[h + 1], s[h + 3], 0xEE));
    }
}

// 4 x 4 numbers of 8 bytes.
static inline __attribute__((always_inline, TARGET_AVX2)) void
transpose_block_f64(const double *from, int64_t stride, double *to, int64_t to_stride) {
    __m256d r[4];
    for (int i = 0; i < 2; i++) {
        const double *low = from + i * stride, *high = from + (i + 2) * stride;
        r[i] =
            _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(low)), _mm_loadu_pd(high), 1);
        r[i + 2] = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(low + 2)),
                                        _mm_loadu_pd(high + 2), 1);
    }
    for (int h = 0; h < 4; h += 2) {
        _mm256_storeu_pd(to + h * to_stride, _mm256_unpacklo_pd(r[h], r[h + 1]));
        _mm256_storeu_pd(to + (h + 1) * to_stride, _mm256_unpackhi_pd(r[h], r[h + 1]));
    }
}

// Whole blocks in registers, the rest in plain C. Blocks come in pairs along k, so that a cache line is read at
// once: rows whose addresses differ by a power of two evict one another from the first-level cache.
#define TW_TRANSPOSE_BLOCKS(name, attributes, real, block, block_size, rest)                       \
    static attributes void name(const void *from, int64_t stride, int64_t width, int64_t k,        \
                                void *to, int64_t to_stride) {                                     \
        const real *x = from;                                                                      \
        real *y = to;                                                                              \
        int64_t whole_k = k - k % (block_size), whole_width = width - width % (block_size);        \
        for (int64_t p = 0; p < whole_k; p += 2 * (block_size)) {                                  \
            int64_t end = p + 2 * (block_size) < whole_k ? p + 2 * (block_size) : whole_k;         \
            for (int64_t j = 0; j < whole_width; j += (block_size)) {                              \
                for (int64_t q = p; q < end; q += (block_size)) {                                  \
                    block(x + j * stride + q, stride, y + q * to_stride + j, to_stride);           \
                }                                                                                  \
            }                                                                                      \
            for (int64_t j = whole_width; j < width; j++) {                                        \
                for (int64_t q = p; q < end; q++) y[q * to_stride + j] = x[j * stride + q];        \
            }                                                                                      \
        }                                                                                          \
        rest(x + whole_k, stride, width, k - whole_k, y + whole_k * to_stride, to_stride);         \
    }

TW_TRANSPOSE_BLOCKS(transpose_f32_avx2, __attribute__((TARGET_AVX2)), float, transpose_block_f32, 8,
                    transpose_f32_plain)
TW_TRANSPOSE_BLOCKS(transpose_f64_avx2, __attribute__((TARGET_AVX2)), double, transpose_block_f64,
                    4, transpose_f64_plain)

#define TILE_NAME tile_f32_avx512
#define SETTLE_NAME settle_f32_avx512
#define PACK_NAME pack_f32_avx512
#define TILE_TARGET TARGET_AVX512
#define TILE_REAL float
#define TILE_VECTOR __m512
#define TILE_LANES 16
#define TILE_ROWS 14
#define TILE_LOAD(p) _mm512_loadu_ps(p)
#define TILE_STORE(p, v) _mm512_storeu_ps(p, v)
#define TILE_SPREAD(x) _mm512_set1_ps(x)
#define TILE_FUSE(a, b, c) _mm512_fmadd_ps(a, b, c)
#define TILE_MASK __mmask16
#define TILE_MASK_OF(count) ((__mmask16)((1U << (count)) - 1U))
#define TILE_LOAD_PART(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define TILE_STORE_PART(p, mask, v) _mm512_mask_storeu_ps(p, mask, v)
#include "tensor/matrix_tile.inc"

#define TILE_NAME tile_f64_avx512
#define SETTLE_NAME settle_f64_avx512
#define PACK_NAME pack_f64_avx512
#define TILE_TARGET TARGET_AVX512
#define TILE_REAL double
#define TILE_VECTOR __m512d
#define TILE_LANES 8
#define TILE_ROWS 14
#define TILE_LOAD(p) _mm512_loadu_pd(p)
#define TILE_STORE(p, v) _mm512_storeu_pd(p, v)
#define TILE_SPREAD(x) _mm512_set1_pd(x)
#define TILE_FUSE(a, b, c) _mm512_fmadd_pd(a, b, c)
#define TILE_MASK __mmask8
#define TILE_MASK_OF(count) ((__mmask8)((1U << (count)) - 1U))
#define TILE_LOAD_PART(p, mask) _mm512_maskz_loadu_pd(mask, p)
#define TILE_STORE_PART(p, mask, v) _mm512_mask_storeu_pd(p, mask, v)
#include "tensor/matrix_tile.inc"

// A vector read from element lanes - count on has its first `count` lanes set, the rest clear.
static const int32_t mask_f32[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
static const int64_t mask_f64[8] = {-1, -1, -1, -1};

#define TILE_NAME tile_f32_avx2
#define SETTLE_NAME settle_f32_avx2
#define PACK_NAME pack_f32_avx2
#define TILE_TARGET TARGET_AVX2
#define TILE_REAL float
#define TILE_VECTOR __m256
#define TILE_LANES 8
#define TILE_ROWS 6
#define TILE_LOAD(p) _mm256_loadu_ps(p)
#define TILE_STORE(p, v) _mm256_storeu_ps(p, v)
#define TILE_SPREAD(x) _mm256_set1_ps(x)
#define TILE_FUSE(a, b, c) _mm256_fmadd_ps(a, b, c)
#define TILE_MASK __m256i
#define TILE_MASK_OF(count) _mm256_loadu_si256((const void *)(mask_f32 + 8 - (count)))
#define TILE_LOAD_PART(p, mask) _mm256_maskload_ps(p, mask)
#define TILE_STORE_PART(p, mask, v) _mm256_maskstore_ps(p, mask, v)
#include "tensor/matrix_tile.inc"

#define TILE_NAME tile_f64_avx2
#define SETTLE_NAME settle_f64_avx2
#define PACK_NAME pack_f64_avx2
#define TILE_TARGET TARGET_AVX2
#define TILE_REAL double
#define TILE_VECTOR __m256d
#define TILE_LANES 4
#define TILE_ROWS 6
#define TILE_LOAD(p) _mm256_loadu_pd(p)
#define TILE_STORE(p, v) _mm256_storeu_pd(p, v)
#define TILE_SPREAD(x) _mm256_set1_pd(x)
#define TILE_FUSE(a, b, c) _mm256_fmadd_pd(a, b, c)
#define TILE_MASK __m256i
#define TILE_MASK_OF(count) _mm256_loadu_si256((const void *)(mask_f64 + 4 - (count)))
#define TILE_LOAD_PART(p, mask) _mm256_maskload_pd(p, mask)
#define TILE_STORE_PART(p, mask, v) _mm256_maskstore_pd(p, mask, v)
#include "tensor/matrix_tile.inc"

static const tw_matrix_kernel kernel_f32_avx512 = {
    "avx512",           sizeof(float),   14,         16, tile_f32_avx512, settle_f32_avx512,
    transpose_f32_avx2, pack_f32_avx512, LARGE_CACHE};
static const tw_matrix_kernel kernel_f64_avx512 = {
    "avx512",           sizeof(double),  14,         8, tile_f64_avx512, settle_f64_avx512,
    transpose_f64_avx2, pack_f64_avx512, LARGE_CACHE};
static const tw_matrix_kernel kernel_f32_avx2 = {
    "avx2",        sizeof(float), 6, 8, tile_f32_avx2, settle_f32_avx2, transpose_f32_avx2,
    pack_f32_avx2, SMALL_CACHE};
static const tw_matrix_kernel kernel_f64_avx2 = {
    "avx2",        sizeof(double), 6, 4, tile_f64_avx2, settle_f64_avx2, transpose_f64_avx2,
    pack_f64_avx2, SMALL_CACHE};
#endif

const tw_matrix_kernel *tw_matrix_kernel_at(bool is_f64, int index) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && index-- == 0) {
        return is_f64 ? &kernel_f64_avx512 : &kernel_f32_avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && index-- == 0) {
        return is_f64 ? &kernel_f64_avx2 : &kernel_f32_avx2;
    }
#endif
    if (index == 0) return is_f64 ? &kernel_f64_plain : &kernel_f32_plain;
    return NULL;
}
