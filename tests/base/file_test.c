#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fault.h"
#include "support/folder.h"

static tw_context *context;
static char folder[TW_TEST_PATH_BYTES];
static char path[TW_TEST_PATH_BYTES]; // of a file in it that is not there yet

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "target", path);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
    tw_test_folder_remove(folder);
}

static void assert_message_ends(const char *end) {
    const char *message = tw_context_message(context);
    assert_int_equal(strncmp(message, folder, strlen(folder)), 0); // it names the path
    size_t length = strlen(message);
    if (length < strlen(end) || strcmp(message + length - strlen(end), end) != 0) {
        fail_msg("\"%s\" does not end with \"%s\"", message, end);
    }
}

static void what_was_written_is_read_back(void **state) {
    (void)state;
    start();
    char *bytes = NULL;
    size_t count = 1;
    assert_ok(context, tw_file_write_all(context, path, "a\0bcdef", 7));
    assert_ok(context, tw_file_read_all(context, path, 7, &bytes, &count));
    assert_int_equal(count, 7);
    assert_memory_equal(bytes, "a\0bcdef", 8); // and the NUL
    tw_release(bytes);
    tw_file *file = NULL;
    char part[3];
    assert_ok(context, tw_file_open(context, path, &file));
    assert_int_equal(tw_file_size(file), 7);
    assert_ok(context, tw_file_read(file, 4, part, 3));
    assert_memory_equal(part, "def", 3);
    assert_ok(context, tw_file_read(file, 7, part, 0));
    tw_file_close(file);
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void an_empty_file_is_written_and_read(void **state) {
    (void)state;
    start();
    char *bytes = NULL;
    size_t count = 1;
    assert_ok(context, tw_file_write_all(context, path, "", 0));
    assert_ok(context, tw_file_read_all(context, path, 0, &bytes, &count));
    assert_int_equal(count, 0);
    assert_string_equal(bytes, "");
    tw_release(bytes);
    stop();
}

static void a_file_that_ends_too_soon_says_where(void **state) {
    (void)state;
    start();
    tw_test_write(path, "12345");
    tw_file *file = NULL;
    char part[4];
    assert_ok(context, tw_file_open(context, path, &file));
    assert_int_equal(tw_file_read(file, 3, part, 4), TW_BAD_FILE);
    assert_message_ends("/target: ends after 5 bytes; 4 bytes from 3 on are needed");
    tw_file_close(file);
    stop();
}

static void a_file_above_the_limit_is_not_read(void **state) {
    (void)state;
    start();
    tw_test_write(path, "12345");
    char *bytes = path;
    size_t count = 1;
    assert_int_equal(tw_file_read_all(context, path, 4, &bytes, &count), TW_BAD_FILE);
    assert_message_ends("/target: has 5 bytes; at most 4 are read");
    assert_null(bytes);
    assert_int_equal(count, 0);
    stop();
}

static void what_cannot_be_opened_is_told_with_the_reason(void **state) {
    (void)state;
    start();
    char below[TW_TEST_PATH_BYTES];
    tw_file *file = NULL;
    assert_int_equal(tw_file_open(context, path, &file), TW_NOT_FOUND);
    assert_message_ends("/target: No such file or directory");
    assert_int_equal(tw_file_open(context, "", &file), TW_NOT_FOUND);
    assert_int_equal(tw_file_open(context, folder, &file), TW_BAD_FILE);
    assert_message_ends(": is a folder; a file is needed");
    tw_test_write(path, "");
    tw_test_path(path, "below", below);
    assert_int_equal(tw_file_open(context, below, &file), TW_NOT_FOUND);
    assert_int_equal(tw_file_write_all(context, below, "", 0), TW_NOT_FOUND);
    assert_null(file);
    stop();
}

static void pipes_and_devices_are_refused_without_waiting(void **state) {
    (void)state;
    start();
    assert_int_equal(mkfifo(path, 0600), 0);
    tw_file *file = NULL;
    char *bytes = NULL;
    size_t count = 0;
    assert_int_equal(tw_file_open(context, path, &file), TW_BAD_FILE);
    assert_message_ends("/target: is a pipe, a device or a socket; a file is needed");
    assert_int_equal(tw_file_read_all(context, path, 10, &bytes, &count), TW_BAD_FILE);
    assert_int_equal(tw_file_replace(context, path, &file), TW_BAD_FILE);
    assert_int_not_equal(tw_file_append(context, path, &file), TW_OK);
    assert_int_not_equal(tw_file_truncate(context, path, 0), TW_OK);
    assert_int_equal(tw_file_open(context, "/dev/zero", &file), TW_BAD_FILE);
    assert_int_equal(tw_file_replace(context, "/dev/null", &file), TW_BAD_FILE);
    assert_int_equal(tw_file_append(context, "/dev/null", &file), TW_BAD_FILE);
    assert_int_equal(tw_file_replace(context, folder, &file), TW_BAD_FILE);
    assert_null(file);
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void a_link_stays_and_leads_to_the_new_file(void **state) {
    (void)state;
    start();
    char link[TW_TEST_PATH_BYTES];
    struct stat is;
    tw_test_path(folder, "link", link);
    tw_test_write(path, "old");
    assert_int_equal(symlink("target", link), 0);
    assert_ok(context, tw_file_write_all(context, link, "new", 3));
    tw_test_assert_file(path, "new");
    assert_int_equal(lstat(link, &is), 0);
    assert_true(S_ISLNK(is.st_mode));
    assert_int_equal(tw_test_folder_count(folder), 2);
    stop();
}

static void a_replaced_file_is_there_only_once_committed(void **state) {
    (void)state;
    start();
    tw_test_write(path, "old");
    tw_file *file = NULL;
    assert_ok(context, tw_file_replace(context, path, &file));
    assert_ok(context, tw_file_write(file, "ne", 2));
    tw_test_assert_file(path, "old");
    assert_ok(context, tw_file_write(file, "wer", 3));
    assert_ok(context, tw_file_commit(file));
    tw_test_assert_file(path, "newer");
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void a_replaced_file_that_is_closed_was_never_there(void **state) {
    (void)state;
    start();
    tw_test_write(path, "old");
    tw_file *file = NULL;
    assert_ok(context, tw_file_replace(context, path, &file));
    assert_ok(context, tw_file_write(file, "new", 3));
    tw_file_close(file);
    tw_test_assert_file(path, "old");
    assert_int_equal(tw_test_folder_count(folder), 1);
    tw_file_close(NULL);
    stop();
}

static void two_files_may_be_replaced_at_once(void **state) {
    (void)state;
    start();
    tw_file *first = NULL, *second = NULL;
    assert_ok(context, tw_file_replace(context, path, &first));
    assert_ok(context, tw_file_replace(context, path, &second));
    tw_file_write(first, "first", 5);
    tw_file_write(second, "second", 6);
    assert_ok(context, tw_file_commit(first));
    tw_test_assert_file(path, "first");
    assert_ok(context, tw_file_commit(second));
    tw_test_assert_file(path, "second");
    assert_int_equal(tw_test_folder_count(folder), 1);
    stop();
}

static void a_name_as_long_as_the_system_takes_can_be_replaced(void **state) {
    (void)state;
    start();
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    tw_test_path(folder, name, path);
    assert_ok(context, tw_file_write_all(context, path, "x", 1));
    tw_test_assert_file(path, "x");
    stop();
}

static void a_new_file_has_the_mode_the_umask_leaves(void **state) {
    (void)state;
    start();
    mode_t former = umask(027);
    assert_ok(context, tw_file_write_all(context, path, "x", 1));
    umask(former);
    struct stat is;
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0640);
    stop();
}

static void a_path_without_a_folder_means_the_working_one(void **state) {
    (void)state;
    start();
    char former[TW_TEST_PATH_BYTES];
    assert_non_null(getcwd(former, sizeof former));
    assert_int_equal(chdir(folder), 0);
    tw_status status = tw_file_write_all(context, "target", "here", 4);
    assert_int_equal(chdir(former), 0);
    assert_ok(context, status);
    tw_test_assert_file(path, "here");
    stop();
}

static void appended_lines_stand_behind_what_was_there(void **state) {
    (void)state;
    start();
    tw_file *file = NULL;
    for (int i = 0; i < 2; i++) { // the first time it is made
        assert_ok(context, tw_file_append(context, path, &file));
        assert_int_equal(tw_file_size(file), 8 * i);
        assert_ok(context, tw_file_write(file, "one\n", 4));
        assert_ok(context, tw_file_write(file, "two\n", 4));
        assert_ok(context, tw_file_commit(file));
    }
    tw_test_assert_file(path, "one\ntwo\none\ntwo\n");
    stop();
}

// The system itself stops a write half way: the file may not grow beyond 6 bytes.
static void a_line_that_does_not_fit_leaves_no_part_of_itself(void **state) {
    (void)state;
    start();
    struct rlimit former, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = former;
    small.rlim_cur = 6;
    tw_file *file = NULL;
    assert_ok(context, tw_file_append(context, path, &file));
    assert_ok(context, tw_file_write(file, "one\n", 4));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    tw_status status = tw_file_write(file, "two\n", 4);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &former), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, TW_IO);
    assert_message_ends("/target: File too large");
    assert_int_equal(tw_file_write(file, "three\n", 6), TW_IO); // latched
    assert_int_equal(tw_file_commit(file), TW_IO);
    tw_test_assert_file(path, "one\n");
    stop();
}

