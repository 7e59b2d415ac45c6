// A block is computed a slice of k at a time; of it, strips of rows against panels of columns two
// vectors wide, in tiles of as many rows as registers hold. A panel of the right operand is copied
// into one piece, which a first tile does while it reads, unless it lies transposed. The left operand
// is read where it lies, a number at a time; but where its rows lie side by side, each step of k is
// on a line of its own, and caches hold few lines that are a power of two apart, so a strip of it is
// copied for all panels. So copying costs little where libraries copy both operands first.
#include "tensor/matrix_block.h"

#include <stddef.h>

// On the stack, both in the second-level cache: a panel of 64 KiB, and a strip.
#define PANEL_BYTES (TW_SLICE_MAX * TW_TILE_COLUMN_BYTES_MAX)
#define TURNED_ROW 16 // numbers; TW_TILE_ROWS_MAX and more
#define TILE_BYTES (TURNED_ROW * TW_TILE_COLUMN_BYTES_MAX)
#define LINE_BYTES 64
#define STRIDE_BYTES_MIN 512 // between steps of k: fewer do little harm
#define STEPS_MIN 64         // whose lines the first-level cache may not hold
#define PACKED_PANELS_MIN 4  // that read a strip before copying it pays

// Brings a tile [rows, columns] of sums, a row `width` long, to where it belongs.
static void settle(const tw_matrix_view *v, const void *sums, int64_t width, int64_t rows,
                   int64_t columns, void *out, bool add) {
    _Alignas(64) char turned[TILE_BYTES];
    tw_settling settling = {sums,  out,        rows,     columns,
                            width, v->out_row, v->alpha, add ? 1.0 : v->beta};
    if (v->out_column != 1) {
        // Rows to the next multiple of 8, which go through registers; what they hold is not used.
        v->kernel->transpose(sums, width, tw_ceiling(rows, 8) * 8, columns, turned, TURNED_ROW);
        settling.sums = turned;
        settling.rows = columns;
        settling.columns = rows;
        settling.sums_row = TURNED_ROW;
        settling.out_row = v->out_column;
    }
    v->kernel->settle(&settling);
}

// Rows of the left operand, over a slice of k: where they lie, or copied tile by tile.
typedef struct strip {
    int64_t row, row_end;
    const char *left;
    int64_t left_row, left_step;
    int64_t tile_bytes; // from one tile's copy to the next; 0 if nothing is copied
} strip;

// Columns of the right operand, as many as a tile has, over the slice of k that begins at `step`.
// `ahead`: where the rows of the next panel begin, which lie in the same way; or NULL.
typedef struct panel {
    int64_t column, columns, step, k;
    const char *ahead;
} panel;

// Multiplies a strip by a panel, tile by tile. `copy`: room for the panel.
static void multiply(const tw_matrix_view *v, const strip *s, const panel *p, char *copy) {
    _Alignas(64) char sums[TILE_BYTES];
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t count = s->row_end - s->row, size = kernel->size;
    int64_t tiles = tw_ceiling(count, kernel->rows_max);
    int64_t width = (p->columns > kernel->lanes ? 2 : 1) * (int64_t)kernel->lanes;
    const char *right = v->right + (p->step * v->right_step + p->column * v->right_column) * size;
    char *out = v->out + (s->row * v->out_row + p->column * v->out_column) * size;
    bool add = p->step > 0, direct = v->right_column == 1;
    bool straight = v->out_column == 1 && v->alpha == 1 && (add || v->beta == 0 || v->beta == 1);
    if (!direct) kernel->transpose(right, v->right_column, p->columns, p->k, copy, width);
    tw_tile tile = {
        .left = s->left,
        .right = direct ? right : copy,
        .out = straight ? out : sums,
        .packed = direct && tiles > 1 ? copy : NULL,
        .left_row = s->left_row,
        .left_step = s->left_step,
        .right_step = direct ? v->right_step : width,
        .ahead_step = v->right_step,
        .out_row = straight ? v->out_row : width,
        .packed_step = width,
        .k = p->k,
        .columns = (int)p->columns,
        .add = straight && (add || v->beta == 1),
    };
    for (int64_t t = 0; t < tiles; t++) {
        int64_t rows = count / tiles + (t < count % tiles);
        kernel->tile((int)rows, &tile);
        if (!straight) settle(v, sums, width, rows, p->columns, out, add);
        int64_t left_bytes = s->tile_bytes ? s->tile_bytes : rows * s->left_row * size;
        tile.left = (const char *)tile.left + left_bytes;
        out += rows * v->out_row * size;
        if (straight) tile.out = out;
        tile.right = copy;
        tile.right_step = width;
        tile.packed = NULL;
        // The rows of a panel lie far apart, which no machine's own prefetching follows. One tile
        // of those that read from the copied panel has room to ask for them.
        tile.ahead = t == 0 && direct ? p->ahead : NULL;
    }
}

