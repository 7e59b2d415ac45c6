// safetensors files: named arrays and a table of texts, one header of JSON in front. Written whole or not
// at all; read with every claim of the header checked before it is believed.
//
// Format: u64 little-endian length of the header, the header (an object that maps a name to dtype, shape
// and data_offsets, padded with blanks so that the data start at a multiple of 64), the data without
// holes. https://github.com/huggingface/safetensors, format as of 2024.
#ifndef THALWEG_ARCHIVE_H
#define THALWEG_ARCHIVE_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_ARCHIVE_HEADER_BYTES_MAX (16 << 20)
#define TW_ARCHIVE_NAME_BYTES_MAX 1024

// An array to write. Borrowed during the call.
typedef struct tw_archive_entry {
    const char *name;
    const tw_tensor *tensor;
} tw_archive_entry;

// A text of the header's __metadata__.
typedef struct tw_archive_text {
    const char *key, *text;
} tw_archive_text;

// Writes arrays in the order given, and texts, with a text "crc32" of the data added. `path` is replaced
// whole. Errors: TW_BAD_ARGUMENT for what could not be read back (a name twice, too long, no UTF-8, the
// format's own), TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_archive_save(tw_context *context, const char *path,
                                 const tw_archive_entry *entries, int entry_count,
                                 const tw_archive_text *texts, int text_count);

typedef struct tw_archive tw_archive;

// Opens a file and checks its header: one value a name, types known, sizes that fit, data that cover the
// file exactly. `*archive` is owned by the caller: free with tw_archive_close.
// Errors: TW_NOT_FOUND, TW_IO, TW_BAD_FILE with the reason, TW_NO_MEMORY.
TW_API tw_status tw_archive_open(tw_context *context, const char *path, tw_archive **archive);

// Closes; NULL is fine.
TW_API void tw_archive_close(tw_archive *archive);

// How many arrays; name, type and shape of number `index`, in the order of the data. Borrowed.
TW_API int tw_archive_count(const tw_archive *archive);

// The name of array `index`. Borrowed: valid until it is closed.
TW_API const char *tw_archive_name(const tw_archive *archive, int index);

// Its type.
TW_API tw_dtype tw_archive_dtype(const tw_archive *archive, int index);

// Its shape. Borrowed: valid until it is closed.
TW_API const tw_shape *tw_archive_shape(const tw_archive *archive, int index);

// The number of the array of a name, -1 if there is none.
TW_API int tw_archive_find(const tw_archive *archive, const char *name);

// Reads array `index` into elements of its own type and shape.
TW_API tw_status tw_archive_read(tw_archive *archive, int index, void *elements);

// The text of a key of __metadata__ or NULL; key and text number `index`, NULL behind the last. Borrowed:
// valid until it is closed.
TW_API const char *tw_archive_text_of(const tw_archive *archive, const char *key);

// Text number `index` and its key, NULL behind the last. Borrowed: valid until it is closed.
TW_API const char *tw_archive_text_at(const tw_archive *archive, int index, const char **key);

// Reads all data and compares their crc32 with the header's: TW_OK, TW_BAD_FILE if it differs, TW_OK too
// where the file has none (another program wrote it); `*checked` tells.
TW_API tw_status tw_archive_verify(tw_archive *archive, bool *checked);

#ifdef __cplusplus
}
#endif

#endif
