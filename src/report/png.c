// A signature and three chunks: header, deflated rows, end. Rows are not filtered: for small examples and
// for charts deflate alone does better (rosenbrock's: 275 kB, with the filters "sub" and "up" 363 and 369).
#include "report/png.h"

#include <string.h>
#include <zlib.h>

#include "base/checked.h"
#include "base/memory.h"

#define SIDE_MAX 32768 // pixels; of all of them less than 2^31 bytes
#define CHUNK_BYTES 12 // length, name and sum around what a chunk holds

// zlib allocates through the context.
static voidpf allocate(voidpf context, uInt count, uInt size) {
    return tw_allocate(context, count, size);
}

static void release(voidpf context, voidpf block) {
    (void)context;
    tw_release(block);
}

static void put_word(unsigned char *at, uint32_t word) {
    for (int i = 0; i < 4; i++) at[i] = (unsigned char)(word >> (24 - 8 * i));
}

// Writes a chunk whose `count` bytes lie in place, 8 behind `at`; where the next one goes.
static unsigned char *end_chunk(unsigned char *at, const char *name, size_t count) {
    put_word(at, (uint32_t)count);
    memcpy(at + 4, name, 4);
    put_word(at + 8 + count, (uint32_t)crc32(0, at + 4, (uInt)(count + 4)));
    return at + count + CHUNK_BYTES;
}

static unsigned char *add_header(unsigned char *at, int64_t width, int64_t height, int channels) {
    enum { BYTES = 13, GREY = 0, COLOUR = 2 };

    unsigned char *header = at + 8;
    put_word(header, (uint32_t)width);
    put_word(header + 4, (uint32_t)height);
    header[8] = 8; // bits
    header[9] = channels == 1 ? GREY : COLOUR;
    return end_chunk(at, "IHDR", BYTES); // the rest is 0: deflate, the five filters, not interlaced
}

// Deflates rows, each behind a byte that says "not filtered". `stream->next_out` has room for all.
static bool deflate_rows(z_stream *stream, const unsigned char *pixels, size_t row,
                         int64_t height) {
    unsigned char none = 0;
    int result = Z_OK;
    for (int64_t i = 0; i < height && result == Z_OK; i++) {
        stream->next_in = &none;
        stream->avail_in = 1;
        result = deflate(stream, Z_NO_FLUSH);
        stream->next_in = (z_const Bytef *)pixels + (size_t)i * row;
        stream->avail_in = (uInt)row;
        if (result == Z_OK) result = deflate(stream, i + 1 == height ? Z_FINISH : Z_NO_FLUSH);
    }
    return result == Z_STREAM_END;
}

static tw_status check(tw_context *context, int64_t width, int64_t height, int channels) {
    bool sides = width >= 1 && height >= 1 && width <= SIDE_MAX && height <= SIDE_MAX;
    if (sides && (channels == 1 || channels == 3) && width * height * channels < INT32_MAX / 2) {
        return TW_OK;
    }
    return tw_fail(
        context, TW_BAD_ARGUMENT,
        "png: %lld x %lld pixels of %d numbers; at most %d a side, 2^30 bytes, of 1 or 3",
        (long long)width, (long long)height, channels, SIDE_MAX);
}

tw_status tw_png_encode(tw_context *context, const unsigned char *pixels, int64_t width,
                        int64_t height, int channels, tw_png *png) {
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    *png = (tw_png){0};
    tw_status status = check(context, width, height, channels);
    if (status != TW_OK) return status;
    z_stream stream = {.zalloc = allocate, .zfree = release, .opaque = context};
    if (deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK) {
        return tw_fail(context, TW_NO_MEMORY, "png: no memory to deflate");
    }
    size_t row = (size_t)width * (size_t)channels;
    size_t bound = deflateBound(&stream, (uLong)((row + 1) * (size_t)height));
    unsigned char *bytes = tw_allocate(context, sizeof signature + 13 + bound + 3 * CHUNK_BYTES, 1);
    if (bytes == NULL) {
        status = TW_NO_MEMORY;
        goto done;
    }
    memcpy(bytes, signature, sizeof signature);
    unsigned char *at = add_header(bytes + sizeof signature, width, height, channels);
    stream.next_out = at + 8;
    stream.avail_out = (uInt)bound;
    if (!deflate_rows(&stream, pixels, row, height)) {
        status = tw_fail(context, TW_NO_MEMORY, "png: the pixels cannot be deflated");
        goto done;
    }
    at = end_chunk(end_chunk(at, "IDAT", bound - stream.avail_out), "IEND", 0);
    *png = (tw_png){bytes, (size_t)(at - bytes)};
    bytes = NULL;
done:
    tw_release(bytes);
    deflateEnd(&stream);
    return status;
}

void tw_base64_add(tw_text *text, const unsigned char *bytes, size_t count) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < count; i += 3) {
        size_t here = count - i < 3 ? count - i : 3;
        uint32_t word = (uint32_t)bytes[i] << 16;
        if (here > 1) word |= (uint32_t)bytes[i + 1] << 8;
        if (here > 2) word |= bytes[i + 2];
        char four[4];
        for (size_t k = 0; k < 4; k++) {
            four[k] = k <= here ? digits[word >> (18 - 6 * k) & 63] : '=';
        }
        tw_text_add_bytes(text, four, sizeof four);
    }
}
