// Sets, when memory or the file system fails: a status with words, and nothing left behind.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "support/sets.h"

static tw_test_sets at;

// Opens a spec with a part held out, opens it again like itself, splits it, and takes some minibatches.
static tw_status use(tw_context *context, void *user) {
    tw_data *train = NULL, *test = NULL, *again = NULL, *kept = NULL, *held = NULL;
    tw_batches *batches = NULL;
    tw_batches_options options = tw_batches_options_default();
    options.background = false;
    options.size = 2;
    const tw_data_options how = {.seed = 1, .holdout = 0.3};
    tw_status status = tw_data_open(context, user, &how, &train, &test);
    if (status == TW_OK) {
        status = tw_data_open_like(context, tw_data_encoding(train), user, NULL, &again);
    }
    if (status == TW_OK) status = tw_data_split(train, 0.5, 1, &kept, &held);
    tw_data_free(train);
    if (status == TW_OK) status = tw_batches_new(kept, &options, &batches);
    for (int i = 0; i < 3 && status == TW_OK; i++) {
        tw_batch batch;
        status = tw_batches_next(batches, &batch);
    }
    tw_batches_free(batches);
    tw_data_free(test);
    tw_data_free(again);
    tw_data_free(kept);
    tw_data_free(held);
    return status;
}

static const char *const specs[] = {"csv:%s?target=y&missing=mean", "libsvm:%s", "idx:%s,%s",
                                    "npy:%s,%s?standardize=yes", "moons?examples=6"};
static const char *const files[][2] = {
    {"a.csv", NULL}, {"a.txt", NULL}, {"x.idx", "y.idx"}, {"x.npy", "y.npy"}, {NULL, NULL}};

enum { KINDS = sizeof specs / sizeof *specs, SPEC_BYTES = 2 * TW_TEST_PATH_BYTES };

static void put_npy(const char *name, const char *descr, const char *shape, const void *elements,
                    size_t bytes) {
    char file[256];
    memset(file, ' ', sizeof file);
    memcpy(file, "\x93NUMPY\1\0\x76\0", 10);
    int length = snprintf(file + 10, sizeof file - 10,
                          "{'descr': '%s', 'fortran_order': False, 'shape': %s}", descr, shape);
    file[10 + length] = ' ';
    memcpy(file + 128, elements, bytes);
    tw_test_put_bytes(&at, name, file, 128 + bytes);
}

static void put_all(void) {
    static const char images[] = "\0\0\x08\2\0\0\0\4\0\0\0\1abcd",
                      labels[] = "\0\0\x08\1\0\0\0\4\0\1\0\1";
    static const float x[] = {1, 2, 3, 4};
    static const int32_t y[] = {0, 1, 0, 1};
    tw_test_put(&at, "a.csv",
                "x,c,d,y\n1,p\xe9,2020-01-01,a\n?,q,2021-01-01,b\n3,q,2022-01-01,a\n"
                "4,p,2022-03-01,b\n");
    tw_test_put(&at, "a.txt", "1 1:1 3:2\n2 2:1\n1 1:3\n2 1:1\n");
    tw_test_put_bytes(&at, "x.idx", images, sizeof images - 1);
    tw_test_put_bytes(&at, "y.idx", labels, sizeof labels - 1);
    put_npy("x.npy", "<f4", "(4,)", x, sizeof x);
    put_npy("y.npy", "<i4", "(4,)", y, sizeof y);
}

static void spec_of(int kind, char spec[SPEC_BYTES]) {
    char first[TW_TEST_PATH_BYTES] = "", second[TW_TEST_PATH_BYTES] = "";
    if (files[kind][0] != NULL) tw_test_path(at.folder, files[kind][0], first);
    if (files[kind][1] != NULL) tw_test_path(at.folder, files[kind][1], second);
    size_t length = 0;
    bool second_next = false;
    for (const char *c = specs[kind]; *c != '\0'; c++) {
        if (c[0] == '%') {
            strcpy(spec + length, second_next ? second : first);
            length += strlen(spec + length);
            second_next = true;
            c++;
        } else {
            spec[length++] = *c;
        }
    }
    spec[length] = '\0';
}

static void every_failing_allocation_is_told(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    put_all();
    for (int kind = 0; kind < KINDS; kind++) {
        char spec[SPEC_BYTES];
        spec_of(kind, spec);
        assert_true(tw_test_failing_allocations(use, spec) > 20);
    }
    tw_test_sets_end(&at);
}

static void check_told(tw_context *context, tw_status status, bool struck, void *user) {
    if (!struck || status == TW_OK) return; // closing a file that was read need not matter
    assert_int_equal(status, TW_IO);
    assert_non_null(strstr(tw_context_message(context), "Input/output error"));
    (void)user;
}

static void every_failing_read_is_told(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    put_all();
    for (int kind = 0; kind < KINDS - 1; kind++) {
        char spec[SPEC_BYTES];
        spec_of(kind, spec);
        assert_true(tw_test_failing_files(use, check_told, EIO, false, spec) > 4);
    }
    tw_test_sets_end(&at);
}

TW_TESTS(every_failing_allocation_is_told, every_failing_read_is_told)
