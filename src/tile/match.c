// Recognises the expressions that wide instructions compute.
#include "tile/match.h"

#include <assert.h>

#include "base/memory.h"

tw_tile_node tw_tile_node_at(const tw_tile_matcher *m, tw_tile_value v) {
    assert(v >= 0 && (size_t)v < m->builder->node_count);
    return m->builder->nodes[v];
}

bool tw_tile_is_constant(const tw_tile_matcher *m, tw_tile_value v, double constant) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    return node.operation == TW_TILE_CONSTANT && node.constant == constant;
}

bool tw_tile_is_one(const tw_tile_matcher *m, tw_tile_value v) {
    return tw_tile_is_constant(m, v, 1);
}

// After a failure, which the builder latches, any value will do until lowering notices.
static tw_tile_value or_one(const tw_tile_matcher *m, tw_tile_value v) {
    return v == TW_TILE_NO_VALUE ? m->one : v;
}

tw_tile_value tw_tile_scalar_times(tw_tile_matcher *m, tw_tile_value a, tw_tile_value b) {
    if (tw_tile_is_one(m, a)) return b;
    if (tw_tile_is_one(m, b)) return a;
    return or_one(m, tw_tile_apply(m->builder, TW_TILE_MULTIPLY, a, b, TW_TILE_NO_VALUE));
}

tw_tile_value tw_tile_scalar_divide(tw_tile_matcher *m, tw_tile_value a, tw_tile_value b) {
    if (tw_tile_is_one(m, b)) return a;
    return or_one(m, tw_tile_apply(m->builder, TW_TILE_DIVIDE, a, b, TW_TILE_NO_VALUE));
}

tw_tile_value tw_tile_scalar_negate(tw_tile_matcher *m, tw_tile_value a) {
    const tw_tile_node node = tw_tile_node_at(m, a);
    if (node.operation == TW_TILE_NEGATE) return node.in[0];
    return or_one(m,
                  tw_tile_apply(m->builder, TW_TILE_NEGATE, a, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE));
}

bool tw_tile_single(const tw_tile_matcher *m, tw_tile_value v) {
    return (size_t)v < m->value_count && m->uses[v] == 1;
}

static bool is_scalar(const tw_tile_matcher *m, tw_tile_value v) {
    return tw_tile_node_at(m, v).scalar;
}

// Whether every reader of a scaling does the multiplication itself, which costs less than a tile to keep the
// product in. Not if each would then also compute anew what is scaled.
static bool scaling_is_free(const tw_tile_matcher *m, tw_tile_value scaling, tw_tile_value scaled) {
    if (tw_tile_single(m, scaling)) return true;
    return tw_tile_node_at(m, scaled).operation == TW_TILE_READ || !tw_tile_single(m, scaled);
}

tw_tile_term tw_tile_linear_of(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    if (node.scalar) return (tw_tile_term){TW_TERM_SCALAR, v, v, v, v, m->one};
    if (node.operation == TW_TILE_MULTIPLY && is_scalar(m, node.in[1]) &&
        scaling_is_free(m, v, node.in[0])) {
        const tw_tile_value x = node.in[0];
        return (tw_tile_term){TW_TERM_LINEAR, node.in[1], x, x, x, node.in[1]};
    }
    return (tw_tile_term){TW_TERM_LINEAR, m->one, v, v, v, m->one};
}

tw_tile_term tw_tile_as_linear(tw_tile_term term) {
    if (term.kind == TW_TERM_SCALAR) return term;
    term.kind = TW_TERM_LINEAR;
    term.scale = term.outer;
    return term;
}

// Takes a term's core apart, if it is a product or a quotient.
static tw_tile_term open_core(tw_tile_matcher *m, tw_tile_term term) {
    const tw_tile_node node = tw_tile_node_at(m, term.core);
    if (node.operation == TW_TILE_DIVIDE) {
        term.kind = TW_TERM_QUOTIENT;
        term.x = node.in[0];
        term.y = node.in[1];
    } else if (node.operation == TW_TILE_MULTIPLY && !is_scalar(m, node.in[1])) {
        const tw_tile_term x = tw_tile_linear_of(m, node.in[0]);
        const tw_tile_term y = tw_tile_linear_of(m, node.in[1]);
        term.kind = TW_TERM_PRODUCT;
        term.x = x.core;
        term.y = y.core;
        term.scale = tw_tile_scalar_times(m, term.scale, tw_tile_scalar_times(m, x.scale, y.scale));
    }
    return term;
}

static tw_tile_term term_of(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_term term = tw_tile_linear_of(m, v);
    if (term.kind == TW_TERM_SCALAR || !tw_tile_single(m, term.core)) return term;
    return open_core(m, term);
}

