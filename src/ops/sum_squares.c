// sum_squares: of all elements, to a scalar; derivative 2 x. One reading of x, cut into the blocks that sum
// would cut a row of its squares into: the result has the bits of sum_all(square(x)).
#include "ops/axes.h"
#include "ops/elementwise.h"
#include "ops/rows.h"

#define ELEMENT_NS 0.15

enum { ELEMENTS, BLOCKS };

static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK) return tw_graph_check(s->graph);
    *s->out = TW_SCALAR;
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = tw_mul(d->graph, d->d_out, tw_scale(d->graph, 2.0, d->in[0]));
}

static void prepare(tw_kernel *kernel) {
    int64_t n = tw_shape_elements(&kernel->in_shape[0]);
    int64_t blocks = (n + TW_ROW_BLOCK_ELEMENTS - 1) / TW_ROW_BLOCK_ELEMENTS;
    if (blocks < 1) blocks = 1;
    if (blocks > TW_ROW_BLOCKS_MAX) blocks = TW_ROW_BLOCKS_MAX;
    kernel->size[ELEMENTS] = n;
    kernel->size[BLOCKS] = kernel->chunk_count = blocks;
    kernel->chunk_ns = 20.0 + ELEMENT_NS * (double)n / (double)blocks;
}

static void chunk(const tw_kernel *kernel, int64_t block) {
    const int64_t *size = kernel->size;
    int64_t first = size[ELEMENTS] * block / size[BLOCKS];
    int64_t count = size[ELEMENTS] * (block + 1) / size[BLOCKS] - first;
    double *part = kernel->scratch;
    part[block] = kernel->dtype == TW_F32
                      ? tw_row_squares_f32((const float *)kernel->in[0] + first, count)
                      : tw_row_squares_f64((const double *)kernel->in[0] + first, count);
}

// Adds the blocks in order.
static void end(tw_kernel *kernel) {
    const double *part = kernel->scratch;
    double sum = part[0];
    for (int64_t block = 1; block < kernel->size[BLOCKS]; block++) sum += part[block];
    if (kernel->dtype == TW_F32)
        *(float *)kernel->out = (float)sum;
    else
        *(double *)kernel->out = sum;
}

// A smaller batch may have as many blocks.
static size_t scratch_bytes(const tw_kernel *kernel) {
    (void)kernel;
    return TW_ROW_BLOCKS_MAX * sizeof(double);
}

static const tw_op op = {
    .name = "sum_squares",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
    .end = end,
    .scratch_bytes = scratch_bytes,
};

tw_node tw_sum_squares(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
