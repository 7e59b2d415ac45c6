// Real sets in the folder TW_DATA: what their README says of them, and that each can be trained on.
#include "support/sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tw_context *context;

static const char *root(void) {
    const char *folder = getenv("TW_DATA");
    return folder == NULL ? "../shared/data" : folder;
}

// Opens a spec whose %s are the folder; skips the test if the set is not there.
static tw_data *open_set(const char *format, tw_data **test) {
    char spec[1024];
    tw_data *train = NULL, *other = NULL;
    const char *r = root();
    snprintf(spec, sizeof spec, format, r, r);
    tw_status status = tw_data_open(context, spec, NULL, &train, &other);
    if (status == TW_NOT_FOUND) {
        print_message("skipped: %s\n", tw_context_message(context));
        skip();
    }
    assert_ok(context, status);
    if (test != NULL)
        *test = other;
    else
        tw_data_free(other);
    return train;
}

static int setup(void) {
    if (context == NULL) assert_int_equal(tw_context_new(&context), TW_OK);
    return 0;
}

static int32_t label_of(const tw_data *data, int64_t row) {
    int32_t label = -1;
    tw_data_request request = {&row, 1, TW_F32, NULL, &label};
    assert_ok(context, tw_data_fetch(data, &request));
    return label;
}

static double mean_of(const tw_data *data) {
    enum { CHUNK = 100 };

    int64_t count = tw_data_count(data), features = tw_data_features(data), rows[CHUNK];
    double *x = calloc((size_t)(CHUNK * features), sizeof *x);
    double sum = 0.0;
    assert_non_null(x);
    for (int64_t first = 0; first < count; first += CHUNK) {
        int64_t part = count - first < CHUNK ? count - first : CHUNK;
        for (int64_t i = 0; i < part; i++) rows[i] = first + i;
        tw_data_request request = {rows, part, TW_F64, x, NULL};
        assert_ok(context, tw_data_fetch(data, &request));
        for (int64_t i = 0; i < part * features; i++) sum += x[i];
    }
    free(x);
    return sum / (double)(count * features);
}

static void assert_counts(const tw_data *data, const int64_t *expected, int classes) {
    int64_t counts[64];
    assert_int_equal(tw_data_classes(data), classes);
    assert_ok(context, tw_data_count_classes(data, counts));
    for (int i = 0; i < classes; i++) assert_int_equal(counts[i], expected[i]);
}

