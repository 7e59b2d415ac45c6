// Arithmetic of axes and sizes that operators share.
#include "ops/axes.h"

#include <stdio.h>

#include "base/checked.h"

int tw_axis_of(tw_graph *graph, const char *name, tw_node x, int axis) {
    if (tw_graph_check(graph) != TW_OK) return -1;
    const tw_shape *shape = tw_node_shape(graph, x);
    int counted = axis < 0 ? axis + shape->rank : axis;
    if (counted >= 0 && counted < shape->rank) return counted;
    char text[TW_SHAPE_TEXT_BYTES];
    tw_shape_format(shape, text);
    if (shape->rank == 0) {
        tw_graph_fail(graph, TW_BAD_SHAPE, "%s: input is a scalar; it has no axis %d", name, axis);
    } else {
        tw_graph_fail(graph, TW_BAD_SHAPE, "%s: axis %d of %s; an axis is from %d to %d", name,
                      axis, text, -shape->rank, shape->rank - 1);
    }
    return -1;
}

int tw_fixed_axis_of(tw_graph *graph, const char *name, tw_node x, int axis) {
    int counted = tw_axis_of(graph, name, x, axis);
    if (counted < 0) return -1;
    const tw_shape *shape = tw_node_shape(graph, x);
    if (shape->size[counted] >= 0) return counted;
    char text[TW_SHAPE_TEXT_BYTES];
    tw_graph_fail(graph, TW_BAD_SHAPE, "%s: axis %d of %s holds the batch; choose another", name,
                  axis, tw_shape_format(shape, text));
    return -1;
}

tw_axis_split tw_axis_split_of(const tw_shape *shape, int axis) {
    tw_axis_split split = {1, shape->size[axis], 1};
    for (int i = 0; i < axis; i++) split.outer *= shape->size[i];
    for (int i = axis + 1; i < shape->rank; i++) split.inner *= shape->size[i];
    return split;
}

int64_t tw_merged_size(const tw_shape *shape, int first, int end) {
    int64_t size = 1;
    for (int i = first; i < end; i++) {
        if (!tw_checked_multiply(size, shape->size[i], &size)) return 0;
    }
    return size;
}

int64_t tw_shape_share(const tw_shape *shape, bool *has_batch) {
    int64_t size = tw_merged_size(shape, 0, shape->rank);
    *has_batch = false;
    for (int i = 0; i < shape->rank; i++) *has_batch = *has_batch || shape->size[i] < 0;
    return size < 0 ? -size : size;
}

tw_node tw_repeat_along(tw_graph *graph, tw_node x, tw_node like, int axis) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    tw_shape whole = *tw_node_shape(graph, like), kept = whole;
    kept.size[axis] = 1;
    return tw_expand(graph, tw_reshape(graph, x, kept), whole);
}

tw_attributes tw_shape_attributes(const tw_shape *shape) {
    tw_attributes attributes = {.integer = {shape->rank}};
    for (int i = 0; i < shape->rank; i++) attributes.integer[1 + i] = shape->size[i];
    return attributes;
}

tw_shape tw_attributes_shape(const tw_attributes *attributes) {
    tw_shape shape = {.rank = (int)attributes->integer[0]};
    for (int i = 0; i < shape.rank; i++) shape.size[i] = attributes->integer[1 + i];
    return shape;
}

tw_status tw_op_need_number(const tw_op_shapes *shapes, int input) {
    tw_dtype have = shapes->in_dtype[input], want = tw_graph_dtype(shapes->graph);
    if (have == want) return TW_OK;
    return tw_graph_fail(shapes->graph, TW_BAD_ARGUMENT,
                         "%s: input %d is of type %s; numbers of type %s can be computed with",
                         shapes->name, input + 1, tw_dtype_name(have), tw_dtype_name(want));
}

tw_status tw_op_need_index(const tw_op_shapes *shapes, int input) {
    tw_dtype have = shapes->in_dtype[input];
    if (have == TW_I32) return TW_OK;
    return tw_graph_fail(shapes->graph, TW_BAD_ARGUMENT,
                         "%s: input %d is of type %s; whole numbers, i32, are needed", shapes->name,
                         input + 1, tw_dtype_name(have));
}

// ---- wrong indices

// Position first, so that the smallest fault is the first in order; the index is kept beside it, since
// its memory may be used again by the time that it is told.
int64_t tw_index_fault(int64_t position, int32_t index) {
    return (position + 1) * ((int64_t)1 << 32) + (int64_t)(uint32_t)index;
}

void tw_index_explain(const char *name, const char *what, const char *whats, int64_t count,
                      int64_t fault, char *message, size_t bytes) {
    int32_t index = (int32_t)(uint32_t)(fault & INT64_C(0xffffffff));
    snprintf(message, bytes, "%s: %s %d at position %lld; %s are 0 to %lld", name, what, (int)index,
             (long long)((fault >> 32) - 1), whats, (long long)(count - 1));
}

// ---- the batch as a number

static tw_status batch_size_shape(const tw_op_shapes *shapes) {
    *shapes->out = TW_SCALAR;
    return TW_OK;
}

static void batch_size_prepare(tw_kernel *kernel) {
    kernel->chunk_count = 1;
    kernel->chunk_ns = 5.0;
}

static void batch_size_chunk(const tw_kernel *kernel, int64_t chunk) {
    (void)chunk;
    int64_t size = kernel->attributes->integer[0] * kernel->batch;
    if (kernel->dtype == TW_F32) {
        *(float *)kernel->out = (float)size;
    } else {
        *(double *)kernel->out = (double)size;
    }
}

static const tw_op batch_size = {
    .name = "batch_size",
    .inputs = 0,
    .shape = batch_size_shape,
    .gradient = NULL,
    .prepare = batch_size_prepare,
    .chunk = batch_size_chunk,
};

tw_node tw_size_node(tw_graph *graph, int64_t size) {
    if (size >= 0) return tw_constant(graph, (double)size);
    tw_attributes attributes = {.integer = {-size}};
    return tw_graph_add(graph, &batch_size, NULL, 0, &attributes);
}
