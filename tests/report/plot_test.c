#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/axes.h"
#include "report/palette.h"
#include "support/folder.h"
#include "support/picture.h"
#include "support/xml.h"
#include "thalweg/plot.h"

// Saves and reads back, in a folder of its own. Free with tw_release.
static char *saved(tw_context *context, const char *title, const tw_panel *panels, int count) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *text = NULL;
    size_t length = 0;
    tw_test_folder_make(folder);
    tw_test_path(folder, "plot.svg", path);
    assert_ok(context, tw_plot_save(context, path, title, panels, count));
    assert_ok(context, tw_file_read_all(context, path, 1 << 24, &text, &length));
    assert_int_equal(tw_test_folder_count(folder), 1);
    tw_test_folder_remove(folder);
    tw_test_assert_xml(text);
    return text;
}

static const double epochs[] = {1, 2, 3, 4, 5};

static void two_panels_are_one_picture_in_two_schemes(void **state) {
    (void)state;
    const double loss[] = {2, 1, .5, .25, .125}, error[] = {.5, .2, .1, .04, .05};
    tw_series losses[] = {{"training", epochs, loss, 5, -1}, {"test", epochs, error, 5, -1}};
    tw_series errors[] = {{"test", epochs, error, 5, 3}};
    tw_panel panels[] = {
        {.title = "Loss", .x_label = "epoch", .log_y = true, .series = losses, .series_count = 2},
        {.title = "Error",
         .x_label = "epoch",
         .percent = true,
         .series = errors,
         .series_count = 1}};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = saved(context, "digits", panels, 2);
    assert_int_equal(tw_test_occurrences(text, "prefers-color-scheme: dark"), 1);
    assert_int_equal(tw_test_occurrences(text, tw_palette_page.paper.light), 2); // and halos
    assert_int_equal(tw_test_occurrences(text, tw_palette_page.paper.dark), 2);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"curve l0\" d=\"M 68 "), 2);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"curve l1\" d=\"M 68 "), 1);
    assert_int_equal(tw_test_occurrences(text, ">epoch<"), 1); // under the last panel alone
    assert_int_equal(tw_test_occurrences(text, "<circle class=\"p0 halo\""), 1);
    assert_int_equal(tw_test_occurrences(text, ">4%<"), 1); // of the marked point
    assert_int_equal(tw_test_occurrences(text, ">test<"), 2);
    assert_int_equal(tw_test_occurrences(text, "http"), 1); // the name space: nothing is fetched
    assert_int_equal(tw_test_occurrences(text, "<script"), 0);
    tw_release(text);
    tw_context_free(context);
}

// The value of a marked point stands below it; above where only there no line is.
static void the_value_of_a_mark_keeps_off_lines(void **state) {
    (void)state;
    const double high[] = {5, 5, 5, 5, 5}, close[] = {4.7, 4.7, 4.7, 4.7, 4.7}, zero[5] = {0};
    const double *const others[] = {zero, close};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int above = 0; above < 2; above++) {
        tw_series series[] = {{"marked", epochs, high, 5, 2},
                              {"other", epochs, others[above], 5, -1},
                              {"top", epochs, (double[]){10, 10, 10, 10, 10}, 5, -1}};
        tw_panel panel = {.series = series, .series_count = 3};
        char *text = saved(context, "marks", &panel, 1);
        double point = strtod(strstr(text, "cy=\"") + 4, NULL);
        char *label = strstr(text, "class=\"name halo\"");
        while (strncmp(label, "y=\"", 3) != 0) label--;
        assert_true((strtod(label + 3, NULL) < point) == (above == 1));
        tw_release(text);
    }
    tw_context_free(context);
}

static void names_are_escaped_and_cut(void **state) {
    (void)state;
    tw_series series[] = {
        {"a<b>&\"c\x01\xFF", epochs, epochs, 5, -1},
        {"a name that is so long that no legend could ever hold all of it", epochs, epochs, 5, -1}};
    tw_panel panel = {.y_label = "]]>", .series = series, .series_count = 2};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = saved(context, "<&>\n", &panel, 1);
    assert_non_null(strstr(text, ">a&lt;b&gt;&amp;&quot;c\xEF\xBF\xBD\xEF\xBF\xBD</text>"));
    assert_non_null(strstr(text, "<title>&lt;&amp;&gt;\xEF\xBF\xBD</title>"));
    const char *all = strstr(text, "<title>a name that is so long");
    assert_non_null(strstr(all, "could ever hold all of it</title>")); // what a browser shows on it
    assert_null(strstr(strstr(all, "</title>"), "could ever hold"));
    assert_non_null(strstr(text, "\xE2\x80\xA6</text>"));
    tw_release(text);
    tw_context_free(context);
}

// The path of series 0.
static char *path_of(char *text) {
    char *path = strstr(text, "<path class=\"curve l0\" d=\"");
    assert_non_null(path);
    path += strlen("<path class=\"curve l0\" d=\"");
    *strchr(path, '"') = '\0';
    return path;
}

static void what_is_not_finite_breaks_a_line(void **state) {
    (void)state;
    const double y[] = {1, 2, NAN, 3, INFINITY};
    tw_series series = {"loss", epochs, y, 5, 2};
    tw_panel panel = {.y_label = "loss", .series = &series, .series_count = 1};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = saved(context, NULL, &panel, 1);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_null(strstr(text, "<circle")); // the marked point is none
    // What the axis says already needs no legend.
    assert_int_equal(tw_test_occurrences(text, "class=\"curve l0\""), 1);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"p0\" d=\"M"), 1); // the point alone
    char *path = path_of(text);
    assert_int_equal(tw_test_occurrences(path, "M"), 2);
    assert_int_equal(tw_test_occurrences(path, "L"), 1);
    tw_release(text);
    tw_context_free(context);
}

