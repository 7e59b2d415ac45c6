// NumPy files: written and read back in every type, read as NumPy writes them, and refused in words.
#include "test.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "support/folder.h"
#include "thalweg/tensor.h"

static tw_context *context;
static char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "array.npy", path);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
    tw_test_folder_remove(folder);
}

static tw_tensor *load(void) {
    tw_tensor *tensor = NULL;
    assert_ok(context, tw_tensor_load_npy(context, path, &tensor));
    return tensor;
}

// ---- round trips

static void every_type_and_shape_is_read_back(void **state) {
    (void)state;
    static const tw_shape shapes[] = {{0, {0}},
                                      {1, {1}},
                                      {1, {0}},
                                      {1, {5000}},
                                      {2, {3, 4}},
                                      {3, {2, 0, 3}},
                                      {8, {1, 2, 1, 2, 1, 2, 1, 3}}};
    start();
    for (int d = TW_F32; d <= TW_U8; d++) {
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            tw_tensor *tensor = NULL;
            assert_ok(context, tw_tensor_new(context, (tw_dtype)d, &shapes[s], &tensor));
            for (int64_t i = 0; i < tw_tensor_elements(tensor); i++)
                tw_tensor_set(tensor, i, d == TW_U8 ? (double)(i % 256) : (double)i * -1.37);
            assert_ok(context, tw_tensor_save_npy(context, tensor, path));
            tw_tensor *again = load();
            assert_int_equal(tw_tensor_dtype(again), d);
            assert_true(tw_shape_equal(tw_tensor_shape(again), &shapes[s]));
            assert_memory_equal(tw_tensor_data(again), tw_tensor_data(tensor),
                                (size_t)tw_tensor_elements(tensor) * tw_dtype_size((tw_dtype)d));
            tw_tensor_free(tensor);
            tw_tensor_free(again);
        }
    }
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void written_bytes_are_those_of_numpy(void **state) {
    (void)state;
    start();
    tw_tensor *tensor = NULL;
    assert_ok(context, tw_tensor_new(context, TW_I32, &(tw_shape){1, {2}}, &tensor));
    tw_tensor_set(tensor, 0, 1.0);
    tw_tensor_set(tensor, 1, -2.0);
    assert_ok(context, tw_tensor_save_npy(context, tensor, path));
    tw_tensor_free(tensor);
    // numpy.save of array([1, -2], dtype='<i4'), NumPy 1.24
    static const char head[] = "\x93NUMPY\x01\x00\x76\x00"
                               "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
    char want[136], got[200];
    memset(want, ' ', sizeof want);
    memcpy(want, head, sizeof head - 1);
    want[127] = '\n';
    memcpy(want + 128, "\x01\x00\x00\x00\xfe\xff\xff\xff", 8);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(got, 1, sizeof got, file), sizeof want);
    fclose(file);
    assert_memory_equal(got, want, sizeof want);
    stop();
}

// ---- what NumPy writes

static void write_npy(const char *prefix, size_t prefix_bytes, const char *header, const void *data,
                      size_t data_bytes) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(prefix, 1, prefix_bytes, file);
    fwrite(header, 1, strlen(header), file);
    fwrite(data, 1, data_bytes, file);
    fclose(file);
}

// A file of version 1.
static void write_first(const char *header, const void *data, size_t data_bytes) {
    char prefix[10] = "\x93NUMPY\x01";
    size_t length = strlen(header);
    prefix[8] = (char)(length & 255);
    prefix[9] = (char)(length >> 8);
    write_npy(prefix, 10, header, data, data_bytes);
}

static void check_elements(tw_dtype dtype, const double *want, int64_t count) {
    tw_tensor *tensor = load();
    assert_int_equal(tw_tensor_dtype(tensor), dtype);
    assert_int_equal(tw_tensor_elements(tensor), count);
    for (int64_t i = 0; i < count; i++) {
        double got = tw_tensor_get(tensor, i);
        if (got != want[i] && !(isnan(got) && isnan(want[i])))
            fail_msg("element %d: %.17g instead of %.17g", (int)i, got, want[i]);
    }
    tw_tensor_free(tensor);
}

static void other_types_become_the_nearest(void **state) {
    (void)state;

    static const struct {
        const char *descr, *data;
        size_t bytes;
        tw_dtype dtype;
        double want[6];
        int64_t count;
    } table[] = {
        {"<f2",
         "\x00\x3c\x00\xc0\x01\x00\xff\x7b\x00\xfc\x00\x7e",
         12,
         TW_F32,
         {1.0, -2.0, 0x1p-24, 65504.0, -INFINITY, NAN},
         6},
        {"|b1", "\x00\x01\x02", 3, TW_I32, {0, 1, 1}, 3},
        {"|i1", "\x80\xff\x7f", 3, TW_I32, {-128, -1, 127}, 3},
        {"<i2", "\x00\x80\xff\xff", 4, TW_I32, {-32768, -1}, 2},
        {"<u2", "\x00\x80\xff\xff", 4, TW_I32, {32768, 65535}, 2},
        {"<u4", "\xff\xff\xff\x7f", 4, TW_I32, {2147483647}, 1},
        {"<i8",
         "\x00\x00\x00\x80\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x00\x00\x00",
         16,
         TW_I32,
         {-2147483648.0, 2147483647},
         2},
        {"<u8", "\x07\x00\x00\x00\x00\x00\x00\x00", 8, TW_I32, {7}, 1},
        {"|u1", "\x00\xff", 2, TW_U8, {0, 255}, 2},
        {"u1", "\x07", 1, TW_U8, {7}, 1},
        {"=f4", "\x00\x00\x80\x3f", 4, TW_F32, {1}, 1},
        {">u1", "\x09", 1, TW_U8, {9}, 1}, // of one byte: no order
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char header[128];
        snprintf(header, sizeof header,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }\n", table[i].descr,
                 (int)table[i].count);
        write_first(header, table[i].data, table[i].bytes);
        check_elements(table[i].dtype, table[i].want, table[i].count);
    }
    stop();
}

