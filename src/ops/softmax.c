// softmax: exp(x)/sum(exp(x)) over the last axis, shifted by each row's largest so that no exponential
// overflows. The gradient y (d - sum(y d)) is made from the output y.
#include "ops/axes.h"
#include "ops/rows.h"

#define CHUNK_ELEMENTS 16384
#define ELEMENT_NS 1.5

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    return tw_op_need_last_axis(s);
}

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node y = d->out, weighted = tw_mul(g, y, d->d_out);
    int axis = tw_node_shape(g, y)->rank - 1;
    tw_node mean = tw_repeat_along(g, tw_sum(g, weighted, axis), y, axis);
    d->d_in[0] = tw_mul(g, y, tw_sub(g, d->d_out, mean));
}

static void prepare(tw_kernel *kernel) {
    tw_rows_prepare(kernel, CHUNK_ELEMENTS, ELEMENT_NS);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int64_t at = range.first * range.width, rows = range.end - range.first;
    if (kernel->dtype == TW_F32) {
        tw_rows_softmax_f32((const float *)kernel->in[0] + at, rows, range.width,
                            (float *)kernel->out + at);
    } else {
        tw_rows_softmax_f64((const double *)kernel->in[0] + at, rows, range.width,
                            (double *)kernel->out + at);
    }
}

static const tw_op op = {
    .name = "softmax",
    .inputs = 1,
    .reuses = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_softmax(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
