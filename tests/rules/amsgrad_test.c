#include "rules/rule_reference.h"

#include <math.h>

static void step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] + (1 - 0.8) * x->g[k];
            x->state[1][k] = 0.5 * x->state[1][k] + (1 - 0.5) * x->g[k] * x->g[k];
            if (x->state[1][k] > x->state[2][k]) x->state[2][k] = x->state[1][k];
            x->theta[k] -= 0.03 * x->state[0][k] / (1e-5 + sqrt(x->state[2][k]));
        }
    }
}

static void amsgrad_divides_by_the_largest_average(void **state) {
    (void)state;
    tw_test_against_reference(&(tw_reference){"amsgrad:lr=0.03,beta1=0.8,beta2=0.5,eps=1e-5",
                                              .states = {"amsgrad.s", "amsgrad.r", "amsgrad.r_max"},
                                              .step = step});
}

// Reddi, Kale and Kumar, 2018, section 3, C = 3: gradients 3, -1, -1 on [-1, 1], whose sum is least at
// -1. Adam goes to +1. The figures were computed by a program of ten lines (methods.md, 4.5).
typedef struct online {
    double x, s, r, r_max;
    bool keeps_largest;
} online;

static void play(online *o, uint64_t t) {
    double g = t % 3 == 1 ? 3.0 : -1.0;
    o->r = 0.1 * o->r + 0.9 * g * g;
    if (o->r > o->r_max || !o->keeps_largest) o->r_max = o->r;
    o->x -= 0.5 / sqrt((double)t) * g / sqrt(o->r_max);
    o->x = fmin(1.0, fmax(-1.0, o->x));
}

static tw_status project(const tw_method_step *step, void *user) {
    *(double *)user = step->theta[0];
    return TW_OK;
}

// The rule's own step from x with the averages so far: a trace of the whole sequence, whose moves are
// taken one at a time, since a trace knows no projection.
static void rule_and_reference_move_alike(const char *text, bool keeps_largest) {
    enum { STEPS = 300 };

    tw_context *context;
    double gradients[STEPS], x = 0.0;
    assert_int_equal(tw_context_new(&context), TW_OK);
    online free_of_bounds = {.keeps_largest = keeps_largest};
    for (uint64_t t = 1; t <= STEPS; t++) {
        double g = t % 3 == 1 ? 3.0 : -1.0;
        gradients[t - 1] = g;
        free_of_bounds.r = 0.1 * free_of_bounds.r + 0.9 * g * g;
        if (free_of_bounds.r > free_of_bounds.r_max || !keeps_largest) {
            free_of_bounds.r_max = free_of_bounds.r;
        }
        double correction = keeps_largest ? 1.0 : 1.0 - pow(0.1, (double)t);
        free_of_bounds.x -= 0.5 / sqrt((double)t) * g / sqrt(free_of_bounds.r_max / correction);
    }
    tw_method *method;
    assert_ok(context, tw_method_parse(context, text, &method));
    assert_ok(context,
              tw_method_trace(method,
                              &(tw_method_feed){TW_F64, &(double){0.0}, 1, gradients, STEPS, 1},
                              project, &x));
    assert_true(fabs(x - free_of_bounds.x) < 1e-10);
    tw_method_free(method);
    tw_context_free(context);
}

static void amsgrad_succeeds_where_adam_fails(void **state) {
    (void)state;
    rule_and_reference_move_alike("adam:lr=0.5/sqrt(t),beta1=0,beta2=0.1,eps=0", false);
    rule_and_reference_move_alike("amsgrad:lr=0.5/sqrt(t),beta1=0,beta2=0.1,eps=0", true);
    online adam = {.x = 1.0}, amsgrad = {.x = 1.0, .keeps_largest = true};
    for (uint64_t t = 1; t <= 1000000; t++) {
        play(&adam, t);
        play(&amsgrad, t);
    }
    assert_true(fabs(adam.x - 0.9995) < 1e-4);
    assert_true(fabs(amsgrad.x + 1.0) < 1e-4);
}

TW_TESTS(amsgrad_divides_by_the_largest_average, amsgrad_succeeds_where_adam_fails)