static void columns_first_become_rows_first(void **state) {
    (void)state;
    start();
    const double rows_first[] = {0, 2, 4, 1, 3, 5}; // of [2, 3]
    write_first("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n",
                "\x00\x01\x02\x03\x04\x05", 6);
    check_elements(TW_U8, rows_first, 6);
    const double deep[] = {0, 4, 2, 6, 1, 5, 3, 7}; // of [2, 2, 2]
    write_first("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }\n",
                "\x00\x01\x02\x03\x04\x05\x06\x07", 8);
    check_elements(TW_U8, deep, 8);
    write_first("{'descr': '|u1', 'fortran_order': True, 'shape': (0, 3), }\n", "", 0);
    check_elements(TW_U8, NULL, 0);
    stop();
}

static void headers_in_any_order_and_of_all_versions_are_read(void **state) {
    (void)state;
    start();
    const double want[] = {5, 6};
    write_first("  { \"shape\" : (2L,) ,'fortran_order':False,\t'descr':'|u1'} \n\n", "\x05\x06",
                2);
    check_elements(TW_U8, want, 2);
    const char *header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}";
    char prefix[12] = "\x93NUMPY\x02";
    prefix[8] = (char)strlen(header);
    for (char version = 2; version <= 3; version++) {
        prefix[6] = version;
        write_npy(prefix, 12, header, "\x05\x06", 2);
        check_elements(TW_U8, want, 2);
    }
    stop();
}

// ---- what is refused

static void assert_refused(const char *words) {
    tw_tensor *tensor = NULL;
    assert_int_equal(tw_tensor_load_npy(context, path, &tensor), TW_BAD_FILE);
    assert_null(tensor);
    assert_int_equal(strncmp(tw_context_message(context), path, strlen(path)), 0);
    assert_string_equal(tw_context_message(context) + strlen(path), words);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
}

static void headers_that_are_none_are_refused(void **state) {
    (void)state;
#define REST "'fortran_order': False, 'shape': (2,), }"

    static const struct {
        const char *header, *words;
    } table[] = {
        {"", ": byte 10: the header is no dictionary"},
        {"[1]", ": byte 10: the header is no dictionary"},
        {"{", ": byte 11: a key is expected"},
        {"{}", ": byte 10: descr, fortran_order and shape are all needed"},
        {"{'descr': '|u1'}", ": byte 10: descr, fortran_order and shape are all needed"},
        {"{'descr': '|u1', 'fortran_order': False, }",
         ": byte 10: descr, fortran_order and shape are all needed"},
        {"{descr: '|u1', " REST, ": byte 11: a key is expected"},
        {"{'descr' '|u1', " REST, ": byte 11: a key is expected"},
        {"{'descr': |u1, " REST, ": byte 20: elements are records; plain numbers are read"},
        {"{'descr': '|u1, " REST, ": byte 21: elements are of a type that is not read; f2, f4, f8, "
                                  "i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': [('x', '<f4')], " REST,
         ": byte 20: elements are records; plain numbers are read"},
        {"{'descr': '|O', " REST,
         ": byte 21: elements are Python objects, which are programs; save numbers"},
        {"{'descr': 'O', " REST,
         ": byte 21: elements are Python objects, which are programs; save numbers"},
        {"{'descr': '<c8', " REST, ": byte 21: elements are of a type that is not read; f2, f4, "
                                   "f8, i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': '<U4', " REST, ": byte 21: elements are of a type that is not read; f2, f4, "
                                   "f8, i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': '<f16', " REST, ": byte 21: elements are of a type that is not read; f2, f4, "
                                    "f8, i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': '', " REST, ": byte 21: elements are of a type that is not read; f2, f4, f8, "
                                "i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': '<', " REST, ": byte 21: elements are of a type that is not read; f2, f4, f8, "
                                 "i1 to i8, u1 to u8 and b1 are"},
        {"{'descr': '>f4', " REST, ": byte 21: elements are big-endian; little-endian is read"},
        {"{'descr': '|u1', 'descr': '|u1', " REST,
         ": byte 27: the keys are descr, fortran_order and shape, once each"},
        {"{'other': '|u1', " REST,
         ": byte 11: the keys are descr, fortran_order and shape, once each"},
        {"{'descr': '|u1', 'fortran_order': false, 'shape': (2,), }",
         ": byte 44: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': 0, 'shape': (2,), }",
         ": byte 44: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': 2, }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2 3), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (,), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }",
         ": byte 60: no possible value; fortran_order is True or False, shape up to 8 sizes like "
         "(3, 4)"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         ": the shape has more elements than can be"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }",
         ": the shape has more elements than can be"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,) 3}",
         ": byte 65: ',' or '}' is expected"},
        {"{'descr': '|u1', " REST " x", ": byte 68: more follows behind the dictionary"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }",
         ": byte 67: 2 bytes of elements follow; the header declares 3"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }",
         ": byte 67: 2 bytes of elements follow; the header declares 1"},
        {"{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }",
         ": byte 67: 2 bytes of elements follow; the header declares 8"},
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        write_first(table[i].header, "\x01\x02", 2);
        assert_refused(table[i].words);
    }
    stop();
}

