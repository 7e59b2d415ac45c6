// Archives that are none: whatever a header claims is checked before it is believed, and said in words.
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/folder.h"
#include "thalweg/archive.h"

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

// A claimed length, a header, and so many bytes of data, 0, 1, 2, ...
static void write_file(uint64_t claimed, const char *header, size_t length, size_t data_bytes) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 8; i++) fputc((int)(claimed >> (8 * i) & 255), file);
    fwrite(header, 1, length, file);
    for (size_t i = 0; i < data_bytes; i++) fputc((int)(i & 255), file);
    fclose(file);
}

static void assert_refused(const char *words) {
    tw_archive *archive = NULL;
    assert_int_equal(tw_archive_open(context, path, &archive), TW_BAD_FILE);
    assert_null(archive);
    assert_int_equal(strncmp(tw_context_message(context), path, strlen(path)), 0);
    assert_string_equal(tw_context_message(context) + strlen(path), words);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
}

typedef struct wrong {
    const char *header;
    size_t data_bytes;
    const char *words;
} wrong;

static void refuse_all(const wrong *table, size_t count) {
    start();
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(table[i].header);
        write_file(length, table[i].header, length, table[i].data_bytes);
        assert_refused(table[i].words);
    }
    stop();
}

// An array "w" of two F32 with another dtype, shape or offsets.
#define W(dtype, shape, offsets)                                                                   \
    "{\"w\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
#define TWO(a, b)                                                                                  \
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" a "},"                              \
    "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" b "}}"

static void headers_that_are_no_json_are_refused(void **state) {
    (void)state;
    static const wrong table[] = {
        {"", 4, ": header, byte 8: not a JSON object"},
        {"[]", 0, ": header, byte 8: not a JSON object"},
        {" {}", 0, ": header, byte 8: not a JSON object"},
        {"\"w\"", 0, ": header, byte 8: not a JSON object"},
        {"{", 0, ": header, byte 9: string or '}' expected near end of file"},
        {"{}x", 0, ": header, byte 11: end of file expected near 'x'"},
        {"{}}", 0, ": header, byte 11: end of file expected near '}'"},
        {"{'w':1}", 0, ": header, byte 10: string or '}' expected near '''"},
        {"{\"w\":1,}", 0, ": header, byte 16: string or '}' expected near '}'"},
        {"{\"w\":nan}", 0, ": header, byte 16: invalid token near 'nan'"},
        {"{\"w\":\"\xff\"}", 0, ": header, byte 14: unable to decode byte 0xff near '\"'"},
        {"{\"w\\u0000x\":1}", 0,
         ": header, byte 19: NUL byte in object key not supported near '\"w\\u0000x\"'"},
        {"{\"a\":1,\"a\":1}", 0, ": header, byte 18: duplicate object key near '\"a\"'"},
        {"{\"w\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0,
         ": header, byte 34: duplicate object key near '\"dtype\"'"},
        {"{\"w\":99999999999999999999}", 0,
         ": header, byte 33: too big integer near '99999999999999999999'"},
    };
    refuse_all(table, sizeof table / sizeof *table);
}

