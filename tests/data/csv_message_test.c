// Tables that are not as they should be: each with its message, place by place.
#include "support/sets.h"

#include <stdlib.h>
#include <string.h>

static tw_test_sets at;

typedef struct wrong_table {
    const char *text, *options, *message;
    tw_status status;
} wrong_table;

static const wrong_table to_learn[] = {
    {"", "target=0", "%s/a.csv: holds no rows", TW_BAD_FILE},
    {"# only this\n\n", "target=0", "%s/a.csv: holds no rows", TW_BAD_FILE},
    {"x,y\n", "target=y", "%s/a.csv: holds a header and no rows", TW_BAD_FILE},
    {"x,y\n", "target=1&header=yes", "%s/a.csv: holds a header and no rows", TW_BAD_FILE},
    {"1,2\n3\n", "target=0", "%s/a.csv:2:1: 1 cell; the first row has 2", TW_BAD_FILE},
    {"1,2\n\n3,4,5\n", "target=0", "%s/a.csv:3:1: 3 cells; the first row has 2", TW_BAD_FILE},
    {"1,\"2\n3,4\n", "target=0", "%s/a.csv:1:3: a quote is not closed; '\"' ends the cell",
     TW_BAD_FILE},
    {"1,\"2\"x,3\n", "target=0",
     "%s/a.csv:1:6: text behind a closing quote; double the quotes inside a cell", TW_BAD_FILE},
    {"x,y\n1,2\nabc,3\n3,4\n", "target=y",
     "%s/a.csv:3:1: column 0 ('x'): 'abc' is not a number, but 2 of 3 cells are; mend it, or leave "
     "the column out with &ignore=0",
     TW_BAD_FILE},
    {"x,y\n1,2\n2,?\n3,4\n", "target=y",
     "%s/a.csv:3:3: column 1 ('y'): the target is missing; fill it in, or add &missing=drop",
     TW_BAD_FILE},
    {"x,y\n1,2\n,3\n3,4\n", "target=y",
     "%s/a.csv:3:1: column 0 ('x'): is empty (1 of 3 rows); add &missing=mean or &missing=drop",
     TW_BAD_FILE},
    {"1,2\nN/A,3\n3,4\n", "target=1&missing=error",
     "%s/a.csv:2:1: column 0: 'N/A' is not a value (1 of 3 rows); add &missing=mean or "
     "&missing=drop",
     TW_BAD_FILE},
    {"1,?\n?,3\n", "target=1&missing=drop", "%s/a.csv: every row has a gap; none is left",
     TW_BAD_FILE},
    {"d,y\n2020-02-28,1.5\n2020-02-29,2\n?,3\n", "target=y&missing=mean",
     "%s/a.csv:4:1: column 0 ('d'): '?' is not a value (1 of 3 rows); add &missing=mean or "
     "&missing=drop",
     TW_BAD_FILE},
    {"x,y\n1,a\n2,a\n", "target=y",
     "csv:%s/a.csv?target=y: every example has the class 'a'; at least two are needed to learn",
     TW_BAD_FILE},
    {"x,y\n1,2.5\n2,a\n3,1\n", "target=y",
     "%s/a.csv:3:3: column 1 ('y'): 'a' is not a number, but 2 of 3 cells are; mend it, or add "
     "&target_kind=class",
     TW_BAD_FILE},
    {"x,y\n1,b\n2,a\n", "target=y&target_kind=value",
     "%s/a.csv:2:3: column 1 ('y'): 'b' is not a number, but 0 of 2 cells are; mend it, or add "
     "&target_kind=class",
     TW_BAD_FILE},
    {"x,y\n1,2\n123456789012345678901234567890123456789\u00e9,3\n3,4\n", "target=y",
     "%s/a.csv:3:1: column 0 ('x'): '123456789012345678901234567890123456789' is not a number, but "
     "2 "
     "of 3 cells are; mend it, or leave the column out with &ignore=0",
     TW_BAD_FILE},
    {"y\n1\n2\n", "target=0&header=yes",
     "%s/a.csv: 0 features besides the target; 1 to 4194304 are needed", TW_BAD_FILE},
    {"x,y\n1,2.5\n1e39,4\n", "target=y",
     "%s/a.csv:3:1: column 0 ('x'): '1e39' is too large for single precision; scale the column "
     "down",
     TW_BAD_FILE},
    {"x,y\n1,2.5\n2,-1e300\n", "target=y",
     "%s/a.csv:3:3: column 1 ('y'): '-1e300' is too large for single precision; scale the column "
     "down",
     TW_BAD_FILE},
    {"x,y\n1,2\n", "header=yes",
     "data 'csv:%s/a.csv?header=yes': no target; add ?target=NAME, ?target=INDEX (from 0; -1 is "
     "the last column) or ?target=none",
     TW_BAD_ARGUMENT},
    {"x,y\n1,2\n", "target=z", "%s/a.csv: target=z: the header has no such name", TW_BAD_ARGUMENT},
    {"x,prize\n1,2\n", "target=price",
     "%s/a.csv: target=price: the header has no such name; did you mean 'prize'?", TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=z",
     "%s/a.csv: target=z: no header was found to hold names; give an index from 0, or header=yes",
     TW_BAD_ARGUMENT},
    {"y,x,y\n1,2,3\n3,4,5\n", "target=y",
     "%s/a.csv: target=y: columns 0 and 2 both have that name; give an index", TW_BAD_ARGUMENT},
    {"x,x,y\n1,2,3\n3,4,5\n", "target=y&ignore=x",
     "%s/a.csv: ignore=x: columns 0 and 1 both have that name; give an index", TW_BAD_ARGUMENT},
    {"x;y\n0,5;a\n1,5;b\n", "target=y",
     "%s/a.csv:2:1: column 0 ('x'): '0,5': numbers are written with a point before decimals and "
     "nothing between thousands; mend the column, or leave it out with &ignore=0",
     TW_BAD_FILE},
    {"x,y\n1,\"1,234\"\n2,\"5\"\n3,\"1,234,567\"\n", "target=y",
     "%s/a.csv:2:3: column 1 ('y'): '1,234': numbers are written with a point before decimals and "
     "nothing between thousands; mend the column, or add &target_kind=class",
     TW_BAD_FILE},
    {"1,2\n3,4\n", "target=2",
     "%s/a.csv: target=2: there are 2 columns; 0 to 1, or -1 for the last, are possible",
     TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=-3",
     "%s/a.csv: target=-3: there are 2 columns; 0 to 1, or -1 for the last, are possible",
     TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=0&ignore=1,0",
     "data 'csv:%s/a.csv?target=0&ignore=1,0': the target cannot be ignored", TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=0&ignore=5",
     "%s/a.csv: ignore=5: there are 2 columns; 0 to 1, or -1 for the last, are possible",
     TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=0&separator=cmma",
     "data 'csv:%s/a.csv?target=0&separator=cmma': separator=cmma is not possible; known: comma, "
     "semicolon, tab, space, bar",
     TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=0&header=maybe",
     "data 'csv:%s/a.csv?target=0&header=maybe': header=maybe is not possible; known: no, yes",
     TW_BAD_ARGUMENT},
    {"1,2\n3,4\n", "target=0&missing=zero",
     "data 'csv:%s/a.csv?target=0&missing=zero': missing=zero is not possible; known: few, error, "
     "mean, drop",
     TW_BAD_ARGUMENT},
};

