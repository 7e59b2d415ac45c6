// The best fixed point in hindsight: by sign for linear losses, by L-BFGS in the box for the others.
#include <assert.h>
#include <math.h>

#include "regret/problem.h"
#include "thalweg/minimize.h"

#define DIMENSION_MAX 128

typedef struct hindsight {
    const tw_online_search *search;
    double rounding; // of |r|: sqrt(r^2 + rounding^2), so that it has a second derivative
} hindsight;

static double sum_at(const hindsight *h, const double *x, double *gradient) {
    const tw_online_problem *problem = h->search->problem;
    double sum = 0.0;
    for (int64_t t = 0; t < h->search->rounds; t++) {
        double slopes[DIMENSION_MAX], loss = tw_online_loss_at(problem, t, x, slopes), factor = 1.0;
        if (h->rounding > 0.0) {
            double rounded = hypot(loss, h->rounding);
            factor = loss / rounded;
            loss = rounded;
        }
        sum += loss;
        for (int64_t i = 0; gradient != NULL && i < problem->dimension; i++)
            gradient[i] += factor * slopes[i];
    }
    if (h->search->after_each != NULL) h->search->after_each(h->search->user);
    return sum;
}

// The mean rather than the sum: of the same size whatever the number of rounds.
static tw_status evaluate(const void *x, double *value, void *gradient, void *user) {
    const hindsight *h = user;
    int64_t n = h->search->problem->dimension;
    double rounds = (double)h->search->rounds;
    double total[DIMENSION_MAX] = {0};
    *value = sum_at(h, x, gradient != NULL ? total : NULL) / rounds;
    for (int64_t i = 0; gradient != NULL && i < n; i++) ((double *)gradient)[i] = total[i] / rounds;
    return TW_OK;
}

static tw_status descend(hindsight *h, double *best) {
    tw_context *context = h->search->context;
    int64_t n = h->search->problem->dimension;
    double lower[DIMENSION_MAX], upper[DIMENSION_MAX];
    for (int64_t i = 0; i < n; i++) lower[i] = -1.0, upper[i] = 1.0;
    tw_objective *objective = NULL;
    tw_objective_calls calls = {.evaluate = evaluate, .user = h};
    tw_status status =
        tw_objective_new(context, "losses in hindsight", n, TW_F64, &calls, &objective);
    if (status != TW_OK) return status;
    tw_minimize_options options = tw_minimize_options_default();
    options.lower = lower;
    options.upper = upper;
    options.tolerance = 1e-9;
    options.max_iterations = 500;
    tw_minimize_result result;
    status = tw_minimize(objective, &options, best, &result);
    tw_objective_free(objective);
    return status;
}

static void take_signs(const tw_online_problem *problem, int64_t rounds, double *best) {
    for (int64_t i = 0; i < problem->dimension; i++) {
        double total = 0.0;
        for (int64_t t = 0; t < rounds; t++) total += problem->features[t * problem->dimension + i];
        best[i] = total > 0.0 ? -1.0 : 1.0;
    }
}

tw_status tw_online_best(const tw_online_search *search, double *best, double *sum) {
    assert(search->problem->dimension <= DIMENSION_MAX);
    hindsight h = {.search = search};
    tw_status status = TW_OK;
    if (search->problem->loss == TW_ONLINE_LINEAR) {
        take_signs(search->problem, search->rounds, best);
    } else if (search->problem->loss == TW_ONLINE_ABSOLUTE) {
        // The minimum of the rounded sum is within rounds*rounding of the sharp one's.
        for (h.rounding = 1e-1; h.rounding > 1e-7 && status == TW_OK; h.rounding /= 10.0)
            status = descend(&h, best);
        h.rounding = 0.0;
    } else {
        status = descend(&h, best);
    }
    *sum = sum_at(&h, best, NULL);
    return status;
}
