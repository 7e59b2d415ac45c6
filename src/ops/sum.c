// sum: over one axis, which disappears. x is seen as [outer, rows, width]: columns are summed over
// short runs of rows in the type of x, where vectors are fastest, and runs are added in double. Rows of
// a few numbers are taken several at a time (`fold`) as one row that fills vectors. A tall narrow x
// is cut into blocks of rows, whose sums are added at the end in order. All of it is decided by shape.
#include "ops/axes.h"
#include "ops/rows.h"

#include "base/parallel.h"

#define COLUMNS_MAX 512 // of a unit
#define RUN_ROWS 32     // summed in the type of x
#define FOLDED_WIDTH 64 // that narrow rows are folded to
#define CHUNK_ELEMENTS TW_ROW_BLOCK_ELEMENTS
#define PARTS_MAX TW_ROW_BLOCKS_MAX // blocks of rows times units, where rows are cut
#define ELEMENT_NS 0.2

enum {
    OUTER,
    ROWS,        // after folding; for a width of 1 the elements themselves
    WIDTH,       // after folding
    FOLD,        // rows that became one
    TAIL,        // elements behind the last whole folded row
    BLOCKS,      // units of an outer: blocks of columns
    ROW_BLOCKS,  // 1: rows are not cut
    CHUNK_UNITS, // units of a chunk where rows are not cut
    SCRATCH,     // bytes, for any smaller batch too
};

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    s->out->rank -= 1;
    for (int i = (int)s->attributes->integer[0]; i < s->out->rank; i++) {
        s->out->size[i] = s->in[0]->size[i + 1];
    }
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = tw_repeat_along(d->graph, d->d_out, d->in[0], (int)d->attributes->integer[0]);
}

static inline int64_t ceiling(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static inline int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

// Room for the sums of all parts: enough for a smaller batch, which may have fewer units and cut them
// into more, or fold where this one does not.
static int64_t scratch_of(const tw_axis_split *x, int64_t units) {
    int64_t columns = smaller(x->inner, COLUMNS_MAX);
    int64_t blocks = ceiling(x->size * columns, CHUNK_ELEMENTS);
    if (blocks <= 1) return 0;
    if (columns > 1) columns = larger(columns, 2 * FOLDED_WIDTH);
    return smaller(blocks * units, PARTS_MAX) * columns * (int64_t)sizeof(double);
}

static void prepare(tw_kernel *kernel) {
    int64_t *size = kernel->size;
    tw_axis_split x = tw_axis_split_of(&kernel->in_shape[0], (int)kernel->attributes->integer[0]);
    int64_t inner = larger(x.inner, 1), fold = ceiling(FOLDED_WIDTH, inner);
    if (inner == 1 || x.size < 4 * fold) fold = 1;
    size[OUTER] = x.inner == 0 ? 0 : x.outer;
    size[ROWS] = x.size / fold;
    size[WIDTH] = inner * fold;
    size[FOLD] = fold;
    size[TAIL] = x.size * inner - size[ROWS] * size[WIDTH];
    size[BLOCKS] = ceiling(size[WIDTH], COLUMNS_MAX);
    int64_t units = larger(size[OUTER] * size[BLOCKS], 1);
    int64_t unit_elements = larger(size[ROWS], 1) * smaller(size[WIDTH], COLUMNS_MAX);
    int64_t wanted = ceiling(unit_elements, CHUNK_ELEMENTS);
    size[ROW_BLOCKS] = larger(smaller(wanted, PARTS_MAX / units), 1);
    size[CHUNK_UNITS] = larger(CHUNK_ELEMENTS / unit_elements, 1);
    kernel->chunk_count = size[ROW_BLOCKS] > 1
                              ? size[OUTER] * size[BLOCKS] * size[ROW_BLOCKS]
                              : ceiling(size[OUTER] * size[BLOCKS], size[CHUNK_UNITS]);
    size[SCRATCH] = scratch_of(&x, units);
    double elements = (double)(units * unit_elements);
    kernel->chunk_ns = 20.0 + ELEMENT_NS * elements / (double)larger(kernel->chunk_count, 1);
}

// total[j] += the sum of column j of x [rows, stride], for `width` columns.
#define TW_COLUMN_SUMS(suffix, real)                                                               \
    static TW_SIMD void column_sums_##suffix(const real *x, int64_t rows, int64_t stride,          \
                                             int64_t width, double *total) {                       \
        real part[COLUMNS_MAX];                                                                    \
        for (int64_t first = 0; first < rows; first += RUN_ROWS) {                                 \
            int64_t r = first, end = smaller(first + RUN_ROWS, rows);                              \
            for (int64_t j = 0; j < width; j++) part[j] = 0;                                       \
            for (; r + 4 <= end; r += 4) {                                                         \
                const real *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride; \
                for (int64_t j = 0; j < width; j++) part[j] += (a[j] + b[j]) + (c[j] + d[j]);      \
            }                                                                                      \
            for (; r < end; r++) {                                                                 \
                const real *a = x + r * stride;                                                    \
                for (int64_t j = 0; j < width; j++) part[j] += a[j];                               \
            }                                                                                      \
            for (int64_t j = 0; j < width; j++) total[j] += (double)part[j];                       \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* the sums of a unit over rows [first, end) and, with the last row, the tail */               \
    static void unit_sums_##suffix(const tw_kernel *kernel, int64_t unit, int64_t first,           \
                                   int64_t end, double *total) {                                   \
        const int64_t *size = kernel->size;                                                        \
        int64_t width = size[WIDTH], column = unit % size[BLOCKS] * COLUMNS_MAX;                   \
        int64_t columns = smaller(width - column, COLUMNS_MAX);                                    \
        const real *x =                                                                            \
            (const real *)kernel->in[0] + unit / size[BLOCKS] * (size[ROWS] * width + size[TAIL]); \
        if (width == 1) {                                                                          \
            total[0] = tw_row_sum_##suffix(x + first, end - first);                                \
            return;                                                                                \
        }                                                                                          \
        for (int64_t j = 0; j < columns; j++) total[j] = 0.0;                                      \
        column_sums_##suffix(x + first * width + column, end - first, width, columns, total);      \
        if (end < size[ROWS]) return;                                                              \
        x += end * width;                                                                          \
        for (int64_t j = 0; j < size[TAIL]; j++) total[j] += (double)x[j];                         \
    }                                                                                              \
                                                                                                   \
    /* unfolds the sums of a unit and stores them */                                               \
    static void store_##suffix(const tw_kernel *kernel, int64_t unit, const double *total) {       \
        const int64_t *size = kernel->size;                                                        \
        int64_t inner = size[WIDTH] / size[FOLD], column = unit % size[BLOCKS] * COLUMNS_MAX;      \
        int64_t columns = smaller(inner - column, COLUMNS_MAX);                                    \
        real *out = (real *)kernel->out + unit / size[BLOCKS] * inner + column;                    \
        for (int64_t j = 0; j < columns; j++) {                                                    \
            double sum = total[j];                                                                 \
            for (int64_t f = 1; f < size[FOLD]; f++) sum += total[f * inner + j];                  \
            out[j] = (real)sum;                                                                    \
        }                                                                                          \
    }

