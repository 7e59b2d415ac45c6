// lbfgs within bounds. Coordinates that sit at a bound and are pushed against it are fixed for the
// iteration (Bertsekas, 1982); the two-loop recursion runs on the others alone; the direction is bent so
// that a step of 1 stays inside, as in L-BFGS-B (Byrd, Lu, Nocedal and Zhu, 1995), and the line search goes
// no farther than the first bound.
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "minimize/solver.h"

typedef struct box_numbers {
    double count, newest; // pairs kept; the slot of the newest
} box_numbers;

typedef struct box {
    box_numbers *at;
    int slots; // m
    void *step[TW_LBFGS_PAIRS_MAX], *change[TW_LBFGS_PAIRS_MAX];
    double *direction; // [n], in double
    bool *fixed;       // [n]
    void *rounded;     // the direction in the type of x
} box;

static tw_status make(tw_minimization *m) {
    size_t n = (size_t)m->space.n;
    box *b = m->memory = tw_allocate(m->context, 1, sizeof *b);
    if (b == NULL) return TW_NO_MEMORY;
    b->slots = (int)m->keys[0];
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "lbfgs_box.numbers", TW_F64,
                                             sizeof(box_numbers) / sizeof(double), &at);
    b->at = at;
    for (int i = 0; i < b->slots && status == TW_OK; i++) {
        char name[32];
        snprintf(name, sizeof name, "lbfgs_box.step%d", i);
        status = tw_minimization_array(m, name, m->space.dtype, m->space.n, &b->step[i]);
        snprintf(name, sizeof name, "lbfgs_box.change%d", i);
        if (status == TW_OK)
            status = tw_minimization_array(m, name, m->space.dtype, m->space.n, &b->change[i]);
    }
    if (status == TW_OK) status = tw_minimization_scratch(m, 1, &b->rounded);
    if (status != TW_OK) return status;
    b->direction = tw_allocate(m->context, n, sizeof(double));
    b->fixed = tw_allocate(m->context, n, sizeof(bool));
    if (b->direction == NULL || b->fixed == NULL) return TW_NO_MEMORY;
    return TW_OK;
}

static void end(tw_minimization *m) {
    box *b = m->memory;
    if (b == NULL) return;
    tw_release(b->direction);
    tw_release(b->fixed);
}

static double here(const tw_minimization *m, int64_t i) {
    return tw_vector_get(&m->space, tw_here(m), i);
}

static double slope_here(const tw_minimization *m, int64_t i) {
    return tw_vector_get(&m->space, tw_gradient_here(m), i);
}

// Those so near a bound, and pushed against it, that they go there.
static void fix(const tw_minimization *m, box *b) {
    for (int64_t i = 0; i < m->space.n; i++) {
        double slope = slope_here(m, i), width = m->upper[i] - m->lower[i];
        double near = fmin(1e-6 * fmin(1, width), m->at->grad_norm);
        b->fixed[i] = (slope > 0 && here(m, i) <= m->lower[i] + near) ||
                      (slope < 0 && here(m, i) >= m->upper[i] - near);
    }
}

// The product of two vectors over the coordinates that are free; `other` NULL: with the direction.
static double free_product(const tw_minimization *m, const box *b, const void *a,
                           const void *other) {
    double sum = 0;
    for (int64_t i = 0; i < m->space.n; i++) {
        if (b->fixed[i]) continue;
        double with = other == NULL ? b->direction[i] : tw_vector_get(&m->space, other, i);
        sum += tw_vector_get(&m->space, a, i) * with;
    }
    return sum;
}

static void add_free(const tw_minimization *m, box *b, double factor, const void *vector) {
    for (int64_t i = 0; i < m->space.n; i++)
        if (!b->fixed[i]) b->direction[i] += factor * tw_vector_get(&m->space, vector, i);
}

// Whether s'y tells of a curvature, and not of the rounding of |s||y|: at any scale of the function.
static bool is_curved(const tw_minimization *m, double product, double s, double y) {
    return product > tw_minimization_epsilon(m) * s * y;
}

