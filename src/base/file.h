// Every file that the library touches: read whole or in parts, replaced atomically, or appended to line by
// line. Tests can make each call to the system fail. Nothing else calls open, write, rename or fsync.
//
//     tw_file *file = NULL;
//     if (tw_file_replace(context, "last.safetensors", &file) != TW_OK) return status;
//     tw_file_write(file, bytes, count);           // a failure is latched
//     status = tw_file_commit(file);               // fsync, rename, fsync of the folder; closes
//
// Messages name the path and the system's reason: "run/last.safetensors: No space left on device".
#ifndef TW_BASE_FILE_H
#define TW_BASE_FILE_H

#include "thalweg/file.h"

typedef struct tw_file tw_file;

// Opens a regular file to read. `*file` is owned by the caller: close with tw_file_close.
// Errors: TW_NOT_FOUND, TW_IO; TW_BAD_FILE for a folder, a pipe or a device.
tw_status tw_file_open(tw_context *context, const char *path, tw_file **file);

// The size in bytes of a file open for reading.
int64_t tw_file_size(const tw_file *file);

// Reads exactly `count` bytes at `offset`. Errors: TW_IO; TW_BAD_FILE if the file ends too early.
tw_status tw_file_read(tw_file *file, int64_t offset, void *bytes, size_t count);

// Starts a temporary file beside `path`, which takes its place when it is committed.
tw_status tw_file_replace(tw_context *context, const char *path, tw_file **file);

// Opens `path` to append whole lines; it is made if it is missing. A write that fails leaves none of its bytes.
tw_status tw_file_append(tw_context *context, const char *path, tw_file **file);

// Writes behind what is there. The first failure is latched: tw_file_commit returns it too.
tw_status tw_file_write(tw_file *file, const void *bytes, size_t count);

// Makes permanent what was written. Closes the file in any case. On failure a `path` that was to be replaced is
// unchanged. (If only the fsync of the folder fails, after the rename, that is no failure here; but a power
// failure may then bring back the old file, whole.)
tw_status tw_file_commit(tw_file *file);

// Closes; the temporary file of an uncommitted replacement is deleted. NULL is fine.
void tw_file_close(tw_file *file);

// Makes a folder and the missing ones above it; it may exist already. Errors: TW_IO; TW_EXISTS if something else
// has the name.
tw_status tw_folder_make(tw_context *context, const char *path);

// Whether the path exists, and whether it is a folder.
bool tw_path_exists(const char *path);
bool tw_path_is_folder(const char *path);

// Deletes a file; it may be missing.
tw_status tw_file_remove(tw_context *context, const char *path);

// Cuts a file back to `count` bytes (a run log, when a run is resumed). Errors: as for opening;
// TW_BAD_FILE if the file is shorter.
tw_status tw_file_truncate(tw_context *context, const char *path, int64_t count);

// For tests: lets the `nth` call to the system from now fail with `error` (an errno), and all after it if
// `for_ever`. 0 ends that.
void tw_file_fail_at(tw_context *context, uint64_t nth, int error, bool for_ever);

#endif
