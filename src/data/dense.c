// Sets that are arrays in memory: pixels as the bytes they are in files, tables as floats.
#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "data/set.h"

// 1/255 in two parts: a byte times the first is exact, so that the sum has the bits of a division by 255,
// which would take three times as long.
#define BYTE_HIGH 0x1.01p-8f
#define BYTE_LOW 0x1.010102p-24f

TW_SIMD static void bytes_to_f32(const uint8_t *restrict from, float *restrict to, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        to[i] = (float)from[i] * BYTE_HIGH + (float)from[i] * BYTE_LOW;
}

TW_SIMD static void bytes_to_f64(const uint8_t *restrict from, double *restrict to, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = (double)from[i] / 255.0;
}

static void f32_to_f64(const float *restrict from, double *restrict to, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = (double)from[i];
}

static void f64_to_f32(const double *restrict from, float *restrict to, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = (float)from[i];
}

bool tw_fits_f32(double value) {
    return fabs(value) <= (double)FLT_MAX;
}

void tw_convert(tw_dtype from_dtype, const void *from, tw_dtype to_dtype, void *to, int64_t count) {
    assert(to_dtype == TW_F32 || to_dtype == TW_F64 || to_dtype == from_dtype);
    if (from_dtype == to_dtype) {
        memcpy(to, from, (size_t)count * tw_dtype_size(to_dtype));
    } else if (from_dtype == TW_U8) {
        if (to_dtype == TW_F32)
            bytes_to_f32(from, to, count);
        else
            bytes_to_f64(from, to, count);
    } else if (to_dtype == TW_F32) {
        f64_to_f32(from, to, count);
    } else {
        f32_to_f64(from, to, count);
    }
}

#define AHEAD_ROWS 2
#define AHEAD_BYTES 1024 // of a row; the processor fetches what follows by itself
#define CACHE_LINE 64

// Asks for the start of a row that is soon to be copied: no processor foresees where shuffled rows lie.
static void ask_for(const char *row, size_t bytes) {
    for (size_t at = 0; at < bytes && at < AHEAD_BYTES; at += CACHE_LINE)
        __builtin_prefetch(row + at);
}

// Gathers rows of `width` elements.
static void gather(const tw_data_request *request, tw_dtype from_dtype, const void *from,
                   int64_t width, tw_dtype to_dtype, void *to) {
    size_t from_bytes = (size_t)width * tw_dtype_size(from_dtype);
    size_t to_bytes = (size_t)width * tw_dtype_size(to_dtype);
    for (int64_t i = 0; i < request->count; i++) {
        const char *row = (const char *)from + (size_t)request->rows[i] * from_bytes;
        if (i + AHEAD_ROWS < request->count)
            ask_for((const char *)from + (size_t)request->rows[i + AHEAD_ROWS] * from_bytes,
                    from_bytes);
        tw_convert(from_dtype, row, to_dtype, (char *)to + (size_t)i * to_bytes, width);
    }
}

tw_status tw_dense_fetch(void *state, tw_context *context, const tw_data_request *request) {
    const tw_dense *dense = state;
    (void)context;
    if (request->x != NULL) {
        gather(request, dense->dtype, dense->x, dense->features, request->dtype, request->x);
    }
    if (request->targets != NULL && dense->targets != NULL) {
        tw_dtype dtype = dense->target_dtype == TW_I32 ? TW_I32 : request->dtype;
        gather(request, dense->target_dtype, dense->targets, dense->target_width, dtype,
               request->targets);
    }
    return TW_OK;
}

static void free_dense(void *state) {
    tw_dense *dense = state;
    if (dense == NULL) return;
    tw_release(dense->owned_x);
    tw_release(dense->owned_targets);
    tw_release(dense);
}

static const tw_storage dense_storage = {.fetch = tw_dense_fetch, .free = free_dense};

tw_status tw_data_new_dense(tw_context *context, tw_data_parts parts, const tw_dense *dense,
                            tw_data **data) {
    *data = NULL;
    tw_dense *copy = tw_allocate(context, 1, sizeof *copy);
    if (copy == NULL) {
        tw_release(dense->owned_x);
        tw_release(dense->owned_targets);
        tw_encoding_free(parts.encoding);
        return TW_NO_MEMORY;
    }
    *copy = *dense;
    parts.quick = true;
    parts.storage = &dense_storage;
    parts.state = copy;
    return tw_data_new(context, &parts, data);
}
