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
            x->theta[k] -= 0.03 * s / (1e-5 + sqrt(r));
        }
    }
}

static void adam_corrects_both_averages(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"adam:lr=0.03,beta1=0.8,beta2=0.95,eps=1e-5",
                                              .states = {"adam.s", "adam.r"}, .step = step});
}

// Corrected, the averages of one gradient are the gradient and its square (Kingma and Ba, section 3).
static void the_first_step_of_adam_has_the_length_of_lr(void **state) {
    (void)state;
    tw_rule_run *run = tw_rule_run_new("adam:lr=0.25,eps=1e-12", NULL, TW_F64, 1);
    tw_rule_run_start(run);
    tw_rule_run_step(run, 1);
    for (int64_t k = 0; k < tw_reference_elements(2); k++) {
        double g = tw_reference_gradient(2, k, 1);
        double moved = tw_rule_run_value(run, 2, NULL, k) - tw_reference_weight(2, k);
        double wanted = g == 0.0 ? 0.0 : g > 0.0 ? -0.25 : 0.25;
        assert_true(fabs(moved - wanted) < 1e-6);
    }
    tw_rule_run_free(run);
}

TW_TESTS(adam_corrects_both_averages, the_first_step_of_adam_has_the_length_of_lr)
