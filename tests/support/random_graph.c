// Graphs drawn by a seed; see random_graph.h.
#include "support/random_graph.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

enum {
    LEAF,
    TANH,
    SIN,
    NEG,
    SIGMOID,
    ADD,
    SUB,
    MUL,
    MEAN_ROW,    // to [1, 4]
    MEAN_COLUMN, // to [rows, 1]
    PRODUCT,     // [B, 4] [4, 4]
    GRAM,        // [B, 4]' [B, 4] / 64
    TURN,        // [4, 4]'
    VIEW,        // there and back: in one row of numbers and out
    SOFTMAX,     // of rows of 4; may write over what it reads
    LOG_SOFTMAX, // the same
    WINDOW,      // columns 1 and 2 between zeros
    HALVES,      // columns 0 and 1 of a, 2 and 3 of b
    LARGEST,     // to [rows, 1]
    SPREAD,      // [1, 4] to [B, 4]
    OPERATIONS
};

static uint64_t below(tw_random *random, uint64_t bound) {
    return tw_random_below(random, random->step++, bound);
}

static bool fits(int64_t a, int64_t b) {
    return a == b || a == 1 || b == 1;
}

// Whether `operation` can be done with nodes a and b, and of what shape it is
// then.
static bool is_possible(int operation, const tw_random_node *a, const tw_random_node *b,
                        tw_random_node *out) {
    *out = (tw_random_node){.operation = operation, .rows = a->rows, .columns = a->columns};
    bool batched = a->rows == TW_BATCH && a->columns == TW_RANDOM_WIDTH;
    bool square = a->rows == TW_RANDOM_WIDTH && a->columns == TW_RANDOM_WIDTH;
    switch (operation) {
    case ADD:
    case SUB:
    case MUL:
        if (a->rows == 1) out->rows = b->rows;
        if (a->columns == 1) out->columns = b->columns;
        return fits(a->rows, b->rows) && fits(a->columns, b->columns);
    case MEAN_ROW:
        out->rows = 1;
        return a->rows != 1;
    case MEAN_COLUMN:
    case LARGEST:
        out->columns = 1;
        return a->columns != 1;
    case SOFTMAX:
    case LOG_SOFTMAX:
    case WINDOW:
        return a->columns == TW_RANDOM_WIDTH;
    case HALVES:
        return a->columns == TW_RANDOM_WIDTH && b->columns == TW_RANDOM_WIDTH && a->rows == b->rows;
    case SPREAD:
        out->rows = TW_BATCH;
        return a->rows == 1 && a->columns == TW_RANDOM_WIDTH;
    case PRODUCT:
        return batched && b->rows == TW_RANDOM_WIDTH && b->columns == TW_RANDOM_WIDTH;
    case GRAM:
        out->rows = TW_RANDOM_WIDTH;
        return batched && b->rows == TW_BATCH && b->columns == TW_RANDOM_WIDTH;
    case TURN:
        return square;
    case VIEW:
        return square || batched;
    default:
        return true;
    }
}

static tw_node make_rows(tw_graph *g, const tw_random_node *n, tw_node a, tw_node b) {
    tw_shape shape = TW_SHAPE(n->rows, n->columns);
    switch (n->operation) {
    case SOFTMAX:
        return tw_softmax(g, a);
    case LOG_SOFTMAX:
        return tw_log_softmax(g, a);
    case WINDOW:
        return tw_pad(g, tw_slice(g, a, 1, 1, 2), 1, 1, 1);
    case HALVES:
        return tw_concat(g, (tw_node[]){tw_slice(g, a, 1, 0, 2), tw_slice(g, b, 1, 2, 2)}, 2, 1);
    case LARGEST:
        return tw_reshape(g, tw_max(g, a, 1), shape);
    default:
        return tw_expand(g, a, shape);
    }
}

static tw_node make(tw_graph *g, const tw_random_node *n, const tw_random_node *in, tw_node a,
                    tw_node b) {
    static const int turned[] = {1, 0};
    tw_shape shape = TW_SHAPE(n->rows, n->columns);
    tw_shape flat = TW_SHAPE(n->rows * n->columns);
    switch (n->operation) {
    case TANH:
        return tw_tanh(g, a);
    case SIN:
        return tw_sin(g, a);
    case NEG:
        return tw_neg(g, a);
    case SIGMOID:
        return tw_sigmoid(g, a);
    case ADD:
        return tw_add(g, a, b);
    case SUB:
        return tw_sub(g, a, b);
    case MUL:
        return tw_mul(g, tw_tanh(g, a), b);
    case MEAN_ROW:
        return tw_reshape(g, tw_mean(g, a, 0), shape);
    case MEAN_COLUMN:
        return tw_mul(g, tw_constant(g, 1.0 / (double)in->columns), tw_sum_to(g, a, shape));
    case PRODUCT:
        return tw_matmul(g, tw_sin(g, a), b);
    case GRAM:
        return tw_mul(g, tw_matmul_transposed(g, tw_tanh(g, a), b, true, false),
                      tw_constant(g, 1.0 / 64.0));
    case TURN:
        return tw_transpose(g, a, turned);
    case VIEW:
        return tw_reshape(g, tw_reshape(g, a, flat), shape);
    default:
        return make_rows(g, n, a, b);
    }
}

static void add_leaf(tw_random_graph *drawn, tw_node made, int64_t rows, int64_t columns) {
    drawn->node[drawn->count++] =
        (tw_random_node){.operation = LEAF, .rows = rows, .columns = columns, .made = made};
}

