// Whole files: read at once, and replaced so that nobody ever finds half of one.
#ifndef THALWEG_FILE_H
#define THALWEG_FILE_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

// Reads a whole file of at most `limit_bytes`; a NUL byte follows the last. `*bytes` is owned by the
// caller: free with tw_release. Errors: TW_NOT_FOUND, TW_IO, TW_NO_MEMORY; TW_BAD_FILE for a folder, a
// pipe or a device, or a larger file.
TW_API tw_status tw_file_read_all(tw_context *context, const char *path, size_t limit_bytes,
                                  char **bytes, size_t *count);

// The same of stdin, of whatever kind, from where it is: waits for its end. Errors: TW_IO, TW_NO_MEMORY,
// TW_BAD_FILE where there are more bytes.
TW_API tw_status tw_stdin_read_all(tw_context *context, size_t limit_bytes, char **bytes,
                                   size_t *count);

// Writes a block as the new content of `path`: to a temporary file beside it, synced and renamed, so that
// on failure `path` is unchanged. Errors: TW_NOT_FOUND for a missing folder, TW_IO, TW_NO_MEMORY;
// TW_BAD_FILE if `path` exists and is not a file.
TW_API tw_status tw_file_write_all(tw_context *context, const char *path, const void *bytes,
                                   size_t count);

#ifdef __cplusplus
}
#endif

#endif
