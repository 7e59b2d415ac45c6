// Lets every allocation, or every call to the system about files, of a scenario fail in turn.
//
//     static tw_status parse(tw_context *context, void *user) {
//         tw_thing *thing = NULL;
//         tw_status status = tw_thing_parse(context, user, &thing);
//         tw_thing_free(thing);
//         return status;
//     }
//     ...
//     tw_test_failing_allocations(parse, "a + b");
//
// A scenario builds, uses and frees; it runs once for each of its calls, that one failing, and once
// more with none failing. Each time it has a new context, and has to give back all its memory.
#ifndef TW_TEST_FAULT_H
#define TW_TEST_FAULT_H

#include "test.h"

typedef tw_status tw_test_scenario(tw_context *context, void *user);

// What must hold after a run of the scenario: `struck` says whether a call failed in it. The
// context no longer fails, and may be used to look.
typedef void tw_test_check(tw_context *context, tw_status status, bool struck, void *user);

// Asserts: TW_NO_MEMORY and a message when an allocation failed, TW_OK when none did.
// Returns how many allocations there were.
uint64_t tw_test_failing_allocations(tw_test_scenario *scenario, void *user);

// The same for calls about files, that fail with `error`, an errno. Asserts that the undisturbed run
// is TW_OK and that a failure has a message; the rest (the target is as it was, and nothing lies
// beside it) is for `check`, as a failure need not matter. `for_ever`: all calls after the nth fail
// too, as on a full disk.
uint64_t tw_test_failing_files(tw_test_scenario *scenario, tw_test_check *check, int error,
                               bool for_ever, void *user);

#endif
