// newton: the whole Hessian. Where it is positive definite, Newton's step by its Cholesky factor; else, or
// where that step is too long to be trusted, the least of the model within a radius: a step by the factor of
// the Hessian plus a multiple of the identity, which a few factors find (More and Sorensen, 1983). In the
// hard case and near it none is found so. Then eigenvectors find it, which take the time of some twenty
// factors and leave a saddle even along a direction of which the gradient says nothing.
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "minimize/trust_region.h"
#include "tensor/symmetric.h"

enum { SHIFTS_MAX = 12 }; // factors, after which the case is taken for a hard one

enum { KEY_RADIUS };

static const tw_key keys[] = {
    {"radius", 0, "of the first step; 0: no limit, or the length of x at a saddle", NULL},
};

typedef struct newton_numbers {
    double radius; // INFINITY: none yet
    double shift;  // of the last step that ended on the radius
} newton_numbers;

typedef enum content { FACTOR, SHIFTED_FACTOR, VECTORS } content;

typedef struct newton {
    newton_numbers *at;
    double *hessian, *work; // [n, n]
    double *numbers;        // [5, n], of which are
    double *gradient, *step, *values, *turned, *turned_step;
    bool is_here, is_definite; // the Hessian is that of this point
    content holds;             // what is in work
} newton;

static const char *check(const double *values) {
    return values[KEY_RADIUS] >= 0 ? NULL : "radius is 0 or more";
}

static tw_status make(tw_minimization *m) {
    size_t n = (size_t)m->space.n;
    newton *s = m->memory = tw_allocate(m->context, 1, sizeof *s);
    if (s == NULL) return TW_NO_MEMORY;
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "newton.numbers", TW_F64, 2, &at);
    if (status != TW_OK) return status;
    s->at = at;
    s->at->radius = m->keys[KEY_RADIUS] > 0 ? m->keys[KEY_RADIUS] : INFINITY;
    s->hessian = tw_allocate(m->context, 2 * n * n, sizeof(double));
    s->numbers = tw_allocate(m->context, 5 * n, sizeof(double));
    if (s->hessian == NULL || s->numbers == NULL) return TW_NO_MEMORY;
    s->work = s->hessian + n * n;
    s->gradient = s->numbers;
    s->step = s->numbers + n;
    s->values = s->numbers + 2 * n;
    s->turned = s->numbers + 3 * n;
    s->turned_step = s->numbers + 4 * n;
    return TW_OK;
}

static void end(tw_minimization *m) {
    newton *s = m->memory;
    if (s == NULL) return;
    tw_release(s->hessian);
    tw_release(s->numbers);
}

// Whether the factor is of a matrix that can be inverted: a pivot that is only rounding beside the largest one
// would make a long step in a direction that means nothing.
static bool is_regular(const double *factor, int64_t n) {
    double least = INFINITY, most = 0;
    for (int64_t i = 0; i < n; i++) {
        least = fmin(least, factor[i * n + i]);
        most = fmax(most, factor[i * n + i]);
    }
    return least > 1e-7 * most; // square roots of pivots
}

// The Hessian and the gradient here, and the Hessian's factor if it has one.
static tw_status look(tw_minimization *m, newton *s) {
    int64_t n = m->space.n;
    if (s->is_here) return TW_OK;
    tw_status status = tw_objective_hessian(m->objective, tw_here(m), s->hessian);
    if (status != TW_OK) return status;
    double sum = 0;
    for (int64_t i = 0; i < n * n; i++) sum += 0 * s->hessian[i];
    if (sum != 0)
        return tw_minimization_finish(
            m, TW_MINIMIZE_DIVERGED,
            "the Hessian is not finite in iteration %.0f, where the value "
            "is %.6g",
            m->at->iteration + 1, m->at->value);
    for (int64_t i = 0; i < n; i++)
        s->gradient[i] = tw_vector_get(&m->space, tw_gradient_here(m), i);
    memcpy(s->work, s->hessian, (size_t)(n * n) * sizeof(double));
    s->is_definite = tw_cholesky(m->context, s->work, n) == n && is_regular(s->work, n);
    s->holds = FACTOR;
    s->is_here = true;
    return TW_OK;
}

// Eigenvalues, and vectors as the rows of work.
static tw_status find_values(const tw_minimization *m, newton *s) {
    size_t n = (size_t)m->space.n;
    if (s->holds == VECTORS) return TW_OK;
    memcpy(s->work, s->hessian, n * n * sizeof(double));
    s->holds = VECTORS;
    return tw_symmetric_eigen(m->context, s->work, m->space.n, true, s->values);
}

// The step by the factor in work.
static void solve(newton *s, int64_t n) {
    for (int64_t i = 0; i < n; i++) s->step[i] = -s->gradient[i];
    tw_cholesky_forward(s->work, n, s->step);
    tw_cholesky_backward(s->work, n, s->step);
}

// Newton's step, if it may be taken: the fall that the model predicts, else 0.
static double full_step(const tw_minimization *m, newton *s) {
    int64_t n = m->space.n;
    if (!s->is_definite || s->holds != FACTOR) return 0;
    solve(s, n);
    if (!(sqrt(tw_dot(s->step, s->step, n)) <= s->at->radius)) return 0;
    return -tw_dot(s->gradient, s->step, n) / 2;
}

typedef struct interval {
    double low, high;
} interval;

// Where the shift lies that makes the Hessian positive definite and the step as long as the radius: above
// what the diagonal asks for, below what the rows do (Gershgorin).
static interval bracket(const newton *s, int64_t n) {
    interval shift = {0, 0};
    for (int64_t i = 0; i < n; i++) {
        const double *row = s->hessian + i * n;
        double others = -fabs(row[i]);
        for (int64_t k = 0; k < n; k++) others += fabs(row[k]);
        shift.low = fmax(shift.low, -row[i]);
        shift.high = fmax(shift.high, others - row[i]);
    }
    shift.high += sqrt(tw_dot(s->gradient, s->gradient, n)) / s->at->radius;
    return shift;
}