// direction = H g over the free coordinates, by the pairs whose curvature is positive there.
static void two_loops(const tw_minimization *m, box *b) {
    double alpha[TW_LBFGS_PAIRS_MAX], curvature[TW_LBFGS_PAIRS_MAX], scale = 0;
    int count = (int)b->at->count, newest = (int)b->at->newest;
    for (int k = 0; k < count; k++) { // the newest first
        int i = (newest - k + b->slots) % b->slots;
        double square = free_product(m, b, b->change[i], b->change[i]);
        double length = sqrt(free_product(m, b, b->step[i], b->step[i]));
        curvature[i] = free_product(m, b, b->step[i], b->change[i]);
        if (!is_curved(m, curvature[i], length, sqrt(square))) curvature[i] = 0;
        if (curvature[i] == 0) continue;
        if (scale == 0) scale = curvature[i] / square;
        alpha[i] = free_product(m, b, b->step[i], NULL) / curvature[i];
        add_free(m, b, -alpha[i], b->change[i]);
    }
    if (scale == 0) { // no pair: a step as long as 1 at most
        double square = 0;
        for (int64_t i = 0; i < m->space.n; i++) square += b->direction[i] * b->direction[i];
        scale = square > 1 ? 1 / sqrt(square) : 1;
    }
    for (int64_t i = 0; i < m->space.n; i++) b->direction[i] *= scale;
    for (int k = count - 1; k >= 0; k--) {
        int i = (newest - k + b->slots) % b->slots;
        if (curvature[i] == 0) continue;
        double beta = free_product(m, b, b->change[i], NULL) / curvature[i];
        add_free(m, b, alpha[i] - beta, b->step[i]);
    }
}

// Bends what `direction` holds, a step to subtract, into a direction with which x + 1*d is inside; the
// slope along it, and how far it may be followed.
static tw_line bend(const tw_minimization *m, box *b) {
    tw_line line = {.direction = b->rounded, .most = INFINITY, .first = 1};
    double slope = 0, square = 0;
    bool bent = false;
    for (int64_t i = 0; i < m->space.n; i++) {
        double to_lower = m->lower[i] - here(m, i), to_upper = m->upper[i] - here(m, i);
        double way = -b->direction[i];
        if (b->fixed[i]) way = slope_here(m, i) > 0 ? to_lower : to_upper;
        double d = fmax(to_lower, fmin(to_upper, way));
        bent = bent || d != way;
        if (d > 0) line.most = fmin(line.most, to_upper / d);
        if (d < 0) line.most = fmin(line.most, to_lower / d);
        tw_vector_set(&m->space, b->rounded, i, d);
        slope += d * slope_here(m, i);
        square += d * d;
    }
    line.slope = slope;
    line.length = sqrt(square);
    line.most = bent ? 1 : fmin(fmax(line.most, 1), TW_STEP_MOST / fmax(line.length, 1e-300));
    line.sufficient = 1e-4;
    line.curvature = 0.9;
    return line;
}

static tw_status search(tw_minimization *m, box *b, double *step, double *slope) {
    *step = 0;
    fix(m, b);
    for (int64_t i = 0; i < m->space.n; i++) b->direction[i] = b->fixed[i] ? 0 : slope_here(m, i);
    two_loops(m, b);
    tw_line line = bend(m, b);
    *slope = line.slope;
    return line.slope < 0 ? tw_line_search(m, &line, step) : TW_OK;
}

static void keep_pair(tw_minimization *m, box *b) {
    int slot = b->at->count == 0 ? 0 : ((int)b->at->newest + 1) % b->slots;
    double curvature = 0, square = 0, length = 0;
    for (int64_t i = 0; i < m->space.n; i++) {
        double s = here(m, i) - tw_vector_get(&m->space, tw_trial(m), i);
        double y = slope_here(m, i) - tw_vector_get(&m->space, tw_trial_gradient(m), i);
        tw_vector_set(&m->space, b->step[slot], i, s);
        tw_vector_set(&m->space, b->change[slot], i, y);
        curvature += s * y;
        square += y * y;
        length += s * s;
    }
    bool good = is_curved(m, curvature, sqrt(length), sqrt(square)) && isfinite(square);
    if (!good && b->at->count == b->slots) b->at->count -= 1; // the oldest was written over
    if (!good) return;
    b->at->newest = slot;
    b->at->count = fmin(b->at->count + 1, b->slots);
}

static tw_status iterate(tw_minimization *m) {
    box *b = m->memory;
    double step, slope;
    tw_status status = search(m, b, &step, &slope);
    if (status == TW_OK && step == 0 && m->end == TW_MINIMIZE_RUNNING && b->at->count > 0) {
        b->at->count = 0;
        status = search(m, b, &step, &slope);
    }
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING) return status;
    if (step == 0) return tw_line_failed(m, slope);
    keep_pair(m, b);
    return TW_OK;
}

static bool is_sound(const tw_minimization *m) {
    const box *b = m->memory;
    double count = b->at->count, newest = b->at->newest;
    return count >= 0 && count <= b->slots && count == floor(count) && newest >= 0 &&
           newest < b->slots && newest == floor(newest);
}

const tw_solver tw_solver_lbfgs_box = {
    .make = make,
    .iterate = iterate,
    .is_sound = is_sound,
    .end = end,
};
