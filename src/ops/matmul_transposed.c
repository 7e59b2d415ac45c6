// matmul_transposed: op(a) op(b) over the last two axes, each read as it lies or transposed. Its
// gradients are products of the same kind, so that nothing is transposed in memory; the one exception is
// a stack of transposed matrices times a single one.
#include "ops/matmul.h"

#include "ops/axes.h"

enum { TRANSPOSE_A, TRANSPOSE_B }; // in attributes.integer

// The sizes of op(x), transposed or not: rows and columns of its last two axes.
static int64_t rows_of(const tw_shape *x, bool transposed) {
    return x->size[x->rank - (transposed ? 1 : 2)];
}

static int64_t columns_of(const tw_shape *x, bool transposed) {
    return x->size[x->rank - (transposed ? 2 : 1)];
}

static const char *suffix(bool transposed) {
    return transposed ? " transposed" : "";
}

static tw_status fail_inner(const tw_op_shapes *s, bool transpose_a, bool transpose_b) {
    char a[TW_SHAPE_TEXT_BYTES], b[TW_SHAPE_TEXT_BYTES];
    char left[TW_SIZE_TEXT_BYTES], right[TW_SIZE_TEXT_BYTES];
    return tw_graph_fail(
        s->graph, TW_BAD_SHAPE, "matmul: %s%s times %s%s; the inner sizes %s and %s must be equal",
        tw_shape_format(s->in[0], a), suffix(transpose_a), tw_shape_format(s->in[1], b),
        suffix(transpose_b), tw_size_format(columns_of(s->in[0], transpose_a), left),
        tw_size_format(rows_of(s->in[1], transpose_b), right));
}

static tw_status fail_shape(const tw_op_shapes *s, const char *why) {
    char a[TW_SHAPE_TEXT_BYTES], b[TW_SHAPE_TEXT_BYTES];
    return tw_graph_fail(s->graph, TW_BAD_SHAPE, "matmul: %s times %s; %s",
                         tw_shape_format(s->in[0], a), tw_shape_format(s->in[1], b), why);
}

// Both have the same leading axes; of a single b, tw_matmul_transposed makes a product of two axes.
static tw_status shape(const tw_op_shapes *s) {
    if (tw_op_need_number(s, 0) != TW_OK || tw_op_need_number(s, 1) != TW_OK) {
        return tw_graph_check(s->graph);
    }
    const tw_shape *a = s->in[0], *b = s->in[1];
    if (a->rank < 2 || b->rank < 2) return fail_shape(s, "each must have two axes at least");
    bool transpose_a = s->attributes->integer[TRANSPOSE_A] != 0;
    bool transpose_b = s->attributes->integer[TRANSPOSE_B] != 0;
    if (columns_of(a, transpose_a) != rows_of(b, transpose_b)) {
        return fail_inner(s, transpose_a, transpose_b);
    }
    bool same = b->rank == a->rank;
    for (int i = 0; same && i < a->rank - 2; i++) {
        same = a->size[i] == b->size[i];
    }
    if (!same) return fail_shape(s, "the leading axes must be the same, or missing in b");
    tw_shape out = *a;
    out.size[a->rank - 2] = rows_of(a, transpose_a);
    out.size[a->rank - 1] = columns_of(b, transpose_b);
    int batch_axes = 0;
    for (int i = 0; i < out.rank; i++) batch_axes += out.size[i] < 0;
    if (batch_axes > 1) return fail_shape(s, "the result may have one axis of the batch");
    *s->out = out;
    return TW_OK;
}

// C = op(a) op(b): d op(a) = d op(b)^T and d op(b) = op(a)^T d, each transposed if its input was.
static void gradient(const tw_op_gradient *d) {
    tw_graph *g = d->graph;
    tw_node a = d->in[0], b = d->in[1], c = d->d_out;
    bool transpose_a = d->attributes->integer[TRANSPOSE_A] != 0;
    bool transpose_b = d->attributes->integer[TRANSPOSE_B] != 0;
    if (d->needed[0]) {
        d->d_in[0] = transpose_a ? tw_matmul_transposed(g, b, c, transpose_b, true)
                                 : tw_matmul_transposed(g, c, b, false, !transpose_b);
    }
    if (d->needed[1]) {
        d->d_in[1] = transpose_b ? tw_matmul_transposed(g, c, a, true, transpose_a)
                                 : tw_matmul_transposed(g, a, c, !transpose_a, false);
    }
}

