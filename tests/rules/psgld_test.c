#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.9 * x->state[0][k] + 0.1 * x->g[k] * x->g[k];
            x->theta[k] -= 0.03 * x->g[k] / (0.01 + sqrt(x->state[0][k]));
        }
    }
}

static void psgld_without_temperature_is_rmsprop(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"psgld:lr=0.03,sigma=0.9,lambda=0.01,temperature=0",
                                              .states = {"psgld.v"}, .step = step});
}

// With sigma = 1 the average stays 0 and the preconditioner is 1/lambda.
static void a_fixed_preconditioner_scales_step_and_noise_alike(void **state) {
    (void)state;
    tw_sampler *s = tw_sampler_new(
        &(tw_sampler_options){"psgld:lr=0.8,sigma=1,lambda=2", tw_gaussian, .chains = 1000});
    tw_moments m = tw_sampler_run(s, 50, 1050, NULL);
    assert_true(fabs(m.variance * (1.0 - 0.4 / 2.0) - 1.0) < 0.01);
    tw_sampler_free(s);
}

TW_TESTS(psgld_without_temperature_is_rmsprop, a_fixed_preconditioner_scales_step_and_noise_alike)
