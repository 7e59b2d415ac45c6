#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/sheet.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/xml.h"
#include "thalweg/plot.h"

enum { COUNT = 30, ELEMENTS = 48 };

static float x[COUNT * ELEMENTS];
static int32_t classes[COUNT];

static void fill(void) {
    for (int i = 0; i < COUNT * ELEMENTS; i++) x[i] = (float)(i % 17) / 16;
    for (int i = 0; i < COUNT; i++) classes[i] = i % 3;
}

static tw_data *set_of(tw_context *context, tw_shape shape, bool classified) {
    static const char *const names[] = {"round", "<square>", "automobile"};
    fill();
    tw_data_form form = tw_data_form_default();
    form.count = COUNT;
    form.shape = shape;
    form.kind = classified ? TW_TARGET_CLASS : TW_TARGET_NONE;
    form.classes = 3;
    form.names = names;
    tw_data *data = NULL;
    const void *targets = classified ? classes : NULL;
    assert_ok(context, tw_data_from_arrays(context, &form, TW_F32, x, targets, &data));
    return data;
}

// The sheet of 12 examples. Free with tw_release.
static char *sheet_of(tw_context *context, tw_shape shape, bool classified) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *text = NULL;
    size_t length = 0;
    tw_data *data = set_of(context, shape, classified);
    tw_test_folder_make(folder);
    tw_test_path(folder, "sheet.svg", path);
    assert_ok(context, tw_plot_examples(context, path, data, 12));
    assert_ok(context, tw_file_read_all(context, path, 1 << 24, &text, &length));
    tw_test_assert_xml(text);
    tw_test_folder_remove(folder);
    tw_data_free(data);
    return text;
}

static void images_of_every_order_are_embedded(void **state) {
    (void)state;
    static const tw_shape shapes[] = {
        {2, {6, 8}}, {3, {6, 8, 1}}, {3, {4, 4, 3}}, {3, {3, 4, 4}}, {3, {1, 6, 8}}};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *text = sheet_of(context, shapes[i], true);
        assert_int_equal(tw_test_occurrences(text, "href=\"data:image/png;base64,iVBORw0KGgo"), 12);
        assert_int_equal(tw_test_occurrences(text, ">&lt;square&gt;<"), 4);
        assert_int_equal(tw_test_occurrences(text, ">automobile<"), 4); // cells are wide enough
        assert_int_equal(tw_test_occurrences(text, "image-rendering:pixelated"), 1);
        assert_non_null(strstr(text, ">12 of 30 examples<"));
        tw_release(text);
    }
    tw_context_free(context);
}

static void channels_are_found_first_or_last(void **state) {
    (void)state;
    tw_image_shape image;
    assert_true(tw_image_shape_of(&(tw_shape){3, {3, 5, 7}}, &image)); // [c, h, w]
    assert_true(image.channels == 3 && image.height == 5 && image.width == 7);
    assert_true(image.channel_step == 35 && image.y_step == 7 && image.x_step == 1);
    assert_true(tw_image_shape_of(&(tw_shape){3, {5, 7, 3}}, &image)); // [h, w, c]
    assert_true(image.channels == 3 && image.height == 5 && image.width == 7);
    assert_true(image.channel_step == 1 && image.y_step == 21 && image.x_step == 3);
    assert_false(tw_image_shape_of(&(tw_shape){3, {5, 7, 2}}, &image));
    assert_false(tw_image_shape_of(&(tw_shape){1, {49}}, &image));
}

static void two_numbers_are_a_scatter_of_all(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = sheet_of(context, (tw_shape){1, {2}}, true);
    for (int class = 0; class < 3; class ++) {
        char start[64] = "<path class=\"p0\" opacity=\".8\" d=\"";
        start[strlen("<path class=\"p")] = (char)('0' + class);
        char *path = strstr(text, start);
        assert_non_null(path);
        char *end = strchr(path + strlen(start), '"');
        *end = '\0';
        assert_int_equal(tw_test_occurrences(path, "M"), COUNT / 3); // not only the 12
        *end = '"';
    }
    assert_int_equal(tw_test_occurrences(text, ">round<"), 1);
    assert_int_equal(tw_test_occurrences(text, ">first feature<"), 1);
    assert_int_equal(tw_test_occurrences(text, ">second feature<"), 1);
    tw_release(text);
    tw_context_free(context);
}

