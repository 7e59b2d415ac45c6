#include "support/tile_programs.h"

#define NONE TW_TILE_NO_VALUE

const char *const tw_test_rule_names[TW_TEST_RULES] = {
    "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adam_swapped"};
const double tw_test_rule_arguments[6] = {1e-3, 0.9, 0.999, 1e-8, 0.19, 0.001999};

// What a rule is written with.
typedef struct writing {
    tw_tile_builder *b;
    tw_tile_value theta, g, s, r, lr, beta1, beta2, eps, c1, c2, unit;
} writing;

static tw_tile_value times(const writing *w, tw_tile_value x, tw_tile_value y) {
    return tw_tile_apply(w->b, TW_TILE_MULTIPLY, x, y, NONE);
}

static tw_tile_value plus(const writing *w, tw_tile_value x, tw_tile_value y) {
    return tw_tile_apply(w->b, TW_TILE_ADD, x, y, NONE);
}

static tw_tile_value minus(const writing *w, tw_tile_value x, tw_tile_value y) {
    return tw_tile_apply(w->b, TW_TILE_SUBTRACT, x, y, NONE);
}

static tw_tile_value over(const writing *w, tw_tile_value x, tw_tile_value y) {
    return tw_tile_apply(w->b, TW_TILE_DIVIDE, x, y, NONE);
}

static tw_tile_value root(const writing *w, tw_tile_value x) {
    return tw_tile_apply(w->b, TW_TILE_SQUARE_ROOT, x, NONE, NONE);
}

static tw_tile_value square(const writing *w, tw_tile_value x) {
    return tw_tile_apply(w->b, TW_TILE_SQUARE, x, NONE, NONE);
}

static void momentum(const writing *w, bool nesterov) {
    const tw_tile_value v = minus(w, times(w, w->beta1, w->s), times(w, w->lr, w->g));
    tw_tile_write(w->b, 2, v);
    if (nesterov)
        tw_tile_write(w->b, 0,
                      minus(w, plus(w, w->theta, times(w, w->beta1, v)), times(w, w->lr, w->g)));
    else
        tw_tile_write(w->b, 0, plus(w, w->theta, v));
}

static void root_rule(const writing *w, bool average) {
    const tw_tile_value r = average ? plus(w, times(w, w->beta2, w->r),
                                           times(w, minus(w, w->unit, w->beta2), square(w, w->g)))
                                    : plus(w, w->r, square(w, w->g));
    tw_tile_write(w->b, 3, r);
    const tw_tile_value step = over(w, times(w, w->lr, w->g), plus(w, w->eps, root(w, r)));
    tw_tile_write(w->b, 0, minus(w, w->theta, step));
}

static tw_tile_value average(const writing *w, tw_tile_value beta, tw_tile_value old,
                             tw_tile_value with, bool swapped) {
    const tw_tile_value share = minus(w, w->unit, beta);
    if (!swapped) return plus(w, times(w, beta, old), times(w, share, with));
    const tw_tile_value second = times(w, share, with);
    return plus(w, second, times(w, beta, old));
}

static void adam(const writing *w, bool decay, bool swapped) {
    const tw_tile_value s = average(w, w->beta1, w->s, w->g, swapped);
    const tw_tile_value r = average(w, w->beta2, w->r, square(w, w->g), swapped);
    tw_tile_write(w->b, 2, s);
    tw_tile_write(w->b, 3, r);
    const tw_tile_value step =
        over(w, times(w, w->lr, over(w, s, w->c1)), plus(w, w->eps, root(w, over(w, r, w->c2))));
    const tw_tile_value keep = minus(w, w->unit, times(w, w->lr, tw_tile_constant(w->b, 0.01)));
    const tw_tile_value theta = decay ? times(w, keep, w->theta) : w->theta;
    tw_tile_write(w->b, 0, minus(w, theta, step));
}

void tw_test_rule(tw_tile_builder *b, int rule) {
    const writing w = {b,
                       tw_tile_read(b, 0),
                       tw_tile_read(b, 1),
                       tw_tile_read(b, 2),
                       tw_tile_read(b, 3),
                       tw_tile_argument(b, 0),
                       tw_tile_argument(b, 1),
                       tw_tile_argument(b, 2),
                       tw_tile_argument(b, 3),
                       tw_tile_argument(b, 4),
                       tw_tile_argument(b, 5),
                       tw_tile_constant(b, 1)};
    switch (rule) {
    case 0:
        tw_tile_write(b, 0, minus(&w, w.theta, times(&w, w.lr, w.g)));
        break;
    case 1:
    case 2:
        momentum(&w, rule == 2);
        break;
    case 3:
    case 4:
        root_rule(&w, rule == 4);
        break;
    default:
        adam(&w, rule == 6, rule == 7);
        break;
    }
}

