// lbfgs: the quasi-Newton method of limited memory (Nocedal, 1980; Liu and Nocedal, 1989).
//
// The two-loop recursion runs on numbers: all products of the vectors kept are known, so that its result
// is one combination of them (compact form; Byrd, Nocedal and Schnabel, 1994). An iteration reads each
// vector twice, once for the products with the new gradient and once for the combination, and the second
// pass runs backwards through what the first left in the cache.
//
// That traffic is the time of long problems, whose pairs are kept in float32 whatever the problem's type;
// products and directions are in the problem's. There the products of older vectors with the newest change are taken
// from their products with the gradients before and after the step, which are needed anyway (Byrd, Nocedal
// and Schnabel, 1994): those of the change before it was rounded.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "minimize/solver.h"

enum {
    SLOTS_MAX = TW_LBFGS_PAIRS_MAX + 1,
    // Elements: from there on ten pairs in double, and what goes with them, fill a core's cache.
    LONG = 2048,
};

enum { KEY_M };

static const tw_key keys[] = {{"m", 10, "pairs of steps and gradient changes kept", NULL}};

// What the next step depends on, besides vectors; doubles, as checkpoints hold them.
typedef struct lbfgs_numbers {
    double count;            // pairs kept
    double order[SLOTS_MAX]; // their slots, the oldest first; then a free one
    double scale[SLOTS_MAX]; // that of the step over that of the change: only their ratio matters
    double with_y[SLOTS_MAX][SLOTS_MAX];   // s i' y j, for i no newer than j
    double y_with_y[SLOTS_MAX][SLOTS_MAX]; // y i' y j
    double slope, length;                  // of the direction: g'd and |d|
    double step_with_g[SLOTS_MAX];         // s i' g, of the gradient here
    double change_with_g[SLOTS_MAX];       // y i' g
    double first;                          // step to try
    double ready;                          // 1: the trial point is made
} lbfgs_numbers;

typedef struct lbfgs {
    lbfgs_numbers *at;
    int slots; // m + 1
    void *direction;
    void *step[SLOTS_MAX], *change[SLOTS_MAX]; // s and y, each times some power of two
} lbfgs;

// The slot of pair `index`, the oldest first; a free one comes behind the newest.
static int slot_of(const lbfgs *l, int index) {
    return (int)l->at->order[index];
}

static const char *check(const double *values) {
    double m = values[KEY_M];
    return m >= 1 && m <= TW_LBFGS_PAIRS_MAX && m == floor(m)
               ? NULL
               : "m is a whole number from 1 to " TW_DIGITS(TW_LBFGS_PAIRS_MAX);
}

// Steepest descent, the first step no longer than 1 for want of a measure.
static void restart(tw_minimization *m, lbfgs *l) {
    l->at->count = 0;
    tw_vector_scale(&m->space, -1, tw_gradient_here(m), l->direction);
    double square = tw_vector_dot(&m->space, l->direction, l->direction);
    l->at->slope = -square;
    l->at->length = sqrt(square);
    l->at->first = fmin(1, 1 / l->at->length);
    l->at->ready = 0;
}

// Whether the pairs, once there are m, say all of the curvature.
static bool spans(const tw_minimization *m) {
    return m->space.n <= (int64_t)m->keys[KEY_M];
}

static tw_status make_slots(tw_minimization *m, lbfgs *l) {
    int64_t n = m->space.n;
    if (n >= LONG) m->passes.kept = TW_F32;
    tw_status status =
        tw_minimization_array(m, "lbfgs.direction", m->space.dtype, n, &l->direction);
    for (int i = 0; i < l->slots && status == TW_OK; i++) {
        char name[32];
        snprintf(name, sizeof name, "lbfgs.step%d", i);
        status = tw_minimization_array(m, name, m->passes.kept, n, &l->step[i]);
        snprintf(name, sizeof name, "lbfgs.change%d", i);
        if (status == TW_OK)
            status = tw_minimization_array(m, name, m->passes.kept, n, &l->change[i]);
        l->at->order[i] = i;
    }
    return status;
}

static tw_status make(tw_minimization *m) {
    lbfgs *l = m->memory = tw_allocate(m->context, 1, sizeof *l);
    if (l == NULL) return TW_NO_MEMORY;
    l->slots = (int)m->keys[KEY_M] + 1;
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "lbfgs.numbers", TW_F64,
                                             sizeof(lbfgs_numbers) / sizeof(double), &at);
    l->at = at;
    return status == TW_OK ? make_slots(m, l) : status;
}

