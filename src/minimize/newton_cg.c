// newton_cg: Newton's step by conjugate gradients, cut off at the edge of a trust region or where the
// curvature turns negative (Steihaug, 1983; Toint, 1981). Hessian products alone: seven vectors, no matrix.
#include <math.h>

#include "base/memory.h"
#include "minimize/trust_region.h"

enum { KEY_INNER, KEY_RADIUS };

static const tw_key keys[] = {
    {"inner", 250, "Hessian products of an iteration at most", NULL},
    {"radius", 0, "of the first step; 0: no limit, or the length of x at a saddle", NULL},
};

typedef struct newton_cg_numbers {
    double radius; // INFINITY: none yet
} newton_cg_numbers;

typedef struct newton_cg {
    newton_cg_numbers *at;
    void *step, *residual, *direction, *product; // p, r = g + Hp, d, Hd
} newton_cg;

static const char *check(const double *values) {
    double inner = values[KEY_INNER];
    if (!(inner >= 1 && inner == floor(inner))) return "inner is a whole number of at least 1";
    return values[KEY_RADIUS] >= 0 ? NULL : "radius is 0 or more";
}

static tw_status make(tw_minimization *m) {
    newton_cg *s = m->memory = tw_allocate(m->context, 1, sizeof *s);
    if (s == NULL) return TW_NO_MEMORY;
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "newton_cg.numbers", TW_F64, 1, &at);
    s->at = at;
    if (status == TW_OK) status = tw_minimization_scratch(m, 4, &s->step);
    if (status != TW_OK) return status;
    s->at->radius = m->keys[KEY_RADIUS] > 0 ? m->keys[KEY_RADIUS] : INFINITY;
    s->residual = tw_scratch_at(m, 1);
    s->direction = tw_scratch_at(m, 2);
    s->product = tw_scratch_at(m, 3);
    return TW_OK;
}

// How far along d from p the edge is: the positive root of |p + t d| = radius.
static double to_edge(const tw_minimization *m, const newton_cg *s) {
    double pp = tw_vector_dot(&m->space, s->step, s->step);
    double pd = tw_vector_dot(&m->space, s->step, s->direction);
    double dd = tw_vector_dot(&m->space, s->direction, s->direction);
    double missing = fmax(0, (s->at->radius - sqrt(pp)) * (s->at->radius + sqrt(pp)));
    double root = sqrt(pd * pd + dd * missing);
    return pd > 0 ? missing / (pd + root) : (root - pd) / dd;
}

static void advance(const tw_minimization *m, newton_cg *s, double along) {
    tw_vector_add(&m->space, along, s->direction, s->step);
    tw_vector_add(&m->space, along, s->product, s->residual);
}

// Whether p + along d lies beyond the edge.
static bool leaves(const tw_minimization *m, const newton_cg *s, double along) {
    if (isinf(s->at->radius)) return false;
    double pp = tw_vector_dot(&m->space, s->step, s->step);
    double pd = tw_vector_dot(&m->space, s->step, s->direction);
    double dd = tw_vector_dot(&m->space, s->direction, s->direction);
    return pp + along * (2 * pd + along * dd) >= s->at->radius * s->at->radius;
}

// The first radius where the model has no floor: the length of x.
static void have_radius(const tw_minimization *m, newton_cg *s) {
    if (isinf(s->at->radius)) s->at->radius = tw_trust_reach(m);
}

// d = -r + beta d
static void turn(const tw_minimization *m, newton_cg *s, double beta) {
    const void *const before[] = {s->direction};
    tw_combination next = {.out = s->direction,
                           .of_first = -1,
                           .first = s->residual,
                           .vectors = {1, before},
                           .factors = &beta};
    tw_pass_combine(&m->passes, &next);
}

// Conjugate gradients on the model; they end early far from the minimum, where it is not worth more.
static tw_status find_step(tw_minimization *m, newton_cg *s) {
    tw_vector_scale(&m->space, 0, tw_gradient_here(m), s->step);
    tw_minimization_copy(m, s->residual, tw_gradient_here(m));
    tw_vector_scale(&m->space, -1, s->residual, s->direction);
    double square = tw_vector_dot(&m->space, s->residual, s->residual);
    double nearness = m->at->grad_norm / fmax(m->at->first_norm, m->at->grad_norm);
    double enough = fmin(0.5, sqrt(nearness)) * sqrt(square);
    for (int inner = 0; inner < (int)m->keys[KEY_INNER]; inner++) {
        tw_status status =
            tw_objective_hessian_product(m->objective, tw_here(m), s->direction, s->product);
        if (status != TW_OK) return status;
        double curvature = tw_vector_dot(&m->space, s->direction, s->product);
        if (!isfinite(curvature))
            return tw_minimization_finish(
                m, TW_MINIMIZE_DIVERGED,
                "a Hessian product is not finite in iteration %.0f, where "
                "the value is %.6g",
                m->at->iteration + 1, m->at->value);
        double along = square / curvature;
        if (curvature <= 0) have_radius(m, s);
        if (curvature <= 0 || leaves(m, s, along)) {
            advance(m, s, to_edge(m, s));
            return TW_OK;
        }
        advance(m, s, along);
        double rest = tw_vector_dot(&m->space, s->residual, s->residual);
        if (sqrt(rest) <= enough) return TW_OK;
        turn(m, s, rest / square);
        square = rest;
    }
    return TW_OK;
}

static tw_status try_step(tw_minimization *m, newton_cg *s, bool *taken) {
    tw_status status = find_step(m, s);
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING) return status;
    const void *p = s->step;
    tw_trust_step step = {.radius = s->at->radius,
                          .reach = tw_trust_reach(m),
                          .length = sqrt(tw_vector_dot(&m->space, p, p)),
                          .predicted = -(tw_vector_dot(&m->space, tw_gradient_here(m), p) +
                                         tw_vector_dot(&m->space, s->residual, p)) /
                                       2};
    tw_pass_move(&m->passes, tw_trial(m), tw_here(m), 1, p);
    return tw_trust_try(m, &step, &s->at->radius, taken);
}

static tw_status iterate(tw_minimization *m) {
    newton_cg *s = m->memory;
    bool taken = false;
    tw_status status = TW_OK;
    double least = tw_trust_least(m);
    while (status == TW_OK && !taken && m->end == TW_MINIMIZE_RUNNING) {
        if (!(s->at->radius >= least)) return tw_trust_failed(m, s->at->radius);
        status = try_step(m, s, &taken);
    }
    return status;
}

static bool is_sound(const tw_minimization *m) {
    const newton_cg *s = m->memory;
    return s->at->radius > 0;
}

const tw_solver tw_solver_newton_cg = {
    .about = {.name = "newton_cg",
              .summary = "Newton's step from Hessian products alone, for millions of numbers",
              .source = "Steihaug, 1983; Toint, 1981",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = check,
    .takes_products = true,
    .make = make,
    .iterate = iterate,
    .is_sound = is_sound,
};
