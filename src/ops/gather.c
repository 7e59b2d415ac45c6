// gather: rows of a table. Its adjoint is scatter_add.
#include "ops/axes.h"

#include <string.h>

#define CHUNK_BYTES ((int64_t)1 << 16)

enum { COUNT, ROW_BYTES, CHUNK_ROWS };

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_index(s, 1) != TW_OK) return tw_graph_check(s->graph);
    const tw_shape *table = s->in[0], *index = s->in[1];
    char text[TW_SHAPE_TEXT_BYTES], index_text[TW_SHAPE_TEXT_BYTES];
    if (table->rank == 0 || table->size[0] < 0) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "gather: table is %s; its first axis must count its rows",
                             tw_shape_format(table, text));
    }
    tw_shape out = *index;
    int batch_axes = 0;
    out.rank += table->rank - 1;
    for (int i = 1; i < table->rank && out.rank <= TW_RANK_MAX; i++) {
        out.size[index->rank + i - 1] = table->size[i];
    }
    for (int i = 0; i < out.rank && out.rank <= TW_RANK_MAX; i++) batch_axes += out.size[i] < 0;
    if (out.rank > TW_RANK_MAX || batch_axes > 1) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "gather: index %s into table %s; the result may have %d axes, one of "
                             "them of the batch",
                             tw_shape_format(index, index_text), tw_shape_format(table, text),
                             TW_RANK_MAX);
    }
    *s->out = out;
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    int64_t n = tw_node_shape(d->graph, d->in[0])->size[0];
    if (d->needed[0]) d->d_in[0] = tw_scatter_add(d->graph, d->in[1], d->d_out, n);
}

static void prepare(tw_kernel *kernel) {
    int64_t count = tw_shape_elements(&kernel->in_shape[1]);
    int64_t bytes = (int64_t)tw_dtype_size(kernel->in_dtype[0]);
    for (int i = 1; i < kernel->in_shape[0].rank; i++) bytes *= kernel->in_shape[0].size[i];
    int64_t chunk_rows = bytes > 0 && bytes < CHUNK_BYTES ? CHUNK_BYTES / bytes : 1;
    kernel->size[COUNT] = count;
    kernel->size[ROW_BYTES] = bytes;
    kernel->size[CHUNK_ROWS] = chunk_rows;
    kernel->chunk_count = (count + chunk_rows - 1) / chunk_rows;
    double most = (double)(count < chunk_rows ? count : chunk_rows);
    kernel->chunk_ns = 20.0 + most * (5.0 + (double)bytes / 8.0);
}

// Rows of one element, as of a table that is a vector: without a call of memcpy for each.
#define TW_GATHER_ELEMENTS(suffix, element)                                                        \
    static void elements_##suffix(const tw_kernel *kernel, int64_t first, int64_t end) {           \
        const int32_t *index = kernel->in[1];                                                      \
        const element *table = kernel->in[0];                                                      \
        element *out = kernel->out;                                                                \
        int64_t rows = kernel->in_shape[0].size[0];                                                \
        for (int64_t i = first; i < end; i++) {                                                    \
            bool there = index[i] >= 0 && index[i] < rows;                                         \
            out[i] = there ? table[index[i]] : 0;                                                  \
            if (!there) tw_kernel_fault(kernel, tw_index_fault(i, index[i]));                      \
        }                                                                                          \
    }

TW_GATHER_ELEMENTS(f32, float)
TW_GATHER_ELEMENTS(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int32_t *index = kernel->in[1];
    int64_t rows = kernel->in_shape[0].size[0], bytes = kernel->size[ROW_BYTES];
    int64_t first = number * kernel->size[CHUNK_ROWS], end = first + kernel->size[CHUNK_ROWS];
    if (end > kernel->size[COUNT]) end = kernel->size[COUNT];
    if (kernel->in_dtype[0] == TW_F64 && bytes == sizeof(double)) {
        elements_f64(kernel, first, end);
        return;
    }
    if (kernel->in_dtype[0] == TW_F32 && bytes == sizeof(float)) {
        elements_f32(kernel, first, end);
        return;
    }
    for (int64_t i = first; i < end; i++) {
        char *out = (char *)kernel->out + i * bytes;
        if (index[i] >= 0 && index[i] < rows) {
            memcpy(out, (const char *)kernel->in[0] + index[i] * bytes, (size_t)bytes);
        } else {
            memset(out, 0, (size_t)bytes);
            tw_kernel_fault(kernel, tw_index_fault(i, index[i]));
        }
    }
}

static void explain(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes) {
    tw_index_explain("gather", "index", "indices", kernel->in_shape[0].size[0], fault, message,
                     bytes);
}

static const tw_op op = {
    .name = "gather",
    .inputs = 2,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
    .explain = explain,
};

tw_node tw_gather(tw_graph *graph, tw_node table, tw_node index) {
    return tw_graph_add(graph, &op, (tw_node[]){table, index}, 2, NULL);
}
