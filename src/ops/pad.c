// pad: zeros before and behind along an axis. Its adjoint is slice.
#include "ops/axes.h"
#include "ops/move.h"

#include "base/checked.h"

enum { AXIS, BEFORE, BEHIND }; // in attributes.integer

static tw_status shape(const tw_op_shapes *s) {
    const int64_t *a = s->attributes->integer;
    s->out->size[a[AXIS]] += a[BEFORE] + a[BEHIND];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    const int64_t *a = d->attributes->integer;
    int64_t size = tw_node_shape(d->graph, d->in[0])->size[a[AXIS]];
    d->d_in[0] = tw_slice(d->graph, d->d_out, (int)a[AXIS], a[BEFORE], size);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int64_t *a = kernel->attributes->integer;
    tw_axis_split x = tw_axis_split_of(&kernel->in_shape[0], (int)a[AXIS]);
    int64_t step = x.inner * (int64_t)tw_dtype_size(kernel->in_dtype[0]);
    tw_section sections[] = {{NULL, a[BEFORE] * step, 0},
                             {kernel->in[0], x.size * step, x.size * step},
                             {NULL, a[BEHIND] * step, 0}};
    tw_move_sections(kernel, sections, 3, number);
}

static const tw_op op = {
    .name = "pad",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = tw_move_prepare,
    .chunk = chunk,
};

tw_node tw_pad(tw_graph *graph, tw_node x, int axis, int64_t before, int64_t behind) {
    int counted = tw_fixed_axis_of(graph, "pad", x, axis);
    if (counted < 0) return TW_NO_NODE;
    int64_t size = tw_node_shape(graph, x)->size[counted];
    if (before < 0 || behind < 0 || !tw_checked_add(size, before, &size) ||
        !tw_checked_add(size, behind, &size)) {
        tw_graph_fail(graph, TW_BAD_SHAPE, "pad: %lld before and %lld behind; both are from 0",
                      (long long)before, (long long)behind);
        return TW_NO_NODE;
    }
    if (before == 0 && behind == 0) return x;
    tw_attributes attributes = {
        .integer = {[AXIS] = counted, [BEFORE] = before, [BEHIND] = behind}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