static void a_file_is_cut_back_and_never_stretched(void **state) {
    (void)state;
    start();
    tw_test_write(path, "one\ntwo\n");
    assert_ok(context, tw_file_truncate(context, path, 8));
    assert_ok(context, tw_file_truncate(context, path, 4));
    tw_test_assert_file(path, "one\n");
    assert_int_equal(tw_file_truncate(context, path, 5), TW_BAD_FILE);
    assert_message_ends("/target: has 4 bytes and cannot be cut to 5");
    assert_int_equal(tw_file_truncate(context, path, -1), TW_BAD_FILE);
    tw_test_assert_file(path, "one\n");
    stop();
}

static void folders_are_made_with_those_above_them(void **state) {
    (void)state;
    start();
    char deep[TW_TEST_PATH_BYTES];
    tw_test_path(folder, "a//b/c/", deep);
    assert_ok(context, tw_folder_make(context, deep));
    assert_true(tw_path_is_folder(deep));
    assert_ok(context, tw_folder_make(context, deep));
    assert_ok(context, tw_folder_make(context, "/"));
    assert_int_equal(tw_folder_make(context, ""), TW_NOT_FOUND);
    tw_test_write(path, "");
    assert_int_equal(tw_folder_make(context, path), TW_EXISTS);
    assert_message_ends("/target: exists and is not a folder");
    tw_test_path(path, "below", deep);
    assert_int_equal(tw_folder_make(context, deep), TW_EXISTS);
    assert_true(tw_path_exists(path));
    assert_false(tw_path_is_folder(path));
    stop();
}

