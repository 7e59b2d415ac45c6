// Every file the library touches: read whole or in parts, replaced atomically, appended to line by
// line, and able to be made to fail. Nothing else calls open, write, rename or fsync.
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
// Errors: TW_NOT_FOUND, TW_IO; TW_BAD_FILE for a folder, a pipe, a device.
tw_status tw_file_open(tw_context *context, const char *path, tw_file **file);

// The size in bytes of a file open for reading.
int64_t tw_file_size(const tw_file *file);

// Reads exactly `count` bytes at `offset`. Errors: TW_IO; TW_BAD_FILE if the file ends before.
tw_status tw_file_read(tw_file *file, int64_t offset, void *bytes, size_t count);

// Starts a file that takes the place of `path` only when committed: a temporary one beside it.
tw_status tw_file_replace(tw_context *context, const char *path, tw_file **file);

// Opens `path` to append whole lines; made if missing. A write that fails leaves no part of its bytes.
tw_status tw_file_append(tw_context *context, const char *path, tw_file **file);

// Writes behind what is there. The first failure is latched, and told by commit too.
tw_status tw_file_write(tw_file *file, const void *bytes, size_t count);

// Makes permanent what was written and closes the file, in any case. On failure a `path` that was to
// be replaced is as it was. (Should the folder refuse its fsync after the rename, a power failure may
// bring the former file back, whole; that is no failure here.)
tw_status tw_file_commit(tw_file *file);

// Closes; a file to be replaced that was not committed is thrown away. NULL is fine.
void tw_file_close(tw_file *file);

// Makes a folder and those above it that are missing; fine if it is there. Errors: TW_IO; TW_EXISTS
// if the name belongs to something else.
tw_status tw_folder_make(tw_context *context, const char *path);

// Whether the path exists; whether it is a folder; deletes a file (fine if missing).
bool tw_path_exists(const char *path);
bool tw_path_is_folder(const char *path);
tw_status tw_file_remove(tw_context *context, const char *path);

// Cuts a file back to `count` bytes (a run log, when a run is resumed). Errors: as for opening;
// TW_BAD_FILE if the file is shorter.
tw_status tw_file_truncate(tw_context *context, const char *path, int64_t count);

// For tests: lets the `nth` call to the system from now fail with `error` (an errno); `for_ever`:
// and all after it. 0 ends it.
void tw_file_fail_at(tw_context *context, uint64_t nth, int error, bool for_ever);

#endif
