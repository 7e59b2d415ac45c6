// A block is computed one slice of k after another. In a slice, strips of rows meet panels of columns that are two
// vectors wide, tile by tile; a tile has as many rows as registers hold.
//
// The right operand: a panel is copied into one piece. The first tile does that while it reads, unless the operand
// lies transposed; then the panel is transposed first.
//
// The left operand: it is read in place, one number at a time, with two exceptions where it is large. If it does not
// stay in the second-level cache, each of its tiles meets several panels before the next one is read, so that it
// is read fewer times. And if its rows lie side by side, each step of k is on another cache line, and caches hold
// few lines whose addresses differ by a power of two; so strips that fit are copied once for all panels.
//
// Libraries that copy both operands first pay more for copying.
#include "tensor/matrix_block.h"

#include <stddef.h>

#define COPIES_BYTES (304 << 10) // on the stack: copied panels, or one panel and a strip
#define TURNED_ROW 16            // numbers in a row of a transposed tile, at least TW_TILE_ROWS_MAX
#define TILE_BYTES (TURNED_ROW * TW_TILE_COLUMN_BYTES_MAX)
#define LINE_BYTES 64
#define NEAR_TILES_MIN 8     // tiles in a strip whose first tile prefetches rows of its own panel
#define STRIDE_BYTES_MIN 512 // between steps of k; shorter strides do little harm
#define STEPS_MIN 64         // steps of k whose lines the first-level cache may not hold
#define PACKED_PANELS_MIN 4  // panels that have to read a strip for its copy to pay

