#include <math.h>

#include "rules/rule_reference.h"

// lr 0.05, momentum 0.8 and N = 10 make eta 1e-3 and alpha 0.2; A so large that there is no noise; of 12
// steps the first 5 explore.
static void step(tw_reference_tensor *all, int count, uint64_t t) {
    bool explores = t < 6;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            double f = 0.3 * x->state[0][k] + 0.7 * x->g[k], v = x->state[1][k];
            double u = x->state[2][k], alpha = x->state[3][k];
            v = t == 1 ? f * f : 0.9 * v + 0.1 * f * f;
            double G = 1.0 / sqrt((explores ? 1e-3 : 1e-2) + sqrt(v));
            x->theta[k] += G * u / 2.0;
            if (explores) alpha += u * u / 2.0;
            u = exp(-alpha / 2.0) * (exp(-alpha / 2.0) * u - 0.01 * G * f);
            if (explores) alpha += u * u / 2.0;
            x->theta[k] += G * u / 2.0;
            x->state[0][k] = f;
            x->state[1][k] = v;
            x->state[2][k] = u;
            x->state[3][k] = alpha;
        }
    }
}

static void santa_code_steps_as_the_authors_program(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){
        "santa_code:lr=0.05,momentum=0.8,sigma=0.9,smoothing=0.3,lambda=1e-3,lambda_refine=1e-2,"
        "A=1e30,burnin=0.5",
        .states = {"santa_code.f", "santa_code.v", "santa_code.u", "santa_code.alpha"},
        .first = {0.0, 0.0, NAN, 0.2},
        .step = step,
    });
}

TW_TESTS(santa_code_steps_as_the_authors_program)