static tw_matrix_product product_of(const tw_kernel *kernel) {
    const tw_shape *a = &kernel->in_shape[0], *b = &kernel->in_shape[1];
    bool transpose_a = kernel->attributes->integer[TRANSPOSE_A] != 0;
    bool transpose_b = kernel->attributes->integer[TRANSPOSE_B] != 0;
    int64_t m = rows_of(a, transpose_a), n = columns_of(b, transpose_b);
    int64_t k = columns_of(a, transpose_a);
    tw_matrix_product product =
        tw_matrix_product_of(kernel->dtype, transpose_a, transpose_b, m, n, k);
    for (int i = 0; i < a->rank - 2; i++) product.batch *= a->size[i];
    product.a_batch = m * k;
    product.b_batch = k * n;
    product.c_batch = m * n;
    tw_matrix_product_plan(&product, kernel->threads);
    return product;
}

static void prepare(tw_kernel *kernel) {
    tw_matrix_product product = product_of(kernel);
    kernel->chunk_count = product.chunk_count;
    kernel->chunk_ns = product.chunk_ns;
}

static void begin(tw_kernel *kernel) {
    *(tw_matrix_product *)kernel->scratch = product_of(kernel);
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    tw_matrix_product_chunk(kernel->scratch, kernel->in[0], kernel->in[1], kernel->out, number);
}

static size_t scratch_bytes(const tw_kernel *kernel) {
    (void)kernel;
    return sizeof(tw_matrix_product);
}

static const tw_op op = {
    .name = "matmul",
    .inputs = 2,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .begin = begin,
    .chunk = chunk,
    .scratch_bytes = scratch_bytes,
};

bool tw_matmul_product(const tw_op *of, const tw_kernel *kernel, tw_matrix_product *product) {
    if (of != &op) return false;
    *product = product_of(kernel);
    return true;
}

static tw_node product(tw_graph *graph, tw_node a, tw_node b, bool transpose_a, bool transpose_b) {
    tw_attributes attributes = {
        .integer = {[TRANSPOSE_A] = transpose_a, [TRANSPOSE_B] = transpose_b}};
    return tw_graph_add(graph, &op, (tw_node[]){a, b}, 2, &attributes);
}

static tw_node swap_last(tw_graph *graph, tw_node x, int rank) {
    int order[TW_RANK_MAX];
    for (int i = 0; i < rank; i++) order[i] = i;
    order[rank - 2] = rank - 1;
    order[rank - 1] = rank - 2;
    return tw_transpose(graph, x, order);
}

// A stack of matrices times one: the stack's rows are those of one tall matrix.
static tw_node stack_product(tw_graph *graph, tw_node a, tw_node b, bool transpose_b) {
    tw_shape x = *tw_node_shape(graph, a), out = x;
    int64_t rows = tw_merged_size(&x, 0, x.rank - 1);
    tw_node tall = tw_reshape(graph, a, TW_SHAPE(rows, x.size[x.rank - 1]));
    tw_node y = product(graph, tall, b, false, transpose_b);
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    out.size[x.rank - 1] = tw_node_shape(graph, y)->size[1];
    return tw_reshape(graph, y, out);
}

tw_node tw_matmul_transposed(tw_graph *graph, tw_node a, tw_node b, bool transpose_a,
                             bool transpose_b) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    const tw_shape *x = tw_node_shape(graph, a), *y = tw_node_shape(graph, b);
    int rank = x->rank;
    if (rank <= 2 || y->rank != 2 || columns_of(x, transpose_a) != rows_of(y, transpose_b)) {
        return product(graph, a, b, transpose_a, transpose_b);
    }
    if (transpose_a) a = swap_last(graph, a, rank);
    return stack_product(graph, a, b, transpose_b);
}
