// What a lowered program consists of: wide element-wise instructions, one line each. The interpreter's loops, the
// functions that generated C calls, and the names all expand from these lines, so that both ways of running a program
// compute the same expressions.
#ifndef TW_TILE_INSTRUCTION_H
#define TW_TILE_INSTRUCTION_H

#include <stdint.h>

// Name, vectors read (x, y, z, w), scalars read (a, b, c, d), and the expression. FUSED(p, q, r) is
// p*q + r in one rounding; a subtraction is a sum with a negated scalar, which is exact.
// clang-format off
#define TW_TILE_ELEMENTARY(X)                                                                      \
    X(fill, 0, 1, a)                                                                               \
    X(copy, 1, 0, x)                                                                               \
    X(add, 2, 0, x + y)                                                                            \
    X(subtract, 2, 0, x - y)                                                                       \
    X(multiply, 2, 0, x * y)                                                                       \
    X(divide, 2, 0, x / y)                                                                         \
    X(scale, 1, 1, a * x)                                                                          \
    X(affine, 1, 2, FUSED(a, x, b))                                                                \
    X(over, 1, 1, a / x)                                                                           \
    X(combine, 2, 2, FUSED(b, y, a * x))                                                           \
    X(combine3, 3, 3, FUSED(c, z, FUSED(b, y, a * x)))                                             \
    X(product, 2, 1, a * x * y)                                                                    \
    X(product_add, 3, 2, FUSED(b * y, z, a * x))                                                   \
    X(product_affine, 2, 2, FUSED(a * x, y, b))                                                    \
    X(affine_product, 2, 2, FUSED(a, x, b) * y)                                                    \
    X(slope, 3, 2, FUSED(a * x, y, b) * z)                                                         \
    X(quotient, 2, 1, a * x / y)                                                                   \
    X(quotient_add, 3, 2, FUSED(a, x, b * y / z))                                                  \
    X(root, 1, 2, b + ROOT(a * x))                                                                 \
    X(root_of_affine, 1, 2, ROOT(FUSED(a, x, b)))                                                  \
    X(over_root, 2, 3, a * x / (b + ROOT(c * y)))                                                  \
    X(add_over_root, 3, 4, FUSED(d, x, a * y / (b + ROOT(c * z))))                                 \
    X(add_over_root_of_affine, 3, 4, FUSED(d, x, a * y / ROOT(FUSED(c, z, b))))                    \
    X(minimum, 2, 0, (x < y || x != x) ? x : y)                                                    \
    X(maximum, 2, 0, (x > y || x != x) ? x : y)                                                    \
    X(at_most, 1, 1, (x < a || x != x) ? x : a)                                                    \
    X(at_least, 1, 1, (x > a || x != x) ? x : a)                                                   \
    X(sum_at_least, 2, 1, (x + y > a || x + y != x + y) ? x + y : a)                               \
    X(less, 2, 0, x < y ? 1 : 0)                                                                   \
    X(less_equal, 2, 0, x <= y ? 1 : 0)                                                            \
    X(equal, 2, 0, x == y ? 1 : 0)                                                                 \
    X(both, 2, 0, ((x != 0) & (y != 0)) ? 1 : 0)                                                   \
    X(either, 2, 0, ((x != 0) | (y != 0)) ? 1 : 0)                                                 \
    X(above, 1, 2, a * x > b ? 1 : 0)                                                              \
    X(select, 3, 0, x != 0 ? y : z)                                                                \
    X(select_less, 4, 0, x < y ? z : w)                                                            \
    X(gate, 2, 4, a * x > b ? c * y : d)                                                           \
    X(gate_between, 3, 4, a * x > b ? c * y : d * z)                                               \
    X(absolute, 1, 0, ABSOLUTE(x))                                                                 \
    X(sign, 1, 0, x > 0 ? 1 : (x < 0 ? -1 : x))                                                    \
    X(floor, 1, 0, FLOOR(x))                                                                       \
    X(ceiling, 1, 0, CEILING(x))
// clang-format on

// Name of the instruction and of its operation; tw_NAME_f32 of base/vector_math.h does it.
#define TW_TILE_TRANSCENDENTAL(X)                                                                  \
    X(exp, EXP)                                                                                    \
    X(expm1, EXPM1)                                                                                \
    X(log, LOG)                                                                                    \
    X(log1p, LOG1P)                                                                                \
    X(sin, SIN)                                                                                    \
    X(cos, COS)                                                                                    \
    X(tan, TAN)                                                                                    \
    X(sinh, SINH)                                                                                  \
    X(cosh, COSH)                                                                                  \
    X(atan, ARCTAN)                                                                                \
    X(tanh, TANH)                                                                                  \
    X(cbrt, CUBE_ROOT)                                                                             \
    X(erf, ERF)                                                                                    \
    X(sigmoid, SIGMOID)                                                                            \
    X(softplus, SOFTPLUS)

