// Writing safetensors: the header is made in memory, then everything goes to a file that takes the place
// of the old one only when it is whole.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "thalweg/archive.h"
#include "thalweg/json.h"

static const char *dtype_word(tw_dtype dtype) {
    switch (dtype) {
    case TW_F32:
        return "F32";
    case TW_F64:
        return "F64";
    case TW_I32:
        return "I32";
    default:
        return "U8";
    }
}

static size_t bytes_of(const tw_tensor *tensor) {
    return (size_t)tw_tensor_elements(tensor) * tw_dtype_size(tw_tensor_dtype(tensor));
}

#define CRC_BLOCK ((size_t)1 << 30) // zlib counts in 32 bits

static unsigned long add_to_crc(unsigned long crc, const unsigned char *bytes, size_t count) {
    while (count > 0) {
        size_t block = count < CRC_BLOCK ? count : CRC_BLOCK;
        crc = crc32(crc, bytes, (unsigned)block);
        bytes += block;
        count -= block;
    }
    return crc;
}

static void write_texts(tw_json *json, const tw_archive_text *texts, int count, unsigned long crc) {
    char digits[16];
    snprintf(digits, sizeof digits, "%08lx", crc);
    tw_json_begin(json, "__metadata__");
    for (int i = 0; i < count; i++) tw_json_string(json, texts[i].key, texts[i].text);
    tw_json_string(json, "crc32", digits);
    tw_json_end(json);
}

static void write_entry(tw_json *json, const tw_archive_entry *entry, int64_t offset) {
    const tw_shape *shape = tw_tensor_shape(entry->tensor);
    tw_json_begin(json, entry->name);
    tw_json_string(json, "dtype", dtype_word(tw_tensor_dtype(entry->tensor)));
    tw_json_begin_array(json, "shape");
    for (int i = 0; i < shape->rank; i++) tw_json_integer(json, NULL, shape->size[i]);
    tw_json_end_array(json);
    tw_json_begin_array(json, "data_offsets");
    tw_json_integer(json, NULL, offset);
    tw_json_integer(json, NULL, offset + (int64_t)bytes_of(entry->tensor));
    tw_json_end_array(json);
    tw_json_end(json);
}

static tw_status make_header(tw_json *json, const tw_archive_entry *entries, int entry_count,
                             const tw_archive_text *texts, int text_count) {
    unsigned long crc = crc32(0, NULL, 0);
    for (int i = 0; i < entry_count; i++)
        crc = add_to_crc(crc, tw_tensor_data(entries[i].tensor), bytes_of(entries[i].tensor));
    tw_json_begin(json, NULL);
    write_texts(json, texts, text_count, crc);
    int64_t offset = 0;
    for (int i = 0; i < entry_count; i++) {
        write_entry(json, &entries[i], offset);
        offset += (int64_t)bytes_of(entries[i].tensor);
    }
    tw_json_end(json);
    return tw_json_status(json);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Checks that names (keys of one object in the header) can be read back: that all differ, and none is `kept`, which
// the format uses itself. Sorts them.
static tw_status check_names(tw_context *context, const char *path, const char **names, int count,
                             const char *kept, const char *what) {
    qsort(names, (size_t)count, sizeof *names, by_name);
    for (int i = 0; i < count; i++) {
        if (!tw_utf8_is_whole(names[i], strlen(names[i])))
            return tw_fail(context, TW_BAD_ARGUMENT, "%s: a %s is not UTF-8: '%s'", path, what,
                           names[i]);
        if (strlen(names[i]) > TW_ARCHIVE_NAME_BYTES_MAX)
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: a %s of %zu bytes is too long; at most %d", path, what,
                           strlen(names[i]), TW_ARCHIVE_NAME_BYTES_MAX);
        if (strcmp(names[i], kept) == 0)
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: the %s '%s' is the format's own; choose another", path, what, kept);
        if (i > 0 && strcmp(names[i - 1], names[i]) == 0)
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: the %s '%s' is there twice; give each its own", path, what,
                           names[i]);
    }
    return TW_OK;
}

// Refuses what could not be read back.
static tw_status check_all(tw_context *context, const char *path, const tw_archive_entry *entries,
                           int entry_count, const tw_archive_text *texts, int text_count) {
    int most = entry_count > text_count ? entry_count : text_count;
    const char **names = tw_allocate(context, (size_t)most, sizeof *names);
    if (names == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < entry_count; i++) names[i] = entries[i].name;
    tw_status status = check_names(context, path, names, entry_count, "__metadata__", "name");
    for (int i = 0; i < text_count; i++) names[i] = texts[i].key;
    if (status == TW_OK) status = check_names(context, path, names, text_count, "crc32", "key");
    for (int i = 0; i < text_count && status == TW_OK; i++)
        if (!tw_utf8_is_whole(texts[i].text, strlen(texts[i].text)))
            status = tw_fail(context, TW_BAD_ARGUMENT, "%s: the text of '%s' is not UTF-8", path,
                             texts[i].key);
    tw_release(names);
    return status;
}

static size_t header_bytes(const char *text) {
    size_t length = strcspn(text, "\n");
    return length + (64 - (8 + length) % 64) % 64;
}

static void write_header(tw_file *file, const char *text) {
    char blanks[64];
    memset(blanks, ' ', sizeof blanks);
    size_t length = strcspn(text, "\n");
    uint64_t total = header_bytes(text);
    unsigned char number[8];
    for (int i = 0; i < 8; i++) number[i] = (unsigned char)(total >> (8 * i));
    tw_file_write(file, number, sizeof number);
    tw_file_write(file, text, length);
    tw_file_write(file, blanks, (size_t)total - length);
}

tw_status tw_archive_save(tw_context *context, const char *path, const tw_archive_entry *entries,
                          int entry_count, const tw_archive_text *texts, int text_count) {
    tw_json *json = NULL;
    tw_file *file = NULL;
    tw_status status = check_all(context, path, entries, entry_count, texts, text_count);
    if (status == TW_OK) status = tw_json_new(context, &json);
    if (status == TW_OK) status = make_header(json, entries, entry_count, texts, text_count);
    if (status == TW_OK && header_bytes(tw_json_text(json)) > TW_ARCHIVE_HEADER_BYTES_MAX)
        status = tw_fail(context, TW_BAD_ARGUMENT,
                         "%s: names and texts need a header of %zu bytes; at most %d are read",
                         path, header_bytes(tw_json_text(json)), TW_ARCHIVE_HEADER_BYTES_MAX);
    if (status == TW_OK) status = tw_file_replace(context, path, &file);
    if (status == TW_OK) {
        write_header(file, tw_json_text(json));
        for (int i = 0; i < entry_count; i++)
            tw_file_write(file, tw_tensor_data(entries[i].tensor), bytes_of(entries[i].tensor));
        status = tw_file_commit(file);
    }
    tw_json_free(json);
    return status;
}
