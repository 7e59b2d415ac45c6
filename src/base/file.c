// Files: read in parts, replaced by a finished one, or appended to.
//
// The new content of a file is written to another one beside it, synced, and renamed over it. Whoever opens
// the path finds either the old file or the new one, never a part of one, even after a power failure.
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/context.h"
#include "base/memory.h"
#include "base/system.h"
#include "base/text.h"

typedef enum file_purpose { TO_READ, TO_REPLACE, TO_APPEND } file_purpose;

struct tw_file {
    tw_context *context;
    char *path;
    char *temporary; // the file written until it takes the place of `path`; NULL unless TO_REPLACE
    int64_t size;    // when it was opened, plus what was written since
    int descriptor;  // -1: closed
    file_purpose purpose;
    tw_status status; // the first failure to write
};

static tw_status check_regular(tw_context *context, const char *path, const struct stat *is) {
    if (S_ISREG(is->st_mode)) return TW_OK;
    if (S_ISDIR(is->st_mode)) {
        return tw_fail(context, TW_BAD_FILE, "%s: is a folder; a file is needed", path);
    }
    return tw_fail(context, TW_BAD_FILE, "%s: is a pipe, a device or a socket; a file is needed",
                   path);
}

// Opens what must be a regular file and tells its size. `*descriptor` is -1 on failure.
static tw_status open_regular(tw_context *context, const char *path, int flags, int *descriptor,
                              int64_t *size) {
    *size = 0;
    *descriptor = tw_system_open(context, path, flags);
    if (*descriptor < 0) return tw_system_fail(context, path, errno);
    struct stat is;
    tw_status status = tw_system_stat(context, *descriptor, &is) == 0
                           ? check_regular(context, path, &is)
                           : tw_system_fail(context, path, errno);
    if (status == TW_OK) {
        *size = is.st_size;
        return TW_OK;
    }
    tw_system_close(context, *descriptor);
    *descriptor = -1;
    return status;
}

// A closed file of that path; NULL on failure.
static tw_file *file_new(tw_context *context, const char *path, file_purpose purpose) {
    tw_file *file = tw_allocate(context, 1, sizeof *file);
    if (file == NULL) return NULL;
    *file = (tw_file){.context = context, .descriptor = -1, .purpose = purpose};
    file->path = tw_copy_text(context, path, strlen(path));
    if (file->path != NULL) return file;
    tw_release(file);
    return NULL;
}

static tw_status open_as(tw_context *context, const char *path, file_purpose purpose, int flags,
                         tw_file **file) {
    *file = NULL;
    tw_file *made = file_new(context, path, purpose);
    if (made == NULL) return TW_NO_MEMORY;
    tw_status status = open_regular(context, path, flags, &made->descriptor, &made->size);
    if (status == TW_OK) {
        *file = made;
    } else {
        tw_file_close(made);
    }
    return status;
}

tw_status tw_file_open(tw_context *context, const char *path, tw_file **file) {
    return open_as(context, path, TO_READ, O_RDONLY, file);
}

tw_status tw_file_append(tw_context *context, const char *path, tw_file **file) {
    return open_as(context, path, TO_APPEND, O_WRONLY | O_APPEND | O_CREAT, file);
}

int64_t tw_file_size(const tw_file *file) {
    return file->size;
}

tw_status tw_file_read(tw_file *file, int64_t offset, void *bytes, size_t count) {
    assert(file->purpose == TO_READ && offset >= 0);
    size_t done = 0;
    while (done < count) {
        ssize_t now = tw_system_read(file->context, file->descriptor, (char *)bytes + done,
                                     count - done, (off_t)(offset + (int64_t)done));
        if (now < 0) return tw_system_fail(file->context, file->path, errno);
        if (now == 0) {
            return tw_fail(file->context, TW_BAD_FILE,
                           "%s: ends after %" PRId64 " bytes; %zu bytes from %" PRId64
                           " on are needed",
                           file->path, offset + (int64_t)done, count, offset);
        }
        done += (size_t)now;
    }
    return TW_OK;
}

tw_status tw_file_read_all(tw_context *context, const char *path, size_t limit_bytes, char **bytes,
                           size_t *count) {
    *bytes = NULL;
    *count = 0;
    tw_file *file = NULL;
    char *read = NULL;
    size_t size = 0;
    tw_status status = tw_file_open(context, path, &file);
    if (status != TW_OK) goto done;
    if ((uint64_t)file->size > limit_bytes || (uint64_t)file->size >= SIZE_MAX) {
        status = tw_fail(context, TW_BAD_FILE, "%s: has %" PRId64 " bytes; at most %zu are read",
                         path, file->size, limit_bytes);
        goto done;
    }
    size = (size_t)file->size;
    read = tw_allocate(context, size + 1, 1);
    status = read == NULL ? TW_NO_MEMORY : tw_file_read(file, 0, read, size);
    if (status != TW_OK) goto done;
    *bytes = read;
    *count = size;
    read = NULL;
done:
    tw_release(read);
    tw_file_close(file);
    return status;
}

