// log_softmax: x - log(sum(exp(x))) over the last axis, as (x - top) - log(sum(exp(x - top))) with each
// row's largest as top: accurate also for rows far from 0. The gradient d - exp(y) sum(d) is made from
// the output y.
#include "ops/axes.h"
#include "ops/rows.h"

#include "base/vector_math.h"

#define CHUNK_ELEMENTS 16384
#define ELEMENT_NS 1.5

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    return tw_op_need_last_axis(s);
}

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    int axis = tw_node_shape(g, d->out)->rank - 1;
    tw_node sum = tw_repeat_along(g, tw_sum(g, d->d_out, axis), d->out, axis);
    d->d_in[0] = tw_sub(g, d->d_out, tw_mul(g, tw_exp(g, d->out), sum));
}

static void prepare(tw_kernel *kernel) {
    tw_rows_prepare(kernel, CHUNK_ELEMENTS, ELEMENT_NS);
}

#define TW_BLOCK_LOG_SOFTMAX(suffix, real)                                                         \
    static void block_log_softmax_##suffix(const tw_kernel *kernel, int64_t first, int64_t rows,   \
                                           int64_t width) {                                        \
        real top[TW_ROWS_BLOCK];                                                                   \
        double sum[TW_ROWS_BLOCK];                                                                 \
        const real *x = (const real *)kernel->in[0] + first * width;                               \
        real *out = (real *)kernel->out + first * width;                                           \
        tw_rows_exp_sum_##suffix(x, rows, width, top, sum);                                        \
        tw_log_f64(sum, sum, rows);                                                                \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            real shift = top[r], log_sum = (real)sum[r];                                           \
            for (int64_t i = r * width; i < (r + 1) * width; i++) {                                \
                out[i] = (x[i] - shift) - log_sum;                                                 \
            }                                                                                      \
        }                                                                                          \
    }

TW_BLOCK_LOG_SOFTMAX(f32, float)
TW_BLOCK_LOG_SOFTMAX(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int64_t step = tw_rows_of_block(range.width);
    for (int64_t first = range.first; first < range.end; first += step) {
        int64_t rows = range.end - first < step ? range.end - first : step;
        if (kernel->dtype == TW_F32) {
            block_log_softmax_f32(kernel, first, rows, range.width);
        } else {
            block_log_softmax_f64(kernel, first, rows, range.width);
        }
    }
}

static const tw_op op = {
    .name = "log_softmax",
    .inputs = 1,
    .reuses = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_log_softmax(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
