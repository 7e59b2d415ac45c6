// Moving elements: chunks are cut from the output's bytes, whatever the rows are.
#include "ops/move.h"

#include <string.h>

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

void tw_move_sections(const tw_kernel *kernel, const tw_section *sections, int count,
                      int64_t chunk) {
    int64_t row_bytes = 0, at = chunk * TW_MOVE_CHUNK_BYTES, end = at + TW_MOVE_CHUNK_BYTES;
    if (end > kernel->size[0]) end = kernel->size[0];
    for (int i = 0; i < count; i++) row_bytes += sections[i].bytes;
    char *out = kernel->out;
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