tw_status tw_stdin_read_all(tw_context *context, size_t limit_bytes, char **bytes, size_t *count) {
    char part[1 << 14];
    ssize_t got = 1;
    tw_text text;
    *bytes = NULL;
    *count = 0;
    tw_text_start(&text, context);
    while (got > 0 && text.length <= limit_bytes && text.status == TW_OK) {
        got = tw_system_read_next(context, STDIN_FILENO, part, sizeof part);
        if (got > 0) tw_text_add_bytes(&text, part, (size_t)got);
    }
    tw_status status = text.status;
    if (got < 0) status = tw_system_fail(context, "stdin", errno);
    if (status == TW_OK && text.length > limit_bytes)
        status = tw_fail(context, TW_BAD_FILE, "stdin: has more than the %zu bytes that are read",
                         limit_bytes);
    *count = status == TW_OK ? text.length : 0;
    if (status == TW_OK) *bytes = tw_text_take(&text);
    if (status == TW_OK && *bytes == NULL) status = TW_NO_MEMORY;
    tw_text_free(&text);
    return status;
}

// The length of the folder in a path, with its slash; 0 for a file in the working folder.
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

// The file to write until `path` is replaced. It is in the same folder, since rename works within one file
// system only. Its name does not contain that of `path`, which may already be as long as the system allows.
static char *temporary_name(tw_context *context, const char *path, int number) {
    tw_text name;
    tw_text_start(&name, context);
    tw_text_add_bytes(&name, path, folder_length(path));
    tw_text_add(&name, ".thalweg-%ld-%d.tmp", (long)getpid(), number);
    return tw_text_take(&name);
}

// Makes a temporary file of its own: names taken by another thread, or left behind by an earlier process with the
// same number, are skipped.
static tw_status open_temporary(tw_file *file) {
    enum { TRIES_MAX = 1000 };

    int error = EEXIST;
    for (int number = 0; number < TRIES_MAX && error == EEXIST; number++) {
        char *name = temporary_name(file->context, file->path, number);
        if (name == NULL) return TW_NO_MEMORY;
        file->descriptor = tw_system_open(file->context, name, O_WRONLY | O_CREAT | O_EXCL);
        if (file->descriptor >= 0) {
            file->temporary = name;
            return TW_OK;
        }
        error = errno;
        tw_release(name);
    }
    return tw_system_fail(file->context, file->path, error);
}

// A path that exists must be a file: renaming over a device would replace the device by a file.
static tw_status check_target(tw_context *context, const char *path) {
    struct stat is;
    return stat(path, &is) == 0 ? check_regular(context, path, &is) : TW_OK;
}

// What a link leads to: a rename would put the file in the place of the link.
static const char *follow_link(const char *path, char target[PATH_MAX]) {
    struct stat is;
    bool followed = lstat(path, &is) == 0 && S_ISLNK(is.st_mode) && realpath(path, target) != NULL;
    return followed ? target : path;
}

tw_status tw_file_replace(tw_context *context, const char *path, tw_file **file) {
    *file = NULL;
    tw_status status = check_target(context, path);
    if (status != TW_OK) return status;
    char target[PATH_MAX];
    tw_file *made = file_new(context, follow_link(path, target), TO_REPLACE);
    if (made == NULL) return TW_NO_MEMORY;
    status = open_temporary(made);
    if (status == TW_OK) {
        *file = made;
    } else {
        tw_file_close(made);
    }
    return status;
}

// Writes all bytes, or latches the failure and, where a line was to be appended, cuts off the part that was written.
static tw_status write_bytes(tw_file *file, const char *bytes, size_t count) {
    size_t done = 0;
    while (done < count) {
        ssize_t now = tw_system_write(file->context, file->descriptor, bytes + done, count - done);
        if (now < 0) break;
        done += (size_t)now;
    }
    if (done == count) return TW_OK;
    file->status = tw_system_fail(file->context, file->path, errno);
    if (file->purpose == TO_APPEND && done > 0) {
        tw_system_truncate(file->context, file->descriptor, (off_t)file->size);
    }
    return file->status;
}

tw_status tw_file_write(tw_file *file, const void *bytes, size_t count) {
    assert(file->purpose != TO_READ);
    if (file->status != TW_OK) return file->status;
    tw_status status = write_bytes(file, bytes, count);
    if (status == TW_OK) file->size += (int64_t)count;
    return status;
}

// Latches the failure of a sync, close or rename, unless one is latched already.
static void latch(tw_file *file, int result) {
    if (result == 0 || file->status != TW_OK) return;
    file->status = tw_system_fail(file->context, file->path, errno);
}

