#include "test.h"

#include "thalweg/method.h"

static void momentum_torch_is_a_correct_rule(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_rule_check(context, "momentum_torch", tw_rule_text("momentum_torch")));
    tw_context_free(context);
}

TW_TESTS(momentum_torch_is_a_correct_rule)
