// Passes over many vectors at once, for minimisers whose time is the traffic of memory: each vector is
// read once. What needs two vectors only is in tensor/vector.h. Cut by length alone, as there.
#ifndef TW_MINIMIZE_PASSES_H
#define TW_MINIMIZE_PASSES_H

#include "tensor/vector.h"

// The vectors' space, how it is cut, and room for the sums of the chunks. Points, gradients and directions
// are of the space's type; vectors that a method keeps are of the type `kept`, which is the same unless the
// method sets another: TW_F32 in a space of TW_F64.
typedef struct tw_passes {
    tw_vector_space space;
    tw_dtype kept;
    int64_t chunk, chunk_count; // elements of a chunk but the last
    int vector_max;             // how many vectors tw_pass_pair takes, with the pair
    double *partial;
} tw_passes;

// Makes room for products with `vector_max` vectors. Free with tw_passes_end.
tw_status tw_passes_start(tw_passes *passes, const tw_vector_space *space, int vector_max);
void tw_passes_end(tw_passes *passes);

// What a line search asks of a gradient, in one pass: g'd, and the largest |g|, which is NaN if any
// element is not finite.
typedef struct tw_slope {
    double product, largest;
} tw_slope;

tw_slope tw_pass_slope(const tw_passes *passes, const void *gradient, const void *direction);

// to = x + step*direction
void tw_pass_move(const tw_passes *passes, void *to, const void *x, double step,
                  const void *direction);

// Vectors that are kept.
typedef struct tw_vectors {
    int count;
    const void *const *at;
} tw_vectors;

// out = of_first*first + sum of factors[i]*vectors[i], one pass; `out` may be one of them where types are the
// same. On the way, where asked for, moved = from + step*out.
typedef struct tw_combination {
    void *out;
    double of_first;
    const void *first;
    tw_vectors vectors;
    const double *factors;
    const void *from; // NULL: nothing is moved
    double step;
    void *moved;
} tw_combination;

// What came out times `first`, and times itself.
typedef struct tw_pass_sums {
    double with_first, square;
} tw_pass_sums;

tw_pass_sums tw_pass_combine(const tw_passes *passes, const tw_combination *combination);

// A step and what it changed, to be kept: change = change_factor*(after - before) and step =
// step_factor*direction, rounded to the type of the vectors that are kept. On the way the products of `vectors`, then of
// step, then of change, as rounded: with_change[i] with change, with_after[i] with `after`. One pass over all. Where
// the products of `vectors` with `before` are known, with_change of these is taken from them and with_after: that of
// the change before it was rounded.
typedef struct tw_pair {
    const void *after, *before, *direction;
    double change_factor, step_factor;
    void *change, *step; // step NULL: is not kept, only multiplied
    tw_vectors vectors;
    const double *with_before;        // [vectors]; NULL: not known
    double *with_change, *with_after; // [vectors + 2]
} tw_pair;

void tw_pass_pair(const tw_passes *passes, const tw_pair *pair);

#endif
