// Pictures of minimisations: what is in them, and that nothing that a method did can break them.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/xml.h"
#include "thalweg/plot.h"

static tw_objective *objective_of(tw_context *context, const char *name) {
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_parse(context, name, NULL, &objective));
    return objective;
}

// Draws and reads back. Free with tw_release.
static char *drawn(tw_context *context, const char *name, const tw_descent *descents, int count) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *text = NULL;
    size_t length = 0;
    tw_objective *objective = objective_of(context, name);
    tw_test_folder_make(folder);
    tw_test_path(folder, "race.svg", path);
    assert_ok(context, tw_plot_descents(context, path, name, objective, descents, count));
    assert_ok(context, tw_file_read_all(context, path, 1 << 24, &text, &length));
    tw_test_folder_remove(folder);
    tw_objective_free(objective);
    tw_test_assert_xml(text);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    return text;
}

static const double path_a[] = {-1.2, 1, 0, 0.5, 1, 1}, values_a[] = {24.2, 26, 0};
static const double evals_a[] = {1, 3, 5}, norms_a[] = {200, 20, 0};
static const double path_b[] = {-1.2, 1, -1.1, 1.2, 50, 1e200, NAN, 1},
                    values_b[] = {24.2, 4, 1e300, NAN}, norms_b[] = {200, 9, INFINITY, NAN};

static const tw_descent race[] = {{"newton", path_a, values_a, evals_a, norms_a, 3},
                                  {"sgd", path_b, values_b, NULL, norms_b, 4}};

static void a_plane_shows_lines_paths_and_progress(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *text = drawn(context, "rosenbrock", race, 2);
    assert_int_equal(tw_test_occurrences(text, ">newton<"), 3); // beside the map and both charts
    assert_int_equal(tw_test_occurrences(text, ">sgd<"), 3);
    assert_int_equal(tw_test_occurrences(text, ">start<"), 1);
    assert_int_equal(tw_test_occurrences(text, ">100<"), 1); // at a line
    assert_int_equal(tw_test_occurrences(text, "<title>known minimum"), 1);
    assert_int_equal(tw_test_occurrences(text, ">Gradient<"), 1);
    assert_int_equal(tw_test_occurrences(text, "prefers-color-scheme: dark"), 1);
    assert_true(tw_test_occurrences(text, "stroke-opacity") >= 8);
    tw_release(text);
    tw_context_free(context);
}

// The words stand beside the paths: here these go up and down on the right.
static void a_start_is_named_where_no_path_is(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double free[] = {-1.2, 1, -1.2, -1}, right[] = {-1.2, 1, 1, 1.1, -1, 1.2, 1, .5};
    const double f[] = {24, 4, 3, 2};
    tw_descent descents[] = {{"down", free, f, NULL, NULL, 2}, {"right", right, f, NULL, NULL, 4}};
    char *text = drawn(context, "rosenbrock", descents, 1);
    assert_int_equal(tw_test_occurrences(text, "text-anchor=\"start\">start<"), 1);
    tw_release(text);
    text = drawn(context, "rosenbrock", descents, 2);
    assert_int_equal(tw_test_occurrences(text, "text-anchor=\"end\">start<"), 1);
    tw_release(text);
    tw_context_free(context);
}

static void a_line_shows_its_curve(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double x[] = {4, 3, 2.3}, f[] = {9.07, 0.5, -0.85};
    tw_descent one = {"bfgs", x, f, NULL, NULL, 3};
    char *text = drawn(context, "double_well", &one, 1);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"curve line\""), 1);
    assert_int_equal(tw_test_occurrences(text, ">f above −2.9377<"), 1);
    assert_int_equal(tw_test_occurrences(text, ">iteration<"), 1);
    assert_int_equal(tw_test_occurrences(text, ">Gradient<"), 0);
    tw_release(text);
    tw_context_free(context);
}

static void more_dimensions_show_progress_alone(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_descent one = {"bfgs", NULL, values_a, evals_a, norms_a, 3};
    char *text = drawn(context, "wood", &one, 1);
    assert_int_equal(tw_test_occurrences(text, "stroke-opacity"), 0);
    assert_int_equal(tw_test_occurrences(text, ">Value<"), 1);
    tw_release(text);
    tw_context_free(context);
}

static void a_line_is_seen_to_leave(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double up[] = {24, 1e300, INFINITY}, down[] = {-24, -1e300, -INFINITY};
    const tw_descent descents[] = {{"sgd", NULL, up, NULL, NULL, 3},
                                   {"sgd", path_a, down, NULL, NULL, 3}};
    static const char *const names[] = {"wood", "saddle"}; // as logarithms, and evenly
    for (int i = 0; i < 2; i++) {
        char *text = drawn(context, names[i], &descents[i], 1);
        assert_int_equal(tw_test_occurrences(text, "<path class=\"p0\" d"), 0); // a point alone
        tw_release(text);
    }
    tw_context_free(context);
}

