// Tables that are as they should be: what each cell becomes, and what is said about it.
#include "support/sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tw_test_sets at;

static tw_data *open_table(const char *text, const char *spec) {
    tw_test_put(&at, "a.csv", text);
    return tw_test_open(&at, spec, NULL);
}

static void numbers_are_standardised_by_the_deviation_of_all_examples(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("x,k,y\n1,5,a\n2,5,b\n6,5,a\n", "csv:%s/a.csv?target=y");
    double deviation = sqrt(14.0 / 3.0); // of 1, 2, 6 about 3
    assert_row(data, 0, -2.0 / deviation, 0.0);
    assert_row(data, 1, -1.0 / deviation, 0.0);
    assert_row(data, 2, 3.0 / deviation, 0.0); // a constant is not divided by 0
    assert_int_equal(tw_test_label(data, 1), 1);
    assert_string_equal(tw_data_class_name(data, 0), "a");
    assert_string_equal(tw_data_description(data),
                        "3 rows of 3 columns, separated by commas (found); the first row is a "
                        "header (found)\n"
                        "target column 2 ('y'): 2 classes: a, b\n"
                        "numbers standardised to mean 0 and deviation 1\n"
                        "column 1 ('k'): constant, becomes 0\n");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void values_are_standardised_and_their_unit_is_known(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("1.5,10\n2.5,20.5\n", "csv:%s/a.csv?target=-1");
    assert_row(data, 0, -1.0);
    assert_near(tw_test_value(data, 0), -1.0, 1e-12);
    assert_near(tw_data_target_mean(data), 15.25, 1e-12);
    assert_near(tw_data_target_deviation(data), 5.25, 1e-12);
    tw_data_free(data);
    data = open_table("1.5,10\n2.5,20.5\n", "csv:%s/a.csv?target=1&standardize=no");
    assert_row(data, 1, 2.5);
    assert_near(tw_test_value(data, 1), 20.5, 0.0);
    assert_near(tw_data_target_deviation(data), 1.0, 0.0);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void texts_are_encoded_one_hot_and_that_is_said(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data =
        open_table("color,y\nred,1.5\nblue,2\n\"red\",3\ngreen,4\n", "csv:%s/a.csv?target=y");
    assert_row(data, 0, 0, 0, 1); // blue, green, red
    assert_row(data, 1, 1, 0, 0);
    assert_row(data, 2, 0, 0, 1);
    assert_row(data, 3, 0, 1, 0);
    tw_test_assert_said(data, "column 0 ('color'): 3 texts, encoded one-hot");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void quotes_may_hold_separators_line_ends_and_doubled_quotes(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("\"a,b\",\"1\"\n\"c\n\"\"d\"\"\",2\n\"a,b\" , 2\n",
                               "csv:%s/a.csv?target=0&header=no");
    assert_int_equal(tw_data_count(data), 3);
    assert_string_equal(tw_data_class_name(data, 0), "a,b");
    assert_string_equal(tw_data_class_name(data, 1), "c\n\"d\"");
    assert_int_equal(tw_test_label(data, 2), 0);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void line_ends_marks_comments_and_empty_lines_do_not_matter(void **state) {
    (void)state;
    static const char *const forms[] = {
        "x,y\n1,a\n3,b\n",         "x,y\r\n1,a\r\n3,b\r\n", "\xEF\xBB\xBFx,y\n1,a\n3,b",
        "# c\nx,y\n\n1,a\n \n3,b", "x;y\n1;a\n3;b\n",       "x\ty\n1\ta\n3\tb\n",
        "x y\n1   a\n 3 b \n",     "x|y\n1|a\n3|b\n",       "\"x\",\"y\"\n\"1\",\"a\"\n3,b\n",
        "x,y\r1,a\r3,b\r",         "x,y\r\r1,a\r3,b",
    };
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        tw_data *data = open_table(forms[i], "csv:%s/a.csv?target=y&standardize=no");
        assert_int_equal(tw_data_count(data), 2);
        assert_row(data, 0, 1.0);
        assert_row(data, 1, 3.0);
        assert_int_equal(tw_test_label(data, 1), 1);
        tw_data_free(data);
    }
    tw_data *data = open_table(forms[2], "csv:%s/a.csv?target=y");
    tw_test_assert_said(data, "a byte order mark was skipped");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void a_file_that_is_not_utf8_is_read_as_latin1(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *train = open_table("caf\xe9,1\nth\xe9,2\n", "csv:%s/a.csv?target=0&standardize=no");
    assert_string_equal(tw_data_class_name(train, 0), "caf\xc3\xa9");
    tw_test_assert_said(train, "not UTF-8: read as Latin-1");
    tw_test_put(&at, "b.csv", "th\xc3\xa9,1\n"); // the same word in UTF-8
    tw_data *test = tw_test_open_like(&at, train, "csv:%s/b.csv");
    assert_int_equal(tw_test_label(test, 0), 1);
    tw_data_free(test);
    tw_data_free(train);
    tw_test_sets_end(&at);
}

static void gaps_become_the_mean_or_take_their_row_along(void **state) {
    (void)state;
    static const char table[] = "x,c,y\n1,p,a\n?,q,b\n5,NA,a\n3,p,b\n";
    tw_test_sets_start(&at);
    tw_data *data = open_table(table, "csv:%s/a.csv?target=y&missing=mean&standardize=no");
    assert_row(data, 1, 3.0, 0, 0, 1); // NA, p, q: a gap in a column of texts is a text
    assert_row(data, 2, 5.0, 1, 0, 0);
    tw_test_assert_said(data, "column 0 ('x'): 1 gap filled with the mean, 3");
    tw_data_free(data);
    data = open_table(table, "csv:%s/a.csv?target=y&missing=drop&standardize=no");
    assert_int_equal(tw_data_count(data), 2);
    assert_row(data, 1, 3.0, 1);
    tw_test_assert_said(data, "2 rows with gaps dropped");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void dates_become_a_day_and_a_place_on_the_years_circle(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("d,y\n1970-01-01,1.5\n2000-12-31,2\n2021-07-02,3\n",
                               "csv:%s/a.csv?target=y&standardize=no");
    const double turn = 6.283185307179586;
    assert_row(data, 0, 0.0, 0.0, 1.0);
    assert_row(data, 1, 11322.0, sin(turn * 365 / 366), cos(turn * 365 / 366));
    assert_row(data, 2, 18810.0, sin(turn * 182 / 365), cos(turn * 182 / 365));
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void few_whole_numbers_are_classes_in_order_of_size(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data =
        open_table("1,10\n2,9\n3,-0\n4,10\n5,9\n6,0\n7,1e1\n8,0.0\n", "csv:%s/a.csv?target=1");
    assert_int_equal(tw_data_classes(data), 3);
    assert_string_equal(tw_data_class_name(data, 0), "0");
    assert_string_equal(tw_data_class_name(data, 2), "10");
    assert_int_equal(tw_test_label(data, 2), 0); // -0
    assert_int_equal(tw_test_label(data, 6), 2); // 1e1
    tw_data_free(data);
    data = open_table("1,10\n2,9\n3,10\n4,9\n", "csv:%s/a.csv?target=1&target_kind=value");
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_VALUE);
    tw_data_free(data);
    data = open_table("1,1\n2,2\n3,3\n", "csv:%s/a.csv?target=1"); // each is met once
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_VALUE);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void columns_can_be_left_out_by_name_and_index(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("id,x,note,y\n1,4,u,a\n2,6,v,b\n",
                               "csv:%s/a.csv?target=3&ignore=id,2&standardize=no");
    assert_row(data, 1, 6.0);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void later_tables_are_read_with_what_training_learned(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *train = open_table("x,c,y\n1,p,a\n3,q,b\n", "csv:%s/a.csv?target=y");
    tw_test_put(&at, "b.csv", "y,c,x\nb,q,101\na,never,?\n"); // other order, a new text, a gap
    tw_data *test = tw_test_open_like(&at, train, "csv:%s/b.csv");
    assert_row(test, 0, 99.0, 0, 1); // by the mean 2 and the deviation 1 of training
    assert_row(test, 1, 0.0, 0, 0);
    assert_int_equal(tw_test_label(test, 0), 1);
    tw_test_assert_said(test, "1 text unknown in training: all features 0");
    assert_string_equal(tw_data_encoding(train), tw_data_encoding(test));
    tw_data_free(test);
    tw_test_put(&at, "b.csv", "x,c\n2,p\n");
    test = tw_test_open_like(&at, train, "csv:%s/b.csv");
    assert_int_equal(tw_data_target_kind(test), TW_TARGET_NONE);
    assert_row(test, 0, 0.0, 1, 0);
    tw_test_assert_said(test, "no target: examples to predict");
    tw_data_free(test);
    tw_data_free(train);
    tw_test_sets_end(&at);
}

static void names_that_are_there_twice_keep_their_places(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *train =
        open_table("x,x,y\n1,10,a\n3,30,b\n", "csv:%s/a.csv?target=y&standardize=no&header=yes");
    tw_data *again = tw_test_open_like(&at, train, "csv:%s/a.csv");
    assert_row(again, 1, 3.0, 30.0);
    tw_data_free(again);
    tw_data_free(train);
    train =
        open_table("y,x,x\na,1,10\nb,3,30\n", "csv:%s/a.csv?target=y&standardize=no&header=yes");
    tw_test_put(&at, "a.csv", "x,x\n5,50\n7,70\n");
    again = tw_test_open_like(&at, train, "csv:%s/a.csv");
    assert_row(again, 1, 7.0, 70.0);
    tw_data_free(again);
    tw_data_free(train);
    tw_test_sets_end(&at);
}

// Both rows of a table with the columns c0, c1, ..., forwards or backwards: 0, 1, 2, ... in the first.
static char *write_many(int columns, bool backwards) {
    char *text = malloc((size_t)24 * (size_t)columns + 64);
    assert_non_null(text);
    size_t length = 0;
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < columns; i++) {
            int column = backwards ? columns - 1 - i : i;
            length +=
                (size_t)sprintf(text + length, row == 0 ? "c%d," : "%d,", row < 2 ? column : 0);
        }
        length += (size_t)sprintf(text + length, row == 0 ? "y\n" : row == 1 ? "a\n" : "b\n");
    }
    return text;
}

static void thousands_of_columns_in_another_order_are_found(void **state) {
    (void)state;

    enum { COLUMNS = 40000 };

    tw_test_sets_start(&at);
    char *forwards = write_many(COLUMNS, false), *backwards = write_many(COLUMNS, true);
    tw_data *train = open_table(forwards, "csv:%s/a.csv?target=y&standardize=no");
    tw_test_put(&at, "a.csv", backwards);
    tw_data *again = tw_test_open_like(&at, train, "csv:%s/a.csv");
    static float x[COLUMNS];
    tw_data_request request = {.rows = (int64_t[]){0}, .count = 1, .dtype = TW_F32, .x = x};
    assert_int_equal(tw_data_features(again), COLUMNS);
    assert_int_equal(tw_data_fetch(again, &request), TW_OK);
    for (int i = 0; i < COLUMNS; i++) assert_true(x[i] == (float)i);
    tw_data_free(again);
    tw_data_free(train);
    free(forwards);
    free(backwards);
    tw_test_sets_end(&at);
}

static void lists_and_years_are_no_numbers_with_commas(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_table("2023;2024\n1,2,3;a\n4,5;b\n6,7,8;a\n9;b\n",
                               "csv:%s/a.csv?target=2024&header=yes");
    assert_int_equal(tw_data_features(data), 4); // texts, one of them "9"
    assert_int_equal(tw_data_classes(data), 2);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void a_very_long_line_is_one_example(void **state) {
    (void)state;

    enum { COLUMNS = 60000, BYTES = 8 * COLUMNS + 16 };

    char *text = malloc(BYTES);
    assert_non_null(text);
    size_t length = 0;
    tw_test_sets_start(&at);
    for (int row = 0; row < 2; row++) {
        for (int i = 0; i < COLUMNS; i++) length += (size_t)sprintf(text + length, "%d,", row);
        length += (size_t)sprintf(text + length, "%s\n", row == 0 ? "a" : "b");
    }
    tw_data *data = open_table(text, "csv:%s/a.csv?target=-1&header=no&standardize=no");
    assert_int_equal(tw_data_features(data), COLUMNS);
    assert_int_equal(tw_test_label(data, 1), 1);
    tw_data_free(data);
    free(text);
    tw_test_sets_end(&at);
}

TW_TESTS(numbers_are_standardised_by_the_deviation_of_all_examples,
         values_are_standardised_and_their_unit_is_known,
         texts_are_encoded_one_hot_and_that_is_said,
         quotes_may_hold_separators_line_ends_and_doubled_quotes,
         line_ends_marks_comments_and_empty_lines_do_not_matter,
         a_file_that_is_not_utf8_is_read_as_latin1, gaps_become_the_mean_or_take_their_row_along,
         dates_become_a_day_and_a_place_on_the_years_circle,
         few_whole_numbers_are_classes_in_order_of_size, columns_can_be_left_out_by_name_and_index,
         later_tables_are_read_with_what_training_learned,
         names_that_are_there_twice_keep_their_places,
         thousands_of_columns_in_another_order_are_found,
         lists_and_years_are_no_numbers_with_commas, a_very_long_line_is_one_example)
