#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/palette.h"
#include "report/rsvg.h"
#include "report/svg.h"
#include "support/folder.h"
#include "support/picture.h"
#include "support/png.h"
#include "thalweg/plot.h"

static const double epochs[] = {1, 2, 3}, losses[] = {3, 1, .5}, errors[] = {.3, .2, .1};

static tw_status draw_curves(tw_context *context, const char *path) {
    tw_series series[] = {{"training", epochs, losses, 3, -1}, {"test", epochs, errors, 3, 2}};
    tw_panel panel = {.x_label = "epoch", .series = series, .series_count = 2};
    return tw_plot_save(context, path, "curves", &panel, 1);
}

static tw_status draw_descent(tw_context *context, const char *path) {
    const double x[] = {3, 2, 1, 1, 0, 0}, f[] = {13, 2, 0};
    const double x2[] = {3, 2, 2, 0, 0, 2}, f2[] = {13, 4, 4};
    tw_descent descents[] = {{"first", x, f, NULL, NULL, 3}, {"second", x2, f2, NULL, NULL, 3}};
    tw_objective *objective = NULL;
    tw_status status = tw_objective_parse(context, "x^2 + y^2", NULL, &objective);
    if (status == TW_OK) status = tw_plot_descents(context, path, "bowl", objective, descents, 2);
    tw_objective_free(objective);
    return status;
}

static tw_data *set_of(tw_context *context, tw_shape shape, int64_t count, const float *x) {
    tw_data_form form = tw_data_form_default();
    form.count = count;
    form.shape = shape;
    form.kind = TW_TARGET_NONE;
    tw_data *data = NULL;
    assert_ok(context, tw_data_from_arrays(context, &form, TW_F32, x, NULL, &data));
    return data;
}

// Examples that are red all over.
static tw_status draw_images(tw_context *context, const char *path) {
    float x[2 * 4 * 4 * 3];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) x[i] = i % 3 == 0;
    tw_data *data = set_of(context, (tw_shape){3, {4, 4, 3}}, 2, x);
    tw_status status = tw_plot_examples(context, path, data, 2);
    tw_data_free(data);
    return status;
}

typedef tw_status drawing(tw_context *context, const char *path);

// Draws under `name` in a folder of its own and reads that back. Free with tw_release.
static char *drawn(tw_context *context, drawing *draw, const char *name, size_t *length) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *bytes = NULL;
    tw_test_folder_make(folder);
    tw_test_path(folder, name, path);
    assert_ok(context, draw(context, path));
    assert_int_equal(tw_test_folder_count(folder), 1);
    assert_ok(context, tw_file_read_all(context, path, 1 << 26, &bytes, length));
    tw_test_folder_remove(folder);
    return bytes;
}

// The same picture as pixels; asserts that they are twice as many along each side as the SVG says.
static tw_test_image pixels_of(tw_context *context, drawing *draw) {
    size_t length = 0;
    int width = 0, height = 0;
    char *svg = drawn(context, draw, "a.svg", &length);
    assert_int_equal(sscanf(strstr(svg, " width="), " width=\"%d\" height=\"%d\"", &width, &height),
                     2);
    tw_release(svg);
    char *png = drawn(context, draw, "a.png", &length);
    tw_test_image image = tw_test_png((unsigned char *)png, length);
    tw_release(png);
    assert_int_equal(image.width, 1440);
    assert_int_equal(image.width, 2 * width);
    assert_int_equal(image.height, 2 * height);
    return image;
}

static void a_png_has_the_light_picture_twice_as_large(void **state) {
    (void)state;

    static const struct {
        drawing *draw;
        size_t paper; // pixels at least
    } table[] = {{draw_curves, 800000}, {draw_descent, 1500000}, {draw_images, 200000}};

    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_test_image image = pixels_of(context, table[i].draw);
        assert_true(tw_test_png_pixels(&image, tw_palette_page.paper.light) > table[i].paper);
        assert_int_equal(tw_test_png_pixels(&image, tw_palette_page.paper.dark), 0);
        assert_true(tw_test_png_pixels(&image, tw_palette_page.ink.light) > 100); // words
        for (int k = 0; k < 2 && table[i].draw != draw_images;
             k++) // lines, where they are straight
            assert_true(tw_test_png_pixels(&image, tw_palette_colour(k).light) > 500);
        if (table[i].draw == draw_images) // both, and the pixels within them
            assert_true(tw_test_png_pixels(&image, "#ff0000") > 2 * 100 * 100);
        free(image.pixels);
    }
    tw_context_free(context);
}

