#include "rules/rule_reference.h"

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->theta[k] -= 0.5 * (x->g[k] + 0.125 * x->theta[k]);
        }
    }
}

static void weight_decay_adds_the_slope_of_its_penalty(void **state) {
    (void)state;
    tw_test_against_reference(
        &(tw_reference){"weight_decay:weight_decay=0.125 | sgd:lr=0.5", .step = step});
}

static void decayed_step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        double decay = i == 0 ? 0.0 : 0.125; // the bias is the first
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.5 * x->state[0][k] - 0.1 * (x->g[k] + decay * x->theta[k]);
            x->theta[k] += x->state[0][k];
        }
    }
}

static void a_group_may_be_left_out_of_the_decay(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){
        "weight_decay:weight_decay=0.125 | momentum:lr=0.1,momentum=0.5",
        .groups = "*bias*: weight_decay=0",
        .states = {"momentum.v"},
        .step = decayed_step,
    });
}

TW_TESTS(weight_decay_adds_the_slope_of_its_penalty, a_group_may_be_left_out_of_the_decay)