static void a_line_that_comes_back_is_whole(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double values[] = {24, 1e9, 1e7, 1}, norms[] = {1, 1e8, 1e8, 1e-3};
    tw_descent descent = {"lbfgs", NULL, values, NULL, norms, 4};
    char *text = drawn(context, "wood", &descent, 1), *end = text;
    for (int i = 0; i < 4; i++) { // a line, and the sample of it beside its name, in both charts
        char *line = strstr(end, "<path class=\"curve l0\" d=\"");
        assert_non_null(line);
        end = strchr(line, '>');
        *end++ = '\0';
        assert_int_equal(tw_test_occurrences(line, "L"), i % 2 == 0 ? 3 : 0);
    }
    tw_release(text);
    tw_context_free(context);
}

// Of the line of a chart that follows, with its end; `from` goes on behind it.
static size_t points_of_next_line(char **from) {
    char *line = strstr(*from, "<path class=\"curve l0\" d=\"");
    assert_non_null(line);
    *from = strchr(line, '>');
    *(*from)++ = '\0';
    return tw_test_occurrences(line, "M") + tw_test_occurrences(line, "L");
}

static void zero_is_at_the_edge_of_a_logarithm(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double ends[] = {24, 1, 0}, returns[] = {24, 0, 1};
    tw_descent descent = {"lbfgs", NULL, ends, NULL, returns, 3};
    char *text = drawn(context, "wood", &descent, 1), *from = text;
    assert_non_null(strstr(text, ">10⁻¹⁵<"));
    assert_int_equal(points_of_next_line(&from), 3);
    points_of_next_line(&from);                      // the sample beside the name
    assert_int_equal(points_of_next_line(&from), 2); // passes over what it has no place for
    tw_release(text);
    tw_context_free(context);
}

static void a_start_at_a_minimum_is_a_point(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double zero = 0;
    tw_descent descent = {"lbfgs", NULL, &zero, NULL, &zero, 1};
    char *text = drawn(context, "wood", &descent, 1);
    assert_int_equal(tw_test_occurrences(text, "<path class=\"p0\" d"), 2); // f and its gradient
    tw_release(text);
    tw_context_free(context);
}

// Even levels of -6, -5, ..., 6: those that stand out, and have their values beside them, are even.
static void values_of_even_lines_are_round(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double x[] = {2, 2, 2.5, 2.5}, values[] = {4, 5};
    tw_descent descent = {"sgd", x, values, NULL, NULL, 2};
    static const char *const functions[] = {"x+y", "x+y+0.05", "x+y-0.1"};
    for (int i = 0; i < 3; i++) {
        char *text = drawn(context, functions[i], &descent, 1), *at = text;
        int labels = 0;
        while ((at = strstr(at, "<rect class=\"paper\" x=\"")) != NULL) {
            double value = strtod(strchr(strstr(at, "<text"), '>') + 1, NULL);
            assert_true(fabs(remainder(value, .2)) < 1e-9);
            labels++, at++;
        }
        assert_true(labels >= 2);
        tw_release(text);
    }
    tw_context_free(context);
}

// A curve that goes up to 10^6 beside its pole is shown up to some times the values around the path.
static void a_pole_does_not_flatten_the_rest(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const double x[] = {9, 3, 0.5, 1}, values[] = {2.31, 1.43, 1.31, 1};
    tw_descent descent = {"newton", x, values, NULL, NULL, 4};
    char *text = drawn(context, "log(abs(x)) + 1/abs(x)", &descent, 1);
    assert_non_null(strstr(text, ">6<"));
    assert_null(strstr(text, ">20<"));
    tw_release(text);
    tw_context_free(context);
}

// A method that swings for ever fills the picture, and neither the file nor the time of who reads it.
static void a_long_path_is_a_small_file(void **state) {
    (void)state;

    enum { COUNT = 200000 };

    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    double *x = tw_allocate(context, COUNT, 2 * sizeof *x);
    double *values = tw_allocate(context, COUNT, sizeof *values);
    for (int64_t i = 0; i < COUNT; i++) {
        x[2 * i] = 2 * cos(2.4 * (double)i) * sin((double)(i * i % 1009));
        x[2 * i + 1] = 2 * sin(2.4 * (double)i);
        values[i] = i == 0 ? 9 : 8;
    }
    tw_descent descent = {"sgd", x, values, NULL, NULL, COUNT};
    char *text = drawn(context, "himmelblau", &descent, 1);
    assert_in_range(strlen(text), 10000, 1000000);
    tw_release(text);
    tw_release(values);
    tw_release(x);
    tw_context_free(context);
}

