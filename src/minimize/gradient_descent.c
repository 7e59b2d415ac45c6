// gradient_descent: steepest descent with a line search, the yardstick of all others.
#include <math.h>

#include "base/memory.h"
#include "minimize/solver.h"

typedef struct descent_numbers {
    double step, slope; // of the iteration before; step 0: there was none
} descent_numbers;

typedef struct descent {
    descent_numbers *at;
    void *direction;
} descent;

static tw_status make(tw_minimization *m) {
    descent *s = m->memory = tw_allocate(m->context, 1, sizeof *s);
    if (s == NULL) return TW_NO_MEMORY;
    void *at = NULL;
    tw_status status = tw_minimization_array(m, "gradient_descent.numbers", TW_F64,
                                             sizeof(descent_numbers) / sizeof(double), &at);
    s->at = at;
    if (status == TW_OK) status = tw_minimization_scratch(m, 1, &s->direction);
    return status;
}

// The first step is expected to gain as much as the last did (Nocedal and Wright, 3.60).
static tw_status iterate(tw_minimization *m) {
    descent *s = m->memory;
    tw_vector_scale(&m->space, -1, tw_gradient_here(m), s->direction);
    double square = tw_vector_dot(&m->space, s->direction, s->direction);
    double first =
        s->at->step > 0 ? s->at->step * s->at->slope / -square : fmin(1, 1 / sqrt(square));
    tw_line line = {.direction = s->direction,
                    .slope = -square,
                    .length = sqrt(square),
                    .first = first,
                    .sufficient = 1e-4,
                    .curvature = 0.9};
    double step;
    tw_status status = tw_line_search(m, &line, &step);
    s->at->step = step;
    s->at->slope = -square;
    if (status != TW_OK || m->end != TW_MINIMIZE_RUNNING || step > 0) return status;
    return tw_line_failed(m, -square);
}

const tw_solver tw_solver_gradient_descent = {
    .about = {.name = "gradient_descent",
              .summary = "along the gradient, as far as a line search says",
              .source = "Cauchy, 1847"},
    .make = make,
    .iterate = iterate,
};
