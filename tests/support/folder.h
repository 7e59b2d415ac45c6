// A folder of a test's own, for files that come and go.
//
//     char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
//     tw_test_folder_make(folder);
//     tw_test_path(folder, "last.safetensors", path);
//     ...
//     tw_test_folder_remove(folder);
#ifndef TW_TEST_FOLDER_H
#define TW_TEST_FOLDER_H

#include "test.h"

#define TW_TEST_PATH_BYTES 512

// Makes a new, empty folder under $TMPDIR, /dev/shm or /tmp and stores its path.
void tw_test_folder_make(char folder[TW_TEST_PATH_BYTES]);

// Removes the folder and all that is in it.
void tw_test_folder_remove(const char *folder);

// How many files and folders lie in it, hidden ones too: 1 where a temporary file was left behind
// beside nothing.
size_t tw_test_folder_count(const char *folder);

// Stores folder/name.
void tw_test_path(const char *folder, const char *name, char path[TW_TEST_PATH_BYTES]);

// Writes a file; asserts that a file has just this text. Without the library.
void tw_test_write(const char *path, const char *text);
void tw_test_assert_file(const char *path, const char *text);

#endif
