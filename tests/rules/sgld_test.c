#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < all[i].n; k++) all[i].theta[k] -= 0.03 * all[i].g[k];
    }
}

static void sgld_without_temperature_is_sgd(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"sgld:lr=0.03,temperature=0", .step = step});
}

// Of x <- x - lr k x + sqrt(2 lr) z: 1/(k (1 - lr k/2)).
static void sgld_has_the_variance_of_its_recurrence(void **state) {
    (void)state;
    const double lr = 0.4;
    tw_sampler *s =
        tw_sampler_new(&(tw_sampler_options){"sgld:lr=0.4", tw_gaussian, .chains = 1000});
    tw_moments m = tw_sampler_run(s, 50, 1050, NULL);
    assert_true(fabs(m.variance * (1.0 - lr / 2.0) - 1.0) < 0.01);
    assert_true(fabs(m.mean) < 0.01);
    tw_sampler_free(s);
}

// With N examples the loss is U/N and lr N times the step on U; a temperature scales the variance.
static void sgld_samples_the_posterior_of_all_examples(void **state) {
    (void)state;
    tw_sampler *s = tw_sampler_new(&(tw_sampler_options){"sgld:lr=5,temperature=0.25", tw_gaussian,
                                                         .chains = 1000, .example_count = 50});
    tw_moments m = tw_sampler_run(s, 50, 1050, NULL);
    assert_true(fabs(m.variance / 0.25 * (1.0 - 0.1 / 2.0) - 1.0) < 0.015);
    tw_sampler_free(s);
}

TW_TESTS(sgld_without_temperature_is_sgd, sgld_has_the_variance_of_its_recurrence,
         sgld_samples_the_posterior_of_all_examples)
