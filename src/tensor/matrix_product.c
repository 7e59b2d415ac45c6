// A product is cut into blocks of C, a block into panels of columns two vectors wide, a panel into
// tiles of as many rows as registers hold. The left operand is read where it lies, a number at a
// time; the right operand's panel is copied into one piece, which a first tile does while it reads,
// unless it lies transposed. So copying costs next to nothing where libraries copy both operands
// first.
#include "tensor/matrix_product.h"

#include <assert.h>
#include <string.h>

#include "base/parallel.h"

// The panel of TW_SLICE_MAX rows is on the stack: 64 KiB, which stay in the second-level cache.
#define PANEL_BYTES (TW_SLICE_MAX * TW_TILE_COLUMN_BYTES_MAX)
#define TURNED_ROW 16 // numbers; TW_TILE_ROWS_MAX and more
#define TILE_BYTES (TURNED_ROW * TW_TILE_COLUMN_BYTES_MAX)
#define BLOCKS_MAX 16
#define CHUNK_CYCLES 3000.0 // what handing out a chunk costs,
#define START_CYCLES 5000.0 // and waking threads at all
#define TILE_CYCLES 90.0    // of a tile beside its multiply-adds
#define CYCLES_A_NS 3.5
#define BATCH_GROUP_NS 8000.0 // small products are done together up to this, or more if they are
#define BATCH_GROUPS_MAX 64   // so many that this many groups are enough

// The product in the kernel's terms: out [rows, columns] = left [rows, k] right [k, columns].
typedef struct view {
    const tw_matrix_kernel *kernel;
    int64_t rows, columns, k;
    const char *left, *right;
    char *out;
    int64_t left_row, left_step, right_step, right_column, out_row, out_column;
    double alpha, beta;
} view;