static void begin(tw_minimization *m) {
    restart(m, m->memory);
}

// The steps and changes of the first `count` slots in order, in turns.
static tw_vectors list_pairs(const lbfgs *l, int count, const void **vectors) {
    for (int i = 0; i < count; i++) {
        vectors[2 * i] = l->step[slot_of(l, i)];
        vectors[2 * i + 1] = l->change[slot_of(l, i)];
    }
    return (tw_vectors){2 * count, vectors};
}

// A power of two that brings what is as large as `size` near 1, where float32 holds it.
static double unit(double size) {
    int exponent;
    frexp(fmax(size, 0x1p-1000), &exponent);
    return isfinite(size) ? ldexp(1, -exponent) : 1;
}

// Writes the newest pair into the free slot and takes its products with all and itself. The largest
// component of the gradient was `norm_before` before the step.
static void measure_pair(tw_minimization *m, lbfgs *l, double norm_before) {
    int count = (int)l->at->count + 1, p = slot_of(l, count - 1);
    const void *vectors[2 * SLOTS_MAX];
    double with_y[2 * SLOTS_MAX], with_g[2 * SLOTS_MAX], with_g_before[2 * SLOTS_MAX];
    bool differences = m->passes.kept != m->space.dtype;
    for (int i = 0; i < count - 1; i++) {
        with_g_before[2 * i] = l->at->step_with_g[slot_of(l, i)];
        with_g_before[2 * i + 1] = l->at->change_with_g[slot_of(l, i)];
    }
    // The gradient before the step lies where the next trial's will.
    tw_pair pair = {.after = tw_gradient_here(m),
                    .before = tw_trial_gradient(m),
                    .direction = l->direction,
                    .change_factor = unit(fmax(norm_before, m->at->grad_norm)),
                    .step_factor = unit(l->at->length),
                    .change = l->change[p],
                    .step = l->step[p],
                    .vectors = list_pairs(l, count - 1, vectors),
                    .with_before = differences ? with_g_before : NULL,
                    .with_change = with_y,
                    .with_after = with_g};
    tw_pass_pair(&m->passes, &pair);
    l->at->scale[p] = pair.change_factor / pair.step_factor;
    for (int i = 0; i < count; i++) {
        int slot = slot_of(l, i);
        l->at->with_y[slot][p] = with_y[2 * i];
        l->at->y_with_y[slot][p] = l->at->y_with_y[p][slot] = with_y[2 * i + 1];
        l->at->step_with_g[slot] = with_g[2 * i];
        l->at->change_with_g[slot] = with_g[2 * i + 1];
    }
}

// Keeps the pair just measured, unless rounding or a negative curvature spoilt it; forgets the oldest
// where there is no free slot left.
static void keep_pair(const tw_minimization *m, lbfgs *l, double step) {
    int p = slot_of(l, (int)l->at->count);
    double square = l->at->y_with_y[p][p];
    l->at->scale[p] *= step;
    // |s| is near 1 as it is kept.
    if (!(l->at->with_y[p][p] > tw_minimization_epsilon(m) * sqrt(square)) || !isfinite(square))
        return;
    l->at->count += 1;
    if (l->at->count < l->slots) return;
    double oldest = l->at->order[0];
    memmove(l->at->order, l->at->order + 1, (size_t)(l->slots - 1) * sizeof(double));
    l->at->order[l->slots - 1] = oldest;
    l->at->count -= 1;
}

// The inverse Hessian before the pairs, as a multiple of the identity: s'y/y'y of the newest pair, where
// the pairs span the space. Where they do not, it is all that is known of the rest, and the newest pair
// alone swings: the harmonic mean over five saves a third of the evaluations of extended Rosenbrock.
static double first_scale(const lbfgs *l, bool whole) {
    int count = (int)l->at->count, width = whole ? 1 : count < 5 ? count : 5;
    double sum = 0;
    for (int k = count - width; k < count; k++) {
        int i = slot_of(l, k);
        sum += l->at->y_with_y[i][i] / (l->at->scale[i] * l->at->with_y[i][i]);
    }
    return width / sum;
}

