// safetensors files: named arrays and a table of texts, with a header of JSON in front. A file is written whole or
// not at all. When one is read, every claim of its header is checked before it is believed.
//
//     tw_archive_entry entries[] = {{"w", w}};
//     tw_archive_save(context, "model.safetensors", entries, 1, NULL, 0);
//     tw_archive *archive = NULL;
//     tw_archive_open(context, "model.safetensors", &archive);
//     tw_archive_read(archive, tw_archive_find(archive, "w"), elements);
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

// Writes arrays in the given order, and texts, to which it adds "crc32", a checksum of the data. `texts` may
// be NULL where `text_count` is 0. `path` is replaced whole. Errors: TW_BAD_ARGUMENT for what could not be
// read back (a name that occurs twice, is too long, or is reserved by the format; a name or text that is not
// UTF-8), TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_archive_save(tw_context *context, const char *path,
                                 const tw_archive_entry *entries, int entry_count,
                                 const tw_archive_text *texts, int text_count);

typedef struct tw_archive tw_archive;

// Opens a file and checks its header: each name occurs once, types are known, sizes fit, and the arrays
// cover the data exactly. `*archive` is owned by the caller: free with tw_archive_close. Errors:
// TW_NOT_FOUND, TW_IO, TW_BAD_FILE with the reason, TW_NO_MEMORY.
TW_API tw_status tw_archive_open(tw_context *context, const char *path, tw_archive **archive);

// Closes; NULL is fine.
TW_API void tw_archive_close(tw_archive *archive);

// The number of arrays.
TW_API int tw_archive_count(const tw_archive *archive);

// The name of array `index`, in the order of the data. Borrowed: valid until the archive is closed.
TW_API const char *tw_archive_name(const tw_archive *archive, int index);

// The type of array `index`.
TW_API tw_dtype tw_archive_dtype(const tw_archive *archive, int index);

// The shape of array `index`. Borrowed: valid until the archive is closed.
TW_API const tw_shape *tw_archive_shape(const tw_archive *archive, int index);

// The index of the array of a name, -1 if there is none.
TW_API int tw_archive_find(const tw_archive *archive, const char *name);

// Reads array `index`, 0 to count - 1, into `elements`, which has room for all its elements in its own type.
// Errors: TW_IO; TW_BAD_FILE if the file has become shorter since it was opened.
TW_API tw_status tw_archive_read(tw_archive *archive, int index, void *elements);

// The text of a key, or NULL if there is none. Borrowed: valid until the archive is closed.
TW_API const char *tw_archive_text_of(const tw_archive *archive, const char *key);

// Text number `index`, or NULL behind the last; `*key` becomes its key, or NULL. Borrowed: valid until the
// archive is closed.
TW_API const char *tw_archive_text_at(const tw_archive *archive, int index, const char **key);

// Reads all data and compares their checksum with the text "crc32". TW_OK if they agree, with `*checked`
// true; TW_OK too if the file has none, as those of other programs, with `*checked` false. Errors:
// TW_BAD_FILE if they differ or the file has become shorter; TW_IO; TW_NO_MEMORY.
TW_API tw_status tw_archive_verify(tw_archive *archive, bool *checked);

#ifdef __cplusplus
}
#endif

#endif
