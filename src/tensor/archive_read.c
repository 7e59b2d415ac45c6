// Reading safetensors: the header's length is checked against the file, the JSON is read by jansson, and
// each entry is checked before anything is allocated for it.
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/checked.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "thalweg/archive.h"

typedef struct entry {
    const char *name; // in the header
    tw_dtype dtype;
    tw_shape shape;
    int64_t first, end; // bytes behind the header
} entry;

struct tw_archive {
    tw_context *context;
    tw_file *file;
    char *path;
    json_t *header;
    int64_t data_offset;
    entry *entries;
    int count;
};

static tw_status bad(const tw_archive *archive, const char *what) {
    return tw_fail(archive->context, TW_BAD_FILE, "%s: %s", archive->path, what);
}

// `what` is wrong with an array or a text.
static tw_status bad_entry(const tw_archive *archive, const char *name, const char *what) {
    return tw_fail(archive->context, TW_BAD_FILE, "%s: '%s': %s", archive->path, name, what);
}

static bool read_dtype(const json_t *value, tw_dtype *dtype) {
    static const struct {
        const char *word;
        tw_dtype dtype;
    } known[] = {{"F32", TW_F32}, {"F64", TW_F64}, {"I32", TW_I32}, {"U8", TW_U8}};

    const char *word = json_string_value(value);
    for (size_t i = 0; word != NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].word, word) != 0) continue;
        *dtype = known[i].dtype;
        return true;
    }
    return false;
}

static bool read_shape(const json_t *value, tw_shape *shape) {
    size_t rank = json_array_size(value);
    if (!json_is_array(value) || rank > TW_RANK_MAX) return false;
    shape->rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *size = json_array_get(value, i);
        if (!json_is_integer(size) || json_integer_value(size) < 0) return false;
        shape->size[i] = json_integer_value(size);
    }
    return true;
}

static bool read_offsets(const json_t *value, int64_t *first, int64_t *end) {
    if (!json_is_array(value) || json_array_size(value) != 2) return false;
    const json_t *a = json_array_get(value, 0), *b = json_array_get(value, 1);
    if (!json_is_integer(a) || !json_is_integer(b)) return false;
    *first = json_integer_value(a);
    *end = json_integer_value(b);
    return *first >= 0 && *end >= *first;
}

static tw_status read_entry(const tw_archive *archive, const char *name, const json_t *value,
                            entry *out) {
    out->name = name;
    if (strlen(name) > TW_ARCHIVE_NAME_BYTES_MAX)
        return tw_fail(archive->context, TW_BAD_FILE,
                       "%s: a name has %zu bytes; at most %d are read", archive->path, strlen(name),
                       TW_ARCHIVE_NAME_BYTES_MAX);
    if (!json_is_object(value) || json_object_size(value) != 3)
        return bad_entry(archive, name,
                         "dtype, shape and data_offsets are needed, and nothing else");
    if (!read_dtype(json_object_get(value, "dtype"), &out->dtype))
        return bad_entry(archive, name, "its dtype cannot be read; F32, F64, I32 and U8 can");
    if (!read_shape(json_object_get(value, "shape"), &out->shape))
        return bad_entry(archive, name, "its shape is no list of at most 8 sizes");
    if (tw_shape_elements(&out->shape) < 0)
        return bad_entry(archive, name, "its shape has more elements than can be");
    if (!read_offsets(json_object_get(value, "data_offsets"), &out->first, &out->end))
        return bad_entry(archive, name, "its data_offsets are not two offsets in rising order");
    int64_t bytes = 0;
    if (!tw_checked_multiply(tw_shape_elements(&out->shape), (int64_t)tw_dtype_size(out->dtype),
                             &bytes) ||
        bytes != out->end - out->first)
        return bad_entry(archive, name, "its data_offsets and its shape do not agree");
    return TW_OK;
}

static tw_status check_texts(const tw_archive *archive, json_t *texts) {
    if (!json_is_object(texts)) return bad(archive, "__metadata__ is no object");
    const char *key;
    json_t *value;
    json_object_foreach(texts, key, value) {
        if (!json_is_string(value))
            return bad_entry(archive, key, "no text; all values in __metadata__ have to be");
    }
    return TW_OK;
}

