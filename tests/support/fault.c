// Faults in turn; see fault.h.
#include "support/fault.h"

#include "base/context.h"
#include "base/file.h"
#include "base/memory.h"

enum { RUNS_MAX = 100000 }; // a scenario that fails for ever is a mistake of the test

static void assert_nothing_left(tw_context *context) {
    uint64_t left = tw_context_memory(context).live_bytes;
    if (left != 0) fail_msg("the scenario left %llu bytes", (unsigned long long)left);
}

static void assert_message(const tw_context *context, tw_status status) {
    if (status != TW_OK) assert_string_not_equal(tw_context_message(context), "");
}

// One run with the nth allocation failing; whether there were so many.
static bool run_with_failing_allocation(tw_test_scenario *scenario, uint64_t nth, void *user) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_memory_fail_at(context, nth, false);
    tw_status status = scenario(context, user);
    bool struck = context->memory_fault.strikes != 0;
    if (status != (struck ? TW_NO_MEMORY : TW_OK)) {
        fail_msg("allocation %llu %s: %s: %s", (unsigned long long)nth,
                 struck ? "failed" : "was not reached", tw_status_name(status),
                 tw_context_message(context));
    }
    assert_message(context, status);
    assert_nothing_left(context);
    tw_context_free(context);
    return struck;
}

uint64_t tw_test_failing_allocations(tw_test_scenario *scenario, void *user) {
    uint64_t nth = 1;
    while (run_with_failing_allocation(scenario, nth, user)) assert_true(++nth < RUNS_MAX);
    return nth - 1;
}

static bool run_with_failing_file(tw_test_scenario *scenario, tw_test_check *check, uint64_t nth,
                                  int error, bool for_ever, void *user) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_file_fail_at(context, nth, error, for_ever);
    tw_status status = scenario(context, user);
    bool struck = context->file_fault.strikes != 0;
    tw_file_fail_at(context, 0, 0, false);
    if (!struck) assert_ok(context, status);
    assert_message(context, status);
    assert_nothing_left(context);
    check(context, status, struck, user);
    tw_context_free(context);
    return struck;
}

uint64_t tw_test_failing_files(tw_test_scenario *scenario, tw_test_check *check, int error,
                               bool for_ever, void *user) {
    uint64_t nth = 1;
    while (run_with_failing_file(scenario, check, nth, error, for_ever, user)) {
        assert_true(++nth < RUNS_MAX);
    }
    return nth - 1;
}
