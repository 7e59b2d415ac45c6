// Sums and products over a frame, down to the frame around it.
#include "objective/lowering.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

// ---- numbers

static tw_status reduce_numbers(tw_lowering *l, tw_expr_root at, tw_frame *frame,
                                const tw_lowered *body, bool sum, tw_lowered *out) {
    tw_status status = tw_lowered_make(l, frame->parent, at, out);
    if (status != TW_OK) return status;
    double *totals = out->numbers == NULL ? &out->number : out->numbers;
    for (int64_t i = 0; i < frame->parent->count; i++) totals[i] = sum ? 0 : 1;
    for (int64_t i = 0; i < frame->count; i++) {
        double *total = &totals[tw_frame_parent(frame, i)];
        *total = sum ? *total + body->numbers[i] : *total * body->numbers[i];
    }
    return TW_OK;
}

// How many terms each element of the parent has.
static tw_status count_terms(tw_lowering *l, tw_expr_root at, tw_frame *frame, tw_lowered *out) {
    if (frame->length >= 0) {
        *out = tw_lowered_number(l, (double)frame->length);
        return TW_OK;
    }
    tw_status status = tw_lowered_make(l, frame->parent, at, out);
    for (int64_t i = 0; i < frame->count && status == TW_OK; i++) out->numbers[frame->map[i]] += 1;
    return status;
}

// A body that does not depend on the index: it times the number of terms, or to its power.
static tw_status reduce_repeated(tw_lowering *l, tw_expr_root at, tw_frame *frame, tw_lowered *body,
                                 bool sum, tw_lowered *out) {
    tw_lowered in[2] = {*body};
    tw_status status = count_terms(l, at, frame, &in[1]);
    body->numbers = NULL; // taken
    tw_frame *result = tw_frame_inner(in[0].frame, in[1].frame);
    if (status == TW_OK && !sum && !tw_is_number(&in[0])) {
        status = tw_lower_power(l, at, in, out);
    } else if (status == TW_OK && tw_is_number(&in[0])) {
        if (in[0].frame != l->root) status = tw_lowered_lift(l, &in[0], result, at);
        if (status == TW_OK && in[1].frame != l->root)
            status = tw_lowered_lift(l, &in[1], result, at);
        if (status == TW_OK) status = tw_lowered_make(l, result, at, out);
        double *totals = out->numbers == NULL ? &out->number : out->numbers;
        for (int64_t i = 0; i < result->count && status == TW_OK; i++)
            totals[i] = sum ? tw_lowered_at(&in[0], i) * tw_lowered_at(&in[1], i)
                            : pow(tw_lowered_at(&in[0], i), tw_lowered_at(&in[1], i));
    } else if (status == TW_OK) {
        tw_node value, count;
        status = tw_lowered_to_node(l, &in[0], result, &value);
        if (status == TW_OK) status = tw_lowered_to_node(l, &in[1], result, &count);
        if (status == TW_OK) *out = tw_lowered_node(result, tw_mul(l->graph, value, count));
    }
    tw_lowered_free(&in[0]);
    tw_lowered_free(&in[1]);
    return status;
}

// ---- nodes

static tw_status sum_nodes(tw_lowering *l, tw_frame *frame, tw_node body, tw_node *out) {
    if (frame->length >= 0) {
        *out = tw_sum(l->graph, body, -1);
        return TW_OK;
    }
    tw_node map;
    tw_status status = tw_lowering_table(l, frame->map, TW_I32, &frame->shape, &map);
    if (status != TW_OK) return status;
    *out = tw_scatter_add(l->graph, map, body, frame->parent->count);
    *out = tw_reshape(l->graph, *out, frame->parent->shape);
    return TW_OK;
}

// The product along axis 0 of [count, width], by halves: derivatives are right where factors are 0.
static tw_node halve(tw_graph *g, tw_node factors, int64_t count) {
    while (count > 1) {
        int64_t half = count / 2;
        tw_node product =
            tw_mul(g, tw_slice(g, factors, 0, 0, half), tw_slice(g, factors, 0, half, half));
        if (count % 2 == 1) {
            tw_node parts[2] = {product, tw_slice(g, factors, 0, count - 1, 1)};
            product = tw_concat(g, parts, 2, 0);
        }
        factors = product;
        count = half + count % 2;
    }
    return factors;
}

static tw_status regular_product(tw_lowering *l, tw_frame *frame, tw_node body, tw_node *out) {
    tw_graph *g = l->graph;
    int64_t width = frame->parent->count;
    tw_node factors = tw_reshape(g, body, TW_SHAPE(width, frame->length));
    if (width > 1) factors = tw_transpose(g, factors, (const int[]){1, 0});
    factors = tw_reshape(g, factors, TW_SHAPE(frame->length, width));
    *out = tw_reshape(g, halve(g, factors, frame->length), frame->parent->shape);
    return TW_OK;
}

// Products of different lengths: laid out as [longest, width] with ones where there is no factor.
static tw_status ragged_product(tw_lowering *l, tw_expr_root at, tw_frame *frame, tw_node body,
                                tw_node *out) {
    tw_graph *g = l->graph;
    int64_t width = frame->parent->count, longest = 0, length = 0;
    for (int64_t i = 0; i < frame->count; i++) {
        length = i > 0 && frame->map[i] == frame->map[i - 1] ? length + 1 : 1;
        if (length > longest) longest = length;
    }
    if (longest > TW_FRAME_ELEMENTS_MAX / width)
        return tw_objective_text_fail(l->text, at, NULL, "more than %lld factors",
                                      (long long)TW_FRAME_ELEMENTS_MAX);
    tw_shape shape = TW_SHAPE(longest, width);
    int32_t *places = tw_allocate(l->context, (size_t)(longest * width), sizeof *places);
    if (places == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < longest * width; i++) places[i] = (int32_t)frame->count; // the one
    for (int64_t i = 0; i < frame->count; i++) {
        length = i > 0 && frame->map[i] == frame->map[i - 1] ? length + 1 : 0;
        places[length * width + frame->map[i]] = (int32_t)i;
    }
    tw_node index, ones = tw_expand(g, tw_constant(g, 1), TW_SHAPE(1));
    tw_status status = tw_lowering_table(l, places, TW_I32, &shape, &index);
    tw_release(places);
    if (status != TW_OK) return status;
    tw_node table = tw_concat(g, (tw_node[]){body, ones}, 2, 0);
    *out = tw_reshape(g, halve(g, tw_gather(g, table, index), longest), frame->parent->shape);
    return TW_OK;
}

tw_status tw_lower_reduction(tw_lowering *l, tw_expr_root at, tw_frame *frame, tw_lowered *body,
                             tw_lowered *out) {
    bool sum = l->text->tree->nodes[at].kind == TW_EXPR_SUM_OVER;
    if (body->frame != frame) return reduce_repeated(l, at, frame, body, sum, out);
    if (tw_is_number(body)) return reduce_numbers(l, at, frame, body, sum, out);
    tw_node whole, reduced;
    tw_status status = tw_lowered_to_node(l, body, frame, &whole);
    if (status != TW_OK) return status;
    whole = tw_frame_expand(l, frame, whole);
    if (sum)
        status = sum_nodes(l, frame, whole, &reduced);
    else if (frame->length >= 0)
        status = regular_product(l, frame, whole, &reduced);
    else
        status = ragged_product(l, at, frame, whole, &reduced);
    if (status == TW_OK) *out = tw_lowered_node(frame->parent, reduced);
    return status;
}
