// Axes and sizes of operators: counted from the end, merged, split, and repeated along.
#ifndef TW_OPS_AXES_H
#define TW_OPS_AXES_H

#include "ops/op.h"

// The axis that `axis` means, counted from the end where negative. Latches TW_BAD_SHAPE as in
// "sum: axis 2 of [B, 4]; an axis is from -2 to 1", and gives -1.
int tw_axis_of(tw_graph *graph, const char *name, tw_node x, int axis);

// The same for an axis that must not hold TW_BATCH.
int tw_fixed_axis_of(tw_graph *graph, const char *name, tw_node x, int axis);

// A real shape seen as [outer, size, inner], size that of one axis.
typedef struct tw_axis_split {
    int64_t outer, size, inner;
} tw_axis_split;

tw_axis_split tw_axis_split_of(const tw_shape *shape, int axis);

// Elements of a shape for one example, and whether it holds TW_BATCH: [B, 3] has 3 for each.
int64_t tw_shape_share(const tw_shape *shape, bool *has_batch);

// The size of axes [first, end) made one: [B, 28] gives -28, of which TW_BATCH is -1.
int64_t tw_merged_size(const tw_shape *shape, int first, int end);

// `x` without an axis that `like` has, repeated along it to the shape of `like`.
tw_node tw_repeat_along(tw_graph *graph, tw_node x, tw_node like, int axis);

// The size of an axis, or the product of several, as a scalar node: a constant, or with TW_BATCH a
// multiple of each run's B.
tw_node tw_size_node(tw_graph *graph, int64_t size);

// A shape among a node's attributes, from integer[0]: rank and sizes.
tw_attributes tw_shape_attributes(const tw_shape *shape);
tw_shape tw_attributes_shape(const tw_attributes *attributes);

// Checks of an input's type: the graph's; whole numbers. Latch TW_BAD_ARGUMENT.
tw_status tw_op_need_number(const tw_op_shapes *shapes, int input);
tw_status tw_op_need_index(const tw_op_shapes *shapes, int input);

// What an operator says of a wrong index: `fault` by tw_index_fault, "gather: index 12 at position 3;
// indices are 0 to 9".
int64_t tw_index_fault(int64_t position, int32_t index);
void tw_index_explain(const char *name, const char *what, const char *whats, int64_t count,
                      int64_t fault, char *message, size_t bytes);

#endif
