#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

// lr 0.05, momentum 0.8 and N = 10 make eta 1e-3 and alpha 0.2.
static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    double squares = 0.0, elements = 0.0;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = (1.0 - x->state[1][k]) * x->state[0][k] - 0.01 * x->g[k];
            x->theta[k] += x->state[0][k];
            squares += x->state[0][k] * x->state[0][k];
            elements += 1.0;
        }
    }
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < all[i].n; k++) all[i].state[1][k] += squares / elements;
    }
}

static void sgnht_without_temperature_shares_one_thermostat(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"sgnht:lr=0.05,momentum=0.8,temperature=0",
                                              .states = {"sgnht.u", "sgnht.alpha"},
                                              .first = {0.0, 0.2}, .step = step});
}

static tw_moments moments(const char *method) {
    tw_sampler *s = tw_sampler_new(&(tw_sampler_options){method, tw_gaussian, .chains = 1000});
    tw_moments m = tw_sampler_run(s, 1000, 2500, NULL);
    tw_sampler_free(s);
    return m;
}

static void sgnht_samples_a_gaussian(void **state) {
    (void)state;
    tw_moments m = moments("sgnht:eta=0.0016,A=1");
    assert_true(fabs(m.variance - 0.98) < 0.015); // Euler: 1 - sqrt(eta)/2, in both
    assert_true(fabs(m.u_squared / 0.0016 - 1.0) < 0.02);
}

// The thermostat takes up noise of the gradient: alpha rises to sqrt(eta) (A + sqrt(eta) s^2/2).
static void the_thermostat_takes_up_noise_of_the_gradient(void **state) {
    (void)state;
    tw_moments m = moments("gradient_noise:std=5 | sgnht:eta=0.0016,A=1");
    assert_true(fabs(m.variance - 0.98) < 0.02);
    double wanted = 0.04 * (1.0 + 0.04 * 25.0 / 2.0);
    assert_true(fabs(m.alpha / wanted - 1.0) < 0.05);
}

TW_TESTS(sgnht_without_temperature_shares_one_thermostat, sgnht_samples_a_gaussian,
         the_thermostat_takes_up_noise_of_the_gradient)
