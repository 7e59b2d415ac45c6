// How a product is cut: into blocks of rows and columns of C, by what each way to cut costs.
#include "tensor/matrix_product.h"

#include <assert.h>

#include "base/parallel.h"
#include "tensor/matrix_block.h"

#define BLOCKS_A_THREAD 8   // at most
#define CHUNK_CYCLES 3000.0 // to hand out a chunk
#define START_CYCLES 5000.0 // to wake the threads
#define TILE_CYCLES 40.0    // of a tile, beside its multiply-adds
#define CROSSING_CYCLES 2.0 // of an element that another core has written
#define UNEVEN_SHARE 0.06   // of a block: how far apart threads end
#define CYCLES_A_NS 3.5
// Small products of a batch form groups that take this long, or longer if there would be more groups than this.
#define BATCH_GROUP_NS 8000.0
#define BATCH_GROUPS_MAX 64

static tw_matrix_view view_of(const tw_matrix_product *p, const void *a, const void *b, void *c) {
    int64_t a_m = p->transpose_a ? 1 : p->a_row, a_k = p->transpose_a ? p->a_row : 1;
    int64_t b_n = p->transpose_b ? p->b_row : 1, b_k = p->transpose_b ? 1 : p->b_row;
    bool swapped = p->swapped;
    tw_matrix_view v = {
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
    return v;
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

// The cycles that a block takes on a machine that does one multiply-add of a vector per cycle. The constants are
// fitted to the times of all ways to cut the products of a network, on Zen 3.
static double block_cycles(const tw_matrix_product *p, bool swapped, int64_t rows,
                           int64_t columns) {
    const tw_matrix_kernel *kernel = p->kernel;
    bool left_transposed = swapped ? !p->transpose_b : p->transpose_a;
    bool right_transposed = swapped ? !p->transpose_a : p->transpose_b;
    int64_t left_stored_row = swapped ? p->b_row : p->a_row;
    int64_t vectors = tw_ceiling(columns, kernel->lanes), panels = tw_ceiling(vectors, 2);
    double step = (double)tw_larger(rows * vectors, 4 * panels); // a chain waits four cycles
    double turn_right = (right_transposed ? 1.5 : 0.4) * (double)columns;
    double turn_out = swapped ? 4.0 * (double)rows * (double)columns : 0;
    double turn_left = 0;
    if (left_transposed && tw_matrix_left_crosses(kernel, 1, left_stored_row, p->k)) {
        turn_left = 0.2 * step;
        if (tw_matrix_block_packs(kernel, rows, columns)) {
            turn_left = 2.5 * (double)rows; // with what it drives out of caches
            turn_right = 1.5 * (double)(columns * tw_matrix_block_strips(kernel, rows, p->k));
        }
    } else if (!tw_matrix_block_left_stays(kernel, rows, p->k)) {
        int64_t together = tw_matrix_block_panels(kernel, rows, columns, p->k);
        turn_left = 0.075 * (double)(rows * tw_ceiling(panels, together));
    }
    return (double)p->k * (step + turn_right + turn_left) + turn_out +
           TILE_CYCLES * (double)(panels * tw_ceiling(rows, kernel->rows_max));
}

// A way to cut a product, and what it costs: lower is better.
typedef struct way {
    bool swapped;
    int64_t row_blocks, column_blocks;
    double block_cycles, score;
} way;

// The cycles that a thread waits for operands which other cores have written, as in a training. Its blocks are
// neighbours, those of a column first: with a column of its own it reads all rows of the left operand.
static double crossing_cycles(const tw_matrix_product *p, int64_t rows, int64_t columns,
                              int64_t row_blocks, int64_t column_blocks) {
    if (p->threads == 1) return 0;
    int64_t across = tw_smaller(column_blocks, p->threads);
    int64_t down = tw_smaller(row_blocks, tw_ceiling(p->threads, across));
    return CROSSING_CYCLES * (double)p->k *
           (double)(tw_ceiling(rows, down) + tw_ceiling(columns, across));
}

static way way_of(const tw_matrix_product *p, bool swapped, int64_t row_blocks,
                  int64_t column_blocks) {
    int64_t rows = swapped ? p->n : p->m, columns = swapped ? p->m : p->n;
    int64_t width = 2 * (int64_t)p->kernel->lanes, panels = tw_ceiling(columns, width);
    double block = block_cycles(p, swapped, tw_ceiling(rows, row_blocks),
                                tw_smaller(columns, tw_ceiling(panels, column_blocks) * width));
    int64_t blocks = row_blocks * column_blocks * p->batch;
    double rounds = (double)tw_ceiling(blocks, p->threads);
    if (p->threads > 1) rounds += UNEVEN_SHARE;
    double score = rounds * (block + CHUNK_CYCLES);
    if (blocks > 1 && p->threads > 1) score += START_CYCLES;
    score += crossing_cycles(p, rows, columns, row_blocks, column_blocks);
    return (way){swapped, row_blocks, column_blocks, block, score};
}

static way best_way(const tw_matrix_product *p) {
    way best = way_of(p, false, 1, 1);
    int64_t blocks_max = BLOCKS_A_THREAD * (int64_t)p->threads;
    for (int swapped = 0; swapped < 2; swapped++) {
        int64_t rows = swapped ? p->n : p->m, columns = swapped ? p->m : p->n;
        int64_t panels = tw_ceiling(columns, 2 * (int64_t)p->kernel->lanes);
        for (int64_t row_blocks = 1; row_blocks <= tw_smaller(rows, blocks_max); row_blocks *= 2) {
            int64_t most = tw_smaller(panels, blocks_max / row_blocks);
            for (int64_t column_blocks = 1; column_blocks <= most; column_blocks *= 2) {
                way this = way_of(p, swapped, row_blocks, column_blocks);
                if (this.score < best.score) best = this;
            }
        }
    }
    return best;
}

void tw_matrix_product_plan(tw_matrix_product *p, int threads) {
    assert(threads >= 1);
    p->threads = threads;
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
        int64_t group =
            tw_larger((int64_t)(BATCH_GROUP_NS / (ns + 1)), p->batch / BATCH_GROUPS_MAX);
        p->batch_group = tw_larger(1, tw_smaller(p->batch, group));
    }
    p->chunk_count = p->row_blocks * p->column_blocks * tw_ceiling(p->batch, p->batch_group);
    p->chunk_ns = ns * (double)p->batch_group;
}

void tw_matrix_product_chunk(const tw_matrix_product *p, const void *a, const void *b, void *c,
                             int64_t chunk) {
    assert(chunk >= 0 && chunk < p->chunk_count);
    if (p->k == 0) a = b = ""; // both are empty, perhaps NULL, and never read
    int64_t size = p->kernel->size, blocks = p->row_blocks * p->column_blocks;
    int64_t index = chunk / blocks * p->batch_group;
    int64_t end = tw_smaller(p->batch, index + p->batch_group);
    int64_t row_block = chunk % blocks % p->row_blocks,
            column_block = chunk % blocks / p->row_blocks;
    for (; index < end; index++) {
        tw_matrix_view v = view_of(p, (const char *)a + index * p->a_batch * size,
                                   (const char *)b + index * p->b_batch * size,
                                   (char *)c + index * p->c_batch * size);
        int64_t width = 2 * (int64_t)p->kernel->lanes, panels = tw_ceiling(v.columns, width);
        int64_t column_end = tw_cut(panels, column_block + 1, p->column_blocks) * width;
        tw_matrix_part part = {
            .row = tw_cut(v.rows, row_block, p->row_blocks),
            .row_end = tw_cut(v.rows, row_block + 1, p->row_blocks),
            .column = tw_cut(panels, column_block, p->column_blocks) * width,
            .column_end = tw_smaller(v.columns, column_end),
        };
        tw_matrix_block(&v, &part);
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

void tw_matrix_product_run(const tw_matrix_product *product, const void *a, const void *b,
                           void *c) {
    task t = {product, a, b, c};
    tw_parallel(product->threads, product->chunk_count, run_chunk, &t);
}
