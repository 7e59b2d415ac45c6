// One function for each system call, and what all of them say on failure.
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/context.h"
#include "base/locale.h"

#define CALL_BYTES_MAX ((size_t)1 << 30) // Linux moves less than 2 GiB a call; others refuse more

static tw_status status_of(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return TW_NOT_FOUND;
    case EEXIST:
        return TW_EXISTS;
    case EISDIR:
        return TW_BAD_FILE;
    default:
        return TW_IO;
    }
}

tw_status tw_system_fail(tw_context *context, const char *path, int error) {
    tw_plain_locale plain = tw_plain_locale_enter();
    tw_fail(context, status_of(error), "%s: %s", path, strerror_l(error, plain.plain));
    tw_plain_locale_leave(plain);
    return status_of(error);
}

static bool fails(tw_context *context) {
    if (!tw_fault_strikes(&context->file_fault)) return false;
    errno = context->file_fault.error;
    return true;
}

static size_t at_most(size_t count) {
    return count < CALL_BYTES_MAX ? count : CALL_BYTES_MAX;
}

int tw_system_open(tw_context *context, const char *path, int flags) {
    int file;
    do {
        file = fails(context) ? -1
                              : open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, (mode_t)0666);
    } while (file < 0 && errno == EINTR);
    return file;
}

int tw_system_stat(tw_context *context, int file, struct stat *information) {
    return fails(context) ? -1 : fstat(file, information);
}

ssize_t tw_system_read(tw_context *context, int file, void *bytes, size_t count, off_t offset) {
    ssize_t done;
    do {
        done = fails(context) ? -1 : pread(file, bytes, at_most(count), offset);
    } while (done < 0 && errno == EINTR);
    return done;
}

ssize_t tw_system_read_next(tw_context *context, int file, void *bytes, size_t count) {
    ssize_t done;
    do {
        done = fails(context) ? -1 : read(file, bytes, at_most(count));
    } while (done < 0 && errno == EINTR);
    return done;
}

ssize_t tw_system_write(tw_context *context, int file, const void *bytes, size_t count) {
    ssize_t done;
    do {
        done = fails(context) ? -1 : write(file, bytes, at_most(count));
    } while (done < 0 && errno == EINTR);
    if (done != 0 || count == 0) return done;
    errno = EIO; // retrying a file that accepts nothing would never end
    return -1;
}

int tw_system_sync(tw_context *context, int file) {
    int result;
    do {
        result = fails(context) ? -1 : fsync(file);
    } while (result < 0 && errno == EINTR);
    return result;
}

int tw_system_truncate(tw_context *context, int file, off_t count) {
    int result;
    do {
        result = fails(context) ? -1 : ftruncate(file, count);
    } while (result < 0 && errno == EINTR);
    return result;
}

int tw_system_close(tw_context *context, int file) {
    int result = close(file);
    if (fails(context)) result = -1;
    return result < 0 && errno == EINTR ? 0 : result; // closed even where it was interrupted
}

int tw_system_rename(tw_context *context, const char *from, const char *to) {
    return fails(context) ? -1 : rename(from, to);
}

int tw_system_remove(tw_context *context, const char *path) {
    return fails(context) ? -1 : unlink(path);
}

int tw_system_make_folder(tw_context *context, const char *path) {
    return fails(context) ? -1 : mkdir(path, 0777);
}
