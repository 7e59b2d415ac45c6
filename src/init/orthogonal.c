// orthogonal: a random rotation, so that a deep linear network neither grows nor shrinks what passes
// through it. The columns (or rows, of a wide matrix) are orthonormal times the gain.
#include <lapacke.h>

#include "base/fail.h"
#include "base/memory.h"
#include "init/kind.h"

static const tw_initialiser_key keys[] = {
    {"gain", 1.0, "factor: 1 for linear layers, sqrt(2) for relu"},
};

// Q of the QR factorisation of `tall` [rows, columns] (column by column), times the signs of R's
// diagonal: without them Q would not be uniform over the rotations (Mezzadri, 2007).
static tw_status rotate(tw_context *context, double *tall, int rows, int columns) {
    double *tau = tw_allocate(context, 2 * (size_t)columns, sizeof *tau);
    if (tau == NULL) return TW_NO_MEMORY;
    double *sign = tau + columns;
    int failed = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, columns, tall, rows, tau);
    for (int j = 0; j < columns; j++) sign[j] = tall[j + (int64_t)j * rows] < 0.0 ? -1.0 : 1.0;
    if (failed == 0)
        failed = LAPACKE_dorgqr(LAPACK_COL_MAJOR, rows, columns, columns, tall, rows, tau);
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) tall[i + (int64_t)j * rows] *= sign[j];
    tw_release(tau);
    if (failed == 0) return TW_OK;
    return tw_fail(context, TW_NO_MEMORY, "initialiser orthogonal: LAPACK has no memory for it");
}

static tw_status fill(const tw_draw *draw) {
    int64_t columns = draw->fan_out, rows = draw->elements / columns;
    if (tw_tensor_shape(draw->tensor)->rank < 2 || rows > INT32_MAX || columns > INT32_MAX)
        return tw_fail(draw->context, TW_BAD_SHAPE,
                       "initialiser orthogonal: fills matrices, not biases");
    bool wide = columns > rows;
    int64_t longer = wide ? columns : rows, shorter = wide ? rows : columns;
    double *tall = tw_allocate(draw->context, (size_t)draw->elements, sizeof *tall);
    if (tall == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < draw->elements; i++)
        tall[i] = tw_random_normal(&draw->random, (uint64_t)i);
    tw_status status = rotate(draw->context, tall, (int)longer, (int)shorter);
    for (int64_t i = 0; i < rows && status == TW_OK; i++) {
        for (int64_t j = 0; j < columns; j++) {
            double q = wide ? tall[j + i * longer] : tall[i + j * longer];
            tw_tensor_set(draw->tensor, i * columns + j, draw->keys[0] * q);
        }
    }
    tw_release(tall);
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
