#include "rules/rule_reference.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            const double g = x->g[k] < -0.05 ? -0.05 : x->g[k] > 0.05 ? 0.05 : x->g[k];
            x->theta[k] -= 0.5 * g;
        }
    }
}

static void clip_value_bounds_each_element(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"clip_value:c=0.05 | sgd:lr=0.5", .step = step});
}

TW_TESTS(clip_value_bounds_each_element)
