// Householder's reflections to tridiagonal form, and back again for the vectors.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "tensor/symmetric.h"
#include "tensor/vector.h"

#define ROWS_A_CHUNK 16
#define SHARED_FROM 32768 // elements; with fewer, a second thread costs more than it saves

// A matrix on its way to tridiagonal form. Step k reflects rows and columns from k + 1 on by
// I - scale[k]*v*v', v kept in row k from column k + 1 on.
typedef struct reduction {
    tw_context *context;
    double *matrix; // [n, n]
    int64_t n, step;
    double *scale;    // [n]
    double *products; // [n]: scale*A*v, then w
    double *vectors;  // [n, n]: the rows that are reflected back
} reduction;

static double *reflector(const reduction *r, int64_t step) {
    return r->matrix + step * r->n + step + 1;
}

static void run_rows(reduction *r, int64_t rows, int64_t columns, tw_chunk_function *function) {
    bool small = rows * columns < SHARED_FROM;
    tw_parallel(small ? 1 : tw_context_threads(r->context),
                (rows + ROWS_A_CHUNK - 1) / ROWS_A_CHUNK, function, r);
}

static int64_t last_row(int64_t chunk, int64_t rows) {
    int64_t end = (chunk + 1) * ROWS_A_CHUNK;
    return end < rows ? end : rows;
}

// Replaces the row right of the diagonal by v = row - target*e0, whose reflection takes the row to target*e0, with the
// sign of target that avoids cancellation. Returns the off-diagonal element.
static double make_reflector(reduction *r) {
    int64_t count = r->n - r->step - 1;
    double *v = reflector(r, r->step);
    double norm = sqrt(tw_dot(v, v, count));
    double target = v[0] > 0.0 ? -norm : norm;
    bool flat = tw_dot(v + 1, v + 1, count - 1) == 0.0;
    if (flat) {
        r->scale[r->step] = 0.0;
        return v[0];
    }
    v[0] -= target;
    r->scale[r->step] = 2.0 / tw_dot(v, v, count);
    return target;
}

static void multiply_rows(void *user, int64_t chunk) {
    reduction *r = user;
    int64_t count = r->n - r->step - 1;
    const double *v = reflector(r, r->step);
    for (int64_t i = chunk * ROWS_A_CHUNK; i < last_row(chunk, count); i++) {
        const double *row = r->matrix + (r->step + 1 + i) * r->n + r->step + 1;
        r->products[i] = r->scale[r->step] * tw_dot(row, v, count);
    }
}

TW_SIMD static void subtract_two(double *restrict row, const double *restrict v,
                                 const double *restrict w, double at_v, double at_w,
                                 int64_t count) {
    for (int64_t i = 0; i < count; i++) row[i] -= at_v * w[i] + at_w * v[i];
}

static void subtract_rows(void *user, int64_t chunk) {
    reduction *r = user;
    int64_t count = r->n - r->step - 1;
    const double *v = reflector(r, r->step), *w = r->products;
    for (int64_t i = chunk * ROWS_A_CHUNK; i < last_row(chunk, count); i++)
        subtract_two(r->matrix + (r->step + 1 + i) * r->n + r->step + 1, v, w, v[i], w[i], count);
}

// The reflected matrix is A - v*w' - w*v', where w = p - (scale/2 * p'v)*v and p = scale*A*v.
static void reflect(reduction *r) {
    int64_t count = r->n - r->step - 1;
    const double *v = reflector(r, r->step);
    run_rows(r, count, count, multiply_rows);
    double half = 0.5 * r->scale[r->step] * tw_dot(r->products, v, count);
    for (int64_t i = 0; i < count; i++) r->products[i] -= half * v[i];
    run_rows(r, count, count, subtract_rows);
}

static void reduce(reduction *r, double *diagonal, double *offdiagonal) {
    for (r->step = 0; r->step < r->n - 1; r->step++) {
        diagonal[r->step] = r->matrix[r->step * r->n + r->step];
        offdiagonal[r->step] = make_reflector(r);
        if (r->scale[r->step] != 0.0) reflect(r);
    }
    diagonal[r->n - 1] = r->matrix[r->n * r->n - 1];
    offdiagonal[r->n - 1] = 0.0;
}

static void restore_rows(void *user, int64_t chunk) {
    reduction *r = user;
    for (int64_t i = chunk * ROWS_A_CHUNK; i < last_row(chunk, r->n); i++) {
        for (int64_t k = r->n - 2; k >= 0; k--) {
            if (r->scale[k] == 0.0) continue;
            const double *v = reflector(r, k);
            double *row = r->vectors + i * r->n + k + 1;
            double along = r->scale[k] * tw_dot(row, v, r->n - k - 1);
            for (int64_t j = 0; j < r->n - k - 1; j++) row[j] -= along * v[j];
        }
    }
}

static tw_status solve(reduction *r, bool vectors, double *values, double *offdiagonal) {
    reduce(r, values, offdiagonal);
    if (!vectors) return tw_tridiagonal_eigen(r->context, values, offdiagonal, r->n, NULL, 0);
    r->vectors = tw_allocate(r->context, (size_t)(r->n * r->n), sizeof *r->vectors);
    if (r->vectors == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < r->n; i++) r->vectors[i * r->n + i] = 1.0;
    tw_status status =
        tw_tridiagonal_eigen(r->context, values, offdiagonal, r->n, r->vectors, r->n);
    if (status == TW_OK) {
        run_rows(r, r->n, r->n, restore_rows);
        memcpy(r->matrix, r->vectors, (size_t)(r->n * r->n) * sizeof *r->matrix);
    }
    tw_release(r->vectors);
    return status;
}

tw_status tw_symmetric_eigen(tw_context *context, double *matrix, int64_t n, bool vectors,
                             double *values) {
    assert(n >= 1);
    double *memory = tw_allocate(context, 3 * (size_t)n, sizeof *memory);
    if (memory == NULL) return TW_NO_MEMORY;
    reduction r = {
        .context = context, .matrix = matrix, .n = n, .scale = memory, .products = memory + n};
    tw_status status = solve(&r, vectors, values, memory + 2 * n);
    tw_release(memory);
    return status;
}