static void mnist_has_its_published_counts_mean_and_first_labels(void **state) {
    (void)state;
    static const int64_t train_counts[] = {5923, 6742, 5958, 6131, 5842,
                                           5421, 5918, 6265, 5851, 5949};
    static const int64_t test_counts[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    static const int32_t first[] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
    setup();
    tw_data *test = NULL, *train = open_set("mnist:%s/mnist", &test);
    assert_int_equal(tw_data_count(train), 60000);
    assert_int_equal(tw_data_count(test), 10000);
    assert_int_equal(tw_data_shape(train)->rank, 2);
    assert_int_equal(tw_data_features(train), 784);
    assert_counts(train, train_counts, 10);
    assert_counts(test, test_counts, 10);
    for (int i = 0; i < 10; i++) assert_int_equal(label_of(train, i), first[i]);
    assert_near(mean_of(train), 0.13066, 5e-6);
    tw_data_free(train);
    tw_data_free(test);
}

static void fashion_sample_has_ninety_of_each_class(void **state) {
    (void)state;
    static const int64_t counts[] = {90, 90, 90, 90, 90, 90, 90, 90, 90, 90};
    setup();
    tw_data *data = open_set("idx:%s/fashion_mnist_sample/sample900-images-idx3-ubyte.gz,"
                             "%s/fashion_mnist_sample/sample900-labels-idx1-ubyte.gz",
                             NULL);
    assert_counts(data, counts, 10);
    assert_near(mean_of(data), 0.28233, 5e-6);
    tw_data_free(data);
}

static void cifar10_subset_is_found_by_size_and_told_apart_by_name(void **state) {
    (void)state;
    static const int64_t train_counts[] = {299, 287, 322, 285, 311, 279, 312, 297, 308, 300};
    static const int64_t test_counts[] = {97, 79, 98, 99, 111, 114, 102, 88, 99, 113};
    setup();
    tw_data *test = NULL, *train = open_set("cifar10:%s/cifar10_subset", &test);
    assert_int_equal(tw_data_shape(train)->size[0], 3);
    assert_counts(train, train_counts, 10);
    assert_counts(test, test_counts, 10);
    assert_string_equal(tw_data_class_name(train, 9), "truck");
    tw_data_free(train);
    tw_data_free(test);
}

static void width_of_the_a9a_test_set_comes_from_training(void **state) {
    (void)state;
    static const int64_t train_counts[] = {32561 - 7841, 7841},
                         test_counts[] = {16281 - 3846, 3846};
    char spec[1024];
    setup();
    tw_data *test = NULL, *train = open_set("libsvm:%s/a9a/a9a", NULL);
    snprintf(spec, sizeof spec, "libsvm:%s/a9a/a9a.t", root());
    assert_ok(context, tw_data_open_like(context, tw_data_encoding(train), spec, NULL, &test));
    assert_int_equal(tw_data_features(train), 123);
    assert_int_equal(tw_data_features(test), 123);
    assert_string_equal(tw_data_class_name(train, 0), "-1");
    assert_string_equal(tw_data_class_name(train, 1), "1");
    assert_counts(train, train_counts, 2);
    assert_counts(test, test_counts, 2);
    assert_near(mean_of(train) * 123.0 * 32561.0, 451592.0, 0.5);
    assert_non_null(strstr(tw_data_description(train), "indices from 1 (found)"));
    tw_data_free(test);
    tw_data_free(train);
}

typedef struct expected_table {
    const char *spec;
    int64_t count, features;
    int classes; // 0: values
    const char *said;
} expected_table;

static const expected_table tables[] = {
    {"csv:%s/california_housing/housing.csv?target=median_house_value", 20640, 13, 0,
     "column 4 ('total_bedrooms'): 207 gaps filled with the mean"},
    {"csv:%s/uci/abalone.csv?target=8", 4177, 10, 0, "column 0: 3 texts, encoded one-hot"},
    {"csv:%s/uci/banknote_authentication.csv?target=4", 1372, 4, 2, "2 classes: 0, 1"},
    {"csv:%s/uci/breast-cancer-wisconsin.csv?target=9", 699, 9, 2, "column 5: 16 gaps filled"},
    {"csv:%s/uci/daily-min-temperatures.csv?target=Temp", 3650, 3, 0, "column 0 ('Date'): dates"},
    {"csv:%s/uci/housing.csv?target=13", 506, 13, 0, "values"},
    {"csv:%s/uci/ionosphere.csv?target=34", 351, 34, 2, "column 1: constant, becomes 0"},
    {"csv:%s/uci/iris.csv?target=4", 150, 4, 3, "Iris-setosa, Iris-versicolor, Iris-virginica"},
    {"csv:%s/uci/pima-indians-diabetes.csv?target=8", 768, 8, 2, "no header (found)"},
    {"csv:%s/uci/sonar.csv?target=60", 208, 60, 2, "2 classes: M, R"},
    {"csv:%s/uci/wine.csv?target=13", 178, 13, 3, "3 classes: 1, 2, 3"},
    {"csv:%s/uci/winequality-red.csv?target=11", 1599, 11, 6, "6 classes: 3, 4, 5, 6, 7, 8"},
    {"csv:%s/uci/winequality-red.csv?target=-1&target_kind=value", 1599, 11, 0, "values"},
    {"csv:%s/optdigits/optdigits.tra?target=64", 2999, 64, 10, "1 comment line beginning with '#'"},
    {"csv:%s/optdigits/optdigits.hol?target=64", 824, 64, 10, "10 classes"},
    {"libsvm:%s/libsvm_small/heart_scale", 270, 13, 2, "3378 values written"},
};

// A standardised table has finite features of deviation 1 or 0; values have mean 0 and deviation 1.
static void assert_trainable(tw_data *data, const char *spec) {
    double sum = 0.0, squares = 0.0;
    int64_t count = tw_data_count(data), features = tw_data_features(data);
    double *x = calloc((size_t)features, sizeof *x);
    assert_non_null(x);
    for (int64_t row = 0; row < count; row++) {
        double value = 0.0;
        int32_t label = 0;
        void *target = tw_data_classes(data) > 0 ? (void *)&label : (void *)&value;
        tw_data_request request = {&row, 1, TW_F64, x, target};
        assert_ok(context, tw_data_fetch(data, &request));
        for (int64_t k = 0; k < features; k++) {
            if (!isfinite(x[k])) fail_msg("%s: row %d is not finite", spec, (int)row);
        }
        sum += value;
        squares += value * value;
    }
    free(x);
    if (tw_data_classes(data) > 0) return;
    assert_near(sum / (double)count, 0.0, 1e-9);
    assert_near(squares / (double)count, 1.0, 1e-9);
}

static void every_table_opens_and_says_what_was_done(void **state) {
    (void)state;
    setup();
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        tw_data *data = open_set(tables[i].spec, NULL);
        assert_int_equal(tw_data_count(data), tables[i].count);
        assert_int_equal(tw_data_features(data), tables[i].features);
        assert_int_equal(tw_data_classes(data), tables[i].classes);
        if (strstr(tw_data_description(data), tables[i].said) == NULL) {
            fail_msg("%s: '%s' is not said in:\n%s", tables[i].spec, tables[i].said,
                     tw_data_description(data));
        }
        assert_trainable(data, tables[i].spec);
        tw_data_free(data);
    }
}

static void a_pickled_array_is_refused(void **state) {
    (void)state;
    char spec[1024];
    tw_data *train = NULL, *test = NULL;
    setup();
    snprintf(spec, sizeof spec, "npy:%s/music/Jsb16thSeparated.npz", root());
    tw_status status = tw_data_open(context, spec, NULL, &train, &test);
    if (status == TW_NOT_FOUND) skip();
    assert_int_equal(status, TW_BAD_FILE);
    assert_non_null(strstr(tw_context_message(context), "byte 0: is no NPY file but a zip (NPZ)"));
}

static void nothing_is_left_allocated(void **state) {
    (void)state;
    setup();
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
    context = NULL;
}

TW_TESTS(mnist_has_its_published_counts_mean_and_first_labels,
         fashion_sample_has_ninety_of_each_class,
         cifar10_subset_is_found_by_size_and_told_apart_by_name,
         width_of_the_a9a_test_set_comes_from_training, every_table_opens_and_says_what_was_done,
         a_pickled_array_is_refused, nothing_is_left_allocated)
