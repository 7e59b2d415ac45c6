#include "rules/rule_reference.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] - 0.03 * x->g[k];
            x->theta[k] += x->state[0][k];
        }
    }
}

static void momentum_keeps_a_velocity(void **state) {
    (void)state;
    tw_test_against_reference(
        &(tw_reference){"momentum:lr=0.03,momentum=0.8", .states = {"momentum.v"}, .step = step});
}

static void momentum_coasts_without_a_gradient(void **state) {
    (void)state;
    tw_rule_run *run = tw_rule_run_new("momentum:lr=0.03,momentum=0.5", NULL, TW_F64, 1);
    tw_rule_run_start(run);
    for (uint64_t t = 1; t <= 3; t++) tw_rule_run_step(run, t);
    double theta = tw_rule_run_value(run, 1, NULL, 0),
           v = tw_rule_run_value(run, 1, "momentum.v", 0);
    tw_rule_run_step(run, 4); // its gradients are zero
    assert_true(v != 0.0);
    assert_true(tw_rule_run_value(run, 1, "momentum.v", 0) == 0.5 * v);
    assert_true(tw_rule_run_value(run, 1, NULL, 0) == theta + 0.5 * v);
    tw_rule_run_free(run);
}

TW_TESTS(momentum_keeps_a_velocity, momentum_coasts_without_a_gradient)
