// The interpreter's loops, from the one list of instructions. Every loop may write where it reads.
#include "tile/kernels.h"

#include <stddef.h>

#include "base/vector_math.h"
#include "tile/element.h"

// Goes through a tile one cache line at a time and prefetches the next tile: the machine's own prefetching cannot
// follow the many arrays of a pass.
#define BY_LINES(type, ask, ...)                                                                   \
    enum { LINE = TW_TILE_LINE_BYTES / sizeof(type) };                                             \
    int64_t line = 0;                                                                              \
    for (; line + LINE <= count; line += LINE) {                                                   \
        ask OVER(line + LINE, __VA_ARGS__)                                                         \
    }                                                                                              \
    OVER(count, __VA_ARGS__)

// Runs one statement after the other, each for all elements from `line` to `end`.
#define LOOP(end, statement) TW_TILE_LOOP for (int64_t k = line; k < (end); k++) statement;
#define OVER1(end, p) LOOP(end, p)
#define OVER2(end, p, q) LOOP(end, p) LOOP(end, q)
#define OVER3(end, p, q, r) LOOP(end, p) LOOP(end, q) LOOP(end, r)
#define OVER_BY_COUNT(p, q, r, name, ...) name
#define OVER(end, ...) OVER_BY_COUNT(__VA_ARGS__, OVER3, OVER2, OVER1, )(end, __VA_ARGS__)

#define ASK(place) TW_TILE_ASK_AHEAD((place) + line);
// clang-format off
#define ASK_VECTORS(vectors)                                                                       \
    if ((vectors) > 0) ASK(o.x)                                                                    \
    if ((vectors) > 1) ASK(o.y)                                                                    \
    if ((vectors) > 2) ASK(o.z)                                                                    \
    if ((vectors) > 3) ASK(o.w)
// clang-format on

// Where an instruction finds what it reads and writes. Operands that it does not use point at its result (place.c), and
// the compiler drops their loads.
#define OPERANDS(type, suffix)                                                                     \
    typedef struct operands_##suffix {                                                             \
        type *out;                                                                                 \
        const type *x, *y, *z, *w;                                                                 \
        type a, b, c, d;                                                                           \
    } operands_##suffix;                                                                           \
    __attribute__((always_inline)) static inline operands_##suffix operands_of_##suffix(           \
        void *const *places, const tw_tile_instruction *i, const double *scalars) {                \
        return (operands_##suffix){                                                                \
            places[i->out],                                                                        \
            places[i->in[0]],                                                                      \
            places[i->in[1]],                                                                      \
            places[i->in[2]],                                                                      \
            places[i->in[3]],                                                                      \
            (type)scalars[i->scalar[0]],                                                           \
            (type)scalars[i->scalar[1]],                                                           \
            (type)scalars[i->scalar[2]],                                                           \
            (type)scalars[i->scalar[3]],                                                           \
        };                                                                                         \
    }
OPERANDS(float, f32)
OPERANDS(double, f64)

#define ELEMENT(name, suffix, o)                                                                   \
    o.out[k] = tw_tile_##name##_##suffix(o.x[k], o.y[k], o.z[k], o.w[k], o.a, o.b, o.c, o.d)

#define KERNEL(type, suffix, name, vectors)                                                        \
    TW_SIMD static void run_##name##_##suffix(void *const *places, const tw_tile_instruction *i,   \
                                              const double *scalars, int64_t count) {              \
        const operands_##suffix o = operands_of_##suffix(places, i, scalars);                      \
        BY_LINES(type, ASK_VECTORS(vectors), ELEMENT(name, suffix, o))                             \
    }

#define VECTOR_MATH(type, suffix, name)                                                            \
    static void run_##name##_##suffix(void *const *places, const tw_tile_instruction *i,           \
                                      const double *scalars, int64_t count) {                      \
        (void)scalars;                                                                             \
        tw_##name##_##suffix(places[i->out], places[i->in[0]], count);                             \
    }

#define POWER(type, suffix)                                                                        \
    static void run_power_##suffix(void *const *places, const tw_tile_instruction *i,              \
                                   const double *scalars, int64_t count) {                         \
        (void)scalars;                                                                             \
        tw_pow_##suffix(places[i->out], places[i->in[0]], places[i->in[1]], count);                \
    }

#define TW_TILE_ENTRY(name, vectors, scalars, expression) KERNEL(float, f32, name, vectors)
TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(name, vectors, scalars, expression) KERNEL(double, f64, name, vectors)
TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(name, operation) VECTOR_MATH(float, f32, name)
TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(name, operation) VECTOR_MATH(double, f64, name)
TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
POWER(float, f32)
POWER(double, f64)

