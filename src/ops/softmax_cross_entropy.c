// softmax_cross_entropy: -log softmax(logits)[label], as log(sum(exp(x - top))) - (x[label] - top).
// Its gradient is d (softmax(logits) - one_hot(label)); the difference is an operator of its own, one
// pass over the logits, with softmax's gradient.
#include "ops/axes.h"
#include "ops/rows.h"

#include "base/vector_math.h"

#define CHUNK_ELEMENTS 16384
#define ELEMENT_NS 1.5

static tw_status check(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK || tw_op_need_index(s, 1) != TW_OK) {
        return tw_graph_check(s->graph);
    }
    if (tw_op_need_last_axis(s) != TW_OK) return tw_graph_check(s->graph);
    tw_shape rows = *s->in[0];
    rows.rank -= 1;
    if (tw_shape_equal(&rows, s->in[1])) return TW_OK;
    char logits[TW_SHAPE_TEXT_BYTES], labels[TW_SHAPE_TEXT_BYTES], right[TW_SHAPE_TEXT_BYTES];
    return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                         "softmax_cross_entropy: logits %s with labels %s; the labels must be %s",
                         tw_shape_format(s->in[0], logits), tw_shape_format(s->in[1], labels),
                         tw_shape_format(&rows, right));
}

static void prepare(tw_kernel *kernel) {
    tw_rows_prepare(kernel, CHUNK_ELEMENTS, ELEMENT_NS);
}

// The label of a row, or -1 where it is none; then the run stops.
static int64_t label_of(const tw_kernel *kernel, int64_t row, int64_t classes) {
    int32_t label = ((const int32_t *)kernel->in[1])[row];
    if (label >= 0 && label < classes) return label;
    tw_kernel_fault(kernel, tw_index_fault(row, label));
    return -1;
}

static void explain(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes) {
    const tw_shape *logits = &kernel->in_shape[0];
    tw_index_explain("softmax_cross_entropy", "label", "labels", logits->size[logits->rank - 1],
                     fault, message, bytes);
}

// ---- softmax(logits) - one_hot(label)

static void difference_gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node y = tw_softmax(g, d->in[0]);
    int axis = tw_node_shape(g, y)->rank - 1;
    tw_node mean = tw_repeat_along(g, tw_sum(g, tw_mul(g, y, d->d_out), axis), y, axis);
    d->d_in[0] = tw_mul(g, y, tw_sub(g, d->d_out, mean));
}

static void difference_chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int64_t width = range.width, at = range.first * width, rows = range.end - range.first;
    float *out_f32 = kernel->out;
    double *out_f64 = kernel->out;
    if (kernel->dtype == TW_F32) {
        tw_rows_softmax_f32((const float *)kernel->in[0] + at, rows, width, out_f32 + at);
    } else {
        tw_rows_softmax_f64((const double *)kernel->in[0] + at, rows, width, out_f64 + at);
    }
    for (int64_t r = range.first; r < range.end; r++) {
        int64_t label = label_of(kernel, r, width);
        if (label < 0) continue;
        if (kernel->dtype == TW_F32) {
            out_f32[r * width + label] -= 1.0f;
        } else {
            out_f64[r * width + label] -= 1.0;
        }
    }
}

static const tw_op difference = {
    .name = "softmax_less_label",
    .inputs = 2,
    .reuses = 1,
    .shape = check,
    .gradient = difference_gradient,
    .prepare = prepare,
    .chunk = difference_chunk,
    .explain = explain,
};

// ---- the loss

static tw_status shape(const tw_op_shapes *s) {
    if (check(s) != TW_OK) return tw_graph_check(s->graph);
    *s->out = *s->in[1];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node x = d->in[0];
    int axis = tw_node_shape(g, x)->rank - 1;
    tw_node slope = tw_graph_add(g, &difference, d->in, 2, NULL);
    d->d_in[0] = tw_mul(g, slope, tw_repeat_along(g, d->d_out, x, axis));
}

#define TW_BLOCK_CROSS_ENTROPY(suffix, real)                                                       \
    static void block_cross_entropy_##suffix(const tw_kernel *kernel, int64_t first, int64_t rows, \
                                             int64_t width) {                                      \
        real top[TW_ROWS_BLOCK];                                                                   \
        double sum[TW_ROWS_BLOCK];                                                                 \
        const real *x = (const real *)kernel->in[0] + first * width;                               \
        real *out = (real *)kernel->out + first;                                                   \
        tw_rows_exp_sum_##suffix(x, rows, width, top, sum);                                        \
        tw_log_f64(sum, sum, rows);                                                                \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            int64_t label = label_of(kernel, first + r, width);                                    \
            out[r] = label < 0 ? 0 : (real)(sum[r] - (double)(x[r * width + label] - top[r]));     \
        }                                                                                          \
    }

TW_BLOCK_CROSS_ENTROPY(f32, float)
TW_BLOCK_CROSS_ENTROPY(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_row_range range = tw_rows_range(kernel, number);
    int64_t step = tw_rows_of_block(range.width);
    for (int64_t first = range.first; first < range.end; first += step) {
        int64_t rows = range.end - first < step ? range.end - first : step;
        if (kernel->dtype == TW_F32) {
            block_cross_entropy_f32(kernel, first, rows, range.width);
        } else {
            block_cross_entropy_f64(kernel, first, rows, range.width);
        }
    }
}

static const tw_op op = {
    .name = "softmax_cross_entropy",
    .inputs = 2,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
    .explain = explain,
};

tw_node tw_softmax_cross_entropy(tw_graph *graph, tw_node logits, tw_node label) {
    return tw_graph_add(graph, &op, (tw_node[]){logits, label}, 2, NULL);
}
