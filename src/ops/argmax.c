// argmax: the index of the largest over the last axis, the first of equals; a NaN is taken for the
// largest. It has no derivative.
#include "ops/axes.h"
#include "ops/rows.h"

#define CHUNK_ELEMENTS 16384
#define ELEMENT_NS 1.0

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    if (tw_op_need_last_axis(s) != TW_OK) return tw_graph_check(s->graph);
    s->out->rank -= 1;
    *s->out_dtype = TW_I32;
    return TW_OK;
}

static void prepare(tw_kernel *kernel) {
    tw_rows_prepare(kernel, CHUNK_ELEMENTS, ELEMENT_NS);
}

#define TW_ROW_ARGMAX(suffix, real)                                                                \
    static int32_t row_argmax_##suffix(const real *x, int64_t n) {                                 \
        int64_t best = 0;                                                                          \
        for (int64_t i = 1; i < n; i++) {                                                          \
            if (x[i] > x[best] || (x[i] != x[i] && x[best] == x[best])) best = i;                  \
        }                                                                                          \
        return (int32_t)best;                                                                      \
    }

TW_ROW_ARGMAX(f32, float)
TW_ROW_ARGMAX(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int32_t *out = kernel->out;
    for (int64_t r = range.first; r < range.end; r++) {
        if (kernel->dtype == TW_F32) {
            out[r] = row_argmax_f32((const float *)kernel->in[0] + r * range.width, range.width);
        } else {
            out[r] = row_argmax_f64((const double *)kernel->in[0] + r * range.width, range.width);
        }
    }
}

static const tw_op op = {
    .name = "argmax",
    .inputs = 1,
    .shape = shape,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_argmax(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
