// Lanczos sees the end of a spectrum that is far from 0 soon, and the one near 0 after a number of steps that
// grows with the condition number. On the inverse it is the other way round, and a Cholesky factor of the
// Hessian is the inverse: n^3/3 multiply-adds, then 2 n^2 a step.
#include "curvature/small_end.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "curvature/lanczos.h"
#include "curvature/whole.h"
#include "tensor/symmetric.h"

#define STEPS_MAX 200
#define STEPS_BETWEEN_LOOKS 5
#define TOLERANCE 1e-3     // of the eigenvalue
#define SHIFT_FACTOR 100.0 // from one try to the next

typedef struct shifted {
    tw_context *context;
    double *matrix;   // [n, n]: above the diagonal the Hessian, or its negative; below, the factor
    double *diagonal; // [n]: of the former
    int64_t n;
    double shift; // matrix + shift*I is what the factor is of
} shifted;

// ---- the matrix

static tw_status take_rows(shifted *s, const tw_small_end *wanted, void *unit, void *product) {
    const tw_vector_space *space = &wanted->objective->space;
    const tw_spectrum_options *options = wanted->options;
    double sign = wanted->negative ? -1.0 : 1.0;
    tw_status status = TW_OK;
    for (int64_t i = 0; i < s->n && status == TW_OK; i++) {
        tw_vector_set(space, unit, i, 1.0);
        status = tw_objective_hessian_product(wanted->objective, wanted->x, unit, product);
        tw_vector_set(space, unit, i, 0.0);
        for (int64_t j = 0; j < s->n && status == TW_OK; j++)
            s->matrix[i * s->n + j] = sign * tw_vector_get(space, product, j);
        if (status == TW_OK && options->watch != NULL)
            options->watch(wanted->products + i + 1, wanted->products + s->n, options->user);
    }
    return status;
}

// Both halves are the same but for rounding, or for the error of differences: their mean is kept above.
static void keep_above(shifted *s) {
    int64_t n = s->n;
    for (int64_t i = 0; i < n; i++) {
        s->diagonal[i] = s->matrix[i * n + i];
        for (int64_t j = 0; j < i; j++)
            s->matrix[j * n + i] = (s->matrix[j * n + i] + s->matrix[i * n + j]) / 2;
    }
}

static tw_status take_hessian(shifted *s, const tw_small_end *wanted) {
    size_t bytes = (size_t)s->n * tw_dtype_size(wanted->objective->space.dtype);
    char *vectors = tw_allocate(s->context, 2, bytes); // zeros
    if (vectors == NULL) return TW_NO_MEMORY;
    tw_status status = take_rows(s, wanted, vectors, vectors + bytes);
    if (status == TW_OK) keep_above(s);
    tw_release(vectors);
    return status;
}

static bool factorise(shifted *s) {
    int64_t n = s->n;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) s->matrix[i * n + j] = s->matrix[j * n + i];
        s->matrix[i * n + i] = s->diagonal[i] + s->shift;
    }
    return tw_cholesky(s->context, s->matrix, n) == n;
}

// ---- its inverse

double tw_small_end_rounding(const tw_objective *objective, double largest) {
    return tw_eigenvalue_rounding(objective, largest) / (double)objective->space.n;
}

static tw_status evaluate_nothing(const void *x, double *value, void *gradient, void *user) {
    (void)x, (void)gradient, (void)user;
    *value = NAN;
    return TW_OK;
}

static tw_status solve(const void *x, const void *vector, void *product, void *user) {
    (void)x;
    const shifted *s = user;
    memcpy(product, vector, (size_t)s->n * sizeof(double));
    tw_cholesky_forward(s->matrix, s->n, product);
    tw_cholesky_backward(s->matrix, s->n, product);
    return TW_OK;
}

// From the largest eigenvalue m of the inverse and its bound d: one of the matrix lies between 1/(m + d)
// and 1/(m - d).
static tw_eigenvalue back_from(const tw_lanczos *lanczos, const tw_small_end *wanted,
                               double shift) {
    double rounding = tw_small_end_rounding(wanted->objective, wanted->largest);
    double m = lanczos->ritz[lanczos->steps - 1];
    double d = tw_lanczos_error(lanczos, lanczos->steps - 1);
    double error = d < m ? d / (m * (m - d)) : INFINITY;
    double value = 1.0 / m - shift;
    return (tw_eigenvalue){wanted->negative ? -value : value, error + rounding};
}

static tw_status run_lanczos(tw_objective *inverse, uint64_t seed, tw_lanczos *lanczos) {
    tw_status status = tw_lanczos_new(inverse, NULL, STEPS_MAX, seed, 0, lanczos);
    bool ended = false;
    while (status == TW_OK && !ended) {
        status = tw_lanczos_step(lanczos, &ended);
        if (status != TW_OK || (!ended && lanczos->steps % STEPS_BETWEEN_LOOKS != 0)) continue;
        status = tw_lanczos_solve(lanczos);
        int64_t last = lanczos->steps - 1;
        ended = ended || tw_lanczos_error(lanczos, last) <= TOLERANCE * lanczos->ritz[last];
    }
    return status;
}

// The inverse is, to Lanczos, the Hessian of a function.
static tw_status look_at_inverse(shifted *s, const tw_small_end *wanted, tw_eigenvalue *end) {
    tw_objective_calls calls = {.evaluate = evaluate_nothing, .hessian_product = solve, .user = s};
    tw_objective *inverse = NULL;
    tw_status status =
        tw_objective_new(s->context, "inverse Hessian", s->n, TW_F64, &calls, &inverse);
    tw_lanczos lanczos = {0};
    if (status == TW_OK) status = run_lanczos(inverse, wanted->options->seed, &lanczos);
    if (status == TW_OK) *end = back_from(&lanczos, wanted, s->shift);
    tw_lanczos_free(&lanczos);
    tw_objective_free(inverse);
    return status;
}

// A shift that makes the matrix positive definite: that of rounding, unless it has negative eigenvalues.
static tw_status find(shifted *s, const tw_small_end *wanted, tw_eigenvalue *end) {
    tw_status status = take_hessian(s, wanted);
    if (status != TW_OK) return status;
    double rounding = tw_eigenvalue_rounding(wanted->objective, wanted->largest);
    for (s->shift = rounding; s->shift <= SHIFT_FACTOR * wanted->largest; s->shift *= SHIFT_FACTOR)
        if (factorise(s)) return look_at_inverse(s, wanted, end);
    return TW_OK;
}

tw_status tw_small_end_find(const tw_small_end *wanted, tw_eigenvalue *end) {
    *end = (tw_eigenvalue){NAN, NAN};
    size_t n = (size_t)wanted->objective->space.n;
    tw_context *context = wanted->objective->context;
    shifted s = {.context = context, .n = (int64_t)n};
    s.matrix = tw_allocate(context, n * n + n, sizeof *s.matrix);
    if (s.matrix == NULL) return TW_NO_MEMORY;
    s.diagonal = s.matrix + n * n;
    tw_status status = find(&s, wanted, end);
    tw_release(s.matrix);
    return status;
}
