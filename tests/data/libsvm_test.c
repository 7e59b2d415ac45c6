// Sparse rows: what is written, what is not, and what is wrong.
#include "support/sets.h"

#include <string.h>

static tw_test_sets at;

static tw_data *open_rows(const char *text, const char *spec) {
    tw_test_put(&at, "a.txt", text);
    return tw_test_open(&at, spec, NULL);
}

static void what_is_not_written_is_0(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_rows("\xEF\xBB\xBF+1 1:0.5 4:-2e1\r\n# a comment\n\n-1\n"
                              "-1\t2:1 # behind\n+1 3:1e-3",
                              "libsvm:%s/a.txt");
    assert_int_equal(tw_data_count(data), 4);
    assert_row(data, 0, 0.5, 0, 0, -20);
    assert_row(data, 1, 0, 0, 0, 0);
    assert_row(data, 2, 0, 1, 0, 0);
    assert_row(data, 3, 0, 0, 1e-3, 0);
    assert_int_equal(tw_test_label(data, 0), 1);
    assert_int_equal(tw_test_label(data, 1), 0);
    assert_string_equal(tw_data_class_name(data, 0), "-1");
    assert_string_equal(tw_data_description(data),
                        "4 rows, 4 values written, the rest 0\n"
                        "indices from 1 (found), the largest is 4; 4 features\n"
                        "labels are classes, by size; nothing is standardised\n");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void an_index_0_shows_that_indices_count_from_0(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_rows("1 0:7\n2 2:8\n", "libsvm:%s/a.txt");
    assert_row(data, 0, 7, 0, 0);
    tw_test_assert_said(data, "indices from 0 (found), the largest is 2; 3 features");
    tw_data_free(data);
    data = open_rows("1 1:7\n2 2:8\n", "libsvm:%s/a.txt?base=0&features=5");
    assert_row(data, 0, 0, 7, 0, 0, 0);
    tw_test_assert_said(data, "indices from 0 (stated), the largest is 2; 5 features");
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void labels_are_classes_or_values(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = open_rows("0.25 1:1\n-3 1:2\n", "libsvm:%s/a.txt");
    assert_near(tw_test_value(data, 0), 0.25, 0.0);
    tw_data_free(data);
    data = open_rows("3 1:1\n-0 1:2\n0 1:1\n", "libsvm:%s/a.txt");
    assert_int_equal(tw_data_classes(data), 2);
    assert_int_equal(tw_test_label(data, 1), 0);
    tw_data_free(data);
    data = open_rows("3 1:1\n0 1:2\n", "libsvm:%s/a.txt?target_kind=value");
    assert_near(tw_test_value(data, 0), 3.0, 0.0);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void a_later_set_has_the_width_and_base_of_training(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *train = open_rows("1 0:1 3:4\n2 1:1\n", "libsvm:%s/a.txt");
    tw_test_put(&at, "b.txt", "2 1:5\n"); // would count from 1 by itself
    tw_data *test = tw_test_open_like(&at, train, "libsvm:%s/b.txt");
    assert_row(test, 0, 0, 5, 0, 0);
    assert_int_equal(tw_test_label(test, 0), 1);
    tw_test_assert_said(test, "indices from 0 (as in training), the largest is 1; 4 features, as "
                              "in training");
    tw_data_free(test);
    tw_test_put(&at, "b.txt", "2 9:5\n");
    tw_test_refused(&at, train, "libsvm:%s/b.txt", TW_MISMATCH,
                    "%s/b.txt: has 10 features; the training set had 4");
    tw_test_put(&at, "b.txt", "1 1:1\n\n3 1:5\n");
    tw_test_refused(&at, train, "libsvm:%s/b.txt", TW_MISMATCH,
                    "%s/b.txt:3:1: label 3 is not a class of the training set");
    tw_data_free(train);
    train = open_rows("1 1:1 3:4\n2 1:1\n", "libsvm:%s/a.txt");
    tw_test_put(&at, "b.txt", "1 0:1\n");
    tw_test_refused(&at, train, "libsvm:%s/b.txt", TW_BAD_FILE,
                    "%s/b.txt: has an index 0, where indices count from 1; add ?base=0");
    tw_data_free(train);
    tw_test_put(&at, "a.csv", "1,a\n2,b\n");
    train = tw_test_open(&at, "csv:%s/a.csv?target=1", NULL);
    tw_test_refused(&at, train, "libsvm:%s/b.txt", TW_MISMATCH,
                    "%s/b.txt: is read as it is; the training set was standardised");
    tw_data_free(train);
    tw_test_sets_end(&at);
}

typedef struct wrong_rows {
    const char *text, *options, *message;
    tw_status status;
} wrong_rows;

static const wrong_rows wrong[] = {
    {"", "", "%s/a.txt: holds no rows", TW_BAD_FILE},
    {"# nothing\n\n", "", "%s/a.txt: holds no rows", TW_BAD_FILE},
    {"1\n2\n", "", "%s/a.txt: has 0 features; at least 1 is needed", TW_BAD_FILE},
    {"1 1:2\nx 1:2\n", "",
     "%s/a.txt:2:1: 'x' is not a label; a line is LABEL INDEX:VALUE INDEX:VALUE ...", TW_BAD_FILE},
    {"1,2 1:2\n", "",
     "%s/a.txt:1:1: '1,2' is not a label; a line is LABEL INDEX:VALUE INDEX:VALUE ...",
     TW_BAD_FILE},
    {"1 2\n", "", "%s/a.txt:1:3: '2' is not INDEX:VALUE; write it like 3:0.25", TW_BAD_FILE},
    {"1 2:\n", "", "%s/a.txt:1:3: '2:' is not INDEX:VALUE; write it like 3:0.25", TW_BAD_FILE},
    {"1 2:x\n", "", "%s/a.txt:1:3: '2:x' is not INDEX:VALUE; write it like 3:0.25", TW_BAD_FILE},
    {"1 -2:1\n", "", "%s/a.txt:1:3: '-2:1' is not INDEX:VALUE; write it like 3:0.25", TW_BAD_FILE},
    {"1 qid:3 1:1\n", "", "%s/a.txt:1:3: 'qid:3' is not INDEX:VALUE; write it like 3:0.25",
     TW_BAD_FILE},
    {"1 1:nan\n", "", "%s/a.txt:1:3: '1:nan' is not INDEX:VALUE; write it like 3:0.25",
     TW_BAD_FILE},
    {"1 1:1e39\n", "", "%s/a.txt:1:3: '1:1e39' is not INDEX:VALUE; write it like 3:0.25",
     TW_BAD_FILE},
    {"1 1:1 5:1\n1 3:1 2:1\n", "",
     "%s/a.txt:2:7: '2:1' does not ascend; the indices of a line have to grow from left to right",
     TW_BAD_FILE},
    {"1 3:1 3:1\n", "",
     "%s/a.txt:1:7: '3:1' does not ascend; the indices of a line have to grow from left to right",
     TW_BAD_FILE},
    {"1 4194305:1\n", "",
     "%s/a.txt:1:3: '4194305:1' has too large an index; at most 4194304 is read", TW_BAD_FILE},
    {"1 99999999999999999999:1\n", "",
     "%s/a.txt:1:3: '99999999999999999999:1' has too large an index; at most 4194304 is read",
     TW_BAD_FILE},
    {"1 0:1\n2 1:1\n", "base=1",
     "%s/a.txt: has an index 0, where indices count from 1; add ?base=0", TW_BAD_FILE},
    {"1 3:1\n2 1:1\n", "features=2", "%s/a.txt: has 3 features; state no fewer", TW_BAD_FILE},
    {"1 3:1\n1.5 1:1\n", "target_kind=class",
     "%s/a.txt: the labels are not classes; 2 to 20 different whole numbers would be", TW_BAD_FILE},
    {"1 3:1\n", "base=2",
     "data 'libsvm:%s/a.txt?base=2': base=2 is not possible; a whole number from 0 to 1 is",
     TW_BAD_ARGUMENT},
};

static void what_is_wrong_is_told_with_line_and_column(void **state) {
    (void)state;
    static const char nul[] = "1 1:\0 2:1\n";
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char spec[256] = "libsvm:%s/a.txt?";
        strcat(spec, wrong[i].options);
        tw_test_put(&at, "a.txt", wrong[i].text);
        tw_test_refused(&at, NULL, spec, wrong[i].status, wrong[i].message);
    }
    tw_test_put_bytes(&at, "a.txt", nul, sizeof nul - 1);
    tw_test_refused(&at, NULL, "libsvm:%s/a.txt", TW_BAD_FILE,
                    "%s/a.txt:1:3: '1:' is not INDEX:VALUE; write it like 3:0.25");
    tw_test_sets_end(&at);
}

TW_TESTS(what_is_not_written_is_0, an_index_0_shows_that_indices_count_from_0,
         labels_are_classes_or_values, a_later_set_has_the_width_and_base_of_training,
         what_is_wrong_is_told_with_line_and_column)
