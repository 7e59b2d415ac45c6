#include "rules/rule_reference.h"

#include <math.h>

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] += x->g[k] * x->g[k];
            x->theta[k] -= 0.03 * x->g[k] / (1e-5 + sqrt(x->state[0][k]));
        }
    }
}

static void adagrad_divides_by_the_root_of_all_squares(void **state) {
    (void)state;
    tw_test_against_reference(
        &(tw_reference){"adagrad:lr=0.03,eps=1e-5", .states = {"adagrad.r"}, .step = step});
}

TW_TESTS(adagrad_divides_by_the_root_of_all_squares)
