#include "rules/rule_reference.h"

#include <math.h>

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] + (1 - 0.8) * x->g[k];
            x->state[1][k] = 0.95 * x->state[1][k] + (1 - 0.95) * x->g[k] * x->g[k];
            const double alpha = 0.03 * sqrt(1 - pow(0.95, (double)t)) / (1 - pow(0.8, (double)t));
            x->theta[k] -= alpha * x->state[0][k] / (1e-3 + sqrt(x->state[1][k]));
        }
    }
}

static void adam_keras_adds_eps_to_the_uncorrected_root(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"adam_keras:lr=0.03,beta1=0.8,beta2=0.95,eps=1e-3",
                                              .states = {"adam_keras.s", "adam_keras.r"},
                                              .step = step});
}

TW_TESTS(adam_keras_adds_eps_to_the_uncorrected_root)
