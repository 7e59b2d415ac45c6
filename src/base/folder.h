// What a folder holds.
#ifndef TW_BASE_FOLDER_H
#define TW_BASE_FOLDER_H

#include "thalweg/context.h"

enum { TW_FOLDER_ENTRIES_MAX = 1 << 20 };

typedef struct tw_folder {
    char **names; // [count] of files and folders, in byte order; hidden ones left out
    size_t count, capacity;
} tw_folder;

// Lists a folder. Free with tw_folder_free. Errors: TW_NOT_FOUND, TW_IO, TW_NO_MEMORY; TW_BAD_FILE for
// more than TW_FOLDER_ENTRIES_MAX names.
tw_status tw_folder_list(tw_context *context, const char *path, tw_folder *folder);
void tw_folder_free(tw_folder *folder);

#endif
