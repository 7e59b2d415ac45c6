#include "rules/rule_reference.h"

#include <math.h>

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.7 * x->state[0][k] + 0.3 * x->g[k] * x->g[k];
            x->state[1][k] = 0.8 * x->state[1][k] + 0.03 * x->g[k] / sqrt(x->state[0][k] + 1e-5);
            x->theta[k] -= x->state[1][k];
        }
    }
}

static void rmsprop_tf_starts_at_one_with_eps_inside_the_root(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"rmsprop_tf:lr=0.03,rho=0.7,momentum=0.8,eps=1e-5",
                                              .states = {"rmsprop_tf.r", "rmsprop_tf.v"},
                                              .first = {1}, .step = step});
}

TW_TESTS(rmsprop_tf_starts_at_one_with_eps_inside_the_root)