static void removing_is_fine_with_a_file_that_is_missing(void **state) {
    (void)state;
    start();
    tw_test_write(path, "");
    assert_ok(context, tw_file_remove(context, path));
    assert_false(tw_path_exists(path));
    assert_ok(context, tw_file_remove(context, path));
    assert_int_not_equal(tw_file_remove(context, folder), TW_OK);
    assert_true(tw_path_is_folder(folder));
    stop();
}

// The scenarios of faults work on the target, which is "old" when they begin.

static tw_status replace_in_parts(tw_context *with, void *user) {
    (void)user;
    tw_test_write(path, "old");
    tw_file *file = NULL;
    tw_status status = tw_file_replace(with, path, &file);
    if (status != TW_OK) {
        assert_null(file);
        return status;
    }
    tw_file_write(file, "n", 1);
    tw_file_write(file, "ew", 2);
    return tw_file_commit(file);
}

static void assert_old_or_new(tw_context *with, tw_status status, bool struck, void *user) {
    (void)with, (void)struck, (void)user;
    tw_test_assert_file(path, status == TW_OK ? "new" : "old");
}

static void assert_old_or_new_alone(tw_context *with, tw_status status, bool struck, void *user) {
    assert_old_or_new(with, status, struck, user);
    assert_int_equal(tw_test_folder_count(folder), 1);
}

static void any_failing_call_leaves_the_target_and_nothing_beside_it(void **state) {
    (void)state;
    start();
    const int errors[] = {EIO, ENOSPC, EDQUOT, EACCES, EROFS};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        // open, 2 writes, fsync, close, rename; then open, fsync and close of the folder
        assert_int_equal(tw_test_failing_files(replace_in_parts, assert_old_or_new_alone, errors[i],
                                               false, NULL),
                         9);
    }
    stop();
}

