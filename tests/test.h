// What every test file includes: cmocka with the headers it wants before it, in its order, and the
// macro that turns true sentences into a program.
#ifndef TW_TEST_H
#define TW_TEST_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "thalweg/context.h"

// main() that runs the tests named, in order: TW_TESTS(a_is_so, b_is_so).
#define TW_TESTS(...)                                                                              \
    int main(void) {                                                                               \
        void (*const functions[])(void **) = {__VA_ARGS__};                                        \
        static const char names[] = #__VA_ARGS__;                                                  \
        return tw_test_run(names, functions, sizeof functions / sizeof *functions);                \
    }

// Runs `count` functions whose names stand in `names`, separated by commas.
int tw_test_run(const char *names, void (*const *functions)(void **), size_t count);

#define assert_ok(context, call)                                                                   \
    do {                                                                                           \
        tw_status status_of_call = (call);                                                         \
        if (status_of_call != TW_OK)                                                               \
            fail_msg("%s: %s: %s", #call, tw_status_name(status_of_call),                          \
                     tw_context_message(context));                                                 \
    } while (0)

#endif
