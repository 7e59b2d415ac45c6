// Image files: IDX pairs, plain and gzip, MNIST's folder, CIFAR-10's records.
#include "support/sets.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static tw_test_sets at;

// An IDX file of three images 2x2, and of their labels.
#define IMAGES                                                                                     \
    "\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0\2"                                                           \
    "\x00\xff\x33\x66"                                                                             \
    "\1\2\3\4"                                                                                     \
    "\5\6\7\x08"
#define LABELS                                                                                     \
    "\0\0\x08\1\0\0\0\3"                                                                           \
    "\2\0\1"
#define BYTES(text) text, sizeof(text) - 1

static void put_gzip(const char *name, const char *bytes, size_t count, size_t kept) {
    unsigned char packed[4096];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes,
                       .avail_in = (unsigned)count,
                       .next_out = packed,
                       .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    size_t length = stream.total_out;
    tw_test_put_bytes(&at, name, packed, kept < length ? kept : length);
}

static void check_three(const tw_data *data) {
    assert_int_equal(tw_data_count(data), 3);
    assert_int_equal(tw_data_shape(data)->rank, 2);
    assert_int_equal(tw_data_shape(data)->size[1], 2);
    assert_row(data, 0, 0.0, 1.0, 51 / 255.0, 102 / 255.0);
    assert_row(data, 2, 5 / 255.0, 6 / 255.0, 7 / 255.0, 8 / 255.0);
    assert_int_equal(tw_data_classes(data), 3);
    assert_int_equal(tw_test_label(data, 0), 2);
    assert_int_equal(tw_test_label(data, 1), 0);
}

