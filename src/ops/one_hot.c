// one_hot: 1 at the index, else 0. It has no derivative.
#include "ops/axes.h"

#include <string.h>

#define CHUNK_ELEMENTS 32768

enum { COUNT, CHUNK_ROWS };

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_index(s, 0) != TW_OK) return tw_graph_check(s->graph);
    if (s->in[0]->rank == TW_RANK_MAX) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "one_hot: the index has %d axes; it needs room for one more",
                             TW_RANK_MAX);
    }
    s->out->size[s->out->rank++] = s->attributes->integer[0];
    *s->out_dtype = tw_graph_dtype(s->graph);
    return TW_OK;
}

static void prepare(tw_kernel *kernel) {
    int64_t count = tw_shape_elements(&kernel->in_shape[0]), n = kernel->attributes->integer[0];
    int64_t chunk_rows = n < CHUNK_ELEMENTS ? CHUNK_ELEMENTS / n : 1;
    kernel->size[COUNT] = count;
    kernel->size[CHUNK_ROWS] = chunk_rows;
    kernel->chunk_count = (count + chunk_rows - 1) / chunk_rows;
    double most = (double)(count < chunk_rows ? count : chunk_rows);
    kernel->chunk_ns = 20.0 + most * (2.0 + 0.2 * (double)n);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int32_t *index = kernel->in[0];
    int64_t n = kernel->attributes->integer[0], size = (int64_t)tw_dtype_size(kernel->dtype);
    int64_t first = number * kernel->size[CHUNK_ROWS], end = first + kernel->size[CHUNK_ROWS];
    if (end > kernel->size[COUNT]) end = kernel->size[COUNT];
    memset((char *)kernel->out + first * n * size, 0, (size_t)((end - first) * n * size));
    for (int64_t i = first; i < end; i++) {
        if (index[i] < 0 || index[i] >= n) {
            tw_kernel_fault(kernel, tw_index_fault(i, index[i]));
        } else if (kernel->dtype == TW_F32) {
            ((float *)kernel->out)[i * n + index[i]] = 1.0f;
        } else {
            ((double *)kernel->out)[i * n + index[i]] = 1.0;
        }
    }
}

static void explain(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes) {
    tw_index_explain("one_hot", "index", "indices", kernel->attributes->integer[0], fault, message,
                     bytes);
}

static const tw_op op = {
    .name = "one_hot",
    .inputs = 1,
    .shape = shape,
    .prepare = prepare,
    .chunk = chunk,
    .explain = explain,
};

tw_node tw_one_hot(tw_graph *graph, tw_node index, int64_t n) {
    if (n < 1) {
        tw_graph_fail(graph, TW_BAD_SHAPE, "one_hot: %lld classes; at least 1 is needed",
                      (long long)n);
        return TW_NO_NODE;
    }
    tw_attributes attributes = {.integer = {n}};
    return tw_graph_add(graph, &op, &index, 1, &attributes);
}