tw_tile_kernel *const tw_tile_kernels_f32[TW_CODE_COUNT] = {
#define TW_TILE_ENTRY(name, ...) [TW_CODE_##name] = run_##name##_f32,
    TW_TILE_ELEMENTARY(TW_TILE_ENTRY) TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
        [TW_CODE_power] = run_power_f32};

tw_tile_kernel *const tw_tile_kernels_f64[TW_CODE_COUNT] = {
#define TW_TILE_ENTRY(name, ...) [TW_CODE_##name] = run_##name##_f64,
    TW_TILE_ELEMENTARY(TW_TILE_ENTRY) TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
        [TW_CODE_power] = run_power_f64};

// ---- chains

// Prefetches what the first instruction reads, and what later ones read that was neither made nor prefetched before.
#define PAIR(type, suffix, first, second)                                                          \
    TW_SIMD static void run_##first##_##second##_##suffix(                                         \
        void *const *places, const tw_tile_instruction *i, const double *scalars, int64_t count) { \
        const operands_##suffix o = operands_of_##suffix(places, i, scalars);                      \
        const operands_##suffix p = operands_of_##suffix(places, i + 1, scalars);                  \
        BY_LINES(type, ASK(o.x) ASK(o.y) ASK(p.x) ASK(p.y), ELEMENT(first, suffix, o),             \
                 ELEMENT(second, suffix, p))                                                       \
    }

#define TRIPLE(type, suffix, first, second, third)                                                 \
    TW_SIMD static void run_##first##_##second##_##third##_##suffix(                               \
        void *const *places, const tw_tile_instruction *i, const double *scalars, int64_t count) { \
        const operands_##suffix o = operands_of_##suffix(places, i, scalars);                      \
        const operands_##suffix p = operands_of_##suffix(places, i + 1, scalars);                  \
        const operands_##suffix q = operands_of_##suffix(places, i + 2, scalars);                  \
        BY_LINES(type, ASK(o.x) ASK(o.y) ASK(p.x) ASK(q.x), ELEMENT(first, suffix, o),             \
                 ELEMENT(second, suffix, p), ELEMENT(third, suffix, q))                            \
    }

// The outer element, with the inner one's `value` in place of one or two operands.
#define OUTER(name, suffix, x, y, z) tw_tile_##name##_##suffix(x, y, z, p.w[k], p.a, p.b, p.c, p.d)
#define OUTER_OF_x(name, suffix) OUTER(name, suffix, value, p.y[k], p.z[k])
#define OUTER_OF_y(name, suffix) OUTER(name, suffix, p.x[k], value, p.z[k])
#define OUTER_OF_z(name, suffix) OUTER(name, suffix, p.x[k], p.y[k], value)
#define OUTER_OF_yz(name, suffix) OUTER(name, suffix, p.x[k], value, value)
#define ASK_OUTER_x
#define ASK_OUTER_y ASK(p.x)
#define ASK_OUTER_z ASK(p.x)
#define ASK_OUTER_yz ASK(p.x)

#define NEST(type, suffix, outer, operands, inner)                                                 \
    TW_SIMD static void run_##inner##_in_##operands##_of_##outer##_##suffix(                       \
        void *const *places, const tw_tile_instruction *i, const double *scalars, int64_t count) { \
        const operands_##suffix o = operands_of_##suffix(places, i, scalars);                      \
        const operands_##suffix p = operands_of_##suffix(places, i + 1, scalars);                  \
        BY_LINES(type, ASK(o.x) ASK_OUTER_##operands, {                                            \
            const type value =                                                                     \
                tw_tile_##inner##_##suffix(o.x[k], o.y[k], o.z[k], o.w[k], o.a, o.b, o.c, o.d);    \
            p.out[k] = OUTER_OF_##operands(outer, suffix);                                         \
        })                                                                                         \
    }

#define TRIPLE_f32(...) TRIPLE(float, f32, __VA_ARGS__)
#define TRIPLE_f64(...) TRIPLE(double, f64, __VA_ARGS__)
#define PAIR_f32(...) PAIR(float, f32, __VA_ARGS__)
#define PAIR_f64(...) PAIR(double, f64, __VA_ARGS__)
#define NEST_f32(...) NEST(float, f32, __VA_ARGS__)
#define NESTS_f32(...) TW_TILE_INNER(NEST_f32, __VA_ARGS__)
TW_TILE_TRIPLES(TRIPLE_f32)
TW_TILE_TRIPLES(TRIPLE_f64)
TW_TILE_PAIRS(PAIR_f32)
TW_TILE_PAIRS(PAIR_f64)
TW_TILE_OUTER(NESTS_f32)