static const char *right_at(const tw_matrix_view *v, int64_t column, int64_t step) {
    return v->right + (step * v->right_step + column * v->right_column) * v->kernel->size;
}

// The panel after the last of a strip: the block's first of this slice, if there are more strips,
// or of the next; or that of the block to the right, which may be this thread's next.
static const char *first_of_next(const tw_matrix_view *v, const tw_matrix_part *part,
                                 int64_t row_end, int64_t step, int64_t step_end) {
    if (row_end < part->row_end) return right_at(v, part->column, step);
    if (step_end < v->k) return right_at(v, part->column, step_end);
    return part->column_end < v->columns ? right_at(v, part->column_end, 0) : NULL;
}

// A line between tiles keeps them from the same sets of a cache.
static int64_t packed_tile_bytes(const tw_matrix_kernel *kernel, int64_t k) {
    return k * kernel->rows_max * kernel->size + LINE_BYTES;
}

static strip strip_of(const tw_matrix_view *v, int64_t row, int64_t row_end, int64_t step,
                      int64_t k, char *copy) {
    const tw_matrix_kernel *kernel = v->kernel;
    const char *left = v->left + (row * v->left_row + step * v->left_step) * kernel->size;
    strip s = {row, row_end, left, v->left_row, v->left_step, 0};
    if (!copy) return s;
    s.left = copy;
    s.left_step = kernel->rows_max;
    s.tile_bytes = packed_tile_bytes(kernel, k);
    tw_packing packing = {left, v->left_step, row_end - row, k, copy, s.tile_bytes / kernel->size};
    kernel->pack(&packing);
    return s;
}

// One slice of k, a strip of rows after another. `copy`: room for a strip, or NULL for one strip that
// is not copied.
static void slice(const tw_matrix_view *v, const tw_matrix_part *part, int64_t step,
                  int64_t step_end, char *copy) {
    _Alignas(64) char panel_copy[PANEL_BYTES];
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t rows_max = kernel->rows_max, width = 2 * (int64_t)kernel->lanes, k = step_end - step;
    int64_t tiles = tw_ceiling(part->row_end - part->row, rows_max);
    int64_t tiles_fit = tw_larger(1, kernel->strip_bytes / packed_tile_bytes(kernel, k));
    int64_t strips = copy ? tw_ceiling(tiles, tiles_fit) : 1;
    for (int64_t i = 0; i < strips; i++) {
        int64_t row = part->row + tw_cut(tiles, i, strips) * rows_max;
        int64_t row_end = part->row + tw_cut(tiles, i + 1, strips) * rows_max;
        row_end = tw_smaller(row_end, part->row_end);
        strip s = strip_of(v, row, row_end, step, k, copy);
        for (int64_t column = part->column; column < part->column_end; column += width) {
            int64_t end = tw_smaller(column + width, part->column_end);
            const char *ahead = end < part->column_end
                                    ? right_at(v, end, step)
                                    : first_of_next(v, part, row_end, step, step_end);
            panel p = {column, end - column, step, k, ahead};
            multiply(v, &s, &p, panel_copy);
        }
    }
}

bool tw_matrix_left_crosses(const tw_matrix_kernel *kernel, int64_t left_row, int64_t left_step,
                            int64_t k) {
    return left_row == 1 && left_step * kernel->size >= STRIDE_BYTES_MIN && k >= STEPS_MIN &&
           kernel->strip_bytes > 0;
}

bool tw_matrix_block_packs(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns) {
    return rows > kernel->rows_max && columns >= PACKED_PANELS_MIN * 2 * (int64_t)kernel->lanes;
}

void tw_matrix_block(const tw_matrix_view *v, const tw_matrix_part *part) {
    _Alignas(64) char copy[TW_STRIP_BYTES_MAX];
    bool packs = tw_matrix_left_crosses(v->kernel, v->left_row, v->left_step, v->k) &&
                 tw_matrix_block_packs(v->kernel, part->row_end - part->row,
                                       part->column_end - part->column);
    int64_t slices = tw_larger(1, tw_ceiling(v->k, TW_SLICE_MAX));
    for (int64_t i = 0; i < slices; i++) {
        slice(v, part, tw_cut(v->k, i, slices), tw_cut(v->k, i + 1, slices), packs ? copy : NULL);
    }
}
