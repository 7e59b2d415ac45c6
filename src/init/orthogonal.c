// orthogonal: a random rotation, so that a deep linear network neither grows nor shrinks what passes
// through it. The columns (or rows, of a wide matrix) are orthonormal times the gain.
#include "base/fail.h"
#include "base/memory.h"
#include "init/kind.h"
#include "tensor/matrix_product.h"

#include <math.h>

static const tw_key keys[] = {
    {"gain", 1.0, "factor: 1 for linear layers, sqrt(2) for relu", NULL},
};

enum { BLOCK_ROWS = 32, SUMS = 8 };

// Several sums side by side, which fill a vector; their fixed order keeps the bits the same everywhere.
static double dot(const double *a, const double *b, int64_t length) {
    double sums[SUMS] = {0.0}, sum = 0.0;
    int64_t i = 0;
    for (; i + SUMS <= length; i += SUMS)
        for (int k = 0; k < SUMS; k++) sums[k] += a[i + k] * b[i + k];
    for (; i < length; i++) sum += a[i] * b[i];
    for (int k = 0; k < SUMS; k++) sum += sums[k];
    return sum;
}

// Makes the `count` rows of `q` behind the `first` ones orthogonal to these. `along`: room for the products
// [count, first].
static void project_out(int threads, double *q, int64_t first, int64_t count, int64_t length,
                        double *along) {
    double *rows = q + first * length;
    tw_matrix_product inner = tw_matrix_product_of(TW_F64, false, true, count, first, length);
    tw_matrix_product outer = tw_matrix_product_of(TW_F64, false, false, count, length, first);
    outer.alpha = -1.0;
    outer.beta = 1.0;
    tw_matrix_product_plan(&inner, threads);
    tw_matrix_product_plan(&outer, threads);
    tw_matrix_product_run(&inner, rows, q, along);
    tw_matrix_product_run(&outer, along, q, rows);
}

// Each row made orthogonal to those before it in the block, and of length 1.
static void orthonormalise(double *rows, int64_t count, int64_t length) {
    for (int64_t i = 0; i < count; i++) {
        double *row = rows + i * length;
        for (int64_t j = 0; j < 2 * i; j++) { // twice over those before
            const double *other = rows + j % i * length;
            double share = dot(row, other, length);
            for (int64_t k = 0; k < length; k++) row[k] -= share * other[k];
        }
        double scale = 1.0 / sqrt(dot(row, row, length));
        for (int64_t k = 0; k < length; k++) row[k] *= scale;
    }
}

// Gram and Schmidt's method in blocks, everything projected twice, which is enough for orthogonality to
// the last bits (Giraud, Langou and Rozloznik, 2005). It is that QR factorisation of the drawn rows whose
// R has a positive diagonal, so Q is uniform over the rotations (Mezzadri, 2007). Not LAPACK's, whose
// bits depend on threads and machine.
static void rotate(int threads, double *q, int64_t rows, int64_t length, double *along) {
    for (int64_t first = 0; first < rows; first += BLOCK_ROWS) {
        int64_t count = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;
        for (int pass = 0; pass < 2; pass++) {
            if (first > 0) project_out(threads, q, first, count, length, along);
            orthonormalise(q + first * length, count, length);
        }
    }
}

static tw_status fill(const tw_draw *draw) {
    if (tw_tensor_shape(draw->tensor)->rank < 2)
        return tw_fail(draw->context, TW_BAD_SHAPE,
                       "initialiser orthogonal: fills matrices, not biases");
    int64_t columns = draw->fan_out, rows = draw->elements / columns;
    bool wide = columns > rows;
    int64_t longer = wide ? columns : rows, shorter = wide ? rows : columns;
    double *q = tw_allocate(draw->context, (size_t)draw->elements, sizeof *q);
    double *along = tw_allocate(draw->context, (size_t)shorter, BLOCK_ROWS * sizeof *along);
    if (q != NULL && along != NULL) {
        for (int64_t i = 0; i < draw->elements; i++)
            q[i] = tw_random_normal(&draw->random, (uint64_t)i);
        rotate(tw_context_threads(draw->context), q, shorter, longer, along);
        for (int64_t i = 0; i < draw->elements; i++) {
            int64_t row = i / columns, column = i % columns;
            int64_t from = wide ? row * longer + column : column * longer + row;
            tw_tensor_set(draw->tensor, i, draw->keys[0] * q[from]);
        }
    }
    tw_status status = q != NULL && along != NULL ? TW_OK : TW_NO_MEMORY;
    tw_release(q);
    tw_release(along);
    return status;
}

const tw_init_kind tw_init_orthogonal = {
    .about = {.name = "orthogonal",
              .formula = "w = gain*Q, Q R = a matrix of N(0, 1), signs of R's diagonal in Q",
              .source = "Saxe, McClelland and Ganguli, 2013",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
