// See arrays.h.
#include "support/arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "thalweg/archive.h"

typedef struct opened {
    tw_context *context;
    tw_archive *archive;
} opened;

static opened open_whole(const char *path) {
    opened file = {0};
    bool checked = false;
    assert_int_equal(tw_context_new(&file.context), TW_OK);
    assert_ok(file.context, tw_archive_open(file.context, path, &file.archive));
    assert_ok(file.context, tw_archive_verify(file.archive, &checked));
    assert_true(checked);
    return file;
}

static void close_whole(opened *file) {
    tw_archive_close(file->archive);
    tw_context_free(file->context);
}

static tw_tensor *read_array(const opened *file, int index) {
    tw_tensor *tensor = NULL;
    assert_ok(file->context, tw_tensor_new(file->context, tw_archive_dtype(file->archive, index),
                                           tw_archive_shape(file->archive, index), &tensor));
    assert_ok(file->context, tw_archive_read(file->archive, index, tw_tensor_data(tensor)));
    return tensor;
}

void tw_test_assert_same_arrays(const char *path, const char *other) {
    opened a = open_whole(path), b = open_whole(other);
    assert_int_equal(tw_archive_count(a.archive), tw_archive_count(b.archive));
    assert_true(tw_archive_count(a.archive) > 0);
    for (int i = 0; i < tw_archive_count(a.archive); i++) {
        const char *name = tw_archive_name(a.archive, i);
        assert_string_equal(name, tw_archive_name(b.archive, i));
        tw_tensor *x = read_array(&a, i), *y = read_array(&b, i);
        assert_int_equal(tw_tensor_dtype(x), tw_tensor_dtype(y));
        assert_true(tw_shape_equal(tw_tensor_shape(x), tw_tensor_shape(y)));
        size_t bytes = (size_t)tw_tensor_elements(x) * tw_dtype_size(tw_tensor_dtype(x));
        if (memcmp(tw_tensor_data(x), tw_tensor_data(y), bytes) != 0)
            fail_msg("%s differs between %s and %s", name, path, other);
        tw_tensor_free(x);
        tw_tensor_free(y);
    }
    close_whole(&a);
    close_whole(&b);
}

void tw_test_assert_finite_arrays(const char *path) {
    opened file = open_whole(path);
    for (int i = 0; i < tw_archive_count(file.archive); i++) {
        tw_tensor *tensor = read_array(&file, i);
        for (int64_t k = 0; k < tw_tensor_elements(tensor); k++)
            if (!isfinite(tw_tensor_get(tensor, k)))
                fail_msg("%s: %s holds %g", path, tw_archive_name(file.archive, i),
                         tw_tensor_get(tensor, k));
        tw_tensor_free(tensor);
    }
    close_whole(&file);
}