static double number_after(const char *text, const char *words) {
    return strtod(strstr(text, words) + strlen(words), NULL);
}

// A long step passes where a line's value would else be written, though no point of it lies there.
static void values_of_lines_keep_off_paths(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int turned = 0; turned < 2; turned++) {
        const double x[] = {-5, turned == 0 ? 5 : -5, 5, turned == 0 ? -5 : 5}, values[] = {50, 50};
        tw_descent descent = {"sgd", x, values, NULL, NULL, 2};
        char *text = drawn(context, "x^2 + y^2", &descent, 1), *at = text;
        int labels = 0;
        while ((at = strstr(at, "<rect class=\"paper\" x=\"")) != NULL) {
            double left = number_after(at, "x=\"") + number_after(at, "width=\"") / 2;
            double top = number_after(at, "y=\"") + number_after(at, "height=\"") / 2;
            char *line = strchr(strstr(text, "<path class=\"curve l0\" d=\"M"), 'M') + 1;
            double x0 = strtod(line, &line), y0 = strtod(line, &line);
            double x1 = strtod(line + 1, &line), y1 = strtod(line, &line);
            double share = (left - x0) / (x1 - x0);
            assert_true(fabs(y0 + share * (y1 - y0) - top) > 10);
            labels++, at++;
        }
        assert_true(labels > 0);
        tw_release(text);
    }
    tw_context_free(context);
}

static void every_built_in_function_has_a_picture(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int k = 0; k < tw_objective_count(); k++) {
        const char *name = tw_objective_name_at(k);
        tw_objective *objective = objective_of(context, name);
        tw_objective_facts facts = tw_objective_describe(objective);
        double value, start[16];
        assert_true(facts.dimension <= 16);
        memcpy(start, facts.start, (size_t)facts.dimension * sizeof *start);
        assert_ok(context, tw_objective_evaluate(objective, start, &value, NULL));
        tw_descent one = {name, facts.dimension <= 2 ? start : NULL, &value, NULL, NULL, 1};
        tw_objective_free(objective);
        char *text = drawn(context, name, &one, 1);
        if (facts.dimension == 2) assert_true(tw_test_occurrences(text, "stroke-opacity") >= 4);
        tw_release(text);
    }
    tw_context_free(context);
}

static void what_cannot_be_drawn_is_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_objective *objective = objective_of(context, "saddle");
    assert_int_equal(tw_plot_descents(context, "a.svg", NULL, objective, race, 0), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "a.svg: 0 descents; 1 to 16 can be told apart");
    tw_descent empty = {.name = "sgd", .count = 2};
    assert_int_equal(tw_plot_descents(context, "a.svg", NULL, objective, &empty, 1),
                     TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "a.svg: descent 0 has 2 points and no values; give both");
    tw_objective_free(objective);
    tw_context_free(context);
}

static void a_page_holds_the_same_picture(void **state) {
    (void)state;
    tw_context *context = NULL;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], *text = NULL;
    size_t length = 0;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_objective *objective = objective_of(context, "rosenbrock");
    tw_test_path(folder, "race.html", path);
    assert_ok(context, tw_plot_descents(context, path, "race", objective, race, 2));
    assert_ok(context, tw_file_read_all(context, path, 1 << 24, &text, &length));
    assert_int_equal(strncmp(text, "<!DOCTYPE html>", 15), 0);
    assert_int_equal(tw_test_occurrences(text, "</svg>"), 1);
    tw_release(text);
    tw_objective_free(objective);
    tw_test_folder_remove(folder);
    tw_context_free(context);
}

static tw_status draw_once(tw_context *context, void *user) {
    tw_objective *objective = NULL;
    tw_status status = tw_objective_parse(context, "x^2 + y^2", NULL, &objective);
    if (status == TW_OK) status = tw_plot_descents(context, user, "bowl", objective, race, 2);
    tw_objective_free(objective);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "race.svg", path);
    tw_test_failing_allocations(draw_once, path);
    tw_test_folder_remove(folder);
}

TW_TESTS(a_plane_shows_lines_paths_and_progress, a_start_is_named_where_no_path_is,
         a_line_shows_its_curve, more_dimensions_show_progress_alone, a_line_is_seen_to_leave,
         a_line_that_comes_back_is_whole, zero_is_at_the_edge_of_a_logarithm,
         a_start_at_a_minimum_is_a_point, values_of_even_lines_are_round,
         a_pole_does_not_flatten_the_rest, a_long_path_is_a_small_file,
         values_of_lines_keep_off_paths, every_built_in_function_has_a_picture,
         a_page_holds_the_same_picture, what_cannot_be_drawn_is_refused, every_allocation_may_fail)
