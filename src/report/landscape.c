// Which part of a function is shown, and its values there.
#include <math.h>

#include "base/memory.h"
#include "report/descents.h"

#define ROOM .12        // around what has to be seen, of its size
#define FILLS .35       // of the domain along an axis, from which on the domain is shown
#define BEYOND 1.0      // how far paths widen a domain, in its size
#define LEAST_RATIO .02 // of one side to the other, where the box would be a line

static void widen(tw_box *box, const double *point, int64_t n) {
    for (int64_t k = 0; k < n; k++) {
        if (!isfinite(point[k])) return;
    }
    for (int64_t k = 0; k < n; k++) {
        box->low[k] = fmin(box->low[k], point[k]);
        box->high[k] = fmax(box->high[k], point[k]);
    }
}

static void widen_by_paths(tw_box *box, const tw_landscape *landscape) {
    int64_t n = landscape->facts.dimension;
    for (int i = 0; i < landscape->count; i++) {
        const tw_descent *descent = &landscape->descents[i];
        for (int64_t k = 0; k < descent->count && descent->x != NULL; k++)
            if (descent->values[k] <= descent->values[0]) widen(box, descent->x + k * n, n);
    }
}

// Minima near what is seen so far: within its size again.
static void widen_by_minima(tw_box *box, const tw_landscape *landscape) {
    const tw_box seen = *box;
    int64_t n = landscape->facts.dimension;
    for (int m = 0; m < landscape->facts.minimum_count; m++) {
        const double *x = landscape->facts.minima[m].x;
        bool near = x != NULL;
        for (int64_t k = 0; k < n && near; k++) {
            double size = seen.high[k] - seen.low[k];
            near = x[k] >= seen.low[k] - size && x[k] <= seen.high[k] + size;
        }
        if (near) widen(box, x, n);
    }
}

static void add_room(tw_box *box, int64_t n) {
    double size[2] = {0, 0}, largest = 0;
    for (int64_t k = 0; k < n; k++) {
        size[k] = box->high[k] - box->low[k];
        largest = fmax(largest, size[k]);
    }
    for (int64_t k = 0; k < n; k++) {
        double middle = box->low[k] + size[k] / 2;
        double least = largest > 0 ? LEAST_RATIO * largest : fmax(fabs(middle), 1);
        double half = fmax(size[k] * (.5 + ROOM), least / 2);
        box->low[k] = middle - half;
        box->high[k] = middle + half;
    }
}

// The domain, if the box fills a good part of it; else what of the box lies within reach of it.
static void compare_with_domain(tw_box *box, const tw_objective_facts *facts) {
    bool whole = false;
    for (int64_t k = 0; k < facts->dimension; k++) {
        double size = facts->upper[k] - facts->lower[k];
        box->low[k] = fmax(box->low[k], facts->lower[k] - BEYOND * size);
        box->high[k] = fmin(box->high[k], facts->upper[k] + BEYOND * size);
        whole = whole || box->high[k] - box->low[k] >= FILLS * size;
    }
    for (int64_t k = 0; k < facts->dimension; k++) {
        if (whole) box->low[k] = fmin(box->low[k], facts->lower[k]);
        if (whole) box->high[k] = fmax(box->high[k], facts->upper[k]);
        if (box->low[k] < box->high[k]) continue; // all of it lay elsewhere
        box->low[k] = facts->lower[k];
        box->high[k] = facts->upper[k];
    }
}

tw_box tw_landscape_box(const tw_landscape *landscape) {
    const tw_objective_facts *facts = &landscape->facts;
    tw_box box = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    widen_by_paths(&box, landscape);
    bool empty = !(box.low[0] <= box.high[0]);
    if (empty && facts->lower != NULL) {
        widen(&box, facts->lower, facts->dimension);
        widen(&box, facts->upper, facts->dimension);
        return box;
    }
    if (empty && facts->start != NULL) widen(&box, facts->start, facts->dimension);
    if (!(box.low[0] <= box.high[0])) return (tw_box){{-1, -1}, {1, 1}};
    widen_by_minima(&box, landscape);
    add_room(&box, facts->dimension);
    if (facts->lower != NULL) compare_with_domain(&box, facts);
    return box;
}

// ---- values

static tw_status value_at(const tw_landscape *landscape, const double point[2], double *value) {
    if (landscape->facts.dtype == TW_F64)
        return tw_objective_evaluate(landscape->objective, point, value, NULL);
    float narrow[2] = {(float)point[0], (float)point[1]};
    return tw_objective_evaluate(landscape->objective, narrow, value, NULL);
}

tw_status tw_landscape_values(const tw_landscape *landscape, const tw_box *box, int columns,
                              int rows, double *values) {
    tw_status status = TW_OK;
    for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns && status == TW_OK; column++) {
            double share[2] = {(double)column / (columns - 1),
                               rows > 1 ? (double)row / (rows - 1) : 0};
            double point[2];
            for (int k = 0; k < 2; k++)
                point[k] = box->low[k] + share[k] * (box->high[k] - box->low[k]);
            status = value_at(landscape, point, &values[(int64_t)row * columns + column]);
        }
    }
    return status;
}