static void close_descriptor(tw_file *file) {
    if (file->descriptor >= 0) latch(file, tw_system_close(file->context, file->descriptor));
    file->descriptor = -1;
}

// Makes a rename survive a power failure. A failure here is not reported: the new file is in place, and the worst
// outcome is that the old one, whole, is back after a power failure.
static void sync_folder(tw_file *file) {
    size_t length = folder_length(file->path);
    char folder[PATH_MAX] = "."; // long enough: rename has accepted the path
    if (length >= sizeof folder) return;
    if (length > 0) memcpy(folder, file->path, length);
    int descriptor = tw_system_open(file->context, folder, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return;
    tw_system_sync(file->context, descriptor);
    tw_system_close(file->context, descriptor);
}

static void put_in_place(tw_file *file) {
    if (file->status != TW_OK || file->purpose != TO_REPLACE) return;
    latch(file, tw_system_rename(file->context, file->temporary, file->path));
    if (file->status != TW_OK) return;
    tw_release(file->temporary);
    file->temporary = NULL;
    sync_folder(file);
}

tw_status tw_file_commit(tw_file *file) {
    assert(file->purpose != TO_READ);
    if (file->status == TW_OK) latch(file, tw_system_sync(file->context, file->descriptor));
    close_descriptor(file);
    put_in_place(file);
    tw_status status = file->status;
    tw_file_close(file);
    return status;
}

void tw_file_close(tw_file *file) {
    if (file == NULL) return;
    if (file->descriptor >= 0) tw_system_close(file->context, file->descriptor);
    if (file->temporary != NULL) tw_system_remove(file->context, file->temporary);
    tw_release(file->temporary);
    tw_release(file->path);
    tw_release(file);
}

tw_status tw_file_write_all(tw_context *context, const char *path, const void *bytes,
                            size_t count) {
    tw_file *file = NULL;
    tw_status status = tw_file_replace(context, path, &file);
    if (status != TW_OK) return status;
    tw_file_write(file, bytes, count);
    return tw_file_commit(file);
}

static tw_status cut(tw_context *context, const char *path, int descriptor, int64_t size,
                     int64_t count) {
    if (count < 0 || count > size) {
        return tw_fail(context, TW_BAD_FILE,
                       "%s: has %" PRId64 " bytes and cannot be cut to %" PRId64, path, size,
                       count);
    }
    if (tw_system_truncate(context, descriptor, (off_t)count) != 0 ||
        tw_system_sync(context, descriptor) != 0) {
        return tw_system_fail(context, path, errno);
    }
    return TW_OK;
}

tw_status tw_file_truncate(tw_context *context, const char *path, int64_t count) {
    int descriptor = -1;
    int64_t size = 0;
    tw_status status = open_regular(context, path, O_WRONLY, &descriptor, &size);
    if (status != TW_OK) return status;
    status = cut(context, path, descriptor, size, count);
    if (tw_system_close(context, descriptor) != 0 && status == TW_OK) {
        status = tw_system_fail(context, path, errno);
    }
    return status;
}

tw_status tw_file_remove(tw_context *context, const char *path) {
    if (tw_system_remove(context, path) == 0 || errno == ENOENT) return TW_OK;
    return tw_system_fail(context, path, errno);
}

bool tw_path_exists(const char *path) {
    struct stat is;
    return stat(path, &is) == 0;
}

bool tw_path_is_folder(const char *path) {
    struct stat is;
    return stat(path, &is) == 0 && S_ISDIR(is.st_mode);
}

// Makes one folder, unless it exists; another process may make it at the same moment.
static tw_status make_one(tw_context *context, const char *path) {
    if (tw_path_is_folder(path) || tw_system_make_folder(context, path) == 0) return TW_OK;
    int error = errno;
    if (error != EEXIST) return tw_system_fail(context, path, error);
    if (tw_path_is_folder(path)) return TW_OK;
    return tw_fail(context, TW_EXISTS, "%s: exists and is not a folder", path);
}

tw_status tw_folder_make(tw_context *context, const char *path) {
    size_t length = strlen(path);
    char *name = tw_copy_text(context, path, length);
    if (name == NULL) return TW_NO_MEMORY;
    tw_status status = TW_OK;
    for (size_t i = 1; i < length && status == TW_OK; i++) {
        if (name[i] != '/' || name[i - 1] == '/') continue;
        name[i] = '\0';
        status = make_one(context, name);
        name[i] = '/';
    }
    if (status == TW_OK) status = make_one(context, name);
    tw_release(name);
    return status;
}

void tw_file_fail_at(tw_context *context, uint64_t nth, int error, bool for_ever) {
    tw_fault_arm(&context->file_fault, nth, error, for_ever);
}
