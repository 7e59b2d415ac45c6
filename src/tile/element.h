// One element of each elementary instruction, as a function: tw_tile_combine_f32(x, y, z, w, a, b, c, d).
// Included by the interpreter's loops and by generated C.
#ifndef TW_TILE_ELEMENT_H
#define TW_TILE_ELEMENT_H

#include "base/parallel.h"
#include "tile/fused.h"
#include "tile/instruction.h"

// Stands before a loop whose elements do not depend on each other, though results may overwrite operands. Not for
// clang, which warns about loops that it does not vectorise, such as fused arithmetic on the baseline.
#if defined(__clang__)
#define TW_TILE_LOOP
#else
#define TW_TILE_LOOP _Pragma("omp simd")
#endif

#define TW_TILE_LINE_BYTES 64 // of a cache

// Prefetches what lies 16 lines behind `place`, which may be beyond the end of the array.
#define TW_TILE_ASK_AHEAD(place) __builtin_prefetch((const char *)(place) + 16 * TW_TILE_LINE_BYTES)

// Operands that an expression does not name are not used.
#define TW_TILE_ELEMENT(type, name, suffix, expression)                                            \
    __attribute__((always_inline, unused)) static inline type tw_tile_##name##_##suffix(           \
        type x, type y, type z, type w, type a, type b, type c, type d) {                          \
        (void)x, (void)y, (void)z, (void)w, (void)a, (void)b, (void)c, (void)d;                    \
        return (type)(expression);                                                                 \
    }

#define FUSED(p, q, r) __builtin_fmaf(p, q, r)
#define ROOT(p) __builtin_sqrtf(p)
#define ABSOLUTE(p) __builtin_fabsf(p)
#define FLOOR(p) __builtin_floorf(p)
#define CEILING(p) __builtin_ceilf(p)
#define TW_TILE_ENTRY(name, vectors, scalars, expression)                                          \
    TW_TILE_ELEMENT(float, name, f32, expression)
TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#undef FUSED
#undef ROOT
#undef ABSOLUTE
#undef FLOOR
#undef CEILING

#define FUSED(p, q, r) __builtin_fma(p, q, r)
#define ROOT(p) __builtin_sqrt(p)
#define ABSOLUTE(p) __builtin_fabs(p)
#define FLOOR(p) __builtin_floor(p)
#define CEILING(p) __builtin_ceil(p)
#define TW_TILE_ENTRY(name, vectors, scalars, expression)                                          \
    TW_TILE_ELEMENT(double, name, f64, expression)
TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#undef FUSED
#undef ROOT
#undef ABSOLUTE
#undef FLOOR
#undef CEILING

#endif