#define TRIPLE_ROW(suffix, first, second, third)                                                   \
    [TW_CHAIN_##first##_##second##_##third] = run_##first##_##second##_##third##_##suffix,
#define PAIR_ROW(suffix, first, second)                                                            \
    [TW_CHAIN_##first##_##second] = run_##first##_##second##_##suffix,
#define TRIPLE_ROW_f32(...) TRIPLE_ROW(f32, __VA_ARGS__)
#define TRIPLE_ROW_f64(...) TRIPLE_ROW(f64, __VA_ARGS__)
#define PAIR_ROW_f32(...) PAIR_ROW(f32, __VA_ARGS__)
#define PAIR_ROW_f64(...) PAIR_ROW(f64, __VA_ARGS__)
#define NEST_ROW_f32(outer, operands, inner)                                                       \
    [TW_CHAIN_##inner##_in_##operands##_of_##outer] =                                              \
        run_##inner##_in_##operands##_of_##outer##_f32,
#define NEST_ROWS_f32(...) TW_TILE_INNER(NEST_ROW_f32, __VA_ARGS__)
tw_tile_kernel *const tw_tile_chains_f32[TW_CHAIN_COUNT] = {
    TW_TILE_TRIPLES(TRIPLE_ROW_f32) TW_TILE_OUTER(NEST_ROWS_f32) TW_TILE_PAIRS(PAIR_ROW_f32)};
tw_tile_kernel *const tw_tile_chains_f64[TW_CHAIN_COUNT] = {TW_TILE_TRIPLES(TRIPLE_ROW_f64)
                                                                TW_TILE_PAIRS(PAIR_ROW_f64)};

// ---- types

TW_SIMD void tw_tile_widen(const float *in, double *out, int64_t count) {
    TW_TILE_LOOP for (int64_t k = 0; k < count; k++) out[k] = (double)in[k];
}

TW_SIMD void tw_tile_round(const double *in, float *out, int64_t count) {
    TW_TILE_LOOP for (int64_t k = 0; k < count; k++) out[k] = (float)in[k];
}

// ---- reductions

static double larger(double a, double b) {
    return a > b || a != a ? a : b;
}

#define REDUCE(name, type, suffix, statement)                                                      \
    TW_SIMD static void name##_##suffix(const void *in, double *lanes, int64_t count) {            \
        const type *x = in;                                                                        \
        double sums[TW_TILE_LANES];                                                                \
        for (int lane = 0; lane < TW_TILE_LANES; lane++) sums[lane] = lanes[lane];                 \
        int64_t k = 0;                                                                             \
        for (; k + TW_TILE_LANES <= count; k += TW_TILE_LANES) {                                   \
            TW_TILE_LOOP for (int lane = 0; lane < TW_TILE_LANES; lane++) {                        \
                const double v = (double)x[k + lane], s = sums[lane];                              \
                sums[lane] = statement;                                                            \
            }                                                                                      \
        }                                                                                          \
        for (int lane = 0; k + lane < count; lane++) {                                             \
            const double v = (double)x[k + lane], s = sums[lane];                                  \
            sums[lane] = statement;                                                                \
        }                                                                                          \
        for (int lane = 0; lane < TW_TILE_LANES; lane++) lanes[lane] = sums[lane];                 \
    }
REDUCE(sum, float, f32, s + v)
REDUCE(sum, double, f64, s + v)
REDUCE(squares, float, f32, s + v * v)
REDUCE(squares, double, f64, s + v * v)
REDUCE(largest, float, f32, (s > v || s != s) ? s : v)
REDUCE(largest, double, f64, (s > v || s != s) ? s : v)

tw_tile_reduce_kernel *tw_tile_reduce_kernel_of(tw_tile_code code, tw_dtype dtype) {
    switch (code) {
    case TW_CODE_sum:
        return dtype == TW_F32 ? sum_f32 : sum_f64;
    case TW_CODE_squares:
        return dtype == TW_F32 ? squares_f32 : squares_f64;
    default:
        return dtype == TW_F32 ? largest_f32 : largest_f64;
    }
}

void tw_tile_reduce_start(tw_tile_code code, double *lanes) {
    for (int lane = 0; lane < TW_TILE_LANES; lane++)
        lanes[lane] = code == TW_CODE_largest ? -__builtin_inf() : 0;
}

double tw_tile_reduce_end(tw_tile_code code, const double *lanes) {
    double rest[TW_TILE_LANES];
    for (int lane = 0; lane < TW_TILE_LANES; lane++) rest[lane] = lanes[lane];
    for (int half = TW_TILE_LANES / 2; half > 0; half /= 2) {
        for (int lane = 0; lane < half; lane++) {
            const double a = rest[lane], b = rest[lane + half];
            rest[lane] = code == TW_CODE_largest ? larger(a, b) : a + b;
        }
    }
    return rest[0];
}
