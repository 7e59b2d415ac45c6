#include "test.h"

#include "thalweg/method.h"

static void adagrad_is_a_correct_rule(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_rule_check(context, "adagrad", tw_rule_text("adagrad")));
    tw_context_free(context);
}

TW_TESTS(adagrad_is_a_correct_rule)
