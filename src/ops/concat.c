// concat: nodes one behind the other along an axis. Each part's gradient is its slice.
#include "ops/axes.h"
#include "ops/move.h"

#include "base/checked.h"

static tw_status shape(const tw_op_shapes *s) {
    int axis = (int)s->attributes->integer[0];
    char first[TW_SHAPE_TEXT_BYTES], other[TW_SHAPE_TEXT_BYTES];
    for (int i = 1; i < s->in_count; i++) {
        tw_shape same = *s->in[i];
        same.size[axis] = s->in[0]->size[axis]; // free to differ, but for the batch
        if (!tw_shape_equal(&same, s->in[0]) || s->in[i]->size[axis] < 0) {
            return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                                 "concat: part 1 is %s, part %d is %s; they may differ only in "
                                 "axis %d",
                                 tw_shape_format(s->in[0], first), i + 1,
                                 tw_shape_format(s->in[i], other), axis);
        }
        if (s->in_dtype[i] != s->in_dtype[0]) {
            return tw_graph_fail(
                s->graph, TW_BAD_ARGUMENT,
                "concat: part 1 is of type %s, part %d of %s; they must be the same",
                tw_dtype_name(s->in_dtype[0]), i + 1, tw_dtype_name(s->in_dtype[i]));
        }
        if (!tw_checked_add(s->out->size[axis], s->in[i]->size[axis], &s->out->size[axis])) {
            return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                                 "concat: the result has too many elements");
        }
    }
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    int axis = (int)d->attributes->integer[0];
    int64_t first = 0;
    for (int i = 0; i < d->in_count; i++) {
        int64_t size = tw_node_shape(d->graph, d->in[i])->size[axis];
        if (d->needed[i]) d->d_in[i] = tw_slice(d->graph, d->d_out, axis, first, size);
        first += size;
    }
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_section sections[TW_OP_INPUTS_MAX];
    for (int i = 0; i < kernel->in_count; i++) {
        tw_axis_split part =
            tw_axis_split_of(&kernel->in_shape[i], (int)kernel->attributes->integer[0]);
        int64_t bytes = part.size * part.inner * (int64_t)tw_dtype_size(kernel->in_dtype[0]);
        sections[i] = (tw_section){kernel->in[i], bytes, bytes};
    }
    tw_move_sections(kernel, sections, kernel->in_count, number);
}

static const tw_op op = {
    .name = "concat",
    .inputs = -1,
    .shape = shape,
    .gradient = gradient,
    .prepare = tw_move_prepare,
    .chunk = chunk,
};

tw_node tw_concat(tw_graph *graph, const tw_node *parts, int count, int axis) {
    if (count < 1 || count > TW_OP_INPUTS_MAX) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "concat: %d parts; 1 to %d can be joined", count,
                      TW_OP_INPUTS_MAX);
        return TW_NO_NODE;
    }
    int counted = tw_fixed_axis_of(graph, "concat", parts[0], axis);
    if (counted < 0) return TW_NO_NODE;
    if (count == 1) return parts[0];
    tw_attributes attributes = {.integer = {counted}};
    return tw_graph_add(graph, &op, parts, count, &attributes);
}
