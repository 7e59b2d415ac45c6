#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/png.h"
#include "support/fault.h"
#include "support/png.h"

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
        tw_test_image image = tw_test_png(png.bytes, png.count);
        assert_true(image.width == s[0] && image.height == s[1] && image.channels == s[2]);
        assert_memory_equal(image.pixels, pixels, s[0] * s[1] * s[2]);
        free(image.pixels);
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
