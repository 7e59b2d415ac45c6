// bfgs: the quasi-Newton method with a whole inverse Hessian (Broyden, Fletcher, Goldfarb and Shanno, 1970):
// H' = (I - s y'/s'y) H (I - y s'/s'y) + s s'/s'y, so that H' y = s.
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "minimize/solver.h"

enum { KEY_LINE_SEARCH, WOLFE = 0, EXACT = 1, ROWS_A_CHUNK = 64 };

static const tw_key keys[] = {
    {"line_search", WOLFE,
     "exact looks for the minimum along the line, by a Hessian product and a narrow search",
     "wolfe|exact"},
};

typedef struct bfgs_numbers {
    double updates;       // of the inverse since it was the identity
    double slope, length; // of the direction
} bfgs_numbers;

typedef struct bfgs {
    bfgs_numbers *at;
    double *inverse; // [n, n], symmetric
    void *direction;
    double *s, *y, *hy; // [n], in double
    void *product;      // Hessian times direction
} bfgs;

// ---- the matrix, by rows

typedef struct rows {
    int64_t n;
    double *matrix;
    const double *vector;
    double *out;          // matrix*vector
    const double *s, *hy; // the update: a s s' - b (hy s' + s hy')
    double a, b;
} rows;

TW_SIMD static void row_update(double *restrict row, double of_s, double of_hy,
                               const double *restrict s, const double *restrict hy, int64_t n) {
    for (int64_t i = 0; i < n; i++) row[i] += of_s * s[i] - of_hy * hy[i];
}

static void multiply_chunk(void *user, int64_t chunk) {
    const rows *r = user;
    int64_t end = (chunk + 1) * ROWS_A_CHUNK;
    for (int64_t i = chunk * ROWS_A_CHUNK; i < end && i < r->n; i++)
        r->out[i] = tw_dot(r->matrix + i * r->n, r->vector, r->n);
}

static void update_chunk(void *user, int64_t chunk) {
    const rows *r = user;
    int64_t end = (chunk + 1) * ROWS_A_CHUNK;
    for (int64_t i = chunk * ROWS_A_CHUNK; i < end && i < r->n; i++)
        row_update(r->matrix + i * r->n, r->a * r->s[i] - r->b * r->hy[i], r->b * r->s[i], r->s,
                   r->hy, r->n);
}

static void by_rows(const tw_minimization *m, tw_chunk_function *function, rows *r) {
    int64_t chunks = (r->n + ROWS_A_CHUNK - 1) / ROWS_A_CHUNK;
    tw_parallel(tw_context_threads(m->context), chunks, function, r);
}

// ---- the method

static void set_identity(bfgs *b, int64_t n, double scale) {
    memset(b->inverse, 0, (size_t)(n * n) * sizeof(double));
    for (int64_t i = 0; i < n; i++) b->inverse[i * n + i] = scale;
}

static tw_status make(tw_minimization *m) {
    int64_t n = m->space.n;
    bfgs *b = m->memory = tw_allocate(m->context, 1, sizeof *b);
    if (b == NULL) return TW_NO_MEMORY;
    void *at = NULL, *inverse = NULL;
    tw_status status = tw_minimization_array(m, "bfgs.numbers", TW_F64,
                                             sizeof(bfgs_numbers) / sizeof(double), &at);
    if (status == TW_OK) status = tw_minimization_array(m, "bfgs.inverse", TW_F64, n * n, &inverse);
    b->at = at;
    b->inverse = inverse;
    if (status == TW_OK) status = tw_minimization_scratch(m, 2, &b->direction);
    if (status != TW_OK) return status;
    b->product = tw_scratch_at(m, 1);
    b->s = tw_allocate(m->context, 3 * (size_t)n, sizeof(double));
    if (b->s == NULL) return TW_NO_MEMORY;
    b->y = b->s + n;
    b->hy = b->y + n;
    set_identity(b, n, 1);
    return TW_OK;
}

static void end(tw_minimization *m) {
    bfgs *b = m->memory;
    if (b != NULL) tw_release(b->s);
}

