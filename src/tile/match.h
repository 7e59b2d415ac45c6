// What lowering recognises in values: scaled values, products, quotients, roots. A value is only taken apart if
// no other value needs it.
#ifndef TW_TILE_MATCH_H
#define TW_TILE_MATCH_H

#include "tile/program.h"

typedef struct tw_tile_matcher {
    tw_tile_builder *builder;
    tw_tile_lowered *lowered;
    uint32_t *uses;      // by value: how many needed values read it; results count as more than one
    bool *needed;        // by value: whether it has to be computed into a tile
    int32_t *written_to; // by value: the array that becomes it, or -1
    size_t value_count;  // when lowering began; later ones are scalars
    tw_tile_value one;
} tw_tile_matcher;

typedef enum tw_tile_term_kind {
    TW_TERM_SCALAR,   // scale
    TW_TERM_LINEAR,   // scale*core
    TW_TERM_PRODUCT,  // scale*x*y
    TW_TERM_QUOTIENT, // scale*x/y
} tw_tile_term_kind;

typedef struct tw_tile_term {
    tw_tile_term_kind kind;
    tw_tile_value scale; // a scalar
    tw_tile_value core;  // outer*core is the whole term, with nothing taken apart
    tw_tile_value x, y;
    tw_tile_value outer;
} tw_tile_term;

// offset + ROOT(scale*x), or ROOT(scale*x + offset).
typedef struct tw_tile_root {
    tw_tile_value x, scale, offset;
} tw_tile_root;

// A value's node; a copy, since making scalars may move the nodes.
tw_tile_node tw_tile_node_at(const tw_tile_matcher *m, tw_tile_value v);

// Whether v is this constant; whether it is the constant 1.
bool tw_tile_is_constant(const tw_tile_matcher *m, tw_tile_value v, double constant);
bool tw_tile_is_one(const tw_tile_matcher *m, tw_tile_value v);

// Arithmetic on scalars.
tw_tile_value tw_tile_scalar_times(tw_tile_matcher *m, tw_tile_value a, tw_tile_value b);
tw_tile_value tw_tile_scalar_divide(tw_tile_matcher *m, tw_tile_value a, tw_tile_value b);
tw_tile_value tw_tile_scalar_negate(tw_tile_matcher *m, tw_tile_value a);

// Whether exactly one other value needs v, so that v may be taken apart.
bool tw_tile_single(const tw_tile_matcher *m, tw_tile_value v);

// v as a linear term or a scalar, no product or quotient.
tw_tile_term tw_tile_linear_of(tw_tile_matcher *m, tw_tile_value v);

// v, a product that is lowered now, taken apart even if several values need it.
tw_tile_term tw_tile_term_of_root(tw_tile_matcher *m, tw_tile_value v);

// The term as outer*core.
tw_tile_term tw_tile_as_linear(tw_tile_term term);

// The two terms of v, a sum or difference.
void tw_tile_terms(tw_tile_matcher *m, tw_tile_value v, tw_tile_term *first, tw_tile_term *second);

// The same if v is a sum or difference that may be taken apart; else false.
bool tw_tile_sum_of(tw_tile_matcher *m, tw_tile_value v, tw_tile_term *first, tw_tile_term *second);

// Whether v may be taken apart and is scalar + ROOT(scale*x) or ROOT(scale*x), or, if `affine`, is
// ROOT(scale*x + scalar).
bool tw_tile_root_of(tw_tile_matcher *m, tw_tile_value v, bool affine, tw_tile_root *root);

// The same for v, a root, without an outer sum; v may be needed by several values.
bool tw_tile_root_inside(tw_tile_matcher *m, tw_tile_value v, bool affine, tw_tile_root *root);

// Adds an instruction that runs before those there are (lowering goes backwards) and marks what it reads as needed.
// Reads as many operands of `in` and `scalars` as the code has.
void tw_tile_emit(tw_tile_matcher *m, tw_tile_code code, tw_tile_value out, const tw_tile_value *in,
                  const tw_tile_value *scalars);

#endif
