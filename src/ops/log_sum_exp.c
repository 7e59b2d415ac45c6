// log_sum_exp: log(sum(exp(x))) over the last axis, shifted by each row's largest so that no exponential
// overflows (Blanchard, Higham and Higham, 2021). The gradient is softmax(x).
#include "ops/axes.h"
#include "ops/rows.h"

#include <math.h>

#include "base/vector_math.h"

#define CHUNK_ELEMENTS 16384
#define ELEMENT_NS 1.5

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    if (tw_op_need_last_axis(s) != TW_OK) return tw_graph_check(s->graph);
    s->out->rank -= 1;
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node x = d->in[0];
    int axis = tw_node_shape(g, x)->rank - 1;
    d->d_in[0] = tw_mul(g, tw_softmax(g, x), tw_repeat_along(g, d->d_out, x, axis));
}

static void prepare(tw_kernel *kernel) {
    tw_rows_prepare(kernel, CHUNK_ELEMENTS, ELEMENT_NS);
}

// A row whose largest is infinite has that as its result, where the formula would give NaN.
#define TW_BLOCK_LOG_SUM_EXP(suffix, real)                                                         \
    static void block_log_sum_exp_##suffix(const tw_kernel *kernel, int64_t first, int64_t rows,   \
                                           int64_t width) {                                        \
        real top[TW_ROWS_BLOCK];                                                                   \
        double sum[TW_ROWS_BLOCK];                                                                 \
        real *out = (real *)kernel->out + first;                                                   \
        tw_rows_exp_sum_##suffix((const real *)kernel->in[0] + first * width, rows, width, top,    \
                                 sum);                                                             \
        tw_log_f64(sum, sum, rows);                                                                \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            out[r] = isinf(top[r]) ? top[r] : (real)((double)top[r] + sum[r]);                     \
        }                                                                                          \
    }

TW_BLOCK_LOG_SUM_EXP(f32, float)
TW_BLOCK_LOG_SUM_EXP(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int64_t step = tw_rows_of_block(range.width);
    for (int64_t first = range.first; first < range.end; first += step) {
        int64_t rows = range.end - first < step ? range.end - first : step;
        if (kernel->dtype == TW_F32) {
            block_log_sum_exp_f32(kernel, first, rows, range.width);
        } else {
            block_log_sum_exp_f64(kernel, first, rows, range.width);
        }
    }
}

static const tw_op op = {
    .name = "log_sum_exp",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_log_sum_exp(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
