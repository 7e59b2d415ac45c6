// The calls to the system that file.c makes. Each first asks the context whether it is its turn to
// fail (tw_file_fail_at), so that a test can reach what comes after every one of them.
//
// They are the system's own: -1 and errno on failure. EINTR is retried where that is right.
#ifndef TW_BASE_SYSTEM_H
#define TW_BASE_SYSTEM_H

#include <sys/stat.h>
#include <sys/types.h>

#include "thalweg/context.h"

// Close-on-exec always; without waiting for the other end of a pipe.
int tw_system_open(tw_context *context, const char *path, int flags);
int tw_system_stat(tw_context *context, int file, struct stat *information);
ssize_t tw_system_read(tw_context *context, int file, void *bytes, size_t count, off_t offset);
ssize_t tw_system_write(tw_context *context, int file, const void *bytes, size_t count);
int tw_system_sync(tw_context *context, int file);
int tw_system_truncate(tw_context *context, int file, off_t count);
int tw_system_close(tw_context *context, int file); // closed in any case
int tw_system_rename(tw_context *context, const char *from, const char *to);
int tw_system_remove(tw_context *context, const char *path);
int tw_system_make_folder(tw_context *context, const char *path);

#endif
