// Reads the PNG that the library writes.
#ifndef TW_TEST_PNG_H
#define TW_TEST_PNG_H

#include "test.h"

typedef struct tw_test_image {
    uint32_t width, height, channels;
    unsigned char *pixels; // [height, width, channels]: free with free
} tw_test_image;

// Asserts that bytes are a whole PNG: signature, header, one chunk of rows that are not filtered, end;
// every sum right, nothing behind.
tw_test_image tw_test_png(const unsigned char *bytes, size_t count);

// How many pixels of a colour image have the colour "#rrggbb".
size_t tw_test_png_pixels(const tw_test_image *image, const char *colour);

#endif
