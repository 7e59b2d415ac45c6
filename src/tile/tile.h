// Tile programs: lists of element-wise instructions without jumps, which run over arrays one cache-sized tile at
// a time. A rule, or a chain of graph nodes, of any length so reads and writes each array once. A program is built
// as values, lowered to wide instructions, and run by any thread on any range of elements.
//
//     tw_tile_builder *b = ...;                                     // v = momentum*v - lr*g
//     tw_tile_value v = tw_tile_apply(b, TW_TILE_SUBTRACT,          // theta = theta + v
//         tw_tile_apply(b, TW_TILE_MULTIPLY, tw_tile_argument(b, 0), tw_tile_read(b, 1), none), ...);
//     tw_tile_write(b, 1, v);
//     status = tw_tile_build(b, &program);
//     tw_tile_run(program, TW_F32, &call, first, end);              // elements [first, end)
//
// All reads see the arrays as they were before the pass. Arithmetic is done in the arrays' type. Building decides
// which multiplications and additions are fused (rounded once), and that with a scalar s, x/s is x*(1/s) and (x*s)*t
// is x*(s*t), scalars being double. As these choices are part of the program, every way to run it gives the same
// bits. An element's result depends on its operands and its index alone.
#ifndef TW_TILE_TILE_H
#define TW_TILE_TILE_H

#include "base/random.h"
#include "base/text.h"
#include "thalweg/tensor.h"

#define TW_TILE_ELEMENTS 512 // a range begins at a multiple of this; tiles may be shorter or longer
#define TW_TILE_ARRAYS_MAX 64
#define TW_TILE_ARGUMENTS_MAX 256
#define TW_TILE_RANK_MAX TW_RANK_MAX // of the space through which arrays are repeated

// Operation and number of operands. Comparisons and logic give 1 or 0; SELECT is a != 0 ? b : c.
#define TW_TILE_OPERATIONS(X)                                                                      \
    X(ADD, 2)                                                                                      \
    X(SUBTRACT, 2)                                                                                 \
    X(MULTIPLY, 2)                                                                                 \
    X(DIVIDE, 2)                                                                                   \
    X(POWER, 2)                                                                                    \
    X(MINIMUM, 2) /* a NaN in either operand gives NaN */                                          \
    X(MAXIMUM, 2)                                                                                  \
    X(LESS, 2)                                                                                     \
    X(LESS_EQUAL, 2)                                                                               \
    X(EQUAL, 2)                                                                                    \
    X(AND, 2)                                                                                      \
    X(OR, 2)                                                                                       \
    X(SELECT, 3)                                                                                   \
    X(NEGATE, 1)                                                                                   \
    X(SQUARE, 1)                                                                                   \
    X(SQUARE_ROOT, 1)                                                                              \
    X(CUBE_ROOT, 1)                                                                                \
    X(RECIPROCAL, 1)                                                                               \
    X(ABSOLUTE, 1)                                                                                 \
    X(SIGN, 1)                                                                                     \
    X(FLOOR, 1)                                                                                    \
    X(CEILING, 1)                                                                                  \
    X(EXP, 1)                                                                                      \
    X(EXPM1, 1)                                                                                    \
    X(LOG, 1)                                                                                      \
    X(LOG1P, 1)                                                                                    \
    X(SIN, 1)                                                                                      \
    X(COS, 1)                                                                                      \
    X(TAN, 1)                                                                                      \
    X(SINH, 1)                                                                                     \
    X(COSH, 1)                                                                                     \
    X(ARCTAN, 1)                                                                                   \
    X(TANH, 1)                                                                                     \
    X(SIGMOID, 1)                                                                                  \
    X(SOFTPLUS, 1) /* log(1 + exp(x)), finite for finite x */                                      \
    X(ERF, 1)                                                                                      \
    X(UNIFORM, 0) /* made by tw_tile_random */                                                     \
    X(COARSE_UNIFORM, 0)                                                                           \
    X(NORMAL, 0)

typedef enum tw_tile_operation {

#define TW_TILE_ENTRY(name, operands) TW_TILE_##name,
    TW_TILE_OPERATIONS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
        TW_TILE_OPERATION_COUNT
} tw_tile_operation;

typedef enum tw_tile_reduction {
    TW_TILE_SUM,     // of the values
    TW_TILE_SQUARES, // of their squares
    TW_TILE_LARGEST,
} tw_tile_reduction;

typedef int32_t tw_tile_value; // a value of a builder
#define TW_TILE_NO_VALUE (-1)

typedef struct tw_tile_builder tw_tile_builder;
typedef struct tw_tile_program tw_tile_program; // immutable once built

// `*builder` is owned by the caller: free with tw_tile_builder_free. The first failure (too many
// instructions, no memory) is latched and returned by tw_tile_build.
tw_status tw_tile_builder_new(tw_context *context, tw_tile_builder **builder);
void tw_tile_builder_free(tw_tile_builder *builder);

