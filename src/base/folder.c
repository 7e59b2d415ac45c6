#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/locale.h"
#include "base/memory.h"

// "path: the system's reason", in English as the rest.
static tw_status fail_with(tw_context *context, const char *path, int error) {
    tw_status status = error == ENOENT || error == ENOTDIR ? TW_NOT_FOUND : TW_IO;
    tw_plain_locale plain = tw_plain_locale_enter();
    tw_fail(context, status, "%s: %s", path, strerror_l(error, plain.plain));
    tw_plain_locale_leave(plain);
    return status;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static tw_status add_name(tw_context *context, const char *path, tw_folder *folder,
                          const char *name) {
    if (name[0] == '.') return TW_OK;
    if (folder->count == TW_FOLDER_ENTRIES_MAX) {
        return tw_fail(context, TW_BAD_FILE, "%s: holds more than %d names", path,
                       TW_FOLDER_ENTRIES_MAX);
    }
    tw_status status =
        tw_grow(context, (void **)&folder->names, folder->count, &folder->capacity, sizeof(char *));
    if (status != TW_OK) return status;
    folder->names[folder->count] = tw_copy_text(context, name, strlen(name));
    if (folder->names[folder->count] == NULL) return TW_NO_MEMORY;
    folder->count++;
    return TW_OK;
}

tw_status tw_folder_list(tw_context *context, const char *path, tw_folder *folder) {
    *folder = (tw_folder){0};
    if (tw_fault_strikes(&context->file_fault)) {
        return fail_with(context, path, context->file_fault.error);
    }
    DIR *open = opendir(path);
    if (open == NULL) return fail_with(context, path, errno);
    tw_status status = TW_OK;
    errno = 0;
    for (struct dirent *entry = readdir(open); entry != NULL && status == TW_OK;) {
        status = add_name(context, path, folder, entry->d_name);
        errno = 0;
        entry = readdir(open);
    }
    if (status == TW_OK && errno != 0) status = fail_with(context, path, errno);
    closedir(open);
    if (status != TW_OK) {
        tw_folder_free(folder);
        return status;
    }
    if (folder->count > 0) qsort(folder->names, folder->count, sizeof(char *), by_bytes);
    return TW_OK;
}

void tw_folder_free(tw_folder *folder) {
    for (size_t i = 0; i < folder->count; i++) tw_release(folder->names[i]);
    tw_release(folder->names);
    *folder = (tw_folder){0};
}
