// The interpreter's loops, from the one list of instructions. Every loop may write where it reads.
#include "tile/kernels.h"

#include <stddef.h>

#include "base/vector_math.h"
#include "tile/element.h"

// A line of the cache after the other, asking for those of the next tile: between the arrays of a pass the
// machine's own prefetching loses its way.
#define BY_LINES(type, ask, ...)                                                                   \
    enum { LINE = TW_TILE_LINE_BYTES / sizeof(type) };                                             \
    int64_t line = 0;                                                                              \
    for (; line + LINE <= count; line += LINE) {                                                   \
        ask TW_TILE_LOOP for (int64_t k = line; k < line + LINE; k++) __VA_ARGS__                  \
    }                                                                                              \
    TW_TILE_LOOP for (int64_t k = line; k < count; k++) __VA_ARGS__

#define ASK(place) TW_TILE_ASK_AHEAD((place) + line);
// clang-format off
#define ASK_VECTORS(vectors)                                                                       \
    if ((vectors) > 0) ASK(x)                                                                      \
    if ((vectors) > 1) ASK(y)                                                                      \
    if ((vectors) > 2) ASK(z)                                                                      \
    if ((vectors) > 3) ASK(w)
// clang-format on

// Operands that an instruction does not read stand at its result (place.c): their loads are dropped.
#define KERNEL(type, suffix, name, vectors)                                                        \
    TW_SIMD static void run_##name##_##suffix(void *const *places, const tw_tile_instruction *i,   \
                                              const double *scalars, int64_t count) {              \
        type *out = places[i->out];                                                                \
        const type *x = places[i->in[0]], *y = places[i->in[1]];                                   \
        const type *z = places[i->in[2]], *w = places[i->in[3]];                                   \
        const type a = (type)scalars[i->scalar[0]], b = (type)scalars[i->scalar[1]];               \
        const type c = (type)scalars[i->scalar[2]], d = (type)scalars[i->scalar[3]];               \
        BY_LINES(type, ASK_VECTORS(vectors),                                                       \
                 out[k] = tw_tile_##name##_##suffix(x[k], y[k], z[k], w[k], a, b, c, d);)          \
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

// ---- pairs

// r = a*x + b*y*z and, of it, the step that it scales: the division keeps the core busy while the
// next of r is fetched.
#define STEP(type, suffix)                                                                         \
    TW_SIMD static void run_step_##suffix(void *const *places, const tw_tile_instruction *i,       \
                                          const double *scalars, int64_t count) {                  \
        const tw_tile_instruction *j = i + 1;                                                      \
        type *average = places[i->out], *out = places[j->out];                                     \
        const type *x = places[i->in[0]], *y = places[i->in[1]], *z = places[i->in[2]];            \
        const type *from = places[j->in[0]], *direction = places[j->in[1]];                        \
        const type a = (type)scalars[i->scalar[0]], b = (type)scalars[i->scalar[1]];               \
        const type c = (type)scalars[j->scalar[0]], d = (type)scalars[j->scalar[1]];               \
        const type e = (type)scalars[j->scalar[2]], f = (type)scalars[j->scalar[3]];               \
        BY_LINES(type, ASK(x) ASK(y) ASK(z) ASK(from) ASK(direction), {                            \
            const type r = tw_tile_product_add_##suffix(x[k], y[k], z[k], 0, a, b, 0, 0);          \
            const type s = direction[k];                                                           \
            const type t = from[k];                                                                \
            average[k] = r;                                                                        \
            out[k] = tw_tile_add_over_root_##suffix(t, s, r, 0, c, d, e, f);                       \
        })                                                                                         \
    }
STEP(float, f32)
STEP(double, f64)

// v = a*x + b*y, and what it is added to.
#define MOVE(type, suffix)                                                                         \
    TW_SIMD static void run_move_##suffix(void *const *places, const tw_tile_instruction *i,       \
                                          const double *scalars, int64_t count) {                  \
        const tw_tile_instruction *j = i + 1;                                                      \
        type *sum = places[i->out], *out = places[j->out];                                         \
        const type *x = places[i->in[0]], *y = places[i->in[1]];                                   \
        const type *from = places[j->in[0] == i->out ? j->in[1] : j->in[0]];                       \
        const type a = (type)scalars[i->scalar[0]], b = (type)scalars[i->scalar[1]];               \
        BY_LINES(type, ASK(x) ASK(y) ASK(from), {                                                  \
            const type v = tw_tile_combine_##suffix(x[k], y[k], 0, 0, a, b, 0, 0);                 \
            const type t = from[k];                                                                \
            sum[k] = v;                                                                            \
            out[k] = tw_tile_add_##suffix(t, v, 0, 0, 0, 0, 0, 0);                                 \
        })                                                                                         \
    }
MOVE(float, f32)
MOVE(double, f64)

tw_tile_kernel *const tw_tile_pairs_f32[] = {NULL, run_step_f32, run_move_f32};
tw_tile_kernel *const tw_tile_pairs_f64[] = {NULL, run_step_f64, run_move_f64};

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
