#include <math.h>

#include "base/parallel.h"
#include "tensor/symmetric.h"
#include "tensor/vector.h"

#define ROWS_A_CHUNK 16

typedef struct column_work {
    double *matrix;
    int64_t n, column;
    double pivot;
} column_work;

// Elements of column `column` below the diagonal, of some rows.
static void fill_rows(void *user, int64_t chunk) {
    const column_work *w = user;
    int64_t start = w->column + 1 + chunk * ROWS_A_CHUNK, end = start + ROWS_A_CHUNK;
    const double *pivot_row = w->matrix + w->column * w->n;
    for (int64_t i = start; i < end && i < w->n; i++) {
        double *row = w->matrix + i * w->n;
        row[w->column] = (row[w->column] - tw_dot(row, pivot_row, w->column)) / w->pivot;
    }
}

int64_t tw_cholesky(tw_context *context, double *matrix, int64_t n) {
    for (int64_t j = 0; j < n; j++) {
        double *row = matrix + j * n;
        double square = row[j] - tw_dot(row, row, j);
        if (!(square > 0.0)) return j;
        row[j] = sqrt(square);
        column_work w = {matrix, n, j, row[j]};
        int64_t chunks = (n - j - 1 + ROWS_A_CHUNK - 1) / ROWS_A_CHUNK;
        bool small = (n - j) * j < 32768; // a thread costs more than it gives
        tw_parallel(small ? 1 : tw_context_threads(context), chunks, fill_rows, &w);
    }
    return n;
}

void tw_cholesky_forward(const double *factor, int64_t n, double *b) {
    for (int64_t i = 0; i < n; i++)
        b[i] = (b[i] - tw_dot(factor + i * n, b, i)) / factor[i * n + i];
}

void tw_cholesky_backward(const double *factor, int64_t n, double *b) {
    for (int64_t i = n - 1; i >= 0; i--) {
        const double *row = factor + i * n;
        b[i] /= row[i];
        for (int64_t k = 0; k < i; k++) b[k] -= row[k] * b[i];
    }
}
