// max: the largest over one axis, which disappears; NaN if one is NaN. The gradient goes to the largest,
// shared equally where several are.
#include "ops/axes.h"
#include "ops/rows.h"

#include "base/parallel.h"

#define COLUMNS_MAX 256
#define CHUNK_ELEMENTS 32768
#define ELEMENT_NS 0.3

enum { UNITS, CHUNK_UNITS, SIZE, INNER, BLOCKS }; // a unit: a block of columns of one outer

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    int axis = (int)s->attributes->integer[0];
    char text[TW_SHAPE_TEXT_BYTES];
    if (s->in[0]->size[axis] == 0) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE,
                             "max: axis %d of %s is empty; it needs an element", axis,
                             tw_shape_format(s->in[0], text));
    }
    s->out->rank -= 1;
    for (int i = axis; i < s->out->rank; i++) s->out->size[i] = s->in[0]->size[i + 1];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    int axis = (int)d->attributes->integer[0];
    tw_node x = d->in[0];
    tw_node is_largest = tw_equal(g, x, tw_repeat_along(g, d->out, x, axis));
    tw_node share = tw_div(g, d->d_out, tw_sum(g, is_largest, axis));
    d->d_in[0] = tw_mul(g, is_largest, tw_repeat_along(g, share, x, axis));
}

static void prepare(tw_kernel *kernel) {
    tw_axis_split x = tw_axis_split_of(&kernel->in_shape[0], (int)kernel->attributes->integer[0]);
    int64_t blocks = (x.inner + COLUMNS_MAX - 1) / COLUMNS_MAX;
    int64_t unit = x.size * (x.inner < COLUMNS_MAX ? x.inner : COLUMNS_MAX);
    kernel->size[UNITS] = x.outer * blocks;
    kernel->size[CHUNK_UNITS] = unit > 0 && unit < CHUNK_ELEMENTS ? CHUNK_ELEMENTS / unit : 1;
    kernel->size[SIZE] = x.size;
    kernel->size[INNER] = x.inner;
    kernel->size[BLOCKS] = blocks;
    int64_t chunk_units = kernel->size[CHUNK_UNITS];
    kernel->chunk_count = (kernel->size[UNITS] + chunk_units - 1) / chunk_units;
    int64_t most = chunk_units < kernel->size[UNITS] ? chunk_units : kernel->size[UNITS];
    kernel->chunk_ns = 20.0 + ELEMENT_NS * (double)(most * unit);
}

#define TW_COLUMN_MAXIMA(suffix, real)                                                             \
    static TW_SIMD void column_maxima_##suffix(const real *x, int64_t rows, int64_t stride,        \
                                               int64_t width, real *out) {                         \
        for (int64_t j = 0; j < width; j++) out[j] = x[j];                                         \
        for (int64_t r = 1; r < rows; r++) {                                                       \
            const real *row = x + r * stride;                                                      \
            for (int64_t j = 0; j < width; j++) {                                                  \
                out[j] = row[j] > out[j] || row[j] != row[j] ? row[j] : out[j];                    \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void unit_maxima_##suffix(const tw_kernel *kernel, int64_t unit) {                      \
        const int64_t *size = kernel->size;                                                        \
        int64_t outer = unit / size[BLOCKS], column = unit % size[BLOCKS] * COLUMNS_MAX;           \
        int64_t width = size[INNER] - column < COLUMNS_MAX ? size[INNER] - column : COLUMNS_MAX;   \
        const real *x = (const real *)kernel->in[0] + outer * size[SIZE] * size[INNER] + column;   \
        real *out = (real *)kernel->out + outer * size[INNER] + column;                            \
        if (size[INNER] == 1) {                                                                    \
            *out = tw_row_max_##suffix(x, size[SIZE]);                                             \
        } else {                                                                                   \
            column_maxima_##suffix(x, size[SIZE], size[INNER], width, out);                        \
        }                                                                                          \
    }

TW_COLUMN_MAXIMA(f32, float)
TW_COLUMN_MAXIMA(f64, double)

static void chunk(const tw_kernel *kernel, int64_t number) {
    int64_t first = number * kernel->size[CHUNK_UNITS], end = first + kernel->size[CHUNK_UNITS];
    if (end > kernel->size[UNITS]) end = kernel->size[UNITS];
    for (int64_t unit = first; unit < end; unit++) {
        if (kernel->dtype == TW_F32) {
            unit_maxima_f32(kernel, unit);
        } else {
            unit_maxima_f64(kernel, unit);
        }
    }
}

static const tw_op op = {
    .name = "max",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_max(tw_graph *graph, tw_node x, int axis) {
    int counted = tw_axis_of(graph, "max", x, axis);
    if (counted < 0) return TW_NO_NODE;
    tw_attributes attributes = {.integer = {counted}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
