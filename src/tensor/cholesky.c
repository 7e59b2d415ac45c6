// By blocks of columns. What all earlier columns subtract from a block is one matrix product, which takes most of
// the time; then the block's own columns are computed one by one.
#include <math.h>

#include "base/parallel.h"
#include "tensor/matrix_product.h"
#include "tensor/symmetric.h"
#include "tensor/vector.h"

#define BLOCK 16 // columns
#define ROWS_A_CHUNK 16

typedef struct column_work {
    double *matrix;
    int64_t n, block, column; // block: its first column
    double pivot;
} column_work;

// Computes the elements of column `column` below the diagonal, of some rows.
static void fill_rows(void *user, int64_t chunk) {
    const column_work *w = user;
    int64_t start = w->column + 1 + chunk * ROWS_A_CHUNK, end = start + ROWS_A_CHUNK;
    const double *pivot_row = w->matrix + w->column * w->n + w->block;
    for (int64_t i = start; i < end && i < w->n; i++) {
        double *row = w->matrix + i * w->n;
        double sum = tw_dot(row + w->block, pivot_row, w->column - w->block);
        row[w->column] = (row[w->column] - sum) / w->pivot;
    }
}

// The first column left of `first` in which one of the rows [first, end) is not 0; `first` if there is none.
// In banded matrices most of what lies left of it is 0.
static int64_t lead_of(const double *matrix, int64_t n, int64_t first, int64_t end) {
    int64_t lead = first;
    for (int64_t i = first; i < end; i++)
        for (int64_t k = 0; k < lead; k++)
            if (matrix[i * n + k] != 0.0) lead = k;
    return lead;
}

// Subtracts from columns [first, end), from their diagonal down, the products with all earlier columns.
static void update_block(tw_context *context, double *matrix, int64_t n, int64_t first,
                         int64_t end) {
    int64_t lead = lead_of(matrix, n, first, end);
    tw_matrix_product product =
        tw_matrix_product_of(TW_F64, false, true, n - first, end - first, first - lead);
    if (lead == first) return;
    product.a_row = product.b_row = product.c_row = n;
    product.alpha = -1;
    product.beta = 1;
    tw_matrix_product_plan(&product, tw_context_threads(context));
    double *rows = matrix + first * n;
    tw_matrix_product_run(&product, rows + lead, rows + lead, rows + first);
}

int64_t tw_cholesky(tw_context *context, double *matrix, int64_t n) {
    for (int64_t j = 0; j < n; j++) {
        int64_t block = j / BLOCK * BLOCK, end = block + BLOCK < n ? block + BLOCK : n;
        if (j == block && j > 0) update_block(context, matrix, n, block, end);
        double *row = matrix + j * n;
        double square = row[j] - tw_dot(row + block, row + block, j - block);
        if (!(square > 0.0)) return j;
        row[j] = sqrt(square);
        column_work w = {matrix, n, block, j, row[j]};
        int64_t chunks = (n - j - 1 + ROWS_A_CHUNK - 1) / ROWS_A_CHUNK;
        bool small = (n - j) * (j - block) < 32768; // a second thread costs more than it saves
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
