// One function a system call, each able to be made to fail.
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/context.h"

static const size_t count_max = (size_t)1
                                << 30; // Linux moves less than 2 GiB a call, and others refuse more

static bool fails(tw_context *context) {
    if (!tw_fault_strikes(&context->file_fault)) return false;
    errno = context->file_fault.error;
    return true;
}

static size_t at_most(size_t count) {
    return count < count_max ? count : count_max;
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

ssize_t tw_system_write(tw_context *context, int file, const void *bytes, size_t count) {
    ssize_t done;
    do {
        done = fails(context) ? -1 : write(file, bytes, at_most(count));
    } while (done < 0 && errno == EINTR);
    if (done != 0 || count == 0) return done;
    errno = EIO; // a file that takes nothing would be written to for ever
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
    return result < 0 && errno == EINTR ? 0 : result; // interrupted: closed all the same
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