static void entries_that_are_none_are_refused(void **state) {
    (void)state;
    static const wrong table[] = {
        {"{\"w\":3}", 0, ": 'w': dtype, shape and data_offsets are needed, and nothing else"},
        {"{\"w\":[]}", 0, ": 'w': dtype, shape and data_offsets are needed, and nothing else"},
        {"{\"w\":{}}", 0, ": 'w': dtype, shape and data_offsets are needed, and nothing else"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8,
         ": 'w': dtype, shape and data_offsets are needed, and nothing else"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}", 8,
         ": 'w': dtype, shape and data_offsets are needed, and nothing else"},
        {W("\"F16\"", "[2]", "[0,4]"), 4,
         ": 'w': its dtype cannot be read; F32, F64, I32 and U8 can"},
        {W("\"BF16\"", "[2]", "[0,4]"), 4,
         ": 'w': its dtype cannot be read; F32, F64, I32 and U8 can"},
        {W("\"I64\"", "[1]", "[0,8]"), 8,
         ": 'w': its dtype cannot be read; F32, F64, I32 and U8 can"},
        {W("\"f32\"", "[2]", "[0,8]"), 8,
         ": 'w': its dtype cannot be read; F32, F64, I32 and U8 can"},
        {W("32", "[2]", "[0,8]"), 8, ": 'w': its dtype cannot be read; F32, F64, I32 and U8 can"},
        {W("\"F32\"", "2", "[0,8]"), 8, ": 'w': its shape is no list of at most 8 sizes"},
        {W("\"F32\"", "[-2]", "[0,8]"), 8, ": 'w': its shape is no list of at most 8 sizes"},
        {W("\"F32\"", "[2.0]", "[0,8]"), 8, ": 'w': its shape is no list of at most 8 sizes"},
        {W("\"F32\"", "[\"2\"]", "[0,8]"), 8, ": 'w': its shape is no list of at most 8 sizes"},
        {W("\"F32\"", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8,
         ": 'w': its shape is no list of at most 8 sizes"},
        {W("\"U8\"", "[4294967296,4294967296]", "[0,0]"), 0,
         ": 'w': its shape has more elements than can be"},
        {W("\"F64\"", "[4611686018427387904]", "[0,0]"), 0,
         ": 'w': its data_offsets and its shape do not agree"},
        {W("\"F32\"", "[2]", "8"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[0]"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[0,8,16]"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[-8,0]"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[8,0]"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[0.0,8.0]"), 8,
         ": 'w': its data_offsets are not two offsets in rising order"},
        {W("\"F32\"", "[2]", "[0,7]"), 7, ": 'w': its data_offsets and its shape do not agree"},
        {W("\"F32\"", "[3]", "[0,8]"), 8, ": 'w': its data_offsets and its shape do not agree"},
        {W("\"F32\"", "[]", "[0,8]"), 8, ": 'w': its data_offsets and its shape do not agree"},
    };
    refuse_all(table, sizeof table / sizeof *table);
}

static void data_that_the_header_does_not_cover_are_refused(void **state) {
    (void)state;
    static const wrong table[] = {
        {TWO("[0,4]", "[2,6]"), 6, ": 'b': a hole or an overlap lies before its data"}, // overlap
        {TWO("[0,4]", "[0,4]"), 4,
         ": 'b': a hole or an overlap lies before its data"}, // the same bytes
        {TWO("[0,4]", "[5,9]"), 9, ": 'b': a hole or an overlap lies before its data"}, // a hole
        {TWO("[4,8]", "[8,12]"), 12,
         ": 'a': a hole or an overlap lies before its data"},                    // before the first
        {TWO("[0,4]", "[4,8]"), 7, ": the data do not end where the file does"}, // cut
        {TWO("[0,4]", "[4,8]"), 9, ": the data do not end where the file does"}, // more behind
        {W("\"U8\"", "[4]", "[9223372036854775803,9223372036854775807]"), 4,
         ": 'w': a hole or an overlap lies before its data"},
        {"{}", 1, ": the data do not end where the file does"},
    };
    refuse_all(table, sizeof table / sizeof *table);
}

static void texts_that_are_none_are_refused(void **state) {
    (void)state;
    static const wrong table[] = {
        {"{\"__metadata__\":3}", 0, ": __metadata__ is no object"},
        {"{\"__metadata__\":[\"a\"]}", 0, ": __metadata__ is no object"},
        {"{\"__metadata__\":{\"epochs\":3}}", 0,
         ": 'epochs': no text; all values in __metadata__ have to be"},
        {"{\"__metadata__\":{\"a\":\"b\",\"c\":null}}", 0,
         ": 'c': no text; all values in __metadata__ have to be"},
    };
    refuse_all(table, sizeof table / sizeof *table);
}

static void lengths_that_lie_are_refused(void **state) {
    (void)state;

    static const struct {
        uint64_t claimed;
        const char *words;
    } table[] = {
        {3, ": no safetensors file: its header would be longer than the file"},
        {UINT64_C(1) << 63, ": no safetensors file: its header would be longer than the file"},
        {UINT64_MAX, ": no safetensors file: its header would be longer than the file"},
        {UINT64_MAX - 7, ": no safetensors file: its header would be longer than the file"},
        {1 << 20, ": no safetensors file: its header would be longer than the file"},
        {1, ": header, byte 9: string or '}' expected near end of file"},
    };

    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        write_file(table[i].claimed, "{}", 2, 0);
        assert_refused(table[i].words);
    }
    stop();
}

static void short_files_are_refused(void **state) {
    (void)state;
    start();
    for (int length = 0; length < 8; length++) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        for (int i = 0; i < length; i++) fputc(0, file);
        fclose(file);
        assert_refused(": too short for a safetensors file");
    }
    stop();
}

