#include "rules/rule_reference.h"

#include <math.h>

static double norm_of(const tw_reference_tensor *all, int count) {
    double squares = 0.0;
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < all[i].n; k++) squares += all[i].g[k] * all[i].g[k];
    }
    return sqrt(squares);
}

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    double norm = norm_of(all, count), scale = fmin(1.0, 5.0 / norm);
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->theta[k] -= 0.5 * (norm > 0.0 ? scale * x->g[k] : 0.0);
        }
    }
}

static void clip_norm_bounds_the_norm_over_all_tensors(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"clip_norm:c=5 | sgd:lr=0.5", .step = step});
}

static void plain_step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        for (int64_t k = 0; k < all[i].n; k++) all[i].theta[k] -= 0.5 * all[i].g[k];
    }
}

static void clip_norm_leaves_a_short_gradient_alone(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"clip_norm:c=1e9 | sgd:lr=0.5", .step = plain_step});
}

TW_TESTS(clip_norm_bounds_the_norm_over_all_tensors, clip_norm_leaves_a_short_gradient_alone)
