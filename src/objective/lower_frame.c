// Frames: the values of an index over all values of those around it, and what is repeated along it.
#include "objective/lowering.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { REGULAR_MAX = 3 }; // axes that a nest of regular frames has; more are walked by a map

static bool same_spelling(const tw_lowering *l, uint32_t a, uint32_t b) {
    const tw_expr_tree *tree = l->text->tree;
    const tw_expr_node *left = &tree->nodes[a], *right = &tree->nodes[b];
    return left->length == right->length &&
           memcmp(tree->source.text + left->offset, tree->source.text + right->offset,
                  left->length) == 0;
}

void tw_frame_where(const tw_lowering *l, const tw_frame *frame, int64_t element,
                    char where[TW_WHERE_BYTES]) {
    char inner[TW_WHERE_BYTES] = "";
    where[0] = '\0';
    for (; frame != l->root; element = tw_frame_parent(frame, element), frame = frame->parent) {
        const tw_expr_node *sum = &l->text->tree->nodes[frame->symbol];
        if (!tw_expr_is_over_index(sum)) continue;
        const char *name = l->text->tree->source.text + sum->offset;
        snprintf(where, TW_WHERE_BYTES, " where %.*s = %.0f%s%.120s", (int)sum->length, name,
                 frame->index[element], inner[0] == '\0' ? "" : ", ", inner);
        memcpy(inner, where + strlen(" where "), strlen(where) + 1 - strlen(" where "));
    }
}

// ---- which frame a sum belongs in

// The frame of the index that the name `at` spells, or NULL if it is bound inside of `sum`.
static tw_frame *frame_of_name(const tw_lowering *l, uint32_t at, uint32_t sum) {
    const tw_expr_tree *tree = l->text->tree;
    for (uint32_t i = at + 1; i <= sum; i++) {
        const tw_expr_node *inner = &tree->nodes[i];
        bool inside = tw_expr_is_over_index(inner) && inner->child[1] < at && at <= inner->child[2];
        if (inside && same_spelling(l, i, at)) return NULL;
    }
    for (tw_frame *frame = l->frame; frame != l->root; frame = frame->parent)
        if (tw_expr_is_over_index(&tree->nodes[frame->symbol]) &&
            same_spelling(l, frame->symbol, at))
            return frame;
    return NULL;
}

static tw_frame *frame_for(const tw_lowering *l, uint32_t sum) {
    const tw_objective_text *text = l->text;
    tw_frame *deepest = l->root;
    for (uint32_t i = tw_expr_first(text->tree, sum); i < sum; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        tw_frame *frame = NULL;
        if (node->kind != TW_EXPR_NAME) continue;
        if (node->symbol == TW_EXPR_NONE)
            frame = frame_of_name(l, i, sum);
        else if (text->symbols[node->symbol].meaning == TW_MEANS_INDEX)
            frame = l->index.frame;
        if (frame != NULL) deepest = tw_frame_inner(deepest, frame);
    }
    return deepest;
}

// ---- entering

static tw_status check_bound(tw_lowering *l, tw_expr_root at, const char *what,
                             const tw_lowered *bound) {
    if (!tw_is_number(bound))
        return tw_objective_text_fail(l->text, at, NULL,
                                      "the %s index depends on a variable; it is a number", what);
    for (int64_t i = 0; i < bound->frame->count; i++) {
        double value = tw_lowered_at(bound, i);
        if (value == rint(value) && fabs(value) < 1e9) continue;
        char where[TW_WHERE_BYTES], digits[TW_NUMBER_BYTES];
        tw_frame_where(l, bound->frame, i, where);
        return tw_objective_text_fail(
            l->text, at, NULL, "the %s index is %s%s; it is a whole number%s", what,
            tw_format_number(value, digits), where, value == rint(value) ? " below 1e9" : "");
    }
    return TW_OK;
}

static int64_t span(const tw_lowered *from, const tw_lowered *to, int64_t element) {
    double length = tw_lowered_at(to, element) - tw_lowered_at(from, element) + 1;
    return length > 0 ? (int64_t)length : 0;
}