static void idx_pairs_are_read_plain_and_gzip(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_test_put_bytes(&at, "x", BYTES(IMAGES));
    tw_test_put_bytes(&at, "y", BYTES(LABELS));
    tw_data *data = tw_test_open(&at, "idx:%s/x,%s/y", NULL);
    check_three(data);
    tw_test_assert_said(data, "bytes, scaled to 0..1; labels from 0");
    tw_data_free(data);
    put_gzip("x", BYTES(IMAGES), SIZE_MAX);
    put_gzip("y", BYTES(LABELS), SIZE_MAX);
    data = tw_test_open(&at, "idx:%s/x,%s/y", NULL);
    check_three(data);
    tw_data *alone = tw_test_open_like(&at, data, "idx:%s/x");
    assert_int_equal(tw_data_target_kind(alone), TW_TARGET_NONE);
    tw_data_free(alone);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

typedef struct wrong_file {
    const char *bytes;
    size_t count;
    const char *message;
} wrong_file;

static const wrong_file wrong_images[] = {
    {BYTES("PK\3\4\0\0\0\0"),
     "%s/x: byte 0: begins with 50 4b 03 04; an IDX file of bytes begins with 00 00 08 and 1 to 4 "
     "dimensions"},
    {BYTES("\0\0\x08\5\0\0\0\1"),
     "%s/x: byte 0: begins with 00 00 08 05; an IDX file of bytes begins with 00 00 08 and 1 to 4 "
     "dimensions"},
    {BYTES("\0\0\x0d\3\0\0\0\1\0\0\0\1\0\0\0\1"
           "abcd"),
     "%s/x: byte 2: elements are of IDX type 0x0d; only unsigned bytes (0x08) are read"},
    {BYTES("\0\0\x08\3\0\0\0\1\0\0\0\0\0\0\0\1"),
     "%s/x: byte 8: dimension 1 is 0; at least 1 is needed"},
    {BYTES("\0\0\x08\3\0\0\0\4\0\0\0\2\0\0\0\2"
           "abcd"),
     "%s/x: byte 4: the header declares 16 elements; the file can hold at most 4"},
    {BYTES("\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
     "%s/x: byte 4: the header declares 9223372036854775807 elements; the file can hold at most 0"},
    {BYTES(IMAGES "x"), "%s/x: byte 28: more follows than the header declares"},
    {BYTES("\0\0\x08\1\0\0\0\3\1\2\3"),
     "%s/x: byte 3: has 1 dimension; images have 2 to 4 (are the two files swapped?)"},
};

static const wrong_file wrong_labels[] = {
    {BYTES(IMAGES), "%s/y: byte 3: has 3 dimensions; labels have 1 (are the two files swapped?)"},
    {BYTES("\0\0\x08\1\0\0\0\2\1\0"), "%s/y: holds 2 labels; %s/x holds 3 images"},
    {BYTES("\0\0\x08\1\0\0\0\3\0\0\0"),
     "idx:%s/x,%s/y: every example has the class '0'; at least two are needed to learn"},
};

static void wrong_idx_files_are_refused_with_the_byte(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof wrong_images / sizeof *wrong_images; i++) {
        tw_test_put_bytes(&at, "x", wrong_images[i].bytes, wrong_images[i].count);
        tw_test_refused(&at, NULL, "idx:%s/x", TW_BAD_FILE, wrong_images[i].message);
    }
    tw_test_put_bytes(&at, "x", BYTES(IMAGES));
    for (size_t i = 0; i < sizeof wrong_labels / sizeof *wrong_labels; i++) {
        tw_test_put_bytes(&at, "y", wrong_labels[i].bytes, wrong_labels[i].count);
        tw_test_refused(&at, NULL, "idx:%s/x,%s/y", TW_BAD_FILE, wrong_labels[i].message);
    }
    tw_test_refused(
        &at, NULL, "idx:%s/x,", TW_BAD_ARGUMENT,
        "data 'idx:%s/x,': give two paths with a comma between, or one without targets");
    tw_test_sets_end(&at);
}

// A file cut anywhere is refused, and so is a packed one, and one with a byte of it changed.
static void no_cut_or_damaged_file_is_taken_for_whole(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    for (size_t kept = 0; kept < sizeof IMAGES - 1; kept++) {
        tw_data *train = NULL, *test = NULL;
        char spec[TW_TEST_PATH_BYTES + 8];
        strcpy(spec, "idx:");
        tw_test_path(at.folder, "x", spec + 4);
        tw_test_put_bytes(&at, "x", IMAGES, kept);
        assert_int_equal(tw_data_open(at.context, spec, NULL, &train, &test), TW_BAD_FILE);
        assert_memory_equal(tw_context_message(at.context), spec + 4, strlen(spec + 4));
        put_gzip("x", BYTES(IMAGES), kept + 10);
        assert_int_equal(tw_data_open(at.context, spec, NULL, &train, &test), TW_BAD_FILE);
        assert_memory_equal(tw_context_message(at.context), spec + 4, strlen(spec + 4));
    }
    put_gzip("x", "x", 1, 12);
    tw_test_refused(&at, NULL, "idx:%s/x", TW_BAD_FILE,
                    "%s/x: byte 12: gzip data is damaged: the file ends too early");
    tw_test_sets_end(&at);
}

static void put_mnist(const char *train_labels) {
    tw_test_put_bytes(&at, "train-images-idx3-ubyte", BYTES(IMAGES));
    tw_test_put_bytes(&at, "train-labels-idx1-ubyte", train_labels, sizeof LABELS - 1);
    put_gzip("t10k-images.idx3-ubyte.gz", BYTES(IMAGES), SIZE_MAX);
    put_gzip("t10k-labels.idx1-ubyte.gz",
             BYTES("\0\0\x08\1\0\0\0\3"
                   "\1\0\1"),
             SIZE_MAX);
}

static void a_folder_of_mnist_has_both_sets_with_the_same_classes(void **state) {
    (void)state;
    tw_data *test = NULL;
    tw_test_sets_start(&at);
    tw_test_refused(&at, NULL, "mnist:%s", TW_NOT_FOUND,
                    "%s/train-images-idx3-ubyte.gz: No such file or directory");
    put_mnist(LABELS);
    tw_data *train = tw_test_open(&at, "mnist:%s", &test);
    check_three(train);
    assert_int_equal(tw_data_classes(test), 3); // though its labels need but two
    assert_int_equal(tw_test_label(test, 0), 1);
    tw_data *again = tw_test_open_like(&at, train, "mnist:%s");
    assert_int_equal(tw_test_label(again, 0), 1); // the test set, not the training set
    tw_data_free(again);
    tw_data_free(train);
    tw_data_free(test);
    put_gzip("t10k-labels.idx1-ubyte.gz",
             BYTES("\0\0\x08\1\0\0\0\3"
                   "\1\7\1"),
             SIZE_MAX);
    tw_test_refused(&at, NULL, "mnist:%s", TW_MISMATCH,
                    "mnist:%s (test): example 1 has class 7; there are 3, from 0");
    put_gzip("t10k-images.idx3-ubyte.gz",
             BYTES("\0\0\x08\3\0\0\0\3\0\0\0\1\0\0\0\2"
                   "abcdef"),
             SIZE_MAX);
    put_gzip("t10k-labels.idx1-ubyte.gz", BYTES(LABELS), SIZE_MAX);
    tw_test_refused(&at, NULL, "mnist:%s", TW_MISMATCH,
                    "mnist:%s (test): examples are 1x2; the training set's were 2x2");
    tw_test_sets_end(&at);
}

enum { RECORD = 3073 };

static void put_records(const char *name, int count, int first_label, size_t surplus) {
    unsigned char *bytes = calloc((size_t)count * RECORD + surplus + 1, 1);
    assert_non_null(bytes);
    for (int i = 0; i < count; i++) {
        bytes[i * RECORD] = (unsigned char)(first_label + i);
        bytes[i * RECORD + 1] = 255;
        bytes[i * RECORD + RECORD - 1] = 51;
    }
    tw_test_put_bytes(&at, name, bytes, (size_t)count * RECORD + surplus);
    free(bytes);
}

static void records_of_cifar10_are_read_in_the_order_of_the_names(void **state) {
    (void)state;
    tw_data *test = NULL;
    tw_test_sets_start(&at);
    tw_test_refused(&at, NULL, "cifar10:%s/none", TW_NOT_FOUND,
                    "%s/none: No such file or directory");
    tw_test_refused(&at, NULL, "cifar10:%s", TW_NOT_FOUND,
                    "%s: holds no file of CIFAR-10 records; data_batch_1.bin or other .bin files "
                    "are needed");
    put_records("data_batch_2.bin", 2, 5, 0);
    put_records("data_batch_1.bin", 3, 0, 0);
    put_records("test_batch.bin", 1, 9, 0);
    tw_test_put(&at, "readme.html", "not records");
    tw_data *train = tw_test_open(&at, "cifar10:%s", &test);
    assert_int_equal(tw_data_count(train), 5);
    assert_int_equal(tw_data_count(test), 1);
    assert_int_equal(tw_data_features(train), 3072);
    assert_int_equal(tw_test_label(train, 2), 2);
    assert_int_equal(tw_test_label(train, 3), 5);
    assert_string_equal(tw_data_class_name(test, tw_test_label(test, 0)), "truck");
    double x[RECORD];
    tw_test_row(train, 3, x);
    assert_near(x[0], 1.0, 0.0);
    assert_near(x[3071], 0.2, 1e-12);
    tw_data_free(train);
    tw_data_free(test);
    put_records("data_batch_1.bin", 2, 9, 0);
    tw_test_refused(&at, NULL, "cifar10:%s", TW_BAD_FILE,
                    "%s/data_batch_1.bin: byte 3073: label 10; 0 to 9 are possible");
    put_records("data_batch_1.bin", 2, 0, 1);
    tw_test_refused(&at, NULL, "cifar10:%s", TW_BAD_FILE,
                    "%s/data_batch_1.bin: has 6147 bytes; files of CIFAR-10 records hold a "
                    "multiple of 3073");
    tw_test_sets_end(&at);
}

TW_TESTS(idx_pairs_are_read_plain_and_gzip, wrong_idx_files_are_refused_with_the_byte,
         no_cut_or_damaged_file_is_taken_for_whole,
         a_folder_of_mnist_has_both_sets_with_the_same_classes,
         records_of_cifar10_are_read_in_the_order_of_the_names)
