// Pairs of NumPy files, written here byte by byte as NumPy does.
#include "support/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static tw_test_sets at;

// Writes an array of version 1.
static void put_array(const char *name, const char *descr, const char *order, const char *shape,
                      const void *elements, size_t bytes) {
    char file[1024], header[128];
    memset(header, ' ', sizeof header);
    int length =
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                 descr, order, shape);
    header[length] = ' ';
    header[sizeof header - 11] = '\n'; // 10 bytes stand before it
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = sizeof header - 10;
    file[9] = 0;
    memcpy(file + 10, header, sizeof header - 10);
    memcpy(file + sizeof header, elements, bytes);
    tw_test_put_bytes(&at, name, file, sizeof header + bytes);
}

#define PUT(name, descr, order, shape, type, ...)                                                  \
    put_array(name, descr, order, shape, (const type[]){__VA_ARGS__},                              \
              sizeof((const type[]){__VA_ARGS__}))

static void floats_are_taken_as_they_are_and_integers_as_labels(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    PUT("x.npy", "<f4", "False", "(3, 2)", float, 1, 2, 3, 4, 5, 6.5f);
    PUT("y.npy", "<i8", "False", "(3,)", int64_t, 0, 2, 1);
    tw_data *data = tw_test_open(&at, "npy:%s/x.npy,%s/y.npy", NULL);
    assert_row(data, 2, 5, 6.5);
    assert_int_equal(tw_data_classes(data), 3);
    assert_int_equal(tw_test_label(data, 1), 2);
    tw_test_assert_said(data, "features: f32, as they are");
    tw_test_assert_said(data, "targets: classes");
    tw_data_free(data);
    data = tw_test_open(&at, "npy:%s/x.npy,%s/y.npy?target_kind=value", NULL);
    assert_near(tw_test_value(data, 1), 2.0, 0.0);
    tw_data_free(data);
    data = tw_test_open(&at, "npy:%s/x.npy", NULL);
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_NONE);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

