#include "support/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

tw_test_image tw_test_png(const unsigned char *bytes, size_t count) {
    assert_memory_equal(bytes, "\x89PNG\r\n\x1A\n", 8);
    const unsigned char *at = bytes + 8;
    assert_int_equal(assert_chunk(at, "IHDR"), 13);
    tw_test_image image = {word_at(at + 8), word_at(at + 12), at[17] == 0 ? 1 : 3, NULL};
    assert_memory_equal(at + 16, image.channels == 1 ? "\x08\0\0\0\0" : "\x08\x02\0\0\0", 5);
    at += 25;
    uint32_t length = assert_chunk(at, "IDAT");
    size_t row = (size_t)image.width * image.channels;
    uLongf size = (row + 1) * image.height;
    unsigned char *rows = malloc(size);
    image.pixels = malloc(row * image.height);
    assert_true(rows != NULL && image.pixels != NULL);
    assert_int_equal(uncompress(rows, &size, at + 8, length), Z_OK);
    assert_int_equal(size, (row + 1) * image.height);
    for (size_t i = 0; i < image.height; i++) {
        assert_int_equal(rows[i * (row + 1)], 0);
        memcpy(image.pixels + i * row, rows + i * (row + 1) + 1, row);
    }
    free(rows);
    at += length + 12;
    assert_int_equal(assert_chunk(at, "IEND"), 0);
    assert_int_equal(at + 12 - bytes, count);
    return image;
}

size_t tw_test_png_pixels(const tw_test_image *image, const char *colour) {
    assert_int_equal(image->channels, 3);
    unsigned long wanted = strtoul(colour + 1, NULL, 16);
    size_t all = (size_t)image->width * image->height, found = 0;
    for (size_t i = 0; i < all; i++) {
        const unsigned char *pixel = image->pixels + 3 * i;
        found +=
            wanted == ((unsigned long)pixel[0] << 16 | (unsigned long)pixel[1] << 8 | pixel[2]);
    }
    return found;
}