static tw_status measure(tw_lowering *l, tw_expr_root sum, const tw_lowered *from,
                         const tw_lowered *to, tw_frame *frame) {
    frame->length = span(from, to, 0);
    for (int64_t i = 0; i < frame->parent->count; i++) {
        int64_t length = span(from, to, i);
        if (length != frame->length) frame->length = -1;
        frame->count += length;
        if (frame->count > TW_FRAME_ELEMENTS_MAX)
            return tw_objective_text_fail(l->text, sum, NULL,
                                          "more than %lld terms; they would not fit",
                                          (long long)TW_FRAME_ELEMENTS_MAX);
    }
    if (frame->parent->shape.rank == REGULAR_MAX) frame->length = -1;
    return TW_OK;
}

static tw_status fill(tw_lowering *l, const tw_lowered *from, const tw_lowered *to,
                      tw_frame *frame) {
    bool ragged = frame->length < 0;
    frame->index = tw_allocate(l->context, (size_t)frame->count, sizeof *frame->index);
    if (ragged) frame->map = tw_allocate(l->context, (size_t)frame->count, sizeof *frame->map);
    if (frame->index == NULL || (ragged && frame->map == NULL)) return TW_NO_MEMORY;
    int64_t at = 0;
    for (int64_t i = 0; i < frame->parent->count; i++) {
        double first = tw_lowered_at(from, i);
        for (int64_t k = 0, length = span(from, to, i); k < length; k++, at++) {
            frame->index[at] = first + (double)k;
            if (ragged) frame->map[at] = (int32_t)i;
        }
    }
    assert(at == frame->count);
    frame->shape = ragged ? TW_SCALAR : frame->parent->shape;
    frame->shape.size[frame->shape.rank++] = ragged ? frame->count : frame->length;
    return TW_OK;
}