static void headers_above_the_limit_are_refused_unread(void **state) {
    (void)state;
    start();
    const size_t length = TW_ARCHIVE_HEADER_BYTES_MAX + 1;
    char *header = malloc(length);
    assert_non_null(header);
    memset(header, ' ', length);
    memcpy(header, "{}", 2);
    write_file(length, header, length, 0);
    assert_refused(": its header has 16777217 bytes; at most 16777216 are read");
    write_file(length - 1, header, length - 1, 0); // just as long as may be
    tw_archive *archive = NULL;
    assert_ok(context, tw_archive_open(context, path, &archive));
    tw_archive_close(archive);
    free(header);
    stop();
}

static void deep_json_overflows_no_stack(void **state) {
    (void)state;
    start();
    const size_t depth = 1000000;
    char *header = malloc(depth + 6);
    assert_non_null(header);
    memcpy(header, "{\"w\":", 5);
    memset(header + 5, '[', depth);
    write_file(depth + 5, header, depth + 5, 0);
    assert_refused(": header, byte 2061: maximum parsing depth reached near '['");
    free(header);
    stop();
}

static void long_names_are_refused(void **state) {
    (void)state;
    start();
    for (int more = 0; more < 2; more++) {
        char name[TW_ARCHIVE_NAME_BYTES_MAX + 2], header[2048];
        memset(name, 'n', sizeof name);
        name[TW_ARCHIVE_NAME_BYTES_MAX + more] = '\0';
        int length =
            snprintf(header, sizeof header,
                     "{\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", name);
        write_file((uint64_t)length, header, (size_t)length, 1);
        if (more == 1) {
            assert_refused(": a name has 1025 bytes; at most 1024 are read");
            continue;
        }
        tw_archive *archive = NULL;
        assert_ok(context, tw_archive_open(context, path, &archive));
        assert_string_equal(tw_archive_name(archive, 0), name);
        tw_archive_close(archive);
    }
    stop();
}

// What others write: no padding, so that numbers lie at odd addresses; any order; no crc32.
static void what_other_programs_write_is_read(void **state) {
    (void)state;
    start();
    static const char header[] =
        "{\"late\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[1,9]}, \"__metadata__\" "
        ":{\"by\":"
        "\"other\"},\n\"none\":{\"data_offsets\":[9,9],\"shape\":[0,9223372036854775807],\"dtype\":"
        "\"F64\"}"
        ",\"early\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}  ";
    tw_archive *archive = NULL;
    bool checked = true;
    unsigned char bytes[8];
    write_file(sizeof header - 1, header, sizeof header - 1, 9);
    assert_ok(context, tw_archive_open(context, path, &archive));
    assert_int_equal(tw_archive_count(archive), 3);
    assert_string_equal(tw_archive_name(archive, 0), "early"); // in the order of the data
    assert_string_equal(tw_archive_name(archive, 1), "late");
    assert_string_equal(tw_archive_name(archive, 2), "none");
    assert_ok(context, tw_archive_read(archive, 1, bytes));
    for (int i = 0; i < 8; i++) assert_int_equal(bytes[i], i + 1);
    assert_ok(context, tw_archive_read(archive, 0, bytes));
    assert_int_equal(bytes[0], 0);
    assert_ok(context, tw_archive_read(archive, 2, bytes));
    assert_string_equal(tw_archive_text_of(archive, "by"), "other");
    assert_ok(context, tw_archive_verify(archive, &checked));
    assert_false(checked);
    tw_archive_close(archive);
    stop();
}

static void a_missing_file_and_a_folder_are_told_apart(void **state) {
    (void)state;
    start();
    tw_archive *archive = NULL;
    assert_int_equal(tw_archive_open(context, path, &archive), TW_NOT_FOUND);
    assert_int_equal(tw_archive_open(context, folder, &archive), TW_BAD_FILE);
    assert_null(archive);
    stop();
}

TW_TESTS(headers_that_are_no_json_are_refused, entries_that_are_none_are_refused,
         data_that_the_header_does_not_cover_are_refused, texts_that_are_none_are_refused,
         lengths_that_lie_are_refused, short_files_are_refused,
         headers_above_the_limit_are_refused_unread, deep_json_overflows_no_stack,
         long_names_are_refused, what_other_programs_write_is_read,
         a_missing_file_and_a_folder_are_told_apart)