void tw_random_graph_build(tw_random_graph *drawn, tw_graph *g, uint64_t seed, int count) {
    const int64_t n = TW_RANDOM_WIDTH;
    tw_random random = {.seed = seed, .purpose = TW_FOR_TEST, .stream = 7};
    random.step = 0;
    drawn->count = 0;
    add_leaf(drawn, tw_input(g, "x", TW_F64, TW_SHAPE(TW_BATCH, n)), TW_BATCH, n);
    add_leaf(drawn, tw_input(g, "y", TW_F64, TW_SHAPE(TW_BATCH, n)), TW_BATCH, n);
    add_leaf(drawn, tw_parameter(g, "w", TW_SHAPE(n, n)), n, n);
    add_leaf(drawn, tw_parameter(g, "v", TW_SHAPE(1, n)), 1, n);
    add_leaf(drawn, tw_reshape(g, tw_constant(g, 0.5), TW_SHAPE(1, 1)), 1, 1);
    while (drawn->count < TW_RANDOM_LEAVES + count) {
        // recent nodes more often than old ones: long chains
        int most = drawn->count, recent = most > 8 ? most - 8 : 0;
        bool near = below(&random, 4) > 0;
        int a = near ? recent + (int)below(&random, (uint64_t)(most - recent))
                     : (int)below(&random, (uint64_t)most);
        int b = (int)below(&random, (uint64_t)most);
        tw_random_node *made = &drawn->node[drawn->count];
        int operation = TANH + (int)below(&random, OPERATIONS - TANH);
        if (!is_possible(operation, &drawn->node[a], &drawn->node[b], made)) continue;
        made->a = a;
        made->b = b;
        made->made = make(g, made, &drawn->node[a], drawn->node[a].made, drawn->node[b].made);
        drawn->count += 1;
    }
}

// ---- reference

static int64_t rows_at(const tw_random_node *node, int64_t batch) {
    return node->rows == TW_BATCH ? batch : node->rows;
}

bool tw_random_graph_shows_parameter(const tw_random_graph *drawn, int node) {
    while (drawn->node[node].operation == VIEW) node = drawn->node[node].a;
    return node == TW_RANDOM_W || node == TW_RANDOM_V;
}

int64_t tw_random_graph_elements(const tw_random_node *node, int64_t batch) {
    return rows_at(node, batch) * node->columns;
}

// Element (i, j) of a node that is repeated where it has one row or column.
static double at(const tw_random_node *node, int64_t i, int64_t j) {
    return node->value[(node->rows == 1 ? 0 : i) * node->columns + (node->columns == 1 ? 0 : j)];
}

static double mean_of(const tw_random_node *a, int64_t first, int64_t step, int64_t count) {
    double sum = 0.0;
    for (int64_t k = 0; k < count; k++) sum += a->value[first + k * step];
    return sum / (double)count;
}

static double element_of_row(int operation, const tw_random_node *a, const tw_random_node *b,
                             int64_t i, int64_t j) {
    double sum = 0.0, most = at(a, i, 0);
    for (int64_t k = 0; k < a->columns; k++) {
        sum += exp(at(a, i, k));
        most = fmax(most, at(a, i, k));
    }
    switch (operation) {
    case SOFTMAX:
        return exp(at(a, i, j)) / sum;
    case LOG_SOFTMAX:
        return at(a, i, j) - log(sum);
    case WINDOW:
        return j == 1 || j == 2 ? at(a, i, j) : 0.0;
    case HALVES:
        return at(j < 2 ? a : b, i, j);
    default:
        return most; // LARGEST
    }
}

static double element(const tw_random_node *n, const tw_random_node *a, const tw_random_node *b,
                      int64_t i, int64_t j, int64_t batch) {
    double sum = 0.0, x = at(a, i, j);
    switch (n->operation) {
    case TANH:
        return tanh(x);
    case SIN:
        return sin(x);
    case NEG:
        return -x;
    case SIGMOID:
        return 1.0 / (1.0 + exp(-x));
    case ADD:
        return x + at(b, i, j);
    case SUB:
        return x - at(b, i, j);
    case MUL:
        return tanh(x) * at(b, i, j);
    case MEAN_ROW:
        return mean_of(a, j, a->columns, rows_at(a, batch));
    case MEAN_COLUMN:
        return mean_of(a, i * a->columns, 1, a->columns);
    case PRODUCT:
        for (int64_t k = 0; k < a->columns; k++) sum += sin(at(a, i, k)) * at(b, k, j);
        return sum;
    case GRAM:
        for (int64_t k = 0; k < batch; k++) sum += tanh(at(a, k, i)) * at(b, k, j);
        return sum / 64.0;
    case TURN:
        return at(a, j, i);
    case VIEW:
    case SPREAD:
        return x;
    default:
        return element_of_row(n->operation, a, b, i, j);
    }
}

void tw_random_graph_evaluate(tw_random_graph *drawn, const double *x, const double *y,
                              const double *w, const double *v, int64_t batch) {
    const double *leaves[] = {x, y, w, v, (const double[]){0.5}};
    for (int k = 0; k < drawn->count; k++) {
        tw_random_node *n = &drawn->node[k];
        const tw_random_node *a = &drawn->node[n->a], *b = &drawn->node[n->b];
        int64_t count = tw_random_graph_elements(n, batch);
        assert_true(count <= TW_RANDOM_VALUES_MAX);
        if (k < TW_RANDOM_LEAVES) {
            memcpy(n->value, leaves[k], (size_t)count * sizeof *n->value);
            continue;
        }
        for (int64_t i = 0; i < count; i++) {
            n->value[i] = element(n, a, b, i / n->columns, i % n->columns, batch);
        }
    }
}