// Writes a tile [rows, columns] of sums, whose rows are `width` apart, to C: scaled, added, transposed as needed.
static void settle(const tw_matrix_view *v, const void *sums, int64_t width, int64_t rows,
                   int64_t columns, void *out, bool add) {
    _Alignas(64) char turned[TILE_BYTES];
    tw_settling settling = {sums,  out,        rows,     columns,
                            width, v->out_row, v->alpha, add ? 1.0 : v->beta};
    if (v->out_column != 1) {
        // Rows up to the next multiple of 8, since they go through registers in eights; the extra ones are not used.
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
    int64_t tiles, rows_least;
    int64_t one_more; // the first `one_more` tiles have a row more than the least
    const char *left;
    int64_t left_row, left_step;
    int64_t tile_bytes; // from one tile's copy to the next; 0 if nothing is copied
} strip;

static const char *right_at(const tw_matrix_view *v, int64_t column, int64_t step) {
    return v->right + (step * v->right_step + column * v->right_column) * v->kernel->size;
}

// A panel of the right operand, as wide as a tile, on its way down a strip.
typedef struct descent {
    tw_tile tile;
    char *out;
    const char *copy;
    const char *ahead; // where the rows of a panel to come begin, or NULL
    bool straight;     // tiles write to C themselves, without settle
    bool add;          // to what C holds from earlier slices
} descent;

// Begins at the strip's first tile, with the slice of k that begins at `step`. `copy` is room for the panel.
static void begin(descent *d, const tw_matrix_view *v, const strip *s, int64_t column,
                  int64_t columns, int64_t step, int64_t k, char *copy) {
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t size = kernel->size, lanes = kernel->lanes, width = columns > lanes ? 2 * lanes : lanes;
    const char *right = right_at(v, column, step);
    bool direct = v->right_column == 1;
    bool near = direct && kernel->near_steps && s->tiles >= NEAR_TILES_MIN;
    if (!direct) kernel->transpose(right, v->right_column, columns, k, copy, width);
    d->out = v->out + (s->row * v->out_row + column * v->out_column) * size;
    d->copy = copy;
    d->ahead = NULL;
    d->add = step > 0;
    d->straight = v->out_column == 1 && v->alpha == 1 && (d->add || v->beta == 0 || v->beta == 1);
    d->tile = (tw_tile){
        .left = s->left,
        .right = direct ? right : copy,
        .ahead = near ? right + kernel->near_steps * v->right_step * size : NULL,
        .packed = direct && s->tiles > 1 ? copy : NULL,
        .left_row = s->left_row,
        .left_step = s->left_step,
        .right_step = direct ? v->right_step : width,
        .ahead_step = v->right_step,
        .out_row = d->straight ? v->out_row : width,
        .packed_step = width,
        .k = k,
        .columns = (int)columns,
        .add = d->straight && (d->add || v->beta == 1),
    };
}

// Computes tiles [t, t_end) of the strip; `t` is the one that comes next.
static void descend(const tw_matrix_view *v, const strip *s, descent *d, int64_t t, int64_t t_end) {
    _Alignas(64) char sums[TILE_BYTES];
    tw_tile *tile = &d->tile;
    int64_t size = v->kernel->size, columns = tile->columns;
    char *out = d->out;
    if (!d->straight) tile->out = sums;
    for (; t < t_end; t++) {
        int64_t rows = s->rows_least + (t < s->one_more);
        if (d->straight) tile->out = out;
        v->kernel->tile((int)rows, tile);
        if (!d->straight) settle(v, sums, tile->out_row, rows, columns, out, d->add);
        out += rows * v->out_row * size;
        int64_t left_bytes = s->tile_bytes ? s->tile_bytes : rows * s->left_row * size;
        tile->left = (const char *)tile->left + left_bytes;
        tile->right = d->copy;
        tile->right_step = tile->packed_step;
        tile->packed = NULL;
        // The rows of a panel lie too far apart for the machine's own prefetching. One tile, of those that read
        // the copied panel, prefetches them.
        tile->ahead = t == 0 ? d->ahead : NULL;
    }
    d->out = out;
}

// The panel that follows the last one of a strip: the block's first panel, of this slice if there are more strips, else
// of the next slice; or the first of the block to the right, which this thread may compute next.
static const char *first_of_next(const tw_matrix_view *v, const tw_matrix_part *part,
                                 int64_t row_end, int64_t step, int64_t step_end) {
    if (row_end < part->row_end) return right_at(v, part->column, step);
    if (step_end < v->k) return right_at(v, part->column, step_end);
    return part->column_end < v->columns ? right_at(v, part->column_end, 0) : NULL;
}

// A line between copied tiles, so that they do not fall into the same sets of a cache.
static int64_t packed_tile_bytes(const tw_matrix_kernel *kernel, int64_t k) {
    return k * kernel->rows_max * kernel->size + LINE_BYTES;
}

// The room for the one panel that is copied beside a strip.
static int64_t panel_bytes(const tw_matrix_kernel *kernel) {
    return TW_SLICE_MAX * 2 * (int64_t)kernel->lanes * kernel->size;
}

static strip strip_of(const tw_matrix_view *v, int64_t row, int64_t row_end, int64_t step,
                      int64_t k, char *copy) {
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t tiles = tw_ceiling(row_end - row, kernel->rows_max);
    strip s = {
        .row = row,
        .row_end = row_end,
        .tiles = tiles,
        .rows_least = (row_end - row) / tiles,
        .one_more = (row_end - row) % tiles,
        .left = v->left + (row * v->left_row + step * v->left_step) * kernel->size,
        .left_row = v->left_row,
        .left_step = v->left_step,
    };
    if (!copy) return s;
    s.tile_bytes = packed_tile_bytes(kernel, k);
    tw_packing packing = {s.left, s.left_step, row_end - row, k, copy, s.tile_bytes / kernel->size};
    kernel->pack(&packing);
    s.left = copy;
    s.left_step = kernel->rows_max;
    return s;
}

// One strip against all columns of a block, `together` panels at a time: a tile of the left operand
// meets them all while the first-level cache holds it.
static void strip_slice(const tw_matrix_view *v, const tw_matrix_part *part, const strip *s,
                        int64_t step, int64_t step_end, int64_t together, char *copies) {
    descent descents[TW_PANELS_MAX];
    int64_t width = 2 * (int64_t)v->kernel->lanes, k = step_end - step, count = 0;
    int64_t tiles = together == 1 ? s->tiles : 1;
    for (int64_t column = part->column; column < part->column_end; column += width) {
        int64_t end = tw_smaller(column + width, part->column_end);
        descent *last = &descents[count];
        begin(last, v, s, column, end - column, step, k,
              copies + count * k * width * v->kernel->size);
        count++;
        if (count < together && end < part->column_end) continue;
        if (v->right_column == 1) {
            last->ahead = end < part->column_end
                              ? right_at(v, end, step)
                              : first_of_next(v, part, s->row_end, step, step_end);
        }
        for (int64_t t = 0; t < s->tiles; t += tiles) {
            for (int64_t i = 0; i < count; i++) descend(v, s, &descents[i], t, t + tiles);
        }
        count = 0;
    }
}

// One slice of k, a strip of rows after another.
static void slice(const tw_matrix_view *v, const tw_matrix_part *part, int64_t step,
                  int64_t step_end, bool packs) {
    _Alignas(64) char copies[COPIES_BYTES];
    const tw_matrix_kernel *kernel = v->kernel;
    int64_t k = step_end - step, rows = part->row_end - part->row, strip_rows = rows;
    int64_t together = tw_matrix_block_panels(kernel, rows, part->column_end - part->column, k);
    char *strip_copy = NULL;
    if (packs) {
        strip_copy = copies + panel_bytes(kernel);
        int64_t tiles = tw_ceiling(rows, kernel->rows_max);
        int64_t strips = tw_matrix_block_strips(kernel, rows, k);
        strip_rows = tw_ceiling(tiles, strips) * kernel->rows_max;
        together = 1;
    }
    for (int64_t row = part->row; row < part->row_end; row += strip_rows) {
        int64_t row_end = tw_smaller(row + strip_rows, part->row_end);
        strip s = strip_of(v, row, row_end, step, k, strip_copy);
        strip_slice(v, part, &s, step, step_end, together, copies);
    }
}

bool tw_matrix_left_crosses(const tw_matrix_kernel *kernel, int64_t left_row, int64_t left_step,
                            int64_t k) {
    return left_row == 1 && left_step * kernel->size >= STRIDE_BYTES_MIN && k >= STEPS_MIN &&
           kernel->packs;
}

bool tw_matrix_block_packs(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns) {
    return rows > kernel->rows_max && columns >= PACKED_PANELS_MIN * 2 * (int64_t)kernel->lanes;
}

int64_t tw_matrix_block_strips(const tw_matrix_kernel *kernel, int64_t rows, int64_t k) {
    int64_t tile_bytes = packed_tile_bytes(kernel, tw_smaller(k, TW_SLICE_MAX));
    int64_t strip_bytes = tw_smaller(kernel->left_bytes, COPIES_BYTES - panel_bytes(kernel));
    return tw_ceiling(tw_ceiling(rows, kernel->rows_max), tw_larger(1, strip_bytes / tile_bytes));
}

bool tw_matrix_block_left_stays(const tw_matrix_kernel *kernel, int64_t rows, int64_t k) {
    int64_t steps = tw_larger(1, tw_smaller(k, TW_SLICE_MAX));
    return kernel->panels_max == 1 || rows * steps * kernel->size <= kernel->left_bytes;
}

int64_t tw_matrix_block_panels(const tw_matrix_kernel *kernel, int64_t rows, int64_t columns,
                               int64_t k) {
    if (tw_matrix_block_left_stays(kernel, rows, k)) return 1;
    int64_t steps = tw_larger(1, tw_smaller(k, TW_SLICE_MAX)), width = 2 * (int64_t)kernel->lanes;
    int64_t fit = tw_smaller(COPIES_BYTES / (steps * width * kernel->size), kernel->panels_max);
    int64_t panels = tw_larger(1, tw_ceiling(columns, width));
    return tw_ceiling(panels, tw_ceiling(panels, fit)); // shared out evenly
}

void tw_matrix_block(const tw_matrix_view *v, const tw_matrix_part *part) {
    bool packs = tw_matrix_left_crosses(v->kernel, v->left_row, v->left_step, v->k) &&
                 tw_matrix_block_packs(v->kernel, part->row_end - part->row,
                                       part->column_end - part->column);
    int64_t slices = tw_larger(1, tw_ceiling(v->k, TW_SLICE_MAX));
    for (int64_t i = 0; i < slices; i++) {
        slice(v, part, tw_cut(v->k, i, slices), tw_cut(v->k, i + 1, slices), packs);
    }
}
