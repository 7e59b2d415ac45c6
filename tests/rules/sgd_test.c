#include "rules/rule_reference.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->theta[k] -= 0.03 * x->g[k];
        }
    }
}

static void sgd_goes_against_the_gradient(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"sgd:lr=0.03", .step = step});
}

TW_TESTS(sgd_goes_against_the_gradient)
