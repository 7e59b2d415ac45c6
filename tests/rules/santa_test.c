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
            if (t < 6) alpha += u * u - 1e-3 / beta;
            u = (1.0 - alpha) * u - 0.01 * G * x->g[k];
            x->theta[k] += G * u;
            x->state[0][k] = v;
            x->state[1][k] = u;
            x->state[2][k] = alpha;
        }
    }
}

static void santa_steps_as_its_paper_says(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){
        "santa:lr=0.05,momentum=0.8,sigma=0.9,lambda=1e-3,A=1e30,burnin=0.5",
        .states = {"santa.v", "santa.u", "santa.alpha"},
        .first = {0.0, NAN, 0.2},
        .step = step,
    });
}

static void burnin_is_a_step_or_a_share_of_all(void **state) {
    (void)state;
    tw_rule_run *share = tw_rule_run_new("santa:burnin=0.5", NULL, TW_F32, 1);
    tw_rule_run *number = tw_rule_run_new("santa:burnin=6", NULL, TW_F32, 1);
    tw_rule_run *later = tw_rule_run_new("santa:burnin=7", NULL, TW_F32, 1);
    tw_rule_run *runs[] = {share, number, later};
    for (int i = 0; i < 3; i++) {
        tw_rule_run_start(runs[i]);
        for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) tw_rule_run_step(runs[i], t);
    }
    tw_rule_run_assert_same(share, number);
    assert_true(tw_rule_run_value(number, 1, NULL, 0) != tw_rule_run_value(later, 1, NULL, 0));
    for (int i = 0; i < 3; i++) tw_rule_run_free(runs[i]);
}

// Without preconditioner (sigma = 1 leaves v at 0, lambda = 1) refinement is the heavy ball.
static void heavy_ball(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] - 0.01 * x->g[k];
            x->theta[k] += x->state[0][k];
        }
    }
}

static void refinement_without_preconditioner_is_momentum(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){
        "santa:lr=0.05,momentum=0.8,sigma=1,lambda=1,A=1e30,burnin=0",
        .states = {"santa.u"},
        .first = {NAN},
        .step = heavy_ball,
    });
}

// At inverse temperature 1 and without preconditioner, exploration is msgnht with A = 1, whose thermostat
// is read before it moves: santa's alpha is the other's of the step before.
static void exploration_without_preconditioner_is_msgnht(void **state) {
    (void)state;

    enum { CHAINS = 50, STEPS = 200 };

    tw_sampler *santa = tw_sampler_new(
        &(tw_sampler_options){"santa:eta=0.01,C=1,sigma=1,lambda=1,A=1,gamma=0,burnin=1000",
                              tw_double_well, .chains = CHAINS, .start = 1.0});
    tw_sampler *msgnht = tw_sampler_new(&(tw_sampler_options){"msgnht:eta=0.01,A=1", tw_double_well,
                                                              .chains = CHAINS, .start = 1.0});
    for (int64_t k = 0; k < CHAINS; k++) {
        double u = tw_sampler_value(santa, "santa.u", k);
        double alpha = tw_sampler_value(santa, "santa.alpha", k);
        tw_sampler_set(msgnht, "msgnht.u", k, u);
        tw_sampler_set(msgnht, "msgnht.alpha", k, alpha + u * u - 0.01);
    }
    tw_sampler_run(santa, 0, STEPS, NULL);
    tw_sampler_run(msgnht, 0, STEPS, NULL);
    for (int64_t k = 0; k < CHAINS; k++) {
        double x = tw_sampler_value(santa, NULL, k), y = tw_sampler_value(msgnht, NULL, k);
        assert_true(fabs(x - y) < 1e-9);
    }
    tw_sampler_free(santa);
    tw_sampler_free(msgnht);
}

TW_TESTS(santa_steps_as_its_paper_says, burnin_is_a_step_or_a_share_of_all,
         refinement_without_preconditioner_is_momentum,
         exploration_without_preconditioner_is_msgnht)
