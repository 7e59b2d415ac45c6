// Archives as other programs see them: every byte of a written file against the safetensors format, read
// by jansson and by hand; and read back by the library.
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/folder.h"
#include "thalweg/archive.h"

enum { TENSORS = 6 };

static tw_context *context;
static char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "model.safetensors", path);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
    tw_test_folder_remove(folder);
}

// What is written: every type, a scalar, an empty array, eight axes, names that JSON must escape.
static const struct {
    const char *name, *word;
    tw_dtype dtype;
    tw_shape shape;
    const char *shape_text;
} table[TENSORS] = {
    {"dense1/weight", "F32", TW_F32, {2, {3, 5}}, "[3, 5]"},
    {"a \"quoted\" \\ name\n", "F64", TW_F64, {1, {7}}, "[7]"},
    {"step", "I32", TW_I32, {0, {0}}, "[]"},
    {"\xc3\xa9l\xc3\xa9ments",
     "U8",
     TW_U8,
     {8, {1, 2, 1, 3, 1, 1, 1, 1}},
     "[1, 2, 1, 3, 1, 1, 1, 1]"},
    {"empty", "F32", TW_F32, {3, {4, 0, 2}}, "[4, 0, 2]"},
    {"odd", "U8", TW_U8, {1, {3}}, "[3]"},
};

static const tw_archive_text texts[] = {{"options", "lr=0.1\nline two \xe2\x82\xac"}, {"", ""}};

static void make_tensors(tw_context *in, tw_archive_entry entries[TENSORS], tw_status *status) {
    for (int k = 0; k < TENSORS; k++) {
        tw_tensor *tensor = NULL;
        if (*status == TW_OK) *status = tw_tensor_new(in, table[k].dtype, &table[k].shape, &tensor);
        for (int64_t i = 0; tensor != NULL && i < tw_tensor_elements(tensor); i++)
            tw_tensor_set(tensor, i, (double)(10 * k + i) + (k < 2 ? 0.1 : 0.0));
        entries[k] = (tw_archive_entry){table[k].name, tensor};
    }
}

static void free_tensors(tw_archive_entry entries[TENSORS]) {
    for (int k = 0; k < TENSORS; k++) tw_tensor_free((tw_tensor *)entries[k].tensor);
}

static tw_status save_as(tw_context *in, const char *to) {
    tw_archive_entry entries[TENSORS];
    tw_status status = TW_OK;
    make_tensors(in, entries, &status);
    if (status == TW_OK) status = tw_archive_save(in, to, entries, TENSORS, texts, 2);
    free_tensors(entries);
    return status;
}

// The bytes of a file, by the C library alone.
static unsigned char *read_raw(size_t *count) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    unsigned char *bytes = malloc(1 << 16);
    assert_non_null(bytes);
    *count = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    return bytes;
}

