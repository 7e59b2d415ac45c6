#include "rules/rule_reference.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            const double share = t == 1 ? 1.0 : 1.0 - 0.3;
            x->state[0][k] = 0.8 * x->state[0][k] + share * x->g[k];
            x->theta[k] -= 0.03 * x->state[0][k];
        }
    }
}

static void momentum_torch_keeps_lr_outside_the_velocity(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"momentum_torch:lr=0.03,momentum=0.8,dampening=0.3",
                                              .states = {"momentum_torch.v"}, .step = step});
}

TW_TESTS(momentum_torch_keeps_lr_outside_the_velocity)
