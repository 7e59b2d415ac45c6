#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/memory.h"
#include "base/system.h"

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
        return tw_system_fail(context, path, context->file_fault.error);
    }
    DIR *open = opendir(path);
    if (open == NULL) return tw_system_fail(context, path, errno);
    tw_status status = TW_OK;
    struct dirent *entry = NULL;
    do {
        errno = 0; // tells a failure of readdir from the end of the folder
        entry = readdir(open);
        if (entry != NULL)
            status = add_name(context, path, folder, entry->d_name);
        else if (errno != 0)
            status = tw_system_fail(context, path, errno);
    } while (entry != NULL && status == TW_OK);
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
