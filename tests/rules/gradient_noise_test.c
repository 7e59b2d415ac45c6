#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < all[i].n; k++) all[i].theta[k] -= 0.03 * all[i].g[k];
    }
}

static void noise_of_no_width_changes_nothing(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"gradient_noise:std=0 | sgd:lr=0.03", .step = step});
}

static void noise_has_the_width_that_it_is_given(void **state) {
    (void)state;
    tw_rule_run *run = tw_rule_run_new("gradient_noise:std=2 | sgd:lr=1", NULL, TW_F32, 3);
    tw_rule_run_start(run);
    tw_rule_run_step(run, 1);
    double sum = 0.0, squares = 0.0;
    for (int64_t k = 0; k < 1300; k++) {
        double moved = tw_reference_weight(2, k) - tw_rule_run_value(run, 2, NULL, k);
        double noise = moved - tw_reference_gradient(2, k, 1);
        sum += noise;
        squares += noise * noise;
    }
    assert_true(fabs(sum / 1300.0) < 0.25);
    assert_true(fabs(squares / 1300.0 - 4.0) < 0.6);
    tw_rule_run_free(run);
}

TW_TESTS(noise_of_no_width_changes_nothing, noise_has_the_width_that_it_is_given)
