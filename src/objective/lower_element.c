// Names and elements: variables, parameters, data, named parts.
#include "objective/lowering.h"

#include <assert.h>
#include <math.h>

#include "base/memory.h"

static const tw_objective_symbol *symbol_of(const tw_lowering *l, tw_expr_root at) {
    return &l->text->symbols[l->text->tree->nodes[at].symbol];
}

static tw_status fail_variable(tw_lowering *l, tw_expr_root at) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    return tw_objective_text_fail(
        l->text, at, NULL, "the %s is made of numbers, n and parameters; %.*s is a variable",
        l->what, (int)node->length, l->text->tree->source.text + node->offset);
}

// ---- names

// x_k as a scalar.
static tw_node coordinate(tw_lowering *l, int64_t index) {
    return tw_reshape(l->graph, tw_slice(l->graph, l->x, 0, index, 1), TW_SCALAR);
}

static tw_status lower_coordinate(tw_lowering *l, tw_expr_root at, tw_lowered *out) {
    const tw_objective_symbol *symbol = symbol_of(l, at);
    if (l->graph == NULL) return fail_variable(l, at);
    if (symbol->index >= l->text->n)
        return tw_objective_text_fail(l->text, at, NULL, "there is no %s: the dimension is %lld",
                                      symbol->name, (long long)l->text->n);
    *out = tw_lowered_node(l->root, coordinate(l, symbol->index));
    return TW_OK;
}

// A named part, made when it is first used, outside of all sums.
static tw_status lower_part(tw_lowering *l, int64_t number, tw_lowered *out) {
    const tw_objective_item *item = &l->text->items[number];
    if (!l->has_part[number]) {
        tw_frame *frame = l->frame;
        tw_lowered index = l->index;
        l->frame = l->root;
        tw_status status = tw_lower(l, l->text->values[item->value_first], &l->parts[number]);
        l->frame = frame;
        l->index = index;
        if (status != TW_OK) return status;
        l->has_part[number] = true;
    }
    *out = l->parts[number];
    return TW_OK;
}

// The index of a sum around this place.
static tw_status lower_index(tw_lowering *l, tw_expr_root at, tw_lowered *out) {
    const tw_expr_tree *tree = l->text->tree;
    const tw_expr_node *node = &tree->nodes[at];
    for (tw_frame *frame = l->frame; frame != l->root; frame = frame->parent) {
        const tw_expr_node *sum = &tree->nodes[frame->symbol];
        bool same = tw_expr_is_over_index(sum) && sum->length == node->length;
        for (size_t i = 0; same && i < node->length; i++)
            same = tree->source.text[sum->offset + i] == tree->source.text[node->offset + i];
        if (!same) continue;
        *out = (tw_lowered){
            .frame = frame, .node = TW_NO_NODE, .numbers = frame->index, .borrowed = true};
        return TW_OK;
    }
    assert(false); // bound by resolve
    return TW_OK;
}

tw_status tw_lower_name(tw_lowering *l, tw_expr_root at, tw_lowered *out) {
    if (l->text->tree->nodes[at].symbol == TW_EXPR_NONE) return lower_index(l, at, out);
    const tw_objective_symbol *symbol = symbol_of(l, at);
    switch (symbol->meaning) {
    case TW_MEANS_COORDINATE:
        return lower_coordinate(l, at, out);
    case TW_MEANS_PART:
        return lower_part(l, symbol->index, out);
    case TW_MEANS_INDEX:
        *out = l->index;
        out->borrowed = true;
        return TW_OK;
    case TW_MEANS_DIMENSION:
        *out = tw_lowered_number(l, (double)l->text->n);
        return TW_OK;
    default:
        assert(symbol->meaning == TW_MEANS_NUMBER);
        *out = tw_lowered_number(l, symbol->number);
        return TW_OK;
    }
}

// ---- elements

// The indices, from 0; checked against `size`.
static tw_status read_index(tw_lowering *l, tw_expr_root at, const tw_lowered *index, int64_t size,
                            int32_t **numbers) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    int length = (int)node->length;
    const char *name = l->text->tree->source.text + node->offset;
    int64_t count = index->frame->count;
    *numbers = tw_allocate(l->context, (size_t)count, sizeof **numbers);
    if (*numbers == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < count; i++) {
        double value = tw_lowered_at(index, i);
        (*numbers)[i] = value >= 1 && value <= (double)size ? (int32_t)value - 1 : -1;
        if ((*numbers)[i] >= 0 && value == rint(value)) continue;
        char where[TW_WHERE_BYTES], digits[TW_NUMBER_BYTES];
        tw_frame_where(l, index->frame, i, where);
        return tw_objective_text_fail(
            l->text, at, NULL, "%.*s has no element %s%s; its elements are 1 to %lld", length, name,
            tw_format_number(value, digits), where, (long long)size);
    }
    return TW_OK;
}