// ---- drawn programs

typedef struct drawing {
    tw_tile_builder *b;
    tw_random random;
    uint64_t at;
    tw_tile_value values[64];
    int count;
} drawing;

static int below(drawing *d, int bound) {
    return (int)tw_random_below(&d->random, d->at++, (uint64_t)bound);
}

// A value, one of the latest more often: chains are what lowering takes apart.
static tw_tile_value any(drawing *d) {
    const int back = below(d, 3) == 0 ? d->count : 4;
    return d->values[d->count - 1 - below(d, back < d->count ? back : d->count)];
}

static tw_tile_value apply(drawing *d, tw_tile_operation operation, tw_tile_value x,
                           tw_tile_value y, tw_tile_value z) {
    return tw_tile_apply(d->b, operation, x, y, z);
}

// Kept within [-2, 2], so that errors stay as small as they are.
static tw_tile_value bounded(drawing *d, tw_tile_value x) {
    if (below(d, 4) != 0) return apply(d, TW_TILE_MULTIPLY, x, tw_tile_constant(d->b, 0.5), NONE);
    x = apply(d, TW_TILE_MAXIMUM, x, tw_tile_constant(d->b, -2), NONE);
    return apply(d, TW_TILE_MINIMUM, x, tw_tile_constant(d->b, 2), NONE);
}

static tw_tile_value positive(drawing *d, tw_tile_value x) {
    return apply(d, TW_TILE_ADD, apply(d, TW_TILE_SQUARE, x, NONE, NONE), tw_tile_argument(d->b, 1),
                 NONE);
}

static tw_tile_value draw_one(drawing *d, bool simple) {
    static const tw_tile_operation smooth[] = {TW_TILE_TANH, TW_TILE_SIGMOID, TW_TILE_SIN,
                                               TW_TILE_ERF, TW_TILE_SOFTPLUS};
    const tw_tile_value x = any(d), y = any(d), z = any(d);
    const tw_tile_value first = tw_tile_read(d->b, 0), second = tw_tile_read(d->b, 1);
    switch (below(d, simple ? 11 : 12)) {
    case 0:
        return bounded(d, apply(d, TW_TILE_ADD, x, y, NONE));
    case 1:
        return bounded(d, apply(d, TW_TILE_SUBTRACT, x, y, NONE));
    case 2:
        return bounded(d, apply(d, TW_TILE_MULTIPLY, x, y, NONE));
    case 3:
        return apply(d, TW_TILE_MULTIPLY, x, tw_tile_argument(d->b, 1), NONE);
    case 4:
        return apply(d, TW_TILE_DIVIDE, x, positive(d, y), NONE);
    case 5:
        return apply(d, TW_TILE_SQUARE_ROOT, positive(d, x), NONE, NONE);
    case 6:
        return apply(d, TW_TILE_DIVIDE, x,
                     apply(d, TW_TILE_ADD, tw_tile_argument(d->b, 2),
                           apply(d, TW_TILE_SQUARE_ROOT, positive(d, y), NONE, NONE), NONE),
                     NONE);
    case 7:
        return apply(d, TW_TILE_SELECT, apply(d, TW_TILE_LESS, first, second, NONE), x, z);
    case 8:
        return apply(d, TW_TILE_SELECT,
                     apply(d, TW_TILE_LESS, first, tw_tile_argument(d->b, 2), NONE), x,
                     below(d, 2) == 0 ? z : tw_tile_constant(d->b, 0.25));
    case 9:
        return bounded(d, apply(d, TW_TILE_ADD, x, tw_tile_argument(d->b, 1), NONE));
    case 10:
        return apply(d, TW_TILE_ABSOLUTE, x, NONE, NONE);
    default:
        return apply(d, smooth[below(d, 5)], x, NONE, NONE);
    }
}

void tw_test_random_program(tw_tile_builder *builder, uint64_t seed, bool simple) {
    drawing d = {.b = builder, .random = {seed, TW_FOR_TEST, 1, 0}};
    for (int i = 0; i < 4; i++) d.values[d.count++] = tw_tile_read(builder, i);
    for (int i = 0; i < 30; i++) d.values[d.count++] = draw_one(&d, simple);
    tw_tile_write(builder, below(&d, 4), d.values[d.count - 1]);
    tw_tile_write(builder, below(&d, 4), d.values[d.count - 2]);
    tw_tile_write(builder, below(&d, 4), any(&d));
}
