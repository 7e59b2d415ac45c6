// QL with implicit shifts. A shift makes an element off the three diagonals, which rotations chase out at the
// other end. Sweeps go on until an off-diagonal element is negligible beside its neighbours on the diagonal, which
// splits the matrix.
#include <assert.h>
#include <float.h>
#include <math.h>

#include "base/fail.h"
#include "base/parallel.h"
#include "tensor/symmetric.h"

#define SWEEPS_MAX 60    // for one eigenvalue; two are usual
#define SWEEPS_STRICT 30 // then elements count as negligible beside the largest one: see find

typedef struct tridiagonal {
    double *d, *e; // e[i] stands between d[i] and d[i + 1]
    int64_t n;
    double size;  // the largest |element| at the start
    double *rows; // [n, width], rotated with the matrix
    int64_t width;
} tridiagonal;

TW_SIMD static void rotate(double *restrict a, double *restrict b, double c, double s, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        double above = a[i], below = b[i];
        b[i] = s * above + c * below;
        a[i] = c * above - s * below;
    }
}

static double size_of(const tridiagonal *t) {
    double size = 0.0;
    for (int64_t i = 0; i < t->n; i++) size = fmax(size, fmax(fabs(t->d[i]), fabs(t->e[i])));
    return size;
}

// The first index from `start` on whose off-diagonal element is negligible beside its neighbours on the diagonal, or at
// most `negligible`.
static int64_t end_of_block(const tridiagonal *t, int64_t start, double negligible) {
    for (int64_t i = start; i < t->n - 1; i++)
        if (fabs(t->e[i]) <= fmax(negligible, DBL_EPSILON * (fabs(t->d[i]) + fabs(t->d[i + 1]))))
            return i;
    return t->n - 1;
}

// d[end] minus the shift: the eigenvalue of the leading 2 by 2 block that is nearer to d[start].
static double shifted(const tridiagonal *t, int64_t start, int64_t end) {
    double half = (t->d[start + 1] - t->d[start]) / (2.0 * t->e[start]);
    double root = hypot(half, 1.0);
    return t->d[end] - t->d[start] + t->e[start] / (half + copysign(root, half));
}

// One sweep over the block [start, end]. If an element vanishes on the way, the sweep ends: the block splits there.
static void sweep(tridiagonal *t, int64_t start, int64_t end) {
    double g = shifted(t, start, end), s = 1.0, c = 1.0, p = 0.0;
    for (int64_t i = end - 1; i >= start; i--) {
        double f = s * t->e[i], b = c * t->e[i], r = hypot(f, g);
        t->e[i + 1] = r;
        if (r == 0.0) {
            t->d[i + 1] -= p;
            t->e[end] = 0.0;
            return;
        }
        s = f / r;
        c = g / r;
        g = t->d[i + 1] - p;
        r = (t->d[i] - g) * s + 2.0 * c * b;
        p = s * r;
        t->d[i + 1] = g + p;
        g = c * r - b;
        if (t->width > 0)
            rotate(t->rows + i * t->width, t->rows + (i + 1) * t->width, c, s, t->width);
    }
    t->d[start] -= p;
    t->e[start] = g;
    t->e[end] = 0.0;
}

// Finds the eigenvalue that ends up in d[start]; false if it does not converge. Rounding changes elements by up to
// DBL_EPSILON times the largest one. Small elements beside small neighbours may never become negligible because of
// it, so after SWEEPS_STRICT sweeps it is enough that they are no larger than that.
static bool find(tridiagonal *t, int64_t start) {
    for (int sweeps = 0; sweeps < SWEEPS_MAX; sweeps++) {
        int64_t end = end_of_block(t, start, sweeps < SWEEPS_STRICT ? 0.0 : DBL_EPSILON * t->size);
        if (end == start) return true;
        sweep(t, start, end);
    }
    return false;
}

static void swap_rows(tridiagonal *t, int64_t a, int64_t b) {
    double value = t->d[a];
    t->d[a] = t->d[b];
    t->d[b] = value;
    for (int64_t k = 0; k < t->width; k++) {
        double element = t->rows[a * t->width + k];
        t->rows[a * t->width + k] = t->rows[b * t->width + k];
        t->rows[b * t->width + k] = element;
    }
}

// By selection, which swaps long rows least often.
static void sort(tridiagonal *t) {
    for (int64_t i = 0; i < t->n - 1; i++) {
        int64_t least = i;
        for (int64_t k = i + 1; k < t->n; k++)
            if (t->d[k] < t->d[least]) least = k;
        if (least != i) swap_rows(t, i, least);
    }
}

tw_status tw_tridiagonal_eigen(tw_context *context, double *diagonal, double *offdiagonal,
                               int64_t n, double *rows, int64_t width) {
    tridiagonal t = {.d = diagonal, .e = offdiagonal, .n = n, .rows = rows, .width = width};
    assert(n >= 1);
    offdiagonal[n - 1] = 0.0;
    t.size = size_of(&t);
    for (int64_t i = 0; i < n; i++)
        if (!find(&t, i))
            return tw_fail(context, TW_DIVERGED,
                           "eigenvalues: number %lld of %lld did not converge in %d sweeps",
                           (long long)i, (long long)n, SWEEPS_MAX);
    sort(&t);
    return TW_OK;
}
