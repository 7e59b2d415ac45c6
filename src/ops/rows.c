// Rows of numbers. The work of a function of many short rows is laid out so that exponentials are
// computed over whole blocks, not row by row.
#include "ops/rows.h"

#include "base/parallel.h"
#include "base/vector_math.h"

#define LANES 64 // so many that compilers make vectors of them, not scalars

enum { ROWS, WIDTH, CHUNK_ROWS }; // in kernel.size

tw_status tw_op_need_last_axis(const tw_op_shapes *shapes) {
    const tw_shape *x = shapes->in[0];
    char text[TW_SHAPE_TEXT_BYTES];
    if (x->rank == 0) {
        return tw_graph_fail(shapes->graph, TW_BAD_SHAPE,
                             "%s: input is a scalar; it needs a last axis", shapes->name);
    }
    if (x->size[x->rank - 1] == 0) {
        return tw_graph_fail(shapes->graph, TW_BAD_SHAPE,
                             "%s: the last axis of %s is empty; it needs an element", shapes->name,
                             tw_shape_format(x, text));
    }
    return TW_OK;
}

void tw_rows_prepare(tw_kernel *kernel, int64_t elements, double element_ns) {
    const tw_shape *x = &kernel->in_shape[0];
    int64_t width = x->size[x->rank - 1], rows = tw_shape_elements(x) / width;
    int64_t chunk_rows = width >= elements ? 1 : elements / width;
    kernel->size[ROWS] = rows;
    kernel->size[WIDTH] = width;
    kernel->size[CHUNK_ROWS] = chunk_rows;
    kernel->chunk_count = (rows + chunk_rows - 1) / chunk_rows;
    int64_t most = rows < chunk_rows ? rows : chunk_rows;
    kernel->chunk_ns = 50.0 + element_ns * (double)(most * width);
}

tw_row_range tw_rows_range(const tw_kernel *kernel, int64_t chunk) {
    int64_t first = chunk * kernel->size[CHUNK_ROWS], end = first + kernel->size[CHUNK_ROWS];
    if (end > kernel->size[ROWS]) end = kernel->size[ROWS];
    return (tw_row_range){first, end, kernel->size[WIDTH]};
}

// A NaN, once found, stays: nothing is larger than it, and it is not equal to itself.
#define TW_LARGER(a, b) ((b) > (a) || (b) != (b) ? (b) : (a))

// A sum in lanes: `in_lane` is what element i + j adds to lane j, `behind` what element i behind the last
// whole group of lanes adds.
#define TW_ROW_SUM(name, real, in_lane, behind)                                                    \
    TW_SIMD double name(const real *x, int64_t n) {                                                \
        double sum = 0.0;                                                                          \
        int64_t i = 0;                                                                             \
        if (n >= 2 * LANES) {                                                                      \
            double lane[LANES] = {0.0};                                                            \
            for (; i + LANES <= n; i += LANES) {                                                   \
                for (int j = 0; j < LANES; j++) lane[j] += (double)(in_lane);                      \
            }                                                                                      \
            for (int j = 0; j < LANES; j++) sum += lane[j];                                        \
        }                                                                                          \
        for (; i < n; i++) sum += (double)(behind);                                                \
        return sum;                                                                                \
    }

#define TW_ROW_FUNCTIONS(suffix, real)                                                             \
    TW_SIMD real tw_row_max_##suffix(const real *x, int64_t n) {                                   \
        real top = x[0];                                                                           \
        int64_t i = 1;                                                                             \
        if (n >= 2 * LANES) {                                                                      \
            real lane[LANES];                                                                      \
            for (int j = 0; j < LANES; j++) lane[j] = x[j];                                        \
            for (i = LANES; i + LANES <= n; i += LANES) {                                          \
                for (int j = 0; j < LANES; j++) lane[j] = TW_LARGER(lane[j], x[i + j]);            \
            }                                                                                      \
            for (int j = 0; j < LANES; j++) top = TW_LARGER(top, lane[j]);                         \
        }                                                                                          \
        for (; i < n; i++) top = TW_LARGER(top, x[i]);                                             \
        return top;                                                                                \
    }                                                                                              \
                                                                                                   \
    TW_ROW_SUM(tw_row_sum_##suffix, real, x[i + j], x[i])                                          \
    TW_ROW_SUM(tw_row_squares_##suffix, real, x[i + j] * x[i + j], x[i] * x[i])                    \
                                                                                                   \
    static TW_SIMD void subtract_##suffix(const real *x, int64_t n, real top, real *out) {         \
        for (int64_t i = 0; i < n; i++) out[i] = x[i] - top;                                       \
    }                                                                                              \
                                                                                                   \
    static TW_SIMD void scale_##suffix(real *x, int64_t n, real factor) {                          \
        for (int64_t i = 0; i < n; i++) x[i] *= factor;                                            \
    }                                                                                              \
                                                                                                   \
    /* exp(x - top) of many short rows at once, or of a long one piece by piece */                 \
    void tw_rows_exp_sum_##suffix(const real *x, int64_t rows, int64_t width, real *top,           \
                                  double *sum) {                                                   \
        real e[TW_ROWS_BLOCK] = {0};                                                               \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            top[r] = tw_row_max_##suffix(x + r * width, width);                                    \
            sum[r] = 0.0;                                                                          \
        }                                                                                          \
        if (width <= TW_ROWS_BLOCK) {                                                              \
            for (int64_t r = 0; r < rows; r++) {                                                   \
                subtract_##suffix(x + r * width, width, top[r], e + r * width);                    \
            }                                                                                      \
            tw_exp_##suffix(e, e, rows *width);                                                    \
            for (int64_t r = 0; r < rows; r++) {                                                   \
                sum[r] = tw_row_sum_##suffix(e + r * width, width);                                \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (int64_t i = 0; i < width; i += TW_ROWS_BLOCK) {                                       \
            int64_t n = width - i < TW_ROWS_BLOCK ? width - i : TW_ROWS_BLOCK;                     \
            subtract_##suffix(x + i, n, top[0], e);                                                \
            tw_exp_##suffix(e, e, n);                                                              \
            sum[0] += tw_row_sum_##suffix(e, n);                                                   \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    void tw_rows_softmax_##suffix(const real *x, int64_t rows, int64_t width, real *out) {         \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            real top = tw_row_max_##suffix(x + r * width, width);                                  \
            subtract_##suffix(x + r * width, width, top, out + r * width);                         \
        }                                                                                          \
        tw_exp_##suffix(out, out, rows *width);                                                    \
        for (int64_t r = 0; r < rows; r++) {                                                       \
            double sum = tw_row_sum_##suffix(out + r * width, width);                              \
            scale_##suffix(out + r * width, width, (real)(1.0 / sum));                             \
        }                                                                                          \
    }

TW_ROW_FUNCTIONS(f32, float)
TW_ROW_FUNCTIONS(f64, double)
