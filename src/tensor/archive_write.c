// Writing safetensors: the header is made in memory, then everything goes to a file that takes the place
// of the old one only when it is whole.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "base/text.h"
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

static void write_header(tw_file *file, const char *text) {
    char blanks[64];
    memset(blanks, ' ', sizeof blanks);
    size_t length = strcspn(text, "\n");
    size_t padding = (64 - (8 + length) % 64) % 64;
    uint64_t total = length + padding;
    unsigned char number[8];
    for (int i = 0; i < 8; i++) number[i] = (unsigned char)(total >> (8 * i));
    tw_file_write(file, number, sizeof number);
    tw_file_write(file, text, length);
    tw_file_write(file, blanks, padding);
}

tw_status tw_archive_save(tw_context *context, const char *path, const tw_archive_entry *entries,
                          int entry_count, const tw_archive_text *texts, int text_count) {
    tw_json *json = NULL;
    tw_file *file = NULL;
    tw_status status = tw_json_new(context, &json);
    if (status == TW_OK) status = make_header(json, entries, entry_count, texts, text_count);
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