static int by_offset(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

// Whether the data have neither holes nor overlaps, and end where the file does.
static tw_status check_cover(tw_archive *archive) {
    if (archive->count > 1)
        qsort(archive->entries, (size_t)archive->count, sizeof *archive->entries, by_offset);
    int64_t at = 0;
    for (int i = 0; i < archive->count; i++) {
        if (archive->entries[i].first != at)
            return bad_entry(archive, archive->entries[i].name,
                             "a hole or an overlap lies before its data");
        at = archive->entries[i].end;
    }
    if (at != tw_file_size(archive->file) - archive->data_offset)
        return bad(archive, "the data do not end where the file does");
    return TW_OK;
}

static tw_status read_entries(tw_archive *archive) {
    size_t count = json_object_size(archive->header);
    archive->entries = tw_allocate(archive->context, count, sizeof *archive->entries);
    if (archive->entries == NULL) return TW_NO_MEMORY;
    const char *name;
    json_t *value;
    json_object_foreach(archive->header, name, value) {
        tw_status status =
            strcmp(name, "__metadata__") == 0
                ? check_texts(archive, value)
                : read_entry(archive, name, value, &archive->entries[archive->count++]);
        if (status != TW_OK) return status;
    }
    return check_cover(archive);
}

// Reads the header behind the 8 bytes of its length. `*text` is owned by the caller, also on failure.
static tw_status read_header_text(tw_archive *archive, char **text, size_t *length) {
    unsigned char number[8];
    int64_t size = tw_file_size(archive->file);
    if (size < 8) return bad(archive, "too short for a safetensors file");
    tw_status status = tw_file_read(archive->file, 0, number, sizeof number);
    if (status != TW_OK) return status;
    uint64_t claimed = 0;
    for (int i = 0; i < 8; i++) claimed |= (uint64_t)number[i] << (8 * i);
    if (claimed > (uint64_t)size - 8)
        return bad(archive, "no safetensors file: its header would be longer than the file");
    if (claimed > TW_ARCHIVE_HEADER_BYTES_MAX)
        return tw_fail(archive->context, TW_BAD_FILE,
                       "%s: its header has %" PRIu64 " bytes; at most %d are read", archive->path,
                       claimed, TW_ARCHIVE_HEADER_BYTES_MAX);
    *length = (size_t)claimed;
    archive->data_offset = 8 + (int64_t)claimed;
    *text = tw_allocate(archive->context, *length + 1, 1);
    if (*text == NULL) return TW_NO_MEMORY;
    return tw_file_read(archive->file, 8, *text, *length);
}

static tw_status read_header(tw_archive *archive) {
    char *text = NULL;
    size_t length = 0;
    json_error_t error = {0};
    tw_status status = read_header_text(archive, &text, &length);
    if (status == TW_OK) {
        bool starts = length > 0 && text[0] == '{';
        if (starts) archive->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(archive->header))
            status =
                tw_fail(archive->context, TW_BAD_FILE, "%s: header, byte %d: %s", archive->path,
                        error.position + 8, starts ? error.text : "not a JSON object");
    }
    tw_release(text);
    return status == TW_OK ? read_entries(archive) : status;
}

tw_status tw_archive_open(tw_context *context, const char *path, tw_archive **archive) {
    *archive = NULL;
    tw_archive *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->path = tw_copy_text(context, path, strlen(path));
    tw_status status = made->path == NULL ? TW_NO_MEMORY : tw_file_open(context, path, &made->file);
    if (status == TW_OK) status = read_header(made);
    if (status == TW_OK)
        *archive = made;
    else
        tw_archive_close(made);
    return status;
}

void tw_archive_close(tw_archive *archive) {
    if (archive == NULL) return;
    json_decref(archive->header);
    tw_file_close(archive->file);
    tw_release(archive->entries);
    tw_release(archive->path);
    tw_release(archive);
}

int tw_archive_count(const tw_archive *archive) {
    return archive->count;
}

const char *tw_archive_name(const tw_archive *archive, int index) {
    return archive->entries[index].name;
}

tw_dtype tw_archive_dtype(const tw_archive *archive, int index) {
    return archive->entries[index].dtype;
}

const tw_shape *tw_archive_shape(const tw_archive *archive, int index) {
    return &archive->entries[index].shape;
}

int tw_archive_find(const tw_archive *archive, const char *name) {
    for (int i = 0; i < archive->count; i++)
        if (strcmp(archive->entries[i].name, name) == 0) return i;
    return -1;
}

tw_status tw_archive_read(tw_archive *archive, int index, void *elements) {
    const entry *from = &archive->entries[index];
    return tw_file_read(archive->file, archive->data_offset + from->first, elements,
                        (size_t)(from->end - from->first));
}

const char *tw_archive_text_of(const tw_archive *archive, const char *key) {
    return json_string_value(
        json_object_get(json_object_get(archive->header, "__metadata__"), key));
}

const char *tw_archive_text_at(const tw_archive *archive, int index, const char **key) {
    json_t *texts = json_object_get(archive->header, "__metadata__");
    void *at = json_object_iter(texts);
    while (at != NULL && index-- > 0) at = json_object_iter_next(texts, at);
    *key = at != NULL ? json_object_iter_key(at) : NULL;
    return at != NULL ? json_string_value(json_object_iter_value(at)) : NULL;
}

#define VERIFY_BLOCK ((size_t)1 << 20)

static tw_status crc_of_data(tw_archive *archive, unsigned char *block, unsigned long *crc) {
    int64_t at = archive->data_offset, end = tw_file_size(archive->file);
    *crc = crc32(0, NULL, 0);
    while (at < end) {
        size_t count = end - at < (int64_t)VERIFY_BLOCK ? (size_t)(end - at) : VERIFY_BLOCK;
        tw_status status = tw_file_read(archive->file, at, block, count);
        if (status != TW_OK) return status;
        *crc = crc32(*crc, block, (unsigned)count);
        at += (int64_t)count;
    }
    return TW_OK;
}

tw_status tw_archive_verify(tw_archive *archive, bool *checked) {
    const char *claimed = tw_archive_text_of(archive, "crc32");
    *checked = claimed != NULL;
    if (claimed == NULL) return TW_OK;
    unsigned char *block = tw_allocate(archive->context, VERIFY_BLOCK, 1);
    if (block == NULL) return TW_NO_MEMORY;
    unsigned long crc = 0;
    tw_status status = crc_of_data(archive, block, &crc);
    tw_release(block);
    if (status == TW_OK && strtoul(claimed, NULL, 16) != crc)
        return bad(archive, "damaged: the data do not have the crc32 of the header");
    return status;
}
