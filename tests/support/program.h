// Runs the built program as a shell would, and keeps what it printed.
//
//     tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "data moons --json"});
//     assert_int_equal(ran.status, 0);
//     json_t *result = tw_test_result(&ran);
//     ...
//     json_decref(result);
//     tw_test_ran_free(&ran);
#ifndef TW_TEST_PROGRAM_H
#define TW_TEST_PROGRAM_H

#include <jansson.h>
#include <stdbool.h>

#include "test.h"

typedef struct tw_test_call {
    const char *line;     // words behind `thalweg`, blanks between; 'quotes' keep blanks
    const char *folder;   // where it runs; NULL: where the test does
    const char *variable; // of the environment, NAME=VALUE; NULL: none is added
    const char *in;       // a file in `folder` that stdin reads; NULL: the test's own stdin
    const char *out;      // a file that takes stdout; NULL: it is kept
    long file_bytes;      // the longest file it may write; 0: no limit
    const char *wait;     // a text on stdout or stderr behind which `signals` are sent
    int signal, signals;  // which, and how often
} tw_test_call;

typedef struct tw_test_ran {
    int status;      // exit status; 128 and the signal's number where a signal ended it
    char *out, *err; // what stood on stdout and stderr, ended by NUL
} tw_test_ran;

// Runs $TW_PROGRAM to its end. Fails the test where that takes longer than a minute.
tw_test_ran tw_test_program(const tw_test_call *call);
void tw_test_ran_free(tw_test_ran *ran);

// Asserts that each line of stdout is an object with a "type" and that the last one's is "result".
// Returns them as an array, and the last: new references.
json_t *tw_test_lines(const tw_test_ran *ran);
json_t *tw_test_result(const tw_test_ran *ran);

// Runs a line in `folder` (may be NULL), asserts that it is done without a complaint on stderr, where
// progress may stand, and returns the result of its --json, a new reference.
json_t *tw_test_result_of(const char *folder, const char *line);

// A call that is refused: the exit status and stderr as a whole, `thalweg: ` before `message` and a line
// end behind it; nothing on stdout.
typedef struct tw_test_refused {
    const char *line;
    const char *message;
} tw_test_refused;

void tw_test_refusals_of(const char *folder, int status, const tw_test_refused *table, int count);

// A member of an object, asserted to be there and to be a number (a null gives NaN).
double tw_test_number(const json_t *object, const char *key);

// Asserts that a member is exactly this number.
void tw_test_assert_number(const json_t *object, const char *key, double expected);

#endif
