// See picture.h.
#include "support/picture.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "support/folder.h"

static void look(tw_context *context, tw_status status, bool struck, void *path) {
    (void)struck;
    if (status != TW_OK) assert_false(tw_path_exists(path));
    assert_ok(context, tw_file_remove(context, path));
}

void tw_test_failing_picture(tw_test_scenario *draw, const char *name, uint64_t allocations) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, name, path);
    assert_true(tw_test_failing_allocations(draw, path) > allocations);
    assert_int_equal(unlink(path), 0);
    assert_true(tw_test_failing_files(draw, look, ENOSPC, false, path) > 3);
    assert_int_equal(tw_test_folder_count(folder), 0);
    tw_test_folder_remove(folder);
}