static void write_raw(const unsigned char *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

// CRC-32 of ISO 3309, bit by bit.
static uint32_t crc_of(const unsigned char *bytes, size_t count) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int b = 0; b < 8; b++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void check_metadata(const json_t *header, const unsigned char *data, size_t data_bytes) {
    const json_t *metadata = json_object_get(header, "__metadata__");
    assert_true(json_is_object(metadata));
    assert_int_equal(json_object_size(metadata), 3);
    char crc[16];
    snprintf(crc, sizeof crc, "%08x", crc_of(data, data_bytes));
    assert_string_equal(json_string_value(json_object_get(metadata, "crc32")), crc);
    for (int i = 0; i < 2; i++)
        assert_string_equal(json_string_value(json_object_get(metadata, texts[i].key)),
                            texts[i].text);
}

// One entry of the header, and its bytes: little-endian, row-major, right behind those of the last.
static size_t check_entry(const json_t *header, const tw_archive_entry *entry, int k,
                          const unsigned char *data, size_t offset) {
    const json_t *value = json_object_get(header, entry->name);
    assert_true(json_is_object(value) && json_object_size(value) == 3);
    assert_string_equal(json_string_value(json_object_get(value, "dtype")), table[k].word);
    char *shape = json_dumps(json_object_get(value, "shape"), 0);
    assert_string_equal(shape, table[k].shape_text);
    free(shape);
    const json_t *offsets = json_object_get(value, "data_offsets");
    size_t bytes = (size_t)tw_tensor_elements(entry->tensor) * tw_dtype_size(table[k].dtype);
    assert_int_equal(json_array_size(offsets), 2);
    assert_int_equal(json_integer_value(json_array_get(offsets, 0)), offset);
    assert_int_equal(json_integer_value(json_array_get(offsets, 1)), offset + bytes);
    if (bytes > 0) assert_memory_equal(data + offset, tw_tensor_data(entry->tensor), bytes);
    return offset + bytes;
}

static void written_files_are_safetensors_byte_by_byte(void **state) {
    (void)state;
    start();
    tw_archive_entry entries[TENSORS];
    tw_status status = TW_OK;
    make_tensors(context, entries, &status);
    assert_ok(context, tw_archive_save(context, path, entries, TENSORS, texts, 2));
    size_t count, length = 0, offset = 0;
    unsigned char *bytes = read_raw(&count);
    for (int i = 0; i < 8; i++) length |= (size_t)bytes[i] << (8 * i);
    assert_true(length > 0 && 8 + length <= count);
    assert_int_equal((8 + length) % 64, 0);
    assert_int_equal(bytes[8], '{');
    size_t text = length;
    while (bytes[8 + text - 1] == ' ') text--; // nothing but blanks pads
    assert_int_equal(bytes[8 + text - 1], '}');
    json_error_t error;
    json_t *header = json_loadb((char *)bytes + 8, length, JSON_REJECT_DUPLICATES, &error);
    assert_true(json_is_object(header));
    assert_int_equal(json_object_size(header), TENSORS + 1);
    const unsigned char *data = bytes + 8 + length;
    check_metadata(header, data, count - 8 - length);
    for (int k = 0; k < TENSORS; k++) offset = check_entry(header, &entries[k], k, data, offset);
    assert_int_equal(offset, count - 8 - length);
    json_decref(header);
    free(bytes);
    free_tensors(entries);
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void read_all(tw_archive *archive, const tw_archive_entry *entries) {
    assert_int_equal(tw_archive_count(archive), TENSORS);
    for (int k = 0; k < TENSORS; k++) {
        int at = tw_archive_find(archive, table[k].name);
        assert_true(at >= 0);
        assert_string_equal(tw_archive_name(archive, at), table[k].name);
        assert_int_equal(tw_archive_dtype(archive, at), table[k].dtype);
        assert_true(tw_shape_equal(tw_archive_shape(archive, at), &table[k].shape));
        unsigned char elements[256] = {0};
        assert_ok(context, tw_archive_read(archive, at, elements));
        assert_memory_equal(elements, tw_tensor_data(entries[k].tensor),
                            (size_t)tw_tensor_elements(entries[k].tensor) *
                                tw_dtype_size(table[k].dtype));
    }
}

static void what_was_written_is_read_back(void **state) {
    (void)state;
    start();
    tw_archive_entry entries[TENSORS];
    tw_archive *archive = NULL;
    tw_status status = TW_OK;
    make_tensors(context, entries, &status);
    assert_ok(context, tw_archive_save(context, path, entries, TENSORS, texts, 2));
    assert_ok(context, tw_archive_open(context, path, &archive));
    read_all(archive, entries);
    assert_int_equal(tw_archive_find(archive, "missing"), -1);
    assert_int_equal(tw_archive_find(archive, "__metadata__"), -1);
    assert_string_equal(tw_archive_text_of(archive, "options"), texts[0].text);
    assert_string_equal(tw_archive_text_of(archive, ""), "");
    assert_null(tw_archive_text_of(archive, "missing"));
    const char *key = NULL;
    int text_count = 0;
    while (tw_archive_text_at(archive, text_count, &key) != NULL) text_count++;
    assert_int_equal(text_count, 3); // and crc32
    assert_null(key);
    bool checked = false;
    assert_ok(context, tw_archive_verify(archive, &checked));
    assert_true(checked);
    tw_archive_close(archive);
    tw_archive_close(NULL);
    free_tensors(entries);
    stop();
}

static void an_archive_of_nothing_is_one_too(void **state) {
    (void)state;
    start();
    tw_archive *archive = NULL;
    bool checked = false;
    assert_ok(context, tw_archive_save(context, path, NULL, 0, NULL, 0));
    assert_ok(context, tw_archive_open(context, path, &archive));
    assert_int_equal(tw_archive_count(archive), 0);
    assert_ok(context, tw_archive_verify(archive, &checked));
    assert_true(checked);
    tw_archive_close(archive);
    stop();
}

static void any_flipped_bit_of_the_data_is_found(void **state) {
    (void)state;
    start();
    size_t count, length = 0;
    assert_ok(context, save_as(context, path));
    unsigned char *bytes = read_raw(&count);
    for (int i = 0; i < 8; i++) length |= (size_t)bytes[i] << (8 * i);
    for (size_t at = 8 + length; at < count; at++) {
        tw_archive *archive = NULL;
        bool checked = false;
        bytes[at] ^= (unsigned char)(1u << at % 8);
        write_raw(bytes, count);
        bytes[at] ^= (unsigned char)(1u << at % 8);
        assert_ok(context, tw_archive_open(context, path, &archive));
        assert_int_equal(tw_archive_verify(archive, &checked), TW_BAD_FILE);
        assert_true(checked);
        const char *words = tw_context_message(context) + strlen(path);
        assert_string_equal(words, ": damaged: the data do not have the crc32 of the header");
        tw_archive_close(archive);
    }
    free(bytes);
    stop();
}

static void a_file_cut_anywhere_is_refused(void **state) {
    (void)state;
    start();
    size_t count;
    assert_ok(context, save_as(context, path));
    unsigned char *bytes = read_raw(&count);
    for (size_t cut = 0; cut < count; cut++) {
        tw_archive *archive = NULL;
        write_raw(bytes, cut);
        assert_int_equal(tw_archive_open(context, path, &archive), TW_BAD_FILE);
        assert_null(archive);
    }
    free(bytes);
    stop();
}

// ---- what cannot be written

static void assert_not_saved(const char *const names[2], const char *key, const char *words) {
    tw_tensor *tensor = NULL;
    assert_ok(context, tw_tensor_new(context, TW_F32, &(tw_shape){1, {2}}, &tensor));
    tw_archive_entry entries[] = {{names[0], tensor}, {names[1], tensor}};
    tw_archive_text text[] = {{"note", "x"}, {key, "y"}};
    assert_int_equal(tw_archive_save(context, path, entries, 2, text, 2), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context) + strlen(path), words);
    assert_int_equal(tw_test_folder_count(folder), 0);
    tw_tensor_free(tensor);
}

static void what_could_not_be_read_back_is_not_written(void **state) {
    (void)state;
    start();
    static char long_name[TW_ARCHIVE_NAME_BYTES_MAX + 2];
    memset(long_name, 'n', sizeof long_name - 1);

    static const struct {
        const char *names[2], *key, *words;
    } wrong[] = {
        {{"w", "w"}, "key", ": the name 'w' is there twice; give each its own"},
        {{"w", "__metadata__"},
         "key",
         ": the name '__metadata__' is the format's own; choose another"},
        {{long_name, "w"}, "key", ": a name of 1025 bytes is too long; at most 1024"},
        {{"\xff", "w"}, "key", ": a name is not UTF-8: '\\xff'"},
        {{"a", "b"}, "note", ": the key 'note' is there twice; give each its own"},
        {{"a", "b"}, "crc32", ": the key 'crc32' is the format's own; choose another"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_not_saved(wrong[i].names, wrong[i].key, wrong[i].words);
    stop();
}

static void a_text_that_is_not_utf8_is_not_written(void **state) {
    (void)state;
    start();
    tw_archive_text text = {"note", "caf\xe9"};
    assert_int_equal(tw_archive_save(context, path, NULL, 0, &text, 1), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context) + strlen(path),
                        ": the text of 'note' is not UTF-8");
    assert_int_equal(tw_test_folder_count(folder), 0);
    stop();
}

static void a_header_that_would_be_too_long_is_not_written(void **state) {
    (void)state;
    start();
    char *text = malloc(TW_ARCHIVE_HEADER_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, 't', TW_ARCHIVE_HEADER_BYTES_MAX);
    text[TW_ARCHIVE_HEADER_BYTES_MAX] = '\0';
    tw_archive_text one = {"long", text};
    assert_int_equal(tw_archive_save(context, path, NULL, 0, &one, 1), TW_BAD_ARGUMENT);
    assert_string_equal(
        tw_context_message(context) + strlen(path),
        ": names and texts need a header of 16777272 bytes; at most 16777216 are read");
    assert_int_equal(tw_test_folder_count(folder), 0);
    free(text);
    stop();
}

// ---- faults

static tw_status save_and_open(tw_context *in, void *user) {
    tw_archive *archive = NULL;
    bool checked = false;
    tw_status status = save_as(in, user);
    if (status == TW_OK) status = tw_archive_open(in, user, &archive);
    if (status == TW_OK) status = tw_archive_verify(archive, &checked);
    tw_archive_close(archive);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    start();
    assert_true(tw_test_failing_allocations(save_and_open, path) > 20);
    stop();
}

static tw_status save_over(tw_context *in, void *user) {
    return save_as(in, user);
}

// The file is the old one or the new one, whole, and alone.
static void check_whole(tw_context *in, tw_status status, bool struck, void *user) {
    (void)struck;
    tw_archive *archive = NULL;
    assert_ok(in, tw_archive_open(in, user, &archive));
    int count = tw_archive_count(archive);
    assert_true(count == TENSORS || (count == 0 && status != TW_OK));
    tw_archive_close(archive);
    assert_int_equal(tw_test_folder_count(folder), 1);
    assert_ok(in, tw_archive_save(in, user, NULL, 0, NULL, 0)); // the old one again
}

static void a_full_disk_leaves_the_old_file(void **state) {
    (void)state;
    start();
    assert_ok(context, tw_archive_save(context, path, NULL, 0, NULL, 0));
    assert_true(tw_test_failing_files(save_over, check_whole, ENOSPC, false, path) > 3);
    stop();
}

TW_TESTS(written_files_are_safetensors_byte_by_byte, what_was_written_is_read_back,
         an_archive_of_nothing_is_one_too, any_flipped_bit_of_the_data_is_found,
         a_file_cut_anywhere_is_refused, what_could_not_be_read_back_is_not_written,
         a_text_that_is_not_utf8_is_not_written, a_header_that_would_be_too_long_is_not_written,
         any_allocation_that_fails_is_told_and_leaves_nothing, a_full_disk_leaves_the_old_file)