// The two loops on numbers: d = -gamma g + sum of factors[2i] s_i + factors[2i + 1] y_i, by pair. Returns
// gamma.
static double two_loops(const lbfgs *l, bool whole, double *factors) {
    const lbfgs_numbers *at = l->at;
    int count = (int)at->count;
    double alpha[SLOTS_MAX], rest[SLOTS_MAX]; // rest: alpha - beta, times the scale
    double gamma = first_scale(l, whole);
    for (int k = count - 1; k >= 0; k--) {
        int i = slot_of(l, k);
        double sum = at->step_with_g[i];
        for (int newer = k + 1; newer < count; newer++)
            sum -= alpha[newer] * at->with_y[i][slot_of(l, newer)];
        alpha[k] = sum / at->with_y[i][i];
    }
    for (int k = 0; k < count; k++) {
        int i = slot_of(l, k);
        double sum = at->change_with_g[i];
        for (int j = 0; j < count; j++) sum -= alpha[j] * at->y_with_y[i][slot_of(l, j)];
        sum *= gamma;
        for (int older = 0; older < k; older++)
            sum += rest[older] * at->with_y[slot_of(l, older)][i];
        double beta = sum / (at->scale[i] * at->with_y[i][i]);
        rest[k] = (alpha[k] - beta) * at->scale[i];
        factors[2 * k] = -rest[k];
        factors[2 * k + 1] = gamma * alpha[k];
    }
    return gamma;
}

// Writes the next direction and the first point to try along it.
static void aim(tw_minimization *m, lbfgs *l) {
    int count = (int)l->at->count;
    if (count == 0) {
        restart(m, l);
        return;
    }
    double factors[2 * SLOTS_MAX];
    const void *vectors[2 * SLOTS_MAX];
    tw_combination combination = {.out = l->direction,
                                  .of_first = -two_loops(l, spans(m), factors),
                                  .first = tw_gradient_here(m),
                                  .vectors = list_pairs(l, count, vectors),
                                  .factors = factors,
                                  .from = tw_here(m),
                                  .step = 1,
                                  .moved = tw_trial(m)};
    tw_pass_sums sums = tw_pass_combine(&m->passes, &combination);
    l->at->slope = sums.with_first;
    l->at->length = sqrt(sums.square);
    l->at->first = l->at->ready = 1;
    if (!(sums.with_first < 0) || !isfinite(sums.square)) restart(m, l);
}

// How exact a search is worth its evaluations was measured over the problems of More, Garbow and
// Hillstrom and over larger ones (bench/minimize.c).
static tw_status search(tw_minimization *m, lbfgs *l, double *step) {
    tw_line line = {.direction = l->direction,
                    .slope = l->at->slope,
                    .length = l->at->length,
                    .first = l->at->first,
                    .ready = l->at->ready != 0,
                    .sufficient = 1e-4,
                    .curvature = spans(m) ? 0.8 : 0.5,
                    .stretch = spans(m) ? 12 : 0};
    return tw_line_search(m, &line, step);
}

static tw_status iterate(tw_minimization *m) {
    lbfgs *l = m->memory;
    double step, norm_before = m->at->grad_norm;
    tw_status status = search(m, l, &step);
    if (status == TW_OK && step == 0 && m->end == TW_MINIMIZE_RUNNING && l->at->count > 0) {
        restart(m, l); // what the pairs say of the curvature may be out of date
        status = search(m, l, &step);
    }
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING) return status;
    if (step == 0) return tw_line_failed(m, l->at->slope);
    measure_pair(m, l, norm_before);
    keep_pair(m, l, step);
    aim(m, l);
    return TW_OK;
}

// Slots are what arrays are indexed with.
static bool is_sound(const tw_minimization *m) {
    const lbfgs *l = m->memory;
    bool seen[SLOTS_MAX] = {false};
    double count = l->at->count;
    if (!(count >= 0 && count < l->slots && count == floor(count))) return false;
    for (int i = 0; i < l->slots; i++) {
        double slot = l->at->order[i];
        if (!(slot >= 0 && slot < l->slots && slot == floor(slot)) || seen[(int)slot]) return false;
        seen[(int)slot] = true;
    }
    return true;
}

const tw_solver tw_solver_lbfgs = {
    .about = {.name = "lbfgs",
              .summary = "quasi-Newton with m pairs in place of a matrix: the one to try first",
              .source = "Liu and Nocedal, 1989; line search of More and Thuente, 1994",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .vector_max = 2 * SLOTS_MAX,
    .boxed = &tw_solver_lbfgs_box,
    .check = check,
    .make = make,
    .begin = begin,
    .iterate = iterate,
    .is_sound = is_sound,
};