typedef enum tw_tile_code {

#define TW_TILE_ENTRY(name, vectors, scalars, expression) TW_CODE_##name,
    TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(name, operation) TW_CODE_##name,
        TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
            TW_CODE_power,
    TW_CODE_uniform,
    TW_CODE_coarse_uniform,
    TW_CODE_normal,
    TW_CODE_sum, // reductions: nothing is written
    TW_CODE_squares,
    TW_CODE_largest,
    TW_CODE_COUNT
} tw_tile_code;

// Successive instructions that run as one loop: moving averages and a step that divides by a root, as in Adam and
// its relatives; a velocity and what it moves.
// clang-format off
#define TW_TILE_TRIPLES(X)                                                                         \
    X(combine, product_add, add_over_root)                                                         \
    X(combine, product_add, add_over_root_of_affine)                                               \
    X(product_add, combine, add_over_root)
#define TW_TILE_PAIRS(X)                                                                           \
    X(product_add, add_over_root)                                                                  \
    X(product_add, add_over_root_of_affine)                                                        \
    X(combine, add_over_root)                                                                      \
    X(affine, add_over_root)                                                                       \
    X(maximum, add_over_root)                                                                      \
    X(combine, add)                                                                                \
    X(combine, combine)

// Nests: an instruction whose result only the next one reads is computed inside that one's loop, so that the result is
// neither stored nor loaded. Each outer instruction here, with the operands that are the inner one's result, is
// combined with each inner one.
#define TW_TILE_OUTER(X)                                                                           \
    X(combine, x)                                                                                  \
    X(combine, y)                                                                                  \
    X(product_add, z)                                                                              \
    X(product_add, yz)                                                                             \
    X(affine, x)                                                                                   \
    X(multiply, y)                                                                                 \
    X(maximum, y)                                                                                  \
    X(sign, x)                                                                                     \
    X(quotient_add, y)                                                                             \
    X(quotient_add, z)                                                                             \
    X(add_over_root, y)
#define TW_TILE_INNER(X, ...)                                                                      \
    X(__VA_ARGS__, subtract)                                                                       \
    X(__VA_ARGS__, multiply)                                                                       \
    X(__VA_ARGS__, scale)                                                                          \
    X(__VA_ARGS__, affine)                                                                         \
    X(__VA_ARGS__, combine)                                                                        \
    X(__VA_ARGS__, product_add)                                                                    \
    X(__VA_ARGS__, absolute)                                                                       \
    X(__VA_ARGS__, sign)

// clang-format on

typedef enum tw_tile_chain {
    TW_CHAIN_NONE,

#define TW_TILE_ENTRY(first, second, third) TW_CHAIN_##first##_##second##_##third,
    TW_TILE_TRIPLES(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(outer, operands, inner) TW_CHAIN_##inner##_in_##operands##_of_##outer,
#define TW_TILE_ENTRIES(...) TW_TILE_INNER(TW_TILE_ENTRY, __VA_ARGS__)
        TW_TILE_OUTER(TW_TILE_ENTRIES)
#undef TW_TILE_ENTRIES
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(first, second) TW_CHAIN_##first##_##second,
            TW_TILE_PAIRS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
                TW_CHAIN_COUNT
} tw_tile_chain;

_Static_assert(TW_CODE_COUNT <= UINT8_MAX, "a code is a byte of an instruction");
_Static_assert(TW_CHAIN_COUNT <= UINT8_MAX, "a chain is a byte of an instruction");

// While lowering, `out` and `in` are values (below); in a placed program they are places.
typedef struct tw_tile_instruction {
    uint8_t code;      // tw_tile_code
    uint8_t number;    // of a reduction
    uint8_t chain;     // tw_tile_chain that begins here
    uint8_t length;    // of the loop that begins here, in instructions
    uint32_t stream;   // of a random instruction, added to the call's
    int32_t out;       // what is written
    int32_t in[4];     // x, y, z, w; those that are not used are `out`
    int32_t scalar[4]; // a, b, c, d: numbers of scalars; those that are not used are 0
} tw_tile_instruction;

// The name of an instruction, and how many vectors and scalars it reads.
const char *tw_tile_code_name(tw_tile_code code);
int tw_tile_code_vectors(tw_tile_code code);
int tw_tile_code_scalars(tw_tile_code code);

// The expression of an elementary instruction as text, "" of others.
const char *tw_tile_code_expression(tw_tile_code code);

#endif