// Each with its own shape: after one epoch, or one round, there is nothing else to see.
static void series_of_one_point_are_seen(void **state) {
    (void)state;
    tw_series series[] = {{"a", epochs, epochs, 1, -1}, {"b", epochs, epochs + 1, 1, -1}};
    tw_panel panel = {.series = series, .series_count = 2};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = saved(context, NULL, &panel, 1);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"p0\" d=\"M"), 1);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"p1\" d=\"M"), 1);
    tw_release(text);
    tw_context_free(context);
}

static void series_without_points_give_axes(void **state) {
    (void)state;
    const double same[] = {7, 7, 7, 7, 7}, none[] = {NAN, NAN, NAN, NAN, NAN};
    tw_series series[] = {{NULL, NULL, NULL, 0, -1}, {"none", epochs, none, 5, -1}};
    tw_series constant = {"seven", epochs, same, 5, -1};
    tw_panel panels[] = {{.series = series, .series_count = 2, .log_y = true},
                         {.series = &constant, .series_count = 1, .log_y = true},
                         {.series = NULL, .series_count = 0}};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_release(saved(context, "", panels, 3));
    tw_context_free(context);
}

static void thinned_lines_keep_every_peak(void **state) {
    (void)state;

    enum { COUNT = 100000 };

    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    double *x = tw_allocate(context, COUNT, sizeof *x), *y = tw_allocate(context, COUNT, sizeof *y);
    for (int i = 0; i < COUNT; i++) x[i] = i, y[i] = i == 54321 ? 10 : sin(i * .37);
    tw_series series = {"peak", x, y, COUNT, -1};
    tw_panel panel = {.series = &series, .series_count = 1};
    char *text = saved(context, NULL, &panel, 1);
    char *path = path_of(text);
    size_t lines = tw_test_occurrences(path, "L");
    assert_in_range(lines, 1000, 4 * 720);
    double top = INFINITY;
    for (char *at = strchr(path, 'L'); at != NULL; at = strchr(at, 'L')) {
        strtod(at + 1, &at);
        top = fmin(top, strtod(at, &at));
    }
    assert_true(top == TW_SVG_MARGIN + TW_AXES_ABOVE); // 10 is the end of the axis
    tw_release(text);
    tw_release(x);
    tw_release(y);
    tw_context_free(context);
}

// Relative luminance and contrast after WCAG 2.1.
static double luminance(const char *colour) {
    static const double weights[] = {.2126, .7152, .0722};
    long value = strtol(colour + 1, NULL, 16);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)(value >> (16 - 8 * i) & 255) / 255;
        sum += weights[i] * (c <= .03928 ? c / 12.92 : pow((c + .055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const char *a, const char *b) {
    double x = luminance(a) + .05, y = luminance(b) + .05;
    return fmax(x, y) / fmin(x, y);
}

static void colours_stand_out_from_either_paper(void **state) {
    (void)state;
    tw_colour paper = tw_palette_page.paper;
    for (int i = 0; i < TW_PALETTE_COLOURS; i++) {
        assert_true(contrast(tw_palette_colour(i).light, paper.light) >= 3);
        assert_true(contrast(tw_palette_colour(i).dark, paper.dark) >= 3);
        assert_string_not_equal(tw_palette_dash(i), tw_palette_dash(i + TW_PALETTE_COLOURS));
        assert_string_not_equal(tw_palette_shape(i), tw_palette_shape(i + TW_PALETTE_COLOURS));
    }
    assert_true(contrast(tw_palette_page.quiet.light, paper.light) >= 4.5); // words
    assert_true(contrast(tw_palette_page.quiet.dark, paper.dark) >= 4.5);
}

static void impossible_pictures_are_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_series series = {"none", NULL, NULL, 3, -1};
    tw_panel many = {.series = &series, .series_count = 17};
    tw_panel missing = {.series = &series, .series_count = 1};
    assert_int_equal(tw_plot_save(context, "x.svg", NULL, NULL, 0), TW_BAD_ARGUMENT);
    assert_int_equal(tw_plot_save(context, "x.svg", NULL, &many, 1), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "x.svg: 17 series in a panel; 0 to 16 can be told apart");
    assert_int_equal(tw_plot_save(context, "x.svg", NULL, &missing, 1), TW_BAD_ARGUMENT);
    tw_context_free(context);
}

static tw_status draw(tw_context *context, void *path) {
    tw_series series = {"loss", epochs, epochs, 5, 2};
    tw_panel panel = {.x_label = "epoch", .series = &series, .series_count = 1};
    return tw_plot_save(context, path, "title", &panel, 1);
}

static void failures_are_said_and_leave_nothing(void **state) {
    (void)state;
    tw_test_failing_picture(draw, "plot.svg", 3);
}

TW_TESTS(two_panels_are_one_picture_in_two_schemes, the_value_of_a_mark_keeps_off_lines,
         names_are_escaped_and_cut, what_is_not_finite_breaks_a_line, series_of_one_point_are_seen,
         series_without_points_give_axes, thinned_lines_keep_every_peak,
         colours_stand_out_from_either_paper, impossible_pictures_are_refused,
         failures_are_said_and_leave_nothing)
