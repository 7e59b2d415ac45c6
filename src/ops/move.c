// Moving elements: chunks are cut from the output's bytes, whatever the rows are.
#include "ops/move.h"

#include <string.h>

#define SHORT_WORDS 8 // up to so many words of a row, copying column by column is faster

static int64_t out_bytes(const tw_kernel *kernel) {
    // slice, pad and concat keep the type of what they move
    return tw_shape_elements(&kernel->out_shape) * (int64_t)tw_dtype_size(kernel->in_dtype[0]);
}

void tw_move_prepare(tw_kernel *kernel) {
    kernel->size[0] = out_bytes(kernel);
    kernel->chunk_count = (kernel->size[0] + TW_MOVE_CHUNK_BYTES - 1) / TW_MOVE_CHUNK_BYTES;
    double bytes = (double)kernel->size[0];
    if (kernel->chunk_count > 1) bytes = (double)TW_MOVE_CHUNK_BYTES;
    kernel->chunk_ns = 20.0 + bytes / 8.0;
}

static void put(char *to, const tw_section *section, int64_t row, int64_t skip, int64_t bytes) {
    if (section->from == NULL) {
        memset(to, 0, (size_t)bytes);
    } else {
        memcpy(to, section->from + row * section->stride + skip, (size_t)bytes);
    }
}

// The output's bytes [at, end), piece by piece.
static void move_pieces(char *out, const tw_section *sections, int count, int64_t row_bytes,
                        int64_t at, int64_t end) {
    for (int64_t row = at / row_bytes; at < end; row++) {
        int64_t start = row * row_bytes; // of the section in the output
        for (int i = 0; i < count && at < end; i++) {
            int64_t section_end = start + sections[i].bytes;
            if (at < section_end) {
                int64_t bytes = (section_end < end ? section_end : end) - at;
                put(out + at, &sections[i], row, at - start, bytes);
                at += bytes;
            }
            start = section_end;
        }
    }
}

// A column of words, zeros if `in` is NULL; the steps are those from row to row.
#define TW_MOVE_COLUMN(bytes)                                                                      \
    static void column_of_##bytes(char *out, int64_t out_step, const char *in, int64_t in_step,    \
                                  int64_t rows) {                                                  \
        static const char zeros[bytes] = {0};                                                      \
        for (int64_t r = 0; r < rows; r++)                                                         \
            memcpy(out + r * out_step, in == NULL ? zeros : in + r * in_step, bytes);              \
    }

TW_MOVE_COLUMN(4)
TW_MOVE_COLUMN(8)

// Rows [first, end) that are too short for a call each, column by column.
static void move_columns(char *out, const tw_section *sections, int count, int64_t row_bytes,
                         int64_t first, int64_t end, int64_t word) {
    int64_t offset = first * row_bytes;
    for (int i = 0; i < count; i++) {
        const tw_section *s = &sections[i];
        for (int64_t k = 0; k < s->bytes; k += word, offset += word) {
            const char *in = s->from == NULL ? NULL : s->from + first * s->stride + k;
            if (word == 8)
                column_of_8(out + offset, row_bytes, in, s->stride, end - first);
            else
                column_of_4(out + offset, row_bytes, in, s->stride, end - first);
        }
    }
}

void tw_move_sections(const tw_kernel *kernel, const tw_section *sections, int count,
                      int64_t chunk) {
    int64_t row_bytes = 0, at = chunk * TW_MOVE_CHUNK_BYTES, end = at + TW_MOVE_CHUNK_BYTES;
    int64_t word = (int64_t)tw_dtype_size(kernel->in_dtype[0]);
    if (end > kernel->size[0]) end = kernel->size[0];
    for (int i = 0; i < count; i++) row_bytes += sections[i].bytes;
    int64_t first = (at + row_bytes - 1) / row_bytes, last = end / row_bytes;
    if (row_bytes > SHORT_WORDS * word || first >= last || word < 4) {
        move_pieces(kernel->out, sections, count, row_bytes, at, end);
        return;
    }
    move_pieces(kernel->out, sections, count, row_bytes, at, first * row_bytes);
    move_columns(kernel->out, sections, count, row_bytes, first, last, word);
    move_pieces(kernel->out, sections, count, row_bytes, last * row_bytes, end);
}
