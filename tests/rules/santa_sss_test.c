#include <math.h>

#include "rules/rule_reference.h"
#include "rules/sampler.h"

// lr 0.05, momentum 0.8 and N = 10 make eta 1e-3 and alpha 0.2; A so large that there is no noise; of 12
// steps the first 5 explore.
static void step(tw_reference_tensor *all, int count, uint64_t t) {
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            double past = x->state[0][k], beta = 1e30 * sqrt((double)t);
            double v = 0.9 * past + 0.1 * x->g[k] * x->g[k], u = x->state[1][k];
            double alpha = x->state[2][k], G = 1.0 / sqrt(1e-3 + sqrt(v));
            x->theta[k] += G * u / 2.0;
            if (t < 6) alpha += (u * u - 1e-3 / beta) / 2.0;
            u = exp(-alpha / 2.0) * (exp(-alpha / 2.0) * u - 0.01 * G * x->g[k]);
            if (t < 6) alpha += (u * u - 1e-3 / beta) / 2.0;
            x->theta[k] += G * u / 2.0;
            x->state[0][k] = v;
            x->state[1][k] = u;
            x->state[2][k] = alpha;
        }
    }
}

static void santa_sss_steps_as_its_paper_says(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){
        "santa_sss:lr=0.05,momentum=0.8,sigma=0.9,lambda=1e-3,A=1e30,burnin=0.5",
        .states = {"santa_sss.v", "santa_sss.u", "santa_sss.alpha"},
        .first = {0.0, NAN, 0.2},
        .step = step,
    });
}

static void burnin_is_a_step_or_a_share_of_all(void **state) {
    (void)state;
    tw_rule_run *share = tw_rule_run_new("santa_sss:burnin=0.5", NULL, TW_F32, 1);
    tw_rule_run *number = tw_rule_run_new("santa_sss:burnin=6", NULL, TW_F32, 1);
    tw_rule_run *later = tw_rule_run_new("santa_sss:burnin=7", NULL, TW_F32, 1);
    tw_rule_run *runs[] = {share, number, later};
    for (int i = 0; i < 3; i++) {
        tw_rule_run_start(runs[i]);
        for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) tw_rule_run_step(runs[i], t);
    }
    tw_rule_run_assert_same(share, number);
    assert_true(tw_rule_run_value(number, 1, NULL, 0) != tw_rule_run_value(later, 1, NULL, 0));
    for (int i = 0; i < 3; i++) tw_rule_run_free(runs[i]);
}

// ---- the double well, whose better half lies behind a hill: 100 runs from 4 in a noisy gradient

static int count_found(const char *method, uint64_t steps) {
    enum { RUNS = 100 };

    int found = 0;
    tw_sampler *s = tw_sampler_new(&(tw_sampler_options){method, tw_double_well, .chains = RUNS,
                                                         .start = 4.0, .total_steps = steps});
    tw_sampler_run(s, steps - 1, steps, NULL);
    for (int64_t k = 0; k < RUNS; k++) found += tw_sampler_value(s, NULL, k) < 0.0;
    tw_sampler_free(s);
    return found;
}

#define EXPLORING "gradient_noise:std=1 | santa_sss:eta=0.01,A=0.02,sigma=0.99,"

static void exploration_finds_the_better_valley(void **state) {
    (void)state;
    assert_true(count_found(EXPLORING "C=5,burnin=50000", 55000) >= 90);
}

static void refinement_alone_finds_the_nearer_valley(void **state) {
    (void)state;
    assert_true(count_found(EXPLORING "C=5,burnin=0", 10000) <= 5);
    assert_true(count_found("gradient_noise:std=1 | momentum:lr=0.01,momentum=0.9", 10000) <= 5);
    assert_true(count_found("gradient_noise:std=1 | adam:lr=0.01", 10000) <= 5);
}

TW_TESTS(santa_sss_steps_as_its_paper_says, burnin_is_a_step_or_a_share_of_all,
         exploration_finds_the_better_valley, refinement_alone_finds_the_nearer_valley)
