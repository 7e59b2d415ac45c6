// The calls to the system that file.c makes. Each first asks the context whether it has to fail
// (tw_file_fail_at), so that tests reach what follows the failure of any of them.
//
// Like the system's own they return -1 and set errno on failure. EINTR is retried where that is right.
#ifndef TW_BASE_SYSTEM_H
#define TW_BASE_SYSTEM_H

#include <sys/stat.h>
#include <sys/types.h>

#include "thalweg/context.h"

// Fails with "path: the system's reason" for an errno, in English whatever the host's locale, as the rest of every
// message. Returns TW_NOT_FOUND, TW_EXISTS, TW_BAD_FILE for a folder, or TW_IO.
tw_status tw_system_fail(tw_context *context, const char *path, int error);

// Always close-on-exec; does not wait for the other end of a pipe.
int tw_system_open(tw_context *context, const char *path, int flags);
int tw_system_stat(tw_context *context, int file, struct stat *information);
ssize_t tw_system_read(tw_context *context, int file, void *bytes, size_t count, off_t offset);
ssize_t tw_system_read_next(tw_context *context, int file, void *bytes, size_t count); // waits
ssize_t tw_system_write(tw_context *context, int file, const void *bytes, size_t count);
int tw_system_sync(tw_context *context, int file);
int tw_system_truncate(tw_context *context, int file, off_t count);
int tw_system_close(tw_context *context, int file); // closed in any case
int tw_system_rename(tw_context *context, const char *from, const char *to);
int tw_system_remove(tw_context *context, const char *path);
int tw_system_make_folder(tw_context *context, const char *path);

#endif
