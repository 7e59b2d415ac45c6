#include <math.h>
#include <string.h>

#include "support/fault.h"
#include "thalweg/plot.h"

static const double epochs[] = {1, 2, 3, 4, 5}, falling[] = {10, 8, 6, 4, 2},
                    rising[] = {0, 1, NAN, 9, 10};
static const tw_series both[] = {{"training", epochs, falling, 5, -1},
                                 {"test", epochs, rising, 5, -1}};

static void a_chart_has_marks_axes_and_names(void **state) {
    (void)state;
    tw_context *context = NULL;
    char *text = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_panel panel = {.x_label = "epoch", .y_label = "loss", .series = both, .series_count = 2};
    assert_ok(context, tw_plot_text(context, &panel, 40, 11, &text));
    assert_string_equal(text, "loss\n"
                              "* training   + test\n"
                              "10 +*****                     ++++++++++\n"
                              "   |     *********\n"
                              "   |              ********\n"
                              " 5 +                      *********\n"
                              "   |                               *****\n"
                              " 0 +++++++++++\n"
                              "   ++--------+--------+-------+--------+\n"
                              "    1        2        3       4        5\n"
                              "                   epoch\n");
    tw_plot_free(text);
    tw_context_free(context);
}

static void an_axis_of_x_may_be_logarithmic(void **state) {
    (void)state;
    static const double powers[] = {1, 10, 100, 1000};
    const tw_series series = {"f", powers, powers, 4, -1};
    tw_context *context = NULL;
    char *text = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_panel panel = {
        .y_label = "f", .log_x = true, .log_y = true, .series = &series, .series_count = 1};
    assert_ok(context, tw_plot_text(context, &panel, 40, 9, &text));
    assert_string_equal(text, "f\n"
                              "    |                             ******\n"
                              "100 +                    *********\n"
                              "    |              ******\n"
                              "    |      ********\n"
                              "  1 +******\n"
                              "    ++----------+-----------+----------+\n"
                              "     1         10          100      1000\n"
                              "\n");
    tw_plot_free(text);
    tw_context_free(context);
}

static void a_chart_keeps_to_its_size(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_series many[TW_SERIES_MAX];
    for (int i = 0; i < TW_SERIES_MAX; i++) {
        many[i] =
            (tw_series){"a rather long name\n\x1B[31m", epochs, i % 2 ? rising : falling, 5, -1};
    }
    tw_panel panel = {.title = "t", .x_label = "x", .series = many, .series_count = TW_SERIES_MAX};
    for (int i = 0; i < 400; i++) {
        int columns = 40 + i % 23 * 7, rows = 8 + i / 23 * 2;
        char *text = NULL;
        panel.series_count = i % (TW_SERIES_MAX + 1);
        panel.log_y = i % 3 == 0;
        assert_ok(context, tw_plot_text(context, &panel, columns, rows, &text));
        int lines = 0;
        for (const char *at = text; *at != '\0'; lines++) {
            const char *end = strchr(at, '\n');
            assert_non_null(end);
            assert_true(end - at <= columns);
            for (; at < end; at++) assert_true(*at >= ' ' && *at < 0x7F);
            at = end + 1;
        }
        assert_int_equal(lines, rows);
        tw_plot_free(text);
    }
    tw_context_free(context);
}

static void charts_too_small_are_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    char *text = NULL;
    tw_panel panel = {.series = both, .series_count = 2};
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_int_equal(tw_plot_text(context, &panel, 39, 8, &text), TW_BAD_ARGUMENT);
    assert_null(text);
    assert_int_equal(tw_plot_text(context, &panel, 40, 7, &text), TW_BAD_ARGUMENT);
    tw_context_free(context);
}

static tw_status draw(tw_context *context, void *panel) {
    char *text = NULL;
    tw_status status = tw_plot_text(context, panel, 40, 10, &text);
    tw_plot_free(text);
    return status;
}

static void failing_allocations_are_said(void **state) {
    (void)state;
    tw_panel panel = {.series = both, .series_count = 2};
    assert_true(tw_test_failing_allocations(draw, &panel) >= 2);
}

TW_TESTS(a_chart_has_marks_axes_and_names, an_axis_of_x_may_be_logarithmic,
         a_chart_keeps_to_its_size, charts_too_small_are_refused, failing_allocations_are_said)