static void what_is_wrong_is_told_with_line_and_column(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof to_learn / sizeof *to_learn; i++) {
        char spec[256] = "csv:%s/a.csv?";
        strcat(spec, to_learn[i].options);
        tw_test_put(&at, "a.csv", to_learn[i].text);
        tw_test_refused(&at, NULL, spec, to_learn[i].status, to_learn[i].message);
    }
    tw_test_sets_end(&at);
}

static void a_nul_byte_is_no_text(void **state) {
    (void)state;
    static const char bytes[] = "1,2\n3,\0\n";
    tw_test_sets_start(&at);
    tw_test_put_bytes(&at, "a.csv", bytes, sizeof bytes - 1);
    tw_test_refused(&at, NULL, "csv:%s/a.csv?target=0", TW_BAD_FILE,
                    "%s/a.csv: byte 6 is NUL; a table of text has none");
    static const char wide[] = "\xFF\xFE"
                               "1\0,\0002\0";
    tw_test_put_bytes(&at, "a.csv", wide, sizeof wide - 1);
    tw_test_refused(&at, NULL, "csv:%s/a.csv?target=0", TW_BAD_FILE,
                    "%s/a.csv: is UTF-16; save it as UTF-8");
    tw_test_sets_end(&at);
}

// Names, different in all rows, that are no categories.
static void too_many_texts_are_no_categories(void **state) {
    (void)state;
    char text[4096] = "name,y\n";
    tw_test_sets_start(&at);
    for (char i = 0; i < 66; i++) {
        char row[] = {'n', (char)('0' + i / 26), (char)('a' + i % 26), ',', '1', '\n', 0};
        row[4] = (char)('1' + i % 2);
        strcat(text, row);
    }
    tw_test_put(&at, "a.csv", text);
    tw_test_refused(&at, NULL, "csv:%s/a.csv?target=y", TW_BAD_FILE,
                    "%s/a.csv:66:1: column 0 ('name'): more than 64 different texts; leave it out "
                    "with &ignore=0");
    tw_test_sets_end(&at);
}

