// What happens to the states when the method changes in the middle of a training.
#include "rules/rule_reference.h"

#include <math.h>
#include <string.h>

static const char *const parameter_names[] = {"a/bias", "a/weight", "b/weight"};

// Three steps by `first`, whose states `second` then carries over into a run of its own.
static tw_rule_run *change(const char *first, const char *second, const char **refused,
                           tw_rule_run **old) {
    *old = tw_rule_run_new(first, NULL, TW_F64, 1);
    tw_rule_run *run = tw_rule_run_new(second, NULL, TW_F64, 1);
    tw_rule_run_start(*old);
    for (uint64_t t = 1; t <= 3; t++) tw_rule_run_step(*old, t);
    tw_variables *from = tw_rule_run_variables(*old), *to = tw_rule_run_variables(run);
    for (int i = 0; i < tw_variables_count(from); i++) {
        const tw_tensor *source = tw_variables_tensor(from, i);
        tw_tensor *copy;
        assert_ok(tw_rule_run_context(run),
                  tw_variables_have(to, tw_variables_name(from, i), TW_F64, tw_tensor_shape(source),
                                    &copy));
        for (int64_t k = 0; k < tw_tensor_elements(source); k++) {
            tw_tensor_set(copy, k, tw_tensor_get(source, k));
        }
    }
    assert_ok(tw_rule_run_context(run),
              tw_method_carry(tw_rule_run_method(*old), tw_rule_run_method(run), to,
                              parameter_names, TW_REFERENCE_TENSORS, refused));
    return run;
}

static void assert_carried(const char *first, const char *from, const char *second,
                           const char *to) {
    const char *refused;
    tw_rule_run *old, *run = change(first, second, &refused, &old);
    assert_string_equal(refused, "");
    tw_rule_run_start(run);
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int64_t k = 0; k < tw_reference_elements(i); k++) {
            assert_true(tw_rule_run_value(run, i, to, k) == tw_rule_run_value(old, i, from, k));
        }
    }
    assert_true(tw_rule_run_value(run, 1, to, 0) != 0.0);
    tw_rule_run_free(old);
    tw_rule_run_free(run);
}

static void states_of_the_same_equation_live_on(void **state) {
    (void)state;
    assert_carried("momentum", "momentum.v", "nag", "nag.v");
    assert_carried("nag", "nag.v", "momentum:lr=1", "momentum.v");
    assert_carried("adam", "adam.s", "adamw", "adamw.s");
    assert_carried("adam", "adam.r", "adam_keras", "adam_keras.r");
    assert_carried("adamw", "adamw.r", "clip_norm | adam", "adam.r");
}

static void states_of_another_equation_start_anew_and_say_so(void **state) {
    (void)state;
    const char *refused;
    tw_rule_run *old, *run = change("momentum", "momentum_torch", &refused, &old);
    assert_string_equal(
        refused, "momentum_torch.v starts anew: no state of 'momentum' has its equation\n"
                 "momentum.v is left behind: no state of 'momentum_torch' has its equation\n");
    tw_rule_run_start(run);
    assert_true(tw_rule_run_value(run, 1, "momentum_torch.v", 0) == 0.0);
    tw_rule_run_free(old);
    tw_rule_run_free(run);
}

static void a_state_is_carried_where_another_is_not(void **state) {
    (void)state;
    const char *refused;
    tw_rule_run *old, *run = change("adam", "amsgrad", &refused, &old);
    assert_string_equal(refused,
                        "amsgrad.r_max starts anew: no state of 'adam' has its equation\n");
    tw_rule_run_start(run);
    assert_true(tw_rule_run_value(run, 1, "amsgrad.s", 0) ==
                tw_rule_run_value(old, 1, "adam.s", 0));
    assert_true(tw_rule_run_value(run, 1, "amsgrad.r_max", 0) == 0.0);
    tw_rule_run_free(old);
    tw_rule_run_free(run);
}

TW_TESTS(states_of_the_same_equation_live_on, states_of_another_equation_start_anew_and_say_so,
         a_state_is_carried_where_another_is_not)