// A disk that fails for good keeps the temporary file too; the next run begins without it.
static void assert_old_or_new_anew(tw_context *with, tw_status status, bool struck, void *user) {
    assert_old_or_new(with, status, struck, user);
    tw_test_folder_remove(folder);
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void a_disk_that_fails_for_good_leaves_the_target(void **state) {
    (void)state;
    start();
    assert_int_equal(
        tw_test_failing_files(replace_in_parts, assert_old_or_new_anew, EIO, true, NULL), 9);
    stop();
}

static void an_interrupted_call_is_made_again(void **state) {
    (void)state;
    start();
    for (uint64_t nth = 1; nth <= 9; nth++) {
        if (nth == 6) continue; // rename is never interrupted
        tw_file_fail_at(context, nth, EINTR, false);
        assert_ok(context, replace_in_parts(context, NULL));
    }
    stop();
}

static void a_temporary_name_that_is_taken_is_passed_over(void **state) {
    (void)state;
    start();
    char taken[TW_TEST_PATH_BYTES], name[64];
    snprintf(name, sizeof name, ".thalweg-%ld-0.tmp", (long)getpid());
    tw_test_path(folder, name, taken);
    tw_test_write(taken, "another's");
    assert_ok(context, replace_in_parts(context, NULL));
    tw_test_assert_file(path, "new");
    tw_test_assert_file(taken, "another's");
    stop();
}

static void failing_allocations_leave_the_target_and_nothing_beside_it(void **state) {
    (void)state;
    start();
    assert_int_equal(tw_test_failing_allocations(replace_in_parts, NULL), 3); // file, path, name
    for (uint64_t nth = 1; nth <= 3; nth++) {
        tw_memory_fail_at(context, nth, false);
        assert_int_equal(replace_in_parts(context, NULL), TW_NO_MEMORY);
        assert_old_or_new_alone(context, TW_NO_MEMORY, true, NULL);
    }
    stop();
}

static tw_status read_whole(tw_context *with, void *user) {
    (void)user;
    char *bytes = NULL;
    size_t count = 0;
    tw_status status = tw_file_read_all(with, path, 100, &bytes, &count);
    assert_true((bytes == NULL) == (status != TW_OK));
    tw_release(bytes);
    return status;
}

static void assert_struck_is_told(tw_context *with, tw_status status, bool struck, void *user) {
    (void)with, (void)user;
    if (struck) assert_int_equal(status, TW_IO);
}

static void ignore_last(tw_context *with, tw_status status, bool struck, void *user) {
    (void)with, (void)status, (void)struck, (void)user;
}

static void any_failing_call_or_allocation_of_a_read_is_told(void **state) {
    (void)state;
    start();
    tw_test_write(path, "text");
    assert_int_equal(tw_test_failing_allocations(read_whole, NULL), 3); // file, path, bytes
    // open, fstat, read, close; the last need not matter
    assert_int_equal(tw_test_failing_files(read_whole, ignore_last, EIO, false, NULL), 4);
    for (uint64_t nth = 1; nth <= 3; nth++) {
        tw_file_fail_at(context, nth, EIO, false);
        assert_int_equal(read_whole(context, NULL), TW_IO);
        assert_message_ends("/target: Input/output error");
    }
    stop();
}

// "text", which waits in a pipe.
static void put_on_stdin(void) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "text", 4), 4);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
}

static tw_status read_stdin(tw_context *with, void *user) {
    char *bytes = NULL;
    size_t count = 1;
    put_on_stdin();
    tw_status status = tw_stdin_read_all(with, *(size_t *)user, &bytes, &count);
    assert_true((bytes == NULL) == (status != TW_OK));
    assert_int_equal(count, status == TW_OK ? 4 : 0);
    if (status == TW_OK) assert_string_equal(bytes, "text");
    tw_release(bytes);
    return status;
}

