#include "test.h"

#include "thalweg/method.h"

static void rmsprop_is_a_correct_rule(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_rule_check(context, "rmsprop", tw_rule_text("rmsprop")));
    tw_context_free(context);
}

TW_TESTS(rmsprop_is_a_correct_rule)
