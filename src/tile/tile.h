// Tile programs: a straight list of element-wise instructions that runs over arrays a cache-sized
// tile at a time, so that a rule or a chain of graph nodes of any length reads and writes each array
// once. Built as values, lowered to wide instructions, run on any range of elements by any thread.
//
//     tw_tile_builder *b = ...;                                     // v = momentum*v - lr*g
//     tw_tile_value v = tw_tile_apply(b, TW_TILE_SUBTRACT,          // theta = theta + v
//         tw_tile_apply(b, TW_TILE_MULTIPLY, tw_tile_argument(b, 0), tw_tile_read(b, 1), none), ...);
//     tw_tile_write(b, 1, v);
//     status = tw_tile_build(b, &program);
//     tw_tile_run(program, TW_F32, &call, first, end);              // elements [first, end)
//
// All reads see the arrays as they were before the pass. Arithmetic is done in the arrays' type; what
// is fused (multiply and add in one rounding), and that x/s by a scalar s is x*(1/s) and (x*s)*t is
// x*(s*t) with scalars in double, is decided by building and is part of the program, so that every
// executor gives the same bits. An element's result depends on nothing but its operands and index.
#ifndef TW_TILE_TILE_H
#define TW_TILE_TILE_H

#include "base/random.h"
#include "base/text.h"
#include "thalweg/tensor.h"

#define TW_TILE_ELEMENTS 512 // ranges begin at multiples of it; tiles may be shorter or longer
#define TW_TILE_ARRAYS_MAX 64
#define TW_TILE_ARGUMENTS_MAX 256
#define TW_TILE_RANK_MAX TW_RANK_MAX // of the space that broadcast reads walk through

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
    X(UNIFORM, 0) /* by tw_tile_random only */                                                     \
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
// instructions, no memory) is latched and told by tw_tile_build.
tw_status tw_tile_builder_new(tw_context *context, tw_tile_builder **builder);
void tw_tile_builder_free(tw_tile_builder *builder);

// The value of array `array` at this element, as it was before the pass.
tw_tile_value tw_tile_read(tw_tile_builder *builder, int array);

// An argument, the same for all elements, given in double at each run: hyperparameters, scalars of a
// step. Changing it compiles nothing.
tw_tile_value tw_tile_argument(tw_tile_builder *builder, int argument);

tw_tile_value tw_tile_constant(tw_tile_builder *builder, double value);

// One operation; unused operands are TW_TILE_NO_VALUE. Equal operations on equal operands are one
// value; operations on constants alone are folded. Of arguments and constants alone: computed once a
// run, in double.
tw_tile_value tw_tile_apply(tw_tile_builder *builder, tw_tile_operation operation, tw_tile_value a,
                            tw_tile_value b, tw_tile_value c);

// A random number for each element: TW_TILE_UNIFORM on (0, 1), TW_TILE_COARSE_UNIFORM or
// TW_TILE_NORMAL, a function of the call's random.seed, purpose, stream + `stream_offset`, step, and
// the element's index. Two different `stream_offset` are independent. float32 uses 32 random bits an
// element; the coarse one is an odd multiple of 2^-17, the same number in float32 and float64.
tw_tile_value tw_tile_random(tw_tile_builder *builder, tw_tile_operation operation,
                             uint32_t stream_offset);

// Array `array` becomes `value` (stored behind all reads of that element).
void tw_tile_write(tw_tile_builder *builder, int array, tw_tile_value value);

// Adds a reduction over the elements of the run's range; its number, from 0 in order of the calls.
int tw_tile_reduce(tw_tile_builder *builder, tw_tile_reduction reduction, tw_tile_value value);

// Lowers: dead values dropped, wide instructions chosen, registers assigned. `*program` is owned by the
// caller: free with tw_tile_program_free.
tw_status tw_tile_build(tw_tile_builder *builder, tw_tile_program **program);
void tw_tile_program_free(tw_tile_program *program);

// The scalars that a program's instructions use, computed from the arguments: how many, and their
// values, in double. Whoever runs a program over many small arrays with the same arguments computes
// them once (tw_tile_call.scalars); else each run does.
int tw_tile_scalar_count(const tw_tile_program *program);
void tw_tile_scalars(const tw_tile_program *program, const double *arguments, double *scalars);

// What a program touches, for `rules show --plan` and for measuring: instructions as text, a line each;
// arrays read and written.
void tw_tile_format(const tw_tile_program *program, tw_text *text);
int tw_tile_arrays_read(const tw_tile_program *program);
int tw_tile_arrays_written(const tw_tile_program *program);
int tw_tile_reduction_count(const tw_tile_program *program);
bool tw_tile_reads(const tw_tile_program *program, int array);
bool tw_tile_writes(const tw_tile_program *program, int array);

// Whether a function that was translated to C when thalweg was built does the program's work.
bool tw_tile_is_fused(const tw_tile_program *program);

// How an array that is smaller than the space is read: the space's dimensions, outermost first, and
// the array's step in each (0: repeated). Written arrays are always whole. NULL: whole.
typedef struct tw_tile_space {
    int rank;
    int64_t size[TW_TILE_RANK_MAX];
} tw_tile_space;

typedef struct tw_tile_walk {
    int64_t step[TW_TILE_RANK_MAX]; // in elements
} tw_tile_walk;

typedef struct tw_tile_call {
    void *const *arrays;    // base addresses, by array number
    const tw_dtype *dtypes; // by array number, of a run in float64: arrays of float32 are widened
                            // when read and rounded when written, and random numbers have 32 bits
                            // if there is one; NULL: all have the run's type. Without walks.
    const tw_tile_walk *walks;  // by array number; NULL: every array is whole
    const tw_tile_space *space; // NULL with walks NULL
    const double *arguments;    // by argument number; not read if `scalars` are given
    const double *scalars;      // of tw_tile_scalars; NULL: computed from the arguments
    tw_random random;
    double *reductions; // out: one a reduction, of this range alone (double); NULL if none
} tw_tile_call;

// Two array numbers may be one array only if one of them is read and the other is all that the program
// writes; beyond that, arrays do not overlap.
//
// Runs elements [first, end) on the caller's thread. No allocation; about 160 KiB of stack. The result of an element does not
// depend on how the range is cut; a reduction's value does, so cut by shape. `first` must be a multiple
// of TW_TILE_ELEMENTS or 0.
void tw_tile_run(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                 int64_t first, int64_t end);

#endif
