#include "test.h"

#include "thalweg/method.h"

static void sgd_is_a_correct_rule(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_rule_check(context, "sgd", tw_rule_text("sgd")));
    tw_context_free(context);
}

TW_TESTS(sgd_is_a_correct_rule)