// The step of an arithmetic progression, 0 if the indices are none that rises.
static int32_t step_of(const int32_t *numbers, int64_t count) {
    int32_t step = count > 1 ? numbers[1] - numbers[0] : 1;
    if (step < 1) return 0;
    for (int64_t i = 1; i < count; i++)
        if (numbers[i] - numbers[i - 1] != step) return 0;
    return step;
}

// Elements first, first + step, ... of x: a slice where the step is 1; otherwise a column of x seen as
// rows of `step`. TW_NO_NODE where such rows would not fit into x.
static tw_node strided(tw_lowering *l, int64_t first, int64_t step, int64_t count) {
    tw_graph *g = l->graph;
    if (step == 1) return tw_slice(g, l->x, 0, first, count);
    int64_t column = first % step, begin = first - column;
    if (begin + count * step > l->text->n) return TW_NO_NODE;
    tw_node rows = tw_slice(g, l->x, 0, begin, count * step);
    return tw_slice(g, tw_reshape(g, rows, TW_SHAPE(count, step)), 1, column, 1);
}

static tw_status lower_vector(tw_lowering *l, tw_expr_root at, tw_lowered *index, tw_lowered *out) {
    if (l->graph == NULL) return fail_variable(l, at);
    int32_t *numbers;
    tw_status status = read_index(l, at, index, l->text->n, &numbers);
    int64_t count = index->frame->count, step = status == TW_OK ? step_of(numbers, count) : 0;
    const tw_shape *shape = &index->frame->shape;
    tw_node node = TW_NO_NODE, places;
    if (status == TW_OK && step > 0) node = strided(l, numbers[0], step, count);
    if (status == TW_OK && node.index >= 0) {
        *out = tw_lowered_node(index->frame, tw_reshape(l->graph, node, *shape));
    } else if (status == TW_OK) {
        status = tw_lowering_table(l, numbers, TW_I32, shape, &places);
        if (status == TW_OK)
            *out = tw_lowered_node(index->frame, tw_gather(l->graph, l->x, places));
    }
    tw_release(numbers);
    return status;
}

static tw_status lower_datum(tw_lowering *l, tw_expr_root at, const tw_lowered *index,
                             tw_lowered *out) {
    int64_t item = symbol_of(l, at)->index;
    int32_t *numbers;
    tw_status status = read_index(l, at, index, l->text->items[item].value_count, &numbers);
    if (status == TW_OK) status = tw_lowered_make(l, index->frame, at, out);
    for (int64_t i = 0; i < index->frame->count && status == TW_OK; i++) {
        double value = l->data[item][numbers[i]];
        if (out->numbers == NULL)
            out->number = value;
        else
            out->numbers[i] = value;
    }
    tw_release(numbers);
    return status;
}

// A named part of an index: its text with this index, in the index's frame.
static tw_status lower_sequence(tw_lowering *l, int64_t number, tw_lowered *index,
                                tw_lowered *out) {
    const tw_objective_item *item = &l->text->items[number];
    tw_frame *frame = l->frame;
    tw_lowered before = l->index;
    l->frame = index->frame;
    l->index = *index;
    l->index.borrowed = true;
    tw_status status = tw_lower(l, l->text->values[item->value_first], out);
    if (status == TW_OK &&
        out->numbers == index->numbers) { // the index itself: it stays the caller's
        out->borrowed = index->borrowed;
        index->borrowed = true;
    }
    l->frame = frame;
    l->index = before;
    return status;
}

tw_status tw_lower_element(tw_lowering *l, tw_expr_root at, tw_lowered *index, tw_lowered *out) {
    const tw_objective_symbol *symbol = symbol_of(l, at);
    if (!tw_is_number(index))
        return tw_objective_text_fail(l->text, at, NULL,
                                      "the index of %s depends on a variable; it is a number",
                                      symbol->name);
    if (symbol->meaning == TW_MEANS_VECTOR) return lower_vector(l, at, index, out);
    if (symbol->meaning == TW_MEANS_TABLE) return lower_datum(l, at, index, out);
    assert(symbol->meaning == TW_MEANS_SEQUENCE);
    return lower_sequence(l, symbol->index, index, out);
}