static double within(interval shift, double wanted) {
    if (wanted > shift.low && wanted < shift.high) return wanted;
    return fmax(sqrt(shift.low * shift.high), shift.low + 0.01 * (shift.high - shift.low));
}

static bool factorise(const tw_minimization *m, newton *s, double shift) {
    int64_t n = m->space.n;
    memcpy(s->work, s->hessian, (size_t)(n * n) * sizeof(double));
    for (int64_t i = 0; i < n; i++) s->work[i * n + i] += shift;
    s->holds = SHIFTED_FACTOR;
    return tw_cholesky(m->context, s->work, n) == n && is_regular(s->work, n);
}

// A step to the edge by shifted factors: the fall that the model predicts, or 0 where none was found. As
// long as the radius to a thousandth, which makes it the best step within its own length.
static double shifted_step(const tw_minimization *m, newton *s) {
    int64_t n = m->space.n;
    double radius = s->at->radius;
    interval between = bracket(s, n);
    double shift = within(between, s->at->shift);
    for (int turn = 0; turn < SHIFTS_MAX; turn++) {
        double next = 0;
        if (factorise(m, s, shift)) {
            solve(s, n);
            double square = tw_dot(s->step, s->step, n), length = sqrt(square);
            if (fabs(length - radius) <= 1e-3 * radius) {
                s->at->shift = shift;
                return (shift * square - tw_dot(s->gradient, s->step, n)) / 2;
            }
            // Newton's method on 1/|p|, which is almost a line in the shift.
            memcpy(s->turned, s->step, (size_t)n * sizeof(double));
            tw_cholesky_forward(s->work, n, s->turned);
            next = shift + square / tw_dot(s->turned, s->turned, n) * (length - radius) / radius;
            if (length > radius)
                between.low = shift;
            else
                between.high = shift;
        } else {
            between.low = shift;
        }
        shift = within(between, next);
    }
    return 0;
}

// The least of the model within the radius, in the basis of the eigenvectors; the fall that it predicts.
static tw_status turned_step(const tw_minimization *m, newton *s, double *predicted) {
    int64_t n = m->space.n;
    double *p = s->turned_step;
    tw_status status = find_values(m, s);
    if (status != TW_OK) return status;
    for (int64_t i = 0; i < n; i++) s->turned[i] = tw_dot(s->work + i * n, s->gradient, n);
    tw_trust_solve(n, s->values, s->turned, s->at->radius, p);
    *predicted = 0;
    memset(s->step, 0, (size_t)n * sizeof(double));
    for (int64_t i = 0; i < n; i++) {
        *predicted -= p[i] * (s->turned[i] + s->values[i] * p[i] / 2);
        for (int64_t k = 0; k < n; k++) s->step[k] += p[i] * s->work[i * n + k];
    }
    return TW_OK;
}

static tw_status edge_step(const tw_minimization *m, newton *s, double *predicted) {
    if (isinf(s->at->radius)) s->at->radius = tw_trust_reach(m);
    *predicted = s->holds == VECTORS ? 0 : shifted_step(m, s);
    return *predicted > 0 ? TW_OK : turned_step(m, s, predicted);
}

// Tries one step; `*taken` where it went there.
static tw_status try_step(tw_minimization *m, newton *s, bool *taken) {
    double predicted = full_step(m, s);
    tw_status status = predicted > 0 ? TW_OK : edge_step(m, s, &predicted);
    if (status != TW_OK) return status;
    const void *x = tw_here(m);
    tw_trust_step step = {.radius = s->at->radius,
                          .reach = tw_trust_reach(m),
                          .length = sqrt(tw_dot(s->step, s->step, m->space.n)),
                          .predicted = predicted};
    for (int64_t i = 0; i < m->space.n; i++)
        tw_vector_set(&m->space, tw_trial(m), i, tw_vector_get(&m->space, x, i) + s->step[i]);
    return tw_trust_try(m, &step, &s->at->radius, taken);
}

static tw_status iterate(tw_minimization *m) {
    newton *s = m->memory;
    bool taken = false;
    tw_status status = look(m, s);
    double least = tw_trust_least(m);
    while (status == TW_OK && !taken && m->end == TW_MINIMIZE_RUNNING) {
        if (!(s->at->radius >= least)) return tw_trust_failed(m, s->at->radius);
        status = try_step(m, s, &taken);
    }
    s->is_here = !taken;
    return status;
}

// A point without a slope is a minimum unless the Hessian falls somewhere by more than rounding.
static tw_status confirm(tw_minimization *m, bool *confirmed) {
    newton *s = m->memory;
    tw_status status = look(m, s);
    *confirmed = m->end == TW_MINIMIZE_RUNNING;
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING || s->is_definite) return status;
    status = find_values(m, s);
    *confirmed = s->values[0] >= -1e-8 * fmax(1, fabs(s->values[m->space.n - 1]));
    return status;
}

static bool is_sound(const tw_minimization *m) {
    newton *s = m->memory;
    s->is_here = false;
    return s->at->radius > 0 && s->at->shift >= 0;
}

const tw_solver tw_solver_newton = {
    .about = {.name = "newton",
              .summary = "the whole Hessian in a trust region: fewest iterations, leaves saddles",
              .source = "More and Sorensen, 1983",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .dimension_max = 10000,
    .check = check,
    .takes_products = true,
    .make = make,
    .iterate = iterate,
    .confirm = confirm,
    .is_sound = is_sound,
    .end = end,
};