// direction = -inverse*gradient; false where that does not descend.
static bool aim(tw_minimization *m, bfgs *b) {
    rows r = {.n = m->space.n, .matrix = b->inverse, .vector = b->s, .out = b->hy};
    for (int64_t i = 0; i < r.n; i++) b->s[i] = tw_vector_get(&m->space, tw_gradient_here(m), i);
    by_rows(m, multiply_chunk, &r);
    for (int64_t i = 0; i < r.n; i++) tw_vector_set(&m->space, b->direction, i, -b->hy[i]);
    b->at->slope = tw_vector_dot(&m->space, tw_gradient_here(m), b->direction);
    b->at->length = sqrt(tw_vector_dot(&m->space, b->direction, b->direction));
    return b->at->slope < 0 && isfinite(b->at->length);
}

// H y = s for the pair of the step just taken.
static void update(tw_minimization *m, bfgs *b, double step) {
    int64_t n = m->space.n;
    double curvature = 0, square = 0, quadratic = 0;
    for (int64_t i = 0; i < n; i++) {
        b->s[i] = step * tw_vector_get(&m->space, b->direction, i);
        b->y[i] = tw_vector_get(&m->space, tw_gradient_here(m), i) -
                  tw_vector_get(&m->space, tw_trial_gradient(m), i);
    }
    curvature = tw_dot(b->s, b->y, n);
    square = tw_dot(b->y, b->y, n);
    double sizes = sqrt(tw_dot(b->s, b->s, n)) * sqrt(square);
    if (!(curvature > tw_minimization_epsilon(m) * sizes) || !isfinite(square)) return;
    // Nocedal and Wright, 6.20. After exact steps on a quadratic any scale gives the same directions but
    // for rounding, which a large one keeps small: what is too large is taken away exactly.
    double scale = m->keys[KEY_LINE_SEARCH] == EXACT ? 1e6 : 1;
    if (b->at->updates == 0) set_identity(b, n, scale * curvature / square);
    rows r = {.n = n, .matrix = b->inverse, .vector = b->y, .out = b->hy, .s = b->s, .hy = b->hy};
    by_rows(m, multiply_chunk, &r);
    quadratic = tw_dot(b->y, b->hy, n);
    r.a = (1 + quadratic / curvature) / curvature;
    r.b = 1 / curvature;
    by_rows(m, update_chunk, &r);
    b->at->updates += 1;
}

// The minimum along the line, were the function a quadratic one.
static tw_status exact_step(tw_minimization *m, bfgs *b, double *step) {
    tw_status status =
        tw_objective_hessian_product(m->objective, tw_here(m), b->direction, b->product);
    double curvature = tw_vector_dot(&m->space, b->direction, b->product);
    if (status == TW_OK && curvature > 0) *step = -b->at->slope / curvature;
    return status;
}

static tw_status search(tw_minimization *m, bfgs *b, double *step) {
    bool exact = m->keys[KEY_LINE_SEARCH] == EXACT;
    double first = b->at->updates > 0 ? 1 : fmin(1, 1 / b->at->length);
    tw_status status = exact ? exact_step(m, b, &first) : TW_OK;
    tw_line line = {.direction = b->direction,
                    .slope = b->at->slope,
                    .length = b->at->length,
                    .first = first,
                    .sufficient = 1e-4,
                    .curvature = exact ? 1e-3 : 0.9};
    *step = 0;
    return status == TW_OK ? tw_line_search(m, &line, step) : status;
}

static tw_status iterate(tw_minimization *m) {
    bfgs *b = m->memory;
    double step = 0;
    tw_status status = aim(m, b) ? search(m, b, &step) : TW_OK;
    if (status == TW_OK && step == 0 && m->end == TW_MINIMIZE_RUNNING && b->at->updates > 0) {
        set_identity(b, m->space.n, 1); // what it says of the curvature may be out of date
        b->at->updates = 0;
        aim(m, b);
        status = search(m, b, &step);
    }
    if (status != TW_OK || (step == 0 && m->end != TW_MINIMIZE_RUNNING)) return status;
    if (step == 0) return tw_line_failed(m, b->at->slope);
    update(m, b, step);
    return TW_OK;
}

const tw_solver tw_solver_bfgs = {
    .about = {.name = "bfgs",
              .summary =
                  "quasi-Newton with a whole inverse Hessian, for up to a few thousand numbers",
              .source = "Broyden, Fletcher, Goldfarb and Shanno, 1970",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .dimension_max = 10000,
    .make = make,
    .iterate = iterate,
    .end = end,
};
