// slice: elements first .. first + count - 1 of an axis. Its adjoint is pad.
#include "ops/axes.h"
#include "ops/move.h"

enum { AXIS, FIRST, COUNT }; // in attributes.integer

static tw_status shape(const tw_op_shapes *s) {
    const int64_t *a = s->attributes->integer;
    s->out->size[a[AXIS]] = a[COUNT];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    const int64_t *a = d->attributes->integer;
    int64_t size = tw_node_shape(d->graph, d->in[0])->size[a[AXIS]];
    d->d_in[0] = tw_pad(d->graph, d->d_out, (int)a[AXIS], a[FIRST], size - a[FIRST] - a[COUNT]);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int64_t *a = kernel->attributes->integer;
    tw_axis_split x = tw_axis_split_of(&kernel->in_shape[0], (int)a[AXIS]);
    int64_t step = x.inner * (int64_t)tw_dtype_size(kernel->in_dtype[0]);
    tw_section section = {(const char *)kernel->in[0] + a[FIRST] * step, a[COUNT] * step,
                          x.size * step};
    tw_move_sections(kernel, &section, 1, number);
}

static const tw_op op = {
    .name = "slice",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = tw_move_prepare,
    .chunk = chunk,
};

tw_node tw_slice(tw_graph *graph, tw_node x, int axis, int64_t first, int64_t count) {
    int counted = tw_fixed_axis_of(graph, "slice", x, axis);
    if (counted < 0) return TW_NO_NODE;
    int64_t size = tw_node_shape(graph, x)->size[counted];
    if (first < 0 || count < 1 || first >= size || count > size - first) {
        tw_graph_fail(
            graph, TW_BAD_SHAPE,
            "slice: %lld elements from %lld of an axis of %lld; at least 1, and none behind "
            "the last",
            (long long)count, (long long)first, (long long)size);
        return TW_NO_NODE;
    }
    if (count == size) return x;
    tw_attributes attributes = {.integer = {[AXIS] = counted, [FIRST] = first, [COUNT] = count}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