// Of an image of 2 x 2, whose pixels are drawn some hundred times as large, no more than the borders mix.
static void pixels_of_an_image_stay_apart(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *bytes = NULL;
    size_t length = 0;
    tw_data *data = set_of(context, (tw_shape){3, {2, 2, 3}}, 1, x);
    tw_test_folder_make(folder);
    tw_test_path(folder, "a.png", path);
    assert_ok(context, tw_plot_examples(context, path, data, 1));
    assert_ok(context, tw_file_read_all(context, path, 1 << 26, &bytes, &length));
    tw_test_image image = tw_test_png((unsigned char *)bytes, length);
    static const char *const colours[] = {"#ff0000", "#00ff00", "#0000ff", "#ffff00"};
    for (int i = 0; i < 4; i++) {
        size_t pixels = tw_test_png_pixels(&image, colours[i]);
        assert_in_range(pixels, 70 * 70, 100 * 100);
    }
    free(image.pixels);
    tw_release(bytes);
    tw_test_folder_remove(folder);
    tw_data_free(data);
    tw_context_free(context);
}

// As many numbers as an example may have, that no deflation makes fewer: libxml2 stops at 10 MB of text.
static void an_image_may_be_large(void **state) {
    (void)state;

    enum { SIDE = 1182, COUNT = SIDE * SIDE * 3 };

    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    float *x = tw_allocate(context, COUNT, sizeof *x);
    for (uint32_t i = 0; i < COUNT; i++) x[i] = (float)(i * 2654435761u >> 8 & 255) / 255;
    tw_data *data = set_of(context, (tw_shape){3, {SIDE, SIDE, 3}}, 1, x);
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "large.png", path);
    assert_ok(context, tw_plot_examples(context, path, data, 1));
    tw_test_folder_remove(folder);
    tw_data_free(data);
    tw_release(x);
    tw_context_free(context);
}

static void a_name_says_what_is_written(void **state) {
    (void)state;
    static const char *const good[] = {"a.svg", "b.html", "c.png", "/x.y/.png"};
    static const char *const bad[] = {"", "svg", "a.PNG", "a.svgz", "a.svg/", "x.png/a", "a.png "};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_ok(context, tw_plot_check(context, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(tw_plot_check(context, bad[i]), TW_BAD_ARGUMENT);
        assert_int_equal(draw_curves(context, bad[i]), TW_BAD_ARGUMENT);
        assert_false(bad[i][0] != '\0' && tw_path_exists(bad[i]));
    }
    assert_string_equal(tw_context_message(context),
                        "a.png : give a name that ends in .svg, .html or .png");
    tw_context_free(context);
}

static void a_missing_library_is_said_with_what_to_install(void **state) {
    (void)state;
    // One that is not there, and one without the functions, as a librsvg that is too old.
    static const char *const libraries[] = {"librsvg-none.so.9", "libz.so.1"};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        assert_int_equal(tw_rsvg_check(context, "a.png", libraries[i]), TW_UNSUPPORTED);
        const char *message = tw_context_message(context);
        assert_non_null(strstr(message, "a.png: pictures as .png need librsvg2-2 (apt-get install "
                                        "librsvg2-2); .svg and .html need nothing ("));
        assert_non_null(strstr(message, libraries[i]));
    }
    tw_context_free(context);
}

static void what_cannot_be_drawn_is_refused(void **state) {
    (void)state;
    unsigned char *pixels = NULL;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add(&text, "<svg xmlns=\"http://www.w3.org/2000/svg\">");
    assert_int_equal(tw_rsvg_draw(&text, "a.png", 4, 4, &pixels), TW_UNSUPPORTED);
    assert_null(pixels);
    assert_non_null(strstr(tw_context_message(context), "a.png: librsvg cannot draw it: "));
    tw_text_free(&text);
    tw_svg svg;
    tw_svg_start(&svg, context, 16384, "high", 0);
    assert_int_equal(tw_svg_save(&svg, "a.png"), TW_UNSUPPORTED);
    assert_string_equal(tw_context_message(context), "a.png: 1440 x 32768 pixels; a .png holds "
                                                     "32767 a side: draw less, or an .svg");
    tw_svg_free(&svg);
    tw_context_free(context);
}

static void an_image_that_is_too_high_is_refused(void **state) {
    (void)state;
    static const float x[1000 * 2];
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_data *data = set_of(context, (tw_shape){2, {1000, 2}}, 1, x);
    assert_int_equal(tw_plot_examples(context, "a.png", data, 1), TW_UNSUPPORTED);
    assert_non_null(strstr(tw_context_message(context), "a .png holds 32767 a side"));
    tw_data_free(data);
    tw_context_free(context);
}

static tw_status draw(tw_context *context, void *path) {
    return draw_curves(context, path);
}

static void failures_are_said_and_leave_nothing(void **state) {
    (void)state;
    tw_test_failing_picture(draw, "plot.png", 6);
}

TW_TESTS(a_png_has_the_light_picture_twice_as_large, pixels_of_an_image_stay_apart,
         an_image_may_be_large, a_name_says_what_is_written,
         a_missing_library_is_said_with_what_to_install, what_cannot_be_drawn_is_refused,
         an_image_that_is_too_high_is_refused, failures_are_said_and_leave_nothing)