TW_COLUMN_SUMS(f32, float)
TW_COLUMN_SUMS(f64, double)

static void unit_sums(const tw_kernel *kernel, int64_t unit, int64_t first, int64_t end,
                      double *total) {
    if (kernel->dtype == TW_F32) {
        unit_sums_f32(kernel, unit, first, end, total);
    } else {
        unit_sums_f64(kernel, unit, first, end, total);
    }
}

static void store(const tw_kernel *kernel, int64_t unit, const double *total) {
    if (kernel->dtype == TW_F32) {
        store_f32(kernel, unit, total);
    } else {
        store_f64(kernel, unit, total);
    }
}

static int64_t part_columns(const tw_kernel *kernel) {
    return smaller(kernel->size[WIDTH], COLUMNS_MAX);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    const int64_t *size = kernel->size;
    if (size[ROW_BLOCKS] > 1) {
        int64_t unit = number / size[ROW_BLOCKS], block = number % size[ROW_BLOCKS];
        int64_t first = size[ROWS] * block / size[ROW_BLOCKS];
        int64_t end = size[ROWS] * (block + 1) / size[ROW_BLOCKS];
        unit_sums(kernel, unit, first, end,
                  (double *)kernel->scratch + number * part_columns(kernel));
        return;
    }
    int64_t first = number * size[CHUNK_UNITS];
    int64_t end = smaller(first + size[CHUNK_UNITS], size[OUTER] * size[BLOCKS]);
    for (int64_t unit = first; unit < end; unit++) {
        double total[COLUMNS_MAX];
        unit_sums(kernel, unit, 0, size[ROWS], total);
        store(kernel, unit, total);
    }
}

// Adds the sums of blocks of rows, in order.
static void end(tw_kernel *kernel) {
    const int64_t *size = kernel->size;
    if (size[ROW_BLOCKS] == 1) return;
    int64_t columns = part_columns(kernel);
    double *part = kernel->scratch;
    for (int64_t unit = 0; unit < size[OUTER] * size[BLOCKS]; unit++) {
        double *total = part;
        for (int64_t block = 1; block < size[ROW_BLOCKS]; block++) {
            part += columns;
            for (int64_t j = 0; j < columns; j++) total[j] += part[j];
        }
        part += columns;
        store(kernel, unit, total);
    }
}

static size_t scratch_bytes(const tw_kernel *kernel) {
    return (size_t)kernel->size[SCRATCH];
}

static const tw_op op = {
    .name = "sum",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
    .end = end,
    .scratch_bytes = scratch_bytes,
};

tw_node tw_sum(tw_graph *graph, tw_node x, int axis) {
    int counted = tw_axis_of(graph, "sum", x, axis);
    if (counted < 0) return TW_NO_NODE;
    tw_attributes attributes = {.integer = {counted}};
    return tw_graph_add(graph, &op, &x, 1, &attributes);
}