// As numpy.array([[1, 2], [3, -4]]) has them.
static void integers_are_features_too(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    PUT("x.npy", "<i8", "False", "(2, 2)", int64_t, 1, 2, 3, -4);
    PUT("y.npy", "<i8", "False", "(2,)", int64_t, 0, 1);
    tw_data *data = tw_test_open(&at, "npy:%s/x.npy,%s/y.npy", NULL);
    assert_row(data, 1, 3, -4);
    tw_test_assert_said(data, "features: integers, as they are");
    PUT("x.npy", "|b1", "False", "(1, 2)", char, 0, 1);
    tw_data *again = tw_test_open_like(&at, data, "npy:%s/x.npy");
    assert_row(again, 0, 0, 1);
    tw_data_free(again);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void fortran_order_half_precision_and_bytes_are_read(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    PUT("x.npy", "<f8", "True", "(2, 3)", double, 1, 4, 2, 5, 3, 6);
    PUT("y.npy", "<f2", "False", "(2, 2)", uint16_t, 0x3800, 0xC000, 0x0001, 0x7BFF);
    tw_data *data = tw_test_open(&at, "npy:%s/x.npy,%s/y.npy", NULL);
    assert_row(data, 0, 1, 2, 3);
    assert_row(data, 1, 4, 5, 6);
    double values[2];
    int64_t row = 0;
    tw_data_request request = {&row, 1, TW_F64, NULL, values};
    assert_int_equal(tw_data_target_width(data), 2);
    assert_ok(at.context, tw_data_fetch(data, &request));
    assert_near(values[0], 0.5, 0.0);
    assert_near(values[1], -2.0, 0.0);
    row = 1;
    assert_ok(at.context, tw_data_fetch(data, &request));
    assert_near(values[0], 0x1p-24, 0.0);
    assert_near(values[1], 65504.0, 0.0);
    tw_data_free(data);
    PUT("x.npy", "|u1", "False", "(2, 2, 1)", uint8_t, 0, 255, 51, 1);
    PUT("y.npy", "|b1", "False", "(2,)", uint8_t, 1, 0);
    data = tw_test_open(&at, "npy:%s/x.npy,%s/y.npy", NULL);
    assert_int_equal(tw_data_shape(data)->rank, 2);
    assert_row(data, 0, 0.0, 1.0);
    assert_row(data, 1, 0.2, 1 / 255.0);
    assert_int_equal(tw_test_label(data, 0), 1);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void standardisation_is_learned_in_training_alone(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    PUT("x.npy", "<f8", "False", "(2, 2)", double, 1, 7, 3, 7);
    PUT("z.npy", "<f8", "False", "(1, 2)", double, 12, 9);
    tw_data *train = tw_test_open(&at, "npy:%s/x.npy?standardize=yes", NULL);
    assert_row(train, 0, -1, 0); // a constant becomes 0
    assert_row(train, 1, 1, 0);
    tw_data *test = tw_test_open_like(&at, train, "npy:%s/z.npy");
    assert_row(test, 0, 10, 0);
    tw_data_free(test);
    tw_data_free(train);
    tw_test_sets_end(&at);
}

static void wrong_arrays_are_refused_with_the_reason(void **state) {
    (void)state;
    static const char pair[] = "npy:%s/x.npy,%s/y.npy";
    tw_test_sets_start(&at);
    tw_test_put(&at, "x.npy", "PK\3\4 of an NPZ file");
    tw_test_refused(
        &at, NULL, pair, TW_BAD_FILE,
        "%s/x.npy: byte 0: is no NPY file but a zip (NPZ); unpack it and name one array");
    tw_test_put(&at, "x.npy", "short");
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE, "%s/x.npy: is too short for an NPY file");
    PUT("x.npy", "<f4", "False", "(3, 2)", float, 1, 2, 3, 4, 5);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/x.npy: byte 128: 20 bytes of elements follow; the header declares 24");
    PUT("x.npy", "<f4", "False", "(4294967296, 4294967296)", float, 1);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/x.npy: the shape has more elements than can be");
    PUT("x.npy", ">f4", "False", "(1,)", float, 1);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/x.npy: byte 21: elements are big-endian; little-endian is read");
    PUT("x.npy", "|O", "False", "(1,)", float, 1);
    tw_test_refused(
        &at, NULL, pair, TW_BAD_FILE,
        "%s/x.npy: byte 21: elements are Python objects, which are programs; save numbers");
    put_array("x.npy", "<f4", "False", "(0, 2)", "", 0);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/x.npy: holds no examples; features are [count, ...]");
    PUT("x.npy", "<f4", "False", "(2,)", float, 1, NAN);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/x.npy: element 1 (row-major) is not finite; fill gaps first");
    PUT("x.npy", "<f8", "False", "(2,)", double, 1, 1e39);
    tw_test_refused(
        &at, NULL, pair, TW_BAD_FILE,
        "%s/x.npy: element 1 (row-major) is too large for single precision; scale it down");
    PUT("x.npy", "<f4", "False", "(2,)", float, 1, 2);
    PUT("y.npy", "<i4", "False", "(3,)", int32_t, 1, 0, 1);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/y.npy: holds 3 targets; %s/x.npy holds 2 examples, and targets are [count] "
                    "or [count, k]");
    PUT("y.npy", "<i4", "False", "(2,)", int32_t, 1, -1);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/y.npy: element 1 is -1; labels are whole, 0 to 65535");
    PUT("y.npy", "<i8", "False", "(2,)", int64_t, 1, INT64_C(1) << 40);
    tw_test_refused(&at, NULL, pair, TW_BAD_FILE,
                    "%s/y.npy: byte 136: element 1 does not fit into 32 bits");
    PUT("y.npy", "<i4", "False", "(2, 2)", int32_t, 1, 0, 1, 0);
    tw_test_refused(&at, NULL, "npy:%s/x.npy,%s/y.npy?target_kind=class", TW_BAD_ARGUMENT,
                    "data 'npy:%s/x.npy,%s/y.npy?target_kind=class': classes are one number an "
                    "example, not 2");
    tw_test_sets_end(&at);
}

static void what_does_not_fit_the_training_set_is_told(void **state) {
    (void)state;
    static const char pair[] = "npy:%s/x.npy,%s/y.npy";
    tw_test_sets_start(&at);
    PUT("x.npy", "<f4", "False", "(2,)", float, 1, 2);
    PUT("y.npy", "<i4", "False", "(2,)", int32_t, 1, 0);
    tw_data *train = tw_test_open(&at, pair, NULL);
    PUT("y.npy", "<i4", "False", "(2,)", int32_t, 1, 2);
    tw_test_refused(&at, train, pair, TW_MISMATCH,
                    "%s/y.npy: element 1 is 2; labels are whole, 0 to 1");
    PUT("x.npy", "<f4", "False", "(2, 2)", float, 1, 2, 3, 4);
    PUT("y.npy", "<i4", "False", "(2,)", int32_t, 1, 1);
    tw_test_refused(&at, train, pair, TW_MISMATCH,
                    "npy:%s/x.npy,%s/y.npy: examples are 2; the training set's were 1");
    PUT("x.npy", "<f4", "False", "(2,)", float, 1, 2);
    tw_test_refused(&at, train, "npy:%s/x.npy,%s/y.npy?target_kind=value", TW_MISMATCH,
                    "npy:%s/x.npy,%s/y.npy?target_kind=value: has values; the training set had "
                    "classes");
    tw_data_free(train);
    tw_test_sets_end(&at);
}

TW_TESTS(floats_are_taken_as_they_are_and_integers_as_labels, integers_are_features_too,
         fortran_order_half_precision_and_bytes_are_read,
         standardisation_is_learned_in_training_alone, wrong_arrays_are_refused_with_the_reason,
         what_does_not_fit_the_training_set_is_told)