tw_tile_term tw_tile_term_of_root(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    assert(node.operation == TW_TILE_MULTIPLY);
    if (!is_scalar(m, node.in[1]))
        return open_core(m, (tw_tile_term){TW_TERM_LINEAR, m->one, v, v, v, m->one});
    const tw_tile_value x = node.in[0], s = node.in[1];
    const tw_tile_term term = {TW_TERM_LINEAR, s, x, x, x, s};
    return tw_tile_single(m, x) ? open_core(m, term) : term;
}

void tw_tile_terms(tw_tile_matcher *m, tw_tile_value v, tw_tile_term *first, tw_tile_term *second) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    *first = term_of(m, node.in[0]);
    *second = term_of(m, node.in[1]);
    if (node.operation == TW_TILE_ADD) return;
    second->scale = tw_tile_scalar_negate(m, second->scale);
    second->outer = tw_tile_scalar_negate(m, second->outer);
}

bool tw_tile_sum_of(tw_tile_matcher *m, tw_tile_value v, tw_tile_term *first,
                    tw_tile_term *second) {
    const int operation = tw_tile_node_at(m, v).operation;
    if ((operation != TW_TILE_ADD && operation != TW_TILE_SUBTRACT) || !tw_tile_single(m, v))
        return false;
    tw_tile_terms(m, v, first, second);
    return true;
}

bool tw_tile_root_inside(tw_tile_matcher *m, tw_tile_value v, bool affine, tw_tile_root *root) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    if (node.operation != TW_TILE_SQUARE_ROOT) return false;
    if (!affine) {
        const tw_tile_term inside = tw_tile_linear_of(m, node.in[0]);
        // The offset is -0, since -0 + y is y for every y, even for the root of -0.
        *root = (tw_tile_root){inside.core, inside.scale,
                               or_one(m, tw_tile_constant(m->builder, -0.0))};
        return true;
    }
    tw_tile_term x, b;
    if (!tw_tile_sum_of(m, node.in[0], &x, &b)) return false;
    const bool scalar_first = x.kind == TW_TERM_SCALAR;
    const tw_tile_term scalar = scalar_first ? x : b;
    const tw_tile_term inside = tw_tile_as_linear(scalar_first ? b : x);
    if (scalar.kind != TW_TERM_SCALAR) return false;
    *root = (tw_tile_root){inside.core, inside.scale, scalar.scale};
    return true;
}

bool tw_tile_root_of(tw_tile_matcher *m, tw_tile_value v, bool affine, tw_tile_root *root) {
    if (!tw_tile_single(m, v)) return false;
    if (affine) return tw_tile_root_inside(m, v, true, root);
    tw_tile_term x, b, kept;
    if (!tw_tile_sum_of(m, v, &x, &b)) {
        // A root of a sum is left to the affine form.
        const tw_tile_node node = tw_tile_node_at(m, v);
        if (node.operation == TW_TILE_SQUARE_ROOT && tw_tile_root_inside(m, v, true, root))
            return false;
        return tw_tile_root_inside(m, v, false, root);
    }
    if (x.kind == TW_TERM_SCALAR) {
        kept = x;
        x = b;
        b = kept;
    }
    if (b.kind != TW_TERM_SCALAR || !tw_tile_is_one(m, x.scale) || x.kind != TW_TERM_LINEAR ||
        !tw_tile_single(m, x.core) || !tw_tile_root_inside(m, x.core, false, root))
        return false;
    root->offset = b.scale;
    return true;
}

void tw_tile_emit(tw_tile_matcher *m, tw_tile_code code, tw_tile_value out, const tw_tile_value *in,
                  const tw_tile_value *scalars) {
    tw_tile_builder *builder = m->builder;
    if (builder->status != TW_OK) return;
    tw_tile_lowered *list = m->lowered;
    builder->status = tw_grow(builder->context, (void **)&list->instructions, list->count,
                              &list->capacity, sizeof *list->instructions);
    if (builder->status != TW_OK) return;
    tw_tile_instruction *made = &list->instructions[list->count++];
    *made = (tw_tile_instruction){.code = (uint8_t)code, .out = out};
    for (int i = 0; i < 4; i++) made->in[i] = out;
    for (int i = 0; i < tw_tile_code_vectors(code); i++) {
        made->in[i] = in[i];
        if ((size_t)in[i] < m->value_count) m->needed[in[i]] = true;
    }
    for (int i = 0; i < tw_tile_code_scalars(code); i++) made->scalar[i] = scalars[i];
}
