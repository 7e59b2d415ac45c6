// conjugate_gradient: nonlinear, with the factor of Hager and Zhang (2005), which always descends.
#include <math.h>

#include "base/memory.h"
#include "minimize/solver.h"

typedef struct cg_numbers {
    double step, slope; // of the iteration before; step 0: there was none
    double factor;      // beta: direction = -gradient + beta*direction before
} cg_numbers;

typedef struct cg {
    cg_numbers *at;
    void *direction, *change;
} cg;

static tw_status make(tw_minimization *m) {
    cg *s = m->memory = tw_allocate(m->context, 1, sizeof *s);
    if (s == NULL) return TW_NO_MEMORY;
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "conjugate_gradient.numbers", TW_F64,
                                             sizeof(cg_numbers) / sizeof(double), &at);
    s->at = at;
    if (status == TW_OK)
        status = tw_minimization_array(m, "conjugate_gradient.direction", m->space.dtype,
                                       m->space.n, &s->direction);
    if (status == TW_OK) status = tw_minimization_scratch(m, 1, &s->change);
    return status;
}

// beta from the step just taken, g the gradient there and y its change:
// (y - 2 d |y|^2/d'y)'g/d'y, at least -1/(|d| min(0.01, |g before|)).
static void find_factor(tw_minimization *m, cg *s, double length, double norm_before) {
    double with_y[2], with_g[2];
    tw_pair pair = {.after = tw_gradient_here(m),
                    .before = tw_trial_gradient(m),
                    .direction = s->direction,
                    .change = s->change,
                    .change_factor = 1,
                    .step_factor = 1,
                    .with_change = with_y,
                    .with_after = with_g};
    tw_pass_pair(&m->passes, &pair);
    double curvature = with_y[0];
    s->at->factor = 0;
    if (!(curvature > 0)) return;
    double beta = (with_g[1] - 2 * with_g[0] * with_y[1] / curvature) / curvature;
    s->at->factor = fmax(beta, -1 / (length * fmin(0.01, norm_before)));
}

// Writes the direction; its slope and length. Falls back on the gradient where rounding broke it.
static tw_pass_sums aim(tw_minimization *m, cg *s) {
    const void *const before[] = {s->direction};
    tw_combination next = {.out = s->direction,
                           .of_first = -1,
                           .first = tw_gradient_here(m),
                           .vectors = {1, before},
                           .factors = &s->at->factor};
    tw_pass_sums sums = tw_pass_combine(&m->passes, &next);
    if (sums.with_first < 0 && isfinite(sums.square)) return sums;
    s->at->step = 0;
    next.vectors.count = 0;
    return tw_pass_combine(&m->passes, &next);
}

static tw_status iterate(tw_minimization *m) {
    cg *s = m->memory;
    double norm = sqrt(tw_vector_dot(&m->space, tw_gradient_here(m), tw_gradient_here(m)));
    tw_pass_sums sums = aim(m, s);
    double length = sqrt(sums.square), first = fmin(1, 1 / length), step;
    if (s->at->step > 0) first = s->at->step * s->at->slope / sums.with_first;
    tw_line line = {.direction = s->direction,
                    .slope = sums.with_first,
                    .length = length,
                    .first = first,
                    .sufficient = 1e-4,
                    .curvature = 0.1};
    tw_status status = tw_line_search(m, &line, &step);
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING) return status;
    bool restarted = s->at->factor == 0;
    s->at->step = step;
    s->at->slope = sums.with_first;
    s->at->factor = 0;
    if (step > 0)
        find_factor(m, s, length, norm);
    else if (restarted)
        return tw_line_failed(m, sums.with_first);
    return TW_OK;
}

const tw_solver tw_solver_conjugate_gradient = {
    .about = {.name = "conjugate_gradient",
              .summary = "nonlinear conjugate gradients: three vectors, no matrix",
              .source = "Hager and Zhang, 2005"},
    .vector_max = 2,
    .make = make,
    .iterate = iterate,
};