static const wrong_table to_measure[] = {
    {"x,y\n1,a\n", "", "%s/b.csv: the header has no column 'c', which the training set had",
     TW_MISMATCH},
    {"x,c,y\n1,p,z\n", "", "%s/b.csv:2:5: column 2 ('y'): 'z' is not a class of the training set",
     TW_MISMATCH},
    {"x,c,y\nq,p,a\n", "",
     "%s/b.csv:2:1: column 0 ('x'): 'q' is not a number; the training set had numbers here",
     TW_MISMATCH},
    {"x,c,y\n1,p,\n", "",
     "%s/b.csv:2:5: column 2 ('y'): the target is missing; fill it in, or add &missing=drop",
     TW_BAD_FILE},
    {"x,c,y\n,p,a\n", "missing=error",
     "%s/b.csv:2:1: column 0 ('x'): is empty; add &missing=mean or &missing=drop", TW_BAD_FILE},
    {"1,p,a,4\n", "header=no", "%s/b.csv: has 4 columns; the training set had 3", TW_MISMATCH},
};

static void what_does_not_fit_the_training_set_is_told(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_test_put(&at, "a.csv", "x,c,y\n1,p,a\n3,q,b\n");
    tw_data *train = tw_test_open(&at, "csv:%s/a.csv?target=y", NULL);
    for (size_t i = 0; i < sizeof to_measure / sizeof *to_measure; i++) {
        char spec[256] = "csv:%s/b.csv?";
        strcat(spec, to_measure[i].options);
        tw_test_put(&at, "b.csv", to_measure[i].text);
        tw_test_refused(&at, train, spec, to_measure[i].status, to_measure[i].message);
    }
    tw_test_put(&at, "b.csv", "x,c,y\n3e38,p,a\n");
    tw_data_free(train);
    tw_test_put(&at, "a.csv", "x,c,y\n1,p,a\n1.0001,q,b\n");
    train = tw_test_open(&at, "csv:%s/a.csv?target=y", NULL);
    tw_test_refused(&at, train, "csv:%s/b.csv", TW_MISMATCH,
                    "%s/b.csv:2:1: a number is too far from the training set's mean");
    tw_data_free(train);
    train = tw_test_open(&at, "moons?examples=10", NULL);
    tw_test_refused(&at, train, "csv:%s/b.csv", TW_MISMATCH,
                    "%s/b.csv: is a table; the training set was not a table");
    tw_data_free(train);
    tw_test_sets_end(&at);
}

TW_TESTS(what_is_wrong_is_told_with_line_and_column, a_nul_byte_is_no_text,
         too_many_texts_are_no_categories, what_does_not_fit_the_training_set_is_told)