static void stdin_is_read_to_its_end_whatever_it_is(void **state) {
    (void)state;
    start();
    size_t most = 4, too_few = 3, count = 1;
    char *bytes = NULL;
    int was = dup(STDIN_FILENO);
    assert_ok(context, read_stdin(context, &most));
    assert_int_equal(read_stdin(context, &too_few), TW_BAD_FILE);
    assert_int_equal(tw_test_failing_allocations(read_stdin, &most), 1);
    // two reads: what is there, and that nothing follows
    assert_int_equal(tw_test_failing_files(read_stdin, assert_struck_is_told, EIO, false, &most),
                     2);
    tw_file_fail_at(context, 1, EINTR, false);
    assert_ok(context, read_stdin(context, &most));
    put_on_stdin();
    close(STDIN_FILENO);
    assert_int_equal(tw_stdin_read_all(context, most, &bytes, &count), TW_IO);
    assert_string_equal(tw_context_message(context), "stdin: Bad file descriptor");
    if (was >= 0) assert_int_equal(dup2(was, STDIN_FILENO), STDIN_FILENO);
    if (was >= 0) close(was);
    stop();
}

static tw_status append_line(tw_context *with, void *user) {
    (void)user;
    tw_test_write(path, "one\n");
    tw_file *file = NULL;
    tw_status status = tw_file_append(with, path, &file);
    if (status != TW_OK) return status;
    tw_file_write(file, "two\n", 4);
    return tw_file_commit(file);
}

static void any_failing_call_of_an_append_is_told(void **state) {
    (void)state;
    start();
    // open, fstat, write, fsync, close
    assert_int_equal(tw_test_failing_files(append_line, assert_struck_is_told, ENOSPC, false, NULL),
                     5);
    assert_int_equal(tw_test_failing_allocations(append_line, NULL), 2); // file, path
    stop();
}

static tw_status cut_back(tw_context *with, void *user) {
    (void)user;
    tw_test_write(path, "one\ntwo\n");
    return tw_file_truncate(with, path, 4);
}

static tw_status make_folder(tw_context *with, void *user) {
    (void)user;
    char deep[TW_TEST_PATH_BYTES];
    tw_test_path(folder, "a/b", deep);
    rmdir(deep);
    tw_test_path(folder, "a", path);
    rmdir(path);
    return tw_folder_make(with, deep);
}

static tw_status remove_target(tw_context *with, void *user) {
    (void)user;
    tw_test_write(path, "");
    return tw_file_remove(with, path);
}

static void any_failing_call_on_paths_is_told(void **state) {
    (void)state;
    start();
    // open, fstat, ftruncate, fsync, close
    assert_int_equal(tw_test_failing_files(cut_back, assert_struck_is_told, EIO, false, NULL), 5);
    assert_int_equal(
        tw_test_failing_files(remove_target, assert_struck_is_told, EACCES, false, NULL), 1);
    assert_int_equal(tw_test_failing_files(make_folder, assert_struck_is_told, ENOSPC, false, NULL),
                     2);
    assert_int_equal(tw_test_failing_allocations(make_folder, NULL), 1);
    stop();
}

TW_TESTS(what_was_written_is_read_back, an_empty_file_is_written_and_read,
         a_file_that_ends_too_soon_says_where, a_file_above_the_limit_is_not_read,
         what_cannot_be_opened_is_told_with_the_reason,
         pipes_and_devices_are_refused_without_waiting,
         a_replaced_file_is_there_only_once_committed, a_link_stays_and_leads_to_the_new_file,
         a_replaced_file_that_is_closed_was_never_there, two_files_may_be_replaced_at_once,
         a_name_as_long_as_the_system_takes_can_be_replaced,
         a_new_file_has_the_mode_the_umask_leaves, a_path_without_a_folder_means_the_working_one,
         appended_lines_stand_behind_what_was_there,
         a_line_that_does_not_fit_leaves_no_part_of_itself, a_file_is_cut_back_and_never_stretched,
         folders_are_made_with_those_above_them, removing_is_fine_with_a_file_that_is_missing,
         any_failing_call_leaves_the_target_and_nothing_beside_it,
         a_disk_that_fails_for_good_leaves_the_target, an_interrupted_call_is_made_again,
         a_temporary_name_that_is_taken_is_passed_over,
         failing_allocations_leave_the_target_and_nothing_beside_it,
         any_failing_call_or_allocation_of_a_read_is_told, stdin_is_read_to_its_end_whatever_it_is,
         any_failing_call_of_an_append_is_told, any_failing_call_on_paths_is_told)
