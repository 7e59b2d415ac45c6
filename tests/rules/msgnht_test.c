#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = (1.0 - x->state[1][k]) * x->state[0][k] - 0.01 * x->g[k];
            x->theta[k] += x->state[0][k];
            x->state[1][k] += x->state[0][k] * x->state[0][k];
        }
    }
}

static void msgnht_without_temperature_has_a_thermostat_an_element(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"msgnht:lr=0.05,momentum=0.8,temperature=0",
                                              .states = {"msgnht.u", "msgnht.alpha"},
                                              .first = {0.0, 0.2}, .step = step});
}

static void msgnht_samples_a_gaussian(void **state) {
    (void)state;
    tw_sampler *s =
        tw_sampler_new(&(tw_sampler_options){"msgnht:eta=0.0016,A=1", tw_gaussian, .chains = 800});
    tw_moments m = tw_sampler_run(s, 1500, 3500, NULL);
    assert_true(fabs(m.variance - 0.98) < 0.02); // Euler: 1 - sqrt(eta)/2
    assert_true(fabs(m.u_squared / 0.0016 - 1.0) < 0.02);
    tw_sampler_free(s);
}

TW_TESTS(msgnht_without_temperature_has_a_thermostat_an_element, msgnht_samples_a_gaussian)