static inline int64_t ceiling(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static inline int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static inline int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

// Where part `index` of `count` begins.
static inline int64_t cut(int64_t length, int64_t index, int64_t count) {
    return length * index / count;
}

static view view_of(const tw_matrix_product *p, const void *a, const void *b, void *c) {
    int64_t a_m = p->transpose_a ? 1 : p->a_row, a_k = p->transpose_a ? p->a_row : 1;
    int64_t b_n = p->transpose_b ? p->b_row : 1, b_k = p->transpose_b ? 1 : p->b_row;
    bool swapped = p->swapped;
    view v = {
        .kernel = p->kernel,
        .rows = swapped ? p->n : p->m,
        .columns = swapped ? p->m : p->n,
        .k = p->k,
        .left = swapped ? b : a,
        .right = swapped ? a : b,
        .out = c,
        .left_row = swapped ? b_n : a_m,
        .left_step = swapped ? b_k : a_k,
        .right_step = swapped ? a_k : b_k,
        .right_column = swapped ? a_m : b_n,
        .out_row = swapped ? 1 : p->c_row,
        .out_column = swapped ? p->c_row : 1,
        .alpha = p->alpha,
        .beta = p->beta,
    };
    if (p->k == 0) v.left = v.right = ""; // A and B are empty, perhaps NULL: never read
    return v;
}

// Brings a tile [rows, columns] of sums, a row `width` long, to where it belongs.
static void settle(const view *v, const void *sums, int64_t width, int64_t rows, int64_t columns,
                   void *out, bool add) {
    _Alignas(64) char turned[TILE_BYTES];
    tw_settling settling = {sums,  out,        rows,     columns,
                            width, v->out_row, v->alpha, add ? 1.0 : v->beta};
    if (v->out_column != 1) {
        // Rows to the next multiple of 8, which go through registers; what they hold is not used.
        v->kernel->transpose(sums, width, ceiling(rows, 8) * 8, columns, turned, TURNED_ROW);
        settling.sums = turned;
        settling.rows = columns;
        settling.columns = rows;
        settling.sums_row = TURNED_ROW;
        settling.out_row = v->out_column;
    }
    v->kernel->settle(&settling);
}

// A part of the right operand: as many columns as a panel, over a slice of k. `ahead`: where the rows of
// the next part begin that lie in the same way, or NULL.
typedef struct part {
    int64_t column, columns, step, k;
    const char *ahead;
} part;

// Rows [row, row_end) of one panel, over the slice of k that begins at `step`.
static void panel_slice(const view *v, int64_t row, int64_t row_end, const part *at, char *panel) {
    int64_t column = at->column, columns = at->columns, step = at->step, k = at->k;
    _Alignas(64) char sums[TILE_BYTES];
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t size = kernel->size, tiles = ceiling(row_end - row, kernel->rows_max);
    int vectors = columns > kernel->lanes ? 2 : 1;
    int64_t width = (int64_t)vectors * kernel->lanes;
    const char *right = v->right + (step * v->right_step + column * v->right_column) * size;
    bool add = step > 0, direct = v->right_column == 1;
    bool straight = v->out_column == 1 && v->alpha == 1 && (add || v->beta == 0 || v->beta == 1);
    if (!direct) kernel->transpose(right, v->right_column, columns, k, panel, width);
    tw_tile tile = {
        .left = v->left + (row * v->left_row + step * v->left_step) * size,
        .right = direct ? right : panel,
        .out = straight ? v->out + (row * v->out_row + column * v->out_column) * size : sums,
        .packed = direct && tiles > 1 ? panel : NULL,
        .left_row = v->left_row,
        .left_step = v->left_step,
        .right_step = direct ? v->right_step : width,
        .ahead_step = v->right_step,
        .out_row = straight ? v->out_row : width,
        .packed_step = width,
        .k = k,
        .columns = (int)columns,
        .add = straight && (add || v->beta == 1),
    };
    int64_t least = (row_end - row) / tiles, one_more = (row_end - row) % tiles;
    for (int64_t t = 0; t < tiles; t++) {
        int64_t rows = least + (t < one_more);
        kernel->tile((int)rows, &tile);
        if (!straight) {
            char *out = v->out + (row * v->out_row + column * v->out_column) * size;
            settle(v, sums, width, rows, columns, out, add);
        }
        row += rows;
        tile.left = (const char *)tile.left + rows * v->left_row * size;
        if (straight) tile.out = (char *)tile.out + rows * v->out_row * size;
        tile.right = panel;
        tile.right_step = width;
        tile.packed = NULL;
        // The rows of a panel lie far apart, which no machine's own prefetching follows. One tile of those
        // that read from the copied panel has room to ask for them.
        tile.ahead = t == 0 && direct ? at->ahead : NULL;
    }
}

static const char *right_at(const view *v, int64_t column, int64_t step) {
    return v->right + (step * v->right_step + column * v->right_column) * v->kernel->size;
}

static void block(const view *v, int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
    _Alignas(64) char panel[PANEL_BYTES];
    int64_t width = 2 * (int64_t)v->kernel->lanes;
    int64_t slices = larger(1, ceiling(v->k, TW_SLICE_MAX));
    for (; column < column_end; column += width) {
        for (int64_t s = 0; s < slices; s++) {
            int64_t step = cut(v->k, s, slices), step_end = cut(v->k, s + 1, slices);
            part at = {column, smaller(width, column_end - column), step, step_end - step, NULL};
            if (s + 1 < slices)
                at.ahead = right_at(v, column, step_end);
            else if (column + width < v->columns)
                at.ahead = right_at(v, column + width, 0);
            panel_slice(v, row, row_end, &at, panel);
        }
    }
}

tw_matrix_product tw_matrix_product_of(tw_dtype dtype, bool transpose_a, bool transpose_b,
                                       int64_t m, int64_t n, int64_t k) {
    assert((dtype == TW_F32 || dtype == TW_F64) && m >= 0 && n >= 0 && k >= 0);
    return (tw_matrix_product){
        .dtype = dtype,
        .transpose_a = transpose_a,
        .transpose_b = transpose_b,
        .m = m,
        .n = n,
        .k = k,
        .a_row = transpose_a ? m : k,
        .b_row = transpose_b ? k : n,
        .c_row = n,
        .batch = 1,
        .alpha = 1,
        .kernel = tw_matrix_kernel_at(dtype == TW_F64, 0),
    };
}

// Cycles of a block on a machine that does one vector's multiply-add in each, measured.
static double block_cycles(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns, int64_t k,
                           bool right_transposed, bool out_transposed) {
    int64_t vectors = ceiling(columns, kernel->lanes), panels = ceiling(vectors, 2);
    double step = (double)larger(rows * vectors, 4 * panels); // a chain waits four cycles
    double turn_right = (right_transposed ? 0.7 : 0.25) * (double)columns;
    double turn_out = out_transposed ? 0.7 * (double)rows * (double)columns : 0;
    return (double)k * (step + turn_right) + turn_out +
           TILE_CYCLES * (double)(panels * ceiling(rows, kernel->rows_max));
}

// A way to cut a product, and what it costs: lower is better.
typedef struct way {
    bool swapped;
    int64_t row_blocks, column_blocks;
    double block_cycles, score;
} way;

static way way_of(const tw_matrix_product *p, bool swapped, int64_t row_blocks,
                  int64_t column_blocks) {
    int64_t rows = swapped ? p->n : p->m, columns = swapped ? p->m : p->n;
    int64_t width = 2 * (int64_t)p->kernel->lanes, panels = ceiling(columns, width);
    double block = block_cycles(p->kernel, ceiling(rows, row_blocks),
                                smaller(columns, ceiling(panels, column_blocks) * width), p->k,
                                swapped ? !p->transpose_a : p->transpose_b, swapped);
    double blocks = (double)(row_blocks * column_blocks);
    // With one block more or less a thread, the threads end at different times: half a block is
    // lost.
    double score = (blocks + 0.5) * (block + CHUNK_CYCLES);
    if (blocks > 1) score += START_CYCLES;
    return (way){swapped, row_blocks, column_blocks, block, score};
}

static way best_way(const tw_matrix_product *p) {
    way best = way_of(p, false, 1, 1);
    for (int swapped = 0; swapped < 2; swapped++) {
        int64_t rows = swapped ? p->n : p->m, columns = swapped ? p->m : p->n;
        int64_t panels = ceiling(columns, 2 * (int64_t)p->kernel->lanes);
        for (int64_t row_blocks = 1; row_blocks <= smaller(rows, BLOCKS_MAX); row_blocks *= 2) {
            int64_t most = smaller(panels, BLOCKS_MAX / row_blocks);
            for (int64_t column_blocks = 1; column_blocks <= most; column_blocks *= 2) {
                way this = way_of(p, swapped, row_blocks, column_blocks);
                if (this.score < best.score) best = this;
            }
        }
    }
    return best;
}

void tw_matrix_product_plan(tw_matrix_product *p) {
    p->swapped = false;
    p->row_blocks = p->column_blocks = p->batch_group = 1;
    p->chunk_count = 0;
    p->chunk_ns = 0;
    if (p->m == 0 || p->n == 0 || p->batch == 0) return;
    way best = best_way(p);
    double ns = best.block_cycles / CYCLES_A_NS;
    p->swapped = best.swapped;
    p->row_blocks = best.row_blocks;
    p->column_blocks = best.column_blocks;
    if (p->row_blocks * p->column_blocks == 1) {
        int64_t group = larger((int64_t)(BATCH_GROUP_NS / (ns + 1)), p->batch / BATCH_GROUPS_MAX);
        p->batch_group = larger(1, smaller(p->batch, group));
    }
    p->chunk_count = p->row_blocks * p->column_blocks * ceiling(p->batch, p->batch_group);
    p->chunk_ns = ns * (double)p->batch_group;
}

void tw_matrix_product_chunk(const tw_matrix_product *p, const void *a, const void *b, void *c,
                             int64_t chunk) {
    assert(chunk >= 0 && chunk < p->chunk_count);
    int64_t size = p->kernel->size, blocks = p->row_blocks * p->column_blocks;
    int64_t index = chunk / blocks * p->batch_group;
    int64_t end = smaller(p->batch, index + p->batch_group);
    int64_t row_block = chunk % blocks % p->row_blocks,
            column_block = chunk % blocks / p->row_blocks;
    for (; index < end; index++) {
        view v = view_of(p, (const char *)a + index * p->a_batch * size,
                         (const char *)b + index * p->b_batch * size,
                         (char *)c + index * p->c_batch * size);
        int64_t width = 2 * (int64_t)p->kernel->lanes, panels = ceiling(v.columns, width);
        block(&v, cut(v.rows, row_block, p->row_blocks), cut(v.rows, row_block + 1, p->row_blocks),
              cut(panels, column_block, p->column_blocks) * width,
              smaller(v.columns, cut(panels, column_block + 1, p->column_blocks) * width));
    }
}

typedef struct task {
    const tw_matrix_product *product;
    const void *a, *b;
    void *c;
} task;

static void run_chunk(void *user, int64_t chunk) {
    const task *t = user;
    tw_matrix_product_chunk(t->product, t->a, t->b, t->c, chunk);
}

void tw_matrix_product_run(int threads, const tw_matrix_product *product, const void *a,
                           const void *b, void *c) {
    task t = {product, a, b, c};
    tw_parallel(threads, product->chunk_count, run_chunk, &t);
}
