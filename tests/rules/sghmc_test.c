#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

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

static void sghmc_without_temperature_is_momentum(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"sghmc:lr=0.03,momentum=0.8,temperature=0",
                                              .states = {"sghmc.v"}, .step = step});
}

static double variance(const char *method, uint64_t examples) {
    tw_sampler *s = tw_sampler_new(
        &(tw_sampler_options){method, tw_gaussian, .chains = 1000, .example_count = examples});
    tw_moments m = tw_sampler_run(s, 200, 1400, NULL);
    tw_sampler_free(s);
    return m.variance;
}

// 1/(1 - lr/(2 (1 + momentum))), of a recurrence of second order.
static void sghmc_samples_a_gaussian(void **state) {
    (void)state;
    assert_true(fabs(variance("sghmc:lr=0.01,momentum=0.9", 1) - 1.0) < 0.02);
    assert_true(fabs(variance("sghmc:lr=1,momentum=0.9", 100) - 1.0) < 0.02);
}

// Noise of the gradient that nobody counts heats: by lr s^2/(2 (1 - momentum)). Counted as beta, not.
static void noise_of_the_gradient_heats_unless_it_is_counted(void **state) {
    (void)state;
    double heated = variance("gradient_noise:std=4 | sghmc:lr=0.01,momentum=0.9", 1);
    assert_true(fabs(heated - 1.8 / (1.0 - 0.01 / 3.8)) < 0.04);
    double counted = variance("gradient_noise:std=4 | sghmc:lr=0.01,momentum=0.9,beta=0.08", 1);
    assert_true(fabs(counted - 1.0) < 0.02);
}

TW_TESTS(sghmc_without_temperature_is_momentum, sghmc_samples_a_gaussian,
         noise_of_the_gradient_heats_unless_it_is_counted)
