#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "report/png.h"
#include "support/fault.h"

static uint32_t word_at(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// Asserts a chunk's name and sum; its length.
static uint32_t assert_chunk(const unsigned char *at, const char *name) {
    uint32_t length = word_at(at);
    assert_memory_equal(at + 4, name, 4);
    assert_int_equal(word_at(at + 8 + length), crc32(0, at + 4, length + 4));
    return length;
}

// Reads a PNG whose rows are not filtered, and compares.
static void assert_decodes(const tw_png *png, const unsigned char *pixels, uint32_t width,
                           uint32_t height, uint32_t channels) {
    static unsigned char rows[1 << 16];
    assert_memory_equal(png->bytes, "\x89PNG\r\n\x1A\n", 8);
    const unsigned char *at = png->bytes + 8;
    assert_int_equal(assert_chunk(at, "IHDR"), 13);
    assert_int_equal(word_at(at + 8), width);
    assert_int_equal(word_at(at + 12), height);
    assert_memory_equal(at + 16, channels == 1 ? "\x08\0\0\0\0" : "\x08\x02\0\0\0", 5);
    at += 25;
    uint32_t length = assert_chunk(at, "IDAT");
    uLongf size = sizeof rows;
    assert_int_equal(uncompress(rows, &size, at + 8, length), Z_OK);
    uint32_t row = width * channels;
    assert_int_equal(size, (row + 1) * height);
    for (uint32_t i = 0; i < height; i++) {
        assert_int_equal(rows[i * (row + 1)], 0);
        assert_memory_equal(rows + i * (row + 1) + 1, pixels + i * row, row);
    }
    at += length + 12;
    assert_int_equal(assert_chunk(at, "IEND"), 0);
    assert_int_equal(at + 12 - png->bytes, png->count);
}

static void a_png_decodes_to_its_pixels(void **state) {
    (void)state;
    static const uint32_t sizes[][3] = {
        {1, 1, 1}, {1, 1, 3}, {28, 28, 1}, {33, 7, 3}, {100, 50, 3}};
    static unsigned char pixels[100 * 50 * 3];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (unsigned char)(i * 2654435761u >> 13);
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const uint32_t *s = sizes[i];
        tw_png png;
        assert_ok(context, tw_png_encode(context, pixels, s[0], s[1], (int)s[2], &png));
        assert_decodes(&png, pixels, s[0], s[1], s[2]);
        tw_release(png.bytes);
    }
    tw_png png;
    assert_int_equal(tw_png_encode(context, pixels, 0, 1, 1, &png), TW_BAD_ARGUMENT);
    assert_int_equal(tw_png_encode(context, pixels, 32768, 32768, 1, &png), TW_BAD_ARGUMENT);
    assert_int_equal(tw_png_encode(context, pixels, 1, 1, 2, &png), TW_BAD_ARGUMENT);
    tw_context_free(context);
}

static void base_64_is_that_of_the_rfc(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xFB\xFF", "+/8="}};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_text text;
        tw_text_start(&text, context);
        tw_base64_add(&text, (const unsigned char *)cases[i][0], strlen(cases[i][0]));
        assert_string_equal(text.data, cases[i][1]);
        tw_text_free(&text);
    }
    tw_context_free(context);
}

static tw_status encode(tw_context *context, void *user) {
    tw_png png;
    tw_status status = tw_png_encode(context, user, 4, 4, 1, &png);
    tw_release(png.bytes);
    return status;
}

static void failing_allocations_are_said(void **state) {
    (void)state;
    unsigned char pixels[16] = {0};
    assert_true(tw_test_failing_allocations(encode, pixels) >= 2);
}

TW_TESTS(a_png_decodes_to_its_pixels, base_64_is_that_of_the_rfc, failing_allocations_are_said)
