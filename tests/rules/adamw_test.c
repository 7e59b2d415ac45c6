#include "rules/rule_reference.h"

#include <math.h>

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] + (1 - 0.8) * x->g[k];
            x->state[1][k] = 0.95 * x->state[1][k] + (1 - 0.95) * x->g[k] * x->g[k];
            const double s = x->state[0][k] / (1 - pow(0.8, (double)t));
            const double r = x->state[1][k] / (1 - pow(0.95, (double)t));
            x->theta[k] -= 0.03 * (s / (1e-5 + sqrt(r)) + 0.2 * x->theta[k]);
        }
    }
}

static void adamw_decays_apart_from_the_averages(void **state) {
    (void)state;
    tw_test_against_reference(
        &(tw_reference){"adamw:lr=0.03,beta1=0.8,beta2=0.95,eps=1e-5,weight_decay=0.2",
                        .states = {"adamw.s", "adamw.r"}, .step = step});
}

static void adamw_decays_where_there_is_no_gradient(void **state) {
    (void)state;
    tw_rule_run *run = tw_rule_run_new("adamw:lr=0.5,weight_decay=0.5", NULL, TW_F64, 1);
    tw_rule_run_start(run);
    tw_rule_run_step(run, 1);
    assert_true(tw_reference_gradient(1, 3, 1) == 0.0);
    assert_true(tw_rule_run_value(run, 1, NULL, 3) == 0.75 * tw_reference_weight(1, 3));
    tw_rule_run_free(run);
}

TW_TESTS(adamw_decays_apart_from_the_averages, adamw_decays_where_there_is_no_gradient)