static void rows_of_a_table_are_bars(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = sheet_of(context, (tw_shape){1, {5}}, false);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"p0\""), 12);
    assert_non_null(strstr(text, ">#12<"));
    assert_non_null(strstr(text, " examples, a bar for each feature<"));
    tw_release(text);
    text = sheet_of(context, (tw_shape){1, {1}}, true);
    assert_int_equal(tw_test_occurrences(text, ">automobile<"), 4);
    tw_release(text);
    tw_context_free(context);
}

static tw_status draw(tw_context *context, void *user) {
    const tw_shape *shape = user;
    tw_data_form form = tw_data_form_default();
    form.count = COUNT;
    form.shape = *shape;
    form.classes = 3;
    tw_data *data = NULL;
    tw_status status = tw_data_from_arrays(context, &form, TW_F32, x, classes, &data);
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "sheet.svg", path);
    if (status == TW_OK) status = tw_plot_examples(context, path, data, 2);
    assert_int_equal(tw_test_folder_count(folder), status == TW_OK);
    tw_test_folder_remove(folder);
    tw_data_free(data);
    return status;
}

// 1000 examples of 4 classes, drawn as 12 images: how many classes the sheet names.
static int classes_of_sheet(tw_context *context, const int32_t *labels) {
    enum { MANY = 1000 };

    static float images[MANY * 4];
    static const char *const names[] = {"north", "south", "east", "west"};
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *text = NULL;
    size_t length = 0;
    tw_data_form form = tw_data_form_default();
    form.count = MANY;
    form.shape = (tw_shape){2, {2, 2}};
    form.classes = 4;
    form.names = names;
    tw_data *data = NULL;
    assert_ok(context, tw_data_from_arrays(context, &form, TW_F32, images, labels, &data));
    tw_test_folder_make(folder);
    tw_test_path(folder, "sheet.svg", path);
    assert_ok(context, tw_plot_examples(context, path, data, 12));
    assert_ok(context, tw_file_read_all(context, path, 1 << 24, &text, &length));
    int named = 0;
    for (int i = 0; i < 4; i++) named += strstr(text, names[i]) != NULL;
    tw_release(text);
    tw_test_folder_remove(folder);
    tw_data_free(data);
    return named;
}

static void a_sheet_shows_every_class_of_sorted_and_of_alternating_files(void **state) {
    (void)state;
    tw_context *context = NULL;
    int32_t sorted[1000], alternating[1000], blocks[1000];
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int i = 0; i < 1000; i++) {
        sorted[i] = i / 250;
        alternating[i] = i % 4;
        blocks[i] = i / 83 % 4; // of the size of a part
    }
    assert_int_equal(classes_of_sheet(context, sorted), 4);
    assert_int_equal(classes_of_sheet(context, alternating), 4);
    assert_int_equal(classes_of_sheet(context, blocks), 4);
    tw_context_free(context);
}

static void failing_allocations_are_said(void **state) {
    (void)state;
    fill();
    tw_shape image = {2, {6, 8}}, points = {1, {2}}, table = {1, {5}};
    assert_true(tw_test_failing_allocations(draw, &image) > 8);
    assert_true(tw_test_failing_allocations(draw, &points) > 4);
    assert_true(tw_test_failing_allocations(draw, &table) > 4);
}

static void a_sheet_of_none_is_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_data *data = set_of(context, (tw_shape){1, {2}}, true);
    assert_int_equal(tw_plot_examples(context, "x.svg", data, 0), TW_BAD_ARGUMENT);
    tw_data_free(data);
    tw_context_free(context);
}

TW_TESTS(images_of_every_order_are_embedded,
         a_sheet_shows_every_class_of_sorted_and_of_alternating_files,
         channels_are_found_first_or_last, two_numbers_are_a_scatter_of_all,
         rows_of_a_table_are_bars, failing_allocations_are_said, a_sheet_of_none_is_refused)