static void prefixes_that_are_none_are_refused(void **state) {
    (void)state;

    static const struct {
        const char *bytes;
        size_t count;
        const char *words;
    } table[] = {
        {"", 0, ": is too short for an NPY file"},
        {"\x93NUMPY\x01\x00\x00\x00", 10, ": is too short for an NPY file"},
        {"\x93NUMPX\x01\x00\x02\x00{}", 12, ": byte 0: is no NPY file"},
        {"PK\x03\x04..........", 14,
         ": byte 0: is no NPY file but a zip (NPZ); unpack it and name one array"},
        {"\x93NUMPY\x00\x00\x02\x00{}", 12, ": byte 6: NPY version 0; versions 1 to 3 are read"},
        {"\x93NUMPY\x04\x00\x02\x00{}..", 14, ": byte 6: NPY version 4; versions 1 to 3 are read"},
        {"\x93NUMPY\x01\x00\x03\x00{}", 12,
         ": byte 8: a header of 3 bytes is declared; the file has 12 bytes, and 65536 are read at "
         "most"},
        {"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14,
         ": byte 8: a header of 4294967295 bytes is declared; the file has 14 bytes, and 65536 are "
         "read at most"},
        {"\x93NUMPY\x01\x00\x04\x00{\x00}\n", 14, ": byte 11: a key is expected"},
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        write_npy(table[i].bytes, table[i].count, "", "", 0);
        assert_refused(table[i].words);
    }
    stop();
}

static void whole_numbers_beyond_32_bits_are_refused_with_their_place(void **state) {
    (void)state;

    static const struct {
        const char *descr, *data, *words;
    } table[] = {
        {"<u4", "\x01\x00\x00\x00\x00\x00\x00\x80",
         ": byte 72: element 1 does not fit into 32 bits"},
        {"<i8", "\x00\x00\x00\x80\x00\x00\x00\x00",
         ": byte 68: element 0 does not fit into 32 bits"},
        {"<i8", "\xff\xff\xff\x7f\xff\xff\xff\xff",
         ": byte 68: element 0 does not fit into 32 bits"},
        {"<u8", "\xff\xff\xff\xff\xff\xff\xff\xff",
         ": byte 68: element 0 does not fit into 32 bits"},
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char header[128];
        snprintf(header, sizeof header,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }\n", table[i].descr,
                 table[i].descr[2] == '4' ? 2 : 1);
        write_first(header, table[i].data, 8);
        assert_refused(table[i].words);
    }
    stop();
}

// ---- faults

static tw_status save_and_load(tw_context *in, void *user) {
    tw_tensor *tensor = NULL, *again = NULL;
    tw_status status = tw_tensor_new(in, TW_F32, &(tw_shape){2, {3, 4}}, &tensor);
    if (status == TW_OK) status = tw_tensor_save_npy(in, tensor, user);
    if (status == TW_OK) status = tw_tensor_load_npy(in, user, &again);
    tw_tensor_free(tensor);
    tw_tensor_free(again);
    return status;
}

static void nothing_is_left_beside(tw_context *in, tw_status status, bool struck, void *user) {
    (void)in, (void)status, (void)struck, (void)user;
    assert_true(tw_test_folder_count(folder) <= 1);
}

static void faults_are_told_and_leave_nothing(void **state) {
    (void)state;
    start();
    assert_true(tw_test_failing_allocations(save_and_load, path) > 6);
    assert_true(tw_test_failing_files(save_and_load, nothing_is_left_beside, EIO, false, path) > 6);
    tw_tensor *tensor = NULL;
    remove(path);
    assert_int_equal(tw_tensor_load_npy(context, path, &tensor), TW_NOT_FOUND);
    stop();
}

TW_TESTS(every_type_and_shape_is_read_back, written_bytes_are_those_of_numpy,
         other_types_become_the_nearest, columns_first_become_rows_first,
         headers_in_any_order_and_of_all_versions_are_read, headers_that_are_none_are_refused,
         prefixes_that_are_none_are_refused,
         whole_numbers_beyond_32_bits_are_refused_with_their_place,
         faults_are_told_and_leave_nothing)