// The value of array `array` at this element, as it was before the pass.
tw_tile_value tw_tile_read(tw_tile_builder *builder, int array);

// An argument: a number that is the same for all elements and given, in double, at each run. For hyperparameters and
// scalars of a step, whose change needs no new program.
tw_tile_value tw_tile_argument(tw_tile_builder *builder, int argument);

// A number that never changes.
tw_tile_value tw_tile_constant(tw_tile_builder *builder, double value);

// An operation; unused operands are TW_TILE_NO_VALUE. Equal operations on equal operands are one value. Operations on
// constants alone are folded; those on arguments and constants alone are computed once a run, in double.
tw_tile_value tw_tile_apply(tw_tile_builder *builder, tw_tile_operation operation, tw_tile_value a,
                            tw_tile_value b, tw_tile_value c);

// A random number for each element: TW_TILE_UNIFORM on (0, 1), TW_TILE_COARSE_UNIFORM or
// TW_TILE_NORMAL, a function of the call's random.seed, purpose, stream + `stream_offset`, step, and
// the element's index. Two different `stream_offset` are independent. float32 uses 32 random bits an
// element; the coarse one is an odd multiple of 2^-17, the same number in float32 and float64.
tw_tile_value tw_tile_random(tw_tile_builder *builder, tw_tile_operation operation,
                             uint32_t stream_offset);

// Array `array` becomes `value`, which is stored after all reads of that element.
void tw_tile_write(tw_tile_builder *builder, int array, tw_tile_value value);

// Adds a reduction over the elements of a run's range. Returns its number, counted from 0 in the order of calls.
int tw_tile_reduce(tw_tile_builder *builder, tw_tile_reduction reduction, tw_tile_value value);

// Makes a program: drops values that nothing needs, chooses wide instructions, assigns registers. `*program` is owned
// by the caller: free with tw_tile_program_free. Errors: the first failure of the builder; TW_UNSUPPORTED for a program
// that needs too many scalars or registers; TW_NO_MEMORY.
tw_status tw_tile_build(tw_tile_builder *builder, tw_tile_program **program);
void tw_tile_program_free(tw_tile_program *program);

// The scalars that a program's instructions use: how many they are, and their values for some arguments. To run a
// program over many small arrays with the same arguments, compute them once (tw_tile_call.scalars); else each run does.
int tw_tile_scalar_count(const tw_tile_program *program);
void tw_tile_scalars(const tw_tile_program *program, const double *arguments, double *scalars);

// What a program does, for `rules show --plan` and for measurements: its instructions as text, one a line; how many
// arrays it reads and writes, and which; how many reductions it has.
void tw_tile_format(const tw_tile_program *program, tw_text *text);
int tw_tile_arrays_read(const tw_tile_program *program);
int tw_tile_arrays_written(const tw_tile_program *program);
int tw_tile_reduction_count(const tw_tile_program *program);
bool tw_tile_reads(const tw_tile_program *program, int array);
bool tw_tile_writes(const tw_tile_program *program, int array);

// Whether the program runs as a function that was translated to C when thalweg was built.
bool tw_tile_is_fused(const tw_tile_program *program);

// The space that a run goes through, if some arrays are smaller than it: its dimensions, outermost first.
typedef struct tw_tile_space {
    int rank;
    int64_t size[TW_TILE_RANK_MAX];
} tw_tile_space;

// How an array goes through the space: its step in each dimension, 0 where it is repeated. Written arrays are whole.
typedef struct tw_tile_walk {
    int64_t step[TW_TILE_RANK_MAX]; // in elements
} tw_tile_walk;

typedef struct tw_tile_call {
    void *const *arrays; // base addresses, by array number
    // By array number; NULL: all have the run's type. In a run in float64 without walks, arrays may be of float32:
    // they are widened when read and rounded when written, and random numbers then have 32 bits.
    const tw_dtype *dtypes;
    const tw_tile_walk *walks;  // by array number; NULL: every array is whole
    const tw_tile_space *space; // NULL if walks is
    const double *arguments;    // by argument number; not read if `scalars` are given
    const double *scalars;      // of tw_tile_scalars; NULL: computed from the arguments
    tw_random random;
    double *reductions; // out: the reductions of this range; NULL if there are none
} tw_tile_call;

// Runs elements [first, end) on the caller's thread; `first` is a multiple of TW_TILE_ELEMENTS. Allocates nothing; needs
// about 160 KiB of stack. How the whole is cut into ranges does not affect the result of an element, but does affect
// reductions, so cut by shape.
//
// Arrays must not overlap, except that two numbers may stand for one array if the program reads only one of them and
// writes nothing but the other.
void tw_tile_run(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                 int64_t first, int64_t end);

#endif
