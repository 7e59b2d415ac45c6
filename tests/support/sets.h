// Sets of examples that a test opens from files of its own.
//
//     tw_test_sets at;
//     tw_test_sets_start(&at);
//     tw_test_put(&at, "a.csv", "1,2\n3,4\n");
//     tw_data *data = tw_test_open(&at, "csv:%s/a.csv?target=1", NULL); // %s: the folder
//     ... tw_test_row(data, 0, x) ...
//     tw_data_free(data);
//     tw_test_sets_end(&at); // nothing may be left allocated
#ifndef TW_TEST_SETS_H
#define TW_TEST_SETS_H

#include "support/folder.h"
#include "thalweg/data.h"

typedef struct tw_test_sets {
    tw_context *context;
    char folder[TW_TEST_PATH_BYTES];
} tw_test_sets;

void tw_test_sets_start(tw_test_sets *at);
void tw_test_sets_end(tw_test_sets *at);

// Writes a file of the folder: a text, or bytes.
void tw_test_put(const tw_test_sets *at, const char *name, const char *text);
void tw_test_put_bytes(const tw_test_sets *at, const char *name, const void *bytes, size_t count);

// Opens a spec in which "%s" (up to twice) is the folder, and asserts that it opens. `*test` is the
// format's own test set; if `test` is NULL, it is freed.
tw_data *tw_test_open(tw_test_sets *at, const char *spec, tw_data **test);

// Opens a spec with a share of its examples held out.
tw_data *tw_test_open_cut(tw_test_sets *at, const char *spec, double holdout, tw_data **held);

// Opens as tw_data_open_like with the encoding of `train`.
tw_data *tw_test_open_like(tw_test_sets *at, const tw_data *train, const char *spec);

// Asserts that opening fails with this status and just this message, "%s" in which is the folder; `train`
// NULL: to learn, else like that set.
void tw_test_refused(tw_test_sets *at, const tw_data *train, const char *spec, tw_status status,
                     const char *message);

// The features of an example, in double; its class; its value.
void tw_test_row(const tw_data *data, int64_t row, double *x);
int tw_test_label(const tw_data *data, int64_t row);
double tw_test_value(const tw_data *data, int64_t row);

// Asserts the features of an example, up to 1e-6 of each.
void tw_test_assert_row(const tw_data *data, int64_t row, const double *x, int64_t count);
#define assert_row(data, row, ...)                                                                 \
    tw_test_assert_row(data, row, (const double[]){__VA_ARGS__},                                   \
                       (int64_t)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))

// Asserts a number up to `tolerance`, in double (cmocka compares in float).
void assert_near(double value, double expected, double tolerance);

// Asserts that a description has this line.
void tw_test_assert_said(const tw_data *data, const char *line);

#endif