tw_status tw_frame_enter(tw_lowering *l, tw_expr_root sum, tw_lowered *from, tw_lowered *to,
                         tw_frame **frame) {
    *frame = NULL;
    const tw_expr_node *node = &l->text->tree->nodes[sum];
    tw_status status = check_bound(l, node->child[0], "first", from);
    if (status == TW_OK) status = check_bound(l, node->child[1], "last", to);
    if (status != TW_OK) return status;
    tw_frame *made = tw_allocate(l->context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    tw_frame *parent = frame_for(l, sum);
    *made =
        (tw_frame){.parent = parent, .depth = parent->depth + 1, .symbol = sum, .next = l->frames};
    l->frames = made;
    if (parent != l->root) {
        status = tw_lowered_lift(l, from, parent, node->child[0]);
        if (status == TW_OK) status = tw_lowered_lift(l, to, parent, node->child[1]);
    }
    if (status == TW_OK) status = measure(l, sum, from, to, made);
    if (status == TW_OK && made->count > 0) status = fill(l, from, to, made);
    *frame = made;
    return status;
}

// ---- numbers

tw_status tw_lowered_make(tw_lowering *l, tw_frame *frame, tw_expr_root at, tw_lowered *value) {
    *value = (tw_lowered){.frame = frame, .node = TW_NO_NODE};
    if (frame == l->root) return TW_OK;
    l->elements += frame->count;
    if (l->elements > TW_LOWERED_ELEMENTS_MAX)
        return tw_objective_text_fail(l->text, at, NULL,
                                      "more than %lld numbers are to be computed beforehand",
                                      (long long)TW_LOWERED_ELEMENTS_MAX);
    value->numbers = tw_allocate(l->context, (size_t)frame->count, sizeof *value->numbers);
    return value->numbers == NULL ? TW_NO_MEMORY : TW_OK;
}

tw_status tw_lowered_lift(tw_lowering *l, tw_lowered *value, tw_frame *frame, tw_expr_root at) {
    if (value->frame == frame || frame == l->root) return TW_OK;
    tw_status status = tw_lowered_lift(l, value, frame->parent, at);
    tw_lowered lifted;
    if (status == TW_OK) status = tw_lowered_make(l, frame, at, &lifted);
    if (status != TW_OK) return status;
    for (int64_t i = 0; i < frame->count; i++)
        lifted.numbers[i] =
            tw_lowered_at(value, value->frame == l->root ? 0 : tw_frame_parent(frame, i));
    tw_lowered_free(value);
    *value = lifted;
    return TW_OK;
}

// ---- nodes

static bool same_table(const tw_lowered_table *table, const void *elements, size_t bytes,
                       tw_dtype dtype, const tw_shape *shape) {
    return table->bytes == bytes && table->dtype == dtype && tw_shape_equal(&table->shape, shape) &&
           memcmp(table->elements, elements, bytes) == 0;
}

tw_status tw_lowering_table(tw_lowering *l, const void *elements, tw_dtype dtype,
                            const tw_shape *shape, tw_node *node) {
    size_t bytes = (size_t)tw_shape_elements(shape) * tw_dtype_size(dtype);
    for (size_t i = 0; i < l->table_count; i++) {
        if (!same_table(&l->tables[i], elements, bytes, dtype, shape)) continue;
        *node = l->tables[i].node;
        return TW_OK;
    }
    tw_status status = tw_grow(l->context, (void **)&l->tables, l->table_count, &l->table_capacity,
                               sizeof *l->tables);
    void *copy = status == TW_OK ? tw_allocate(l->context, bytes, 1) : NULL;
    if (copy == NULL) return TW_NO_MEMORY;
    memcpy(copy, elements, bytes);
    char name[32];
    snprintf(name, sizeof name, "table%zu", l->table_count + 1);
    *node = tw_input(l->graph, name, dtype, *shape);
    l->tables[l->table_count++] = (tw_lowered_table){
        .node = *node, .elements = copy, .bytes = bytes, .dtype = dtype, .shape = *shape};
    return tw_lowering_check(l);
}

// Numbers of a frame as an input in the graph's type.
static tw_status table_of(tw_lowering *l, const tw_lowered *value, tw_node *node) {
    tw_dtype dtype = tw_graph_dtype(l->graph);
    if (dtype == TW_F64)
        return tw_lowering_table(l, value->numbers, dtype, &value->frame->shape, node);
    float *narrow = tw_allocate(l->context, (size_t)value->frame->count, sizeof *narrow);
    if (narrow == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < value->frame->count; i++) narrow[i] = (float)value->numbers[i];
    tw_status status = tw_lowering_table(l, narrow, dtype, &value->frame->shape, node);
    tw_release(narrow);
    return status;
}

tw_node tw_frame_expand(tw_lowering *l, tw_frame *frame, tw_node node) {
    return tw_expand(l->graph, node, frame->shape);
}

// From frame->parent, in which `node` may be broadcast, to frame.
static tw_status lift_node(tw_lowering *l, tw_frame *frame, tw_node *node) {
    if (tw_node_shape(l->graph, *node)->rank == 0) return TW_OK; // broadcast anywhere
    if (frame->length >= 0) {
        tw_shape shape = *tw_node_shape(l->graph, *node);
        shape.size[shape.rank++] = 1;
        *node = tw_reshape(l->graph, *node, shape);
        return TW_OK;
    }
    tw_node whole = tw_frame_expand(l, frame->parent, *node), map;
    whole = tw_reshape(l->graph, whole, TW_SHAPE(frame->parent->count));
    tw_status status = tw_lowering_table(l, frame->map, TW_I32, &frame->shape, &map);
    if (status == TW_OK) *node = tw_gather(l->graph, whole, map);
    return status;
}

static tw_status lift_from(tw_lowering *l, const tw_frame *from, tw_frame *to, tw_node *node) {
    if (from == to || to == l->root) return TW_OK;
    tw_status status = lift_from(l, from, to->parent, node);
    return status == TW_OK ? lift_node(l, to, node) : status;
}

tw_status tw_lowered_to_node(tw_lowering *l, const tw_lowered *value, tw_frame *frame,
                             tw_node *node) {
    tw_status status = TW_OK;
    *node = value->node;
    if (tw_is_number(value)) {
        if (value->numbers == NULL)
            *node = tw_constant(l->graph, value->number);
        else
            status = table_of(l, value, node);
    }
    if (status == TW_OK) status = lift_from(l, value->frame, frame, node);
    return status == TW_OK ? tw_lowering_check(l) : status;
}
