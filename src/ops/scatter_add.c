// scatter_add: the sum of the rows that go to each index. A chunk owns a range of the output's rows and
// looks through the indices, so that each row's sum has one order. Its adjoint is gather.
#include "ops/axes.h"

#include <string.h>

#include "base/parallel.h"

#define CHUNK_ELEMENTS 32768
#define CHUNKS_MAX 16 // each looks through all indices

enum { COUNT, WIDTH, RISING };

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_index(s, 0) != TW_OK || tw_op_need_number(s, 1) != TW_OK) {
        return tw_graph_check(s->graph);
    }
    const tw_shape *index = s->in[0], *rows = s->in[1];
    tw_shape head = *rows, out = {.rank = 1 + rows->rank - index->rank};
    if (head.rank > index->rank) head.rank = index->rank;
    bool fits = tw_shape_equal(&head, index) && out.rank <= TW_RANK_MAX;
    out.size[0] = s->attributes->integer[0];
    for (int i = 1; fits && i < out.rank; i++) out.size[i] = rows->size[index->rank + i - 1];
    if (!fits) {
        char index_text[TW_SHAPE_TEXT_BYTES], text[TW_SHAPE_TEXT_BYTES];
        return tw_graph_fail(
            s->graph, TW_BAD_SHAPE,
            "scatter_add: index %s with rows %s; the rows' first axes must be those "
            "of the index",
            tw_shape_format(index, index_text), tw_shape_format(rows, text));
    }
    *s->out = out;
    *s->out_dtype = s->in_dtype[1];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    if (d->needed[1]) d->d_in[1] = tw_gather(d->graph, d->d_out, d->in[0]);
}

static void prepare(tw_kernel *kernel) {
    int64_t count = tw_shape_elements(&kernel->in_shape[0]), n = kernel->attributes->integer[0];
    int64_t elements = tw_shape_elements(&kernel->in_shape[1]);
    int64_t zeros = tw_shape_elements(&kernel->out_shape);
    int64_t chunks = (elements + zeros) / CHUNK_ELEMENTS;
    if (chunks > CHUNKS_MAX) chunks = CHUNKS_MAX;
    if (chunks > n) chunks = n;
    if (chunks < 1) chunks = 1;
    kernel->size[COUNT] = count;
    kernel->size[WIDTH] = n == 0 ? 0 : zeros / n;
    kernel->chunk_count = n == 0 ? 0 : chunks;
    kernel->chunk_ns = 50.0 + (double)count + 0.3 * (double)(elements + zeros) / (double)chunks;
}

#define TW_ADD_ROW(suffix, real)                                                                   \
    static TW_SIMD void add_row_##suffix(real *out, const real *row, int64_t width) {              \
        for (int64_t i = 0; i < width; i++) out[i] += row[i];                                      \
    }

TW_ADD_ROW(f32, float)
TW_ADD_ROW(f64, double)

// If the indices never fall, as in sums over an index, each chunk only has to look at its own.
static void begin(tw_kernel *kernel) {
    const int32_t *index = kernel->in[0];
    int64_t i = 1;
    while (i < kernel->size[COUNT] && index[i - 1] <= index[i]) i++;
    kernel->size[RISING] = i >= kernel->size[COUNT];
}

// The first position whose index is at least `value`, of indices that rise.
static int64_t position_of(const tw_kernel *kernel, int64_t value) {
    const int32_t *index = kernel->in[0];
    int64_t low = 0, high = kernel->size[COUNT];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (index[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int32_t *index = kernel->in[0];
    int64_t n = kernel->attributes->integer[0], width = kernel->size[WIDTH];
    int64_t first = n * number / kernel->chunk_count, end = n * (number + 1) / kernel->chunk_count;
    int64_t bytes = width * (int64_t)tw_dtype_size(kernel->dtype);
    memset((char *)kernel->out + first * bytes, 0, (size_t)((end - first) * bytes));
    int64_t from = 0, behind = kernel->size[COUNT];
    // Indices out of range then lie at the ends: the first and the last chunk find them.
    if (kernel->size[RISING] && number > 0) from = position_of(kernel, first);
    if (kernel->size[RISING] && number + 1 < kernel->chunk_count) behind = position_of(kernel, end);
    for (int64_t i = from; i < behind; i++) {
        int64_t to = index[i];
        if (to < 0 || to >= n) tw_kernel_fault(kernel, tw_index_fault(i, index[i]));
        if (to < first || to >= end) continue;
        if (kernel->dtype == TW_F32) {
            add_row_f32((float *)kernel->out + to * width, (const float *)kernel->in[1] + i * width,
                        width);
        } else {
            add_row_f64((double *)kernel->out + to * width,
                        (const double *)kernel->in[1] + i * width, width);
        }
    }
}

static void explain(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes) {
    tw_index_explain("scatter_add", "index", "indices", kernel->attributes->integer[0], fault,
                     message, bytes);
}

static const tw_op op = {
    .name = "scatter_add",
    .inputs = 2,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .begin = begin,
    .chunk = chunk,
    .explain = explain,
};

tw_node tw_scatter_add(tw_graph *graph, tw_node index, tw_node rows, int64_t n) {
    if (n < 0) {
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "scatter_add: %lld rows; the number is fixed and not "
                      "negative",
                      (long long)n);
        return TW_NO_NODE;
    }
    tw_attributes attributes = {.integer = {n}};
    return tw_graph_add(graph, &op, (tw_node[]){index, rows}, 2, &attributes);
}
