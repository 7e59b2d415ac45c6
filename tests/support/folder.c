// Folders and files of a test, by the system alone: the library's own calls are what is tested.
#define _XOPEN_SOURCE 700 // nftw

#include "support/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tw_test_path(const char *folder, const char *name, char path[TW_TEST_PATH_BYTES]) {
    int length = snprintf(path, TW_TEST_PATH_BYTES, "%s/%s", folder, name);
    assert_true(length > 0 && length < TW_TEST_PATH_BYTES);
}

void tw_test_folder_make(char folder[TW_TEST_PATH_BYTES]) {
    const char *parent = getenv("TMPDIR");
    if (parent == NULL) parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; // quick fsync
    tw_test_path(parent, "thalweg-test-XXXXXX", folder);
    assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *at) {
    (void)is, (void)kind, (void)at;
    return remove(path);
}

void tw_test_folder_remove(const char *folder) {
    enum { OPEN_MAX_FOLDERS = 8 };

    assert_int_equal(nftw(folder, remove_one, OPEN_MAX_FOLDERS, FTW_DEPTH | FTW_PHYS), 0);
}

size_t tw_test_folder_count(const char *folder) {
    DIR *open = opendir(folder);
    assert_non_null(open);
    size_t count = 0;
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(open);
    return count;
}

void tw_test_write(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

void tw_test_assert_file(const char *path, const char *text) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is missing", path);
    size_t room = strlen(text) + 2; // one byte more than expected shows a file that is longer
    char *found = calloc(1, room);
    assert_non_null(found);
    size_t count = fread(found, 1, room - 1, file);
    fclose(file);
    assert_int_equal(count, strlen(text));
    assert_memory_equal(found, text, count);
    free(found);
}
