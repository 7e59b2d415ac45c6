// A line search over vectors: makes the points that the search asks for, and evaluates there.
#include <math.h>

#include "minimize/search.h"
#include "minimize/solver.h"

enum { TRIES_MAX = 60 };

static void move(tw_minimization *m, const tw_line *line, double step) {
    tw_pass_move(&m->passes, tw_trial(m), tw_here(m), step, line->direction);
    if (m->lower != NULL) tw_box_clamp(m, tw_trial(m));
}

// Value and slope at the trial point.
static tw_status measure(tw_minimization *m, const tw_line *line, double *value, tw_slope *slope) {
    tw_status status = tw_minimization_try(m, value);
    *slope = (tw_slope){NAN, NAN};
    if (status == TW_OK && isfinite(*value))
        *slope = tw_pass_slope(&m->passes, tw_trial_gradient(m), line->direction);
    if (m->lower != NULL && !isnan(slope->largest))
        slope->largest = tw_box_slope(m, tw_trial(m), tw_trial_gradient(m));
    return status;
}

static tw_search begin(const tw_minimization *m, const tw_line *line) {
    double reach = 2 * TW_STEP_MOST / fmax(line->length, 1e-300);
    tw_search search = {.sufficient = line->sufficient,
                        .curvature = line->curvature,
                        .stretch = line->stretch > 0 ? line->stretch : 4,
                        .noise = tw_minimization_noise(m, m->at->value),
                        .step_min = 0,
                        .step_max = line->most > 0 ? line->most : fmax(reach, line->first)};
    tw_search_start(&search, m->at->value, line->slope, line->first);
    return search;
}

static tw_status unbounded(tw_minimization *m, const tw_line *line, double step, double value) {
    return tw_minimization_finish(m, TW_MINIMIZE_DIVERGED,
                                  "the function falls without bound: from %.6g to %.6g over a "
                                  "distance of %.3g",
                                  m->at->value, value, step * line->length);
}

// Goes to the lowest point of a search that found no step to its liking, if it is lower at all.
static tw_status settle(tw_minimization *m, const tw_line *line, const tw_search *search,
                        double *step) {
    double value;
    tw_slope slope;
    *step = 0;
    if (!(search->low.step > 0 && search->low.value < search->start.value)) return TW_OK;
    move(m, line, search->low.step);
    tw_status status = measure(m, line, &value, &slope);
    if (status != TW_OK || !isfinite(value) || isnan(slope.largest)) return status;
    *step = search->low.step;
    tw_minimization_accept(m, value, slope.largest, *step * line->length);
    return TW_OK;
}

tw_status tw_line_search(tw_minimization *minimization, const tw_line *line, double *step) {
    tw_minimization *m = minimization;
    tw_search search = begin(m, line);
    bool ready = line->ready && search.step == line->first;
    *step = 0;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        double value;
        tw_slope slope;
        if (!ready) move(m, line, search.step);
        ready = false;
        tw_status status = measure(m, line, &value, &slope);
        if (status != TW_OK) return status;
        if (value == -INFINITY) return unbounded(m, line, search.step, value);
        if (!isfinite(value) || isnan(slope.largest)) {
            if (!tw_search_shrink(&search)) break;
            continue;
        }
        double tried = search.step;
        tw_search_word word = tw_search_tell(&search, value, slope.product);
        bool stuck = word == TW_SEARCH_STUCK, lowest = search.low.step == tried;
        if (stuck && tried * line->length >= TW_STEP_MOST && value < search.start.value) {
            tw_minimization_reject(m, value, slope.largest);
            return unbounded(m, line, tried, value);
        }
        if (word == TW_SEARCH_FOUND || (stuck && lowest && value < search.start.value)) {
            *step = tried;
            tw_minimization_accept(m, value, slope.largest, tried * line->length);
            return TW_OK;
        }
        tw_minimization_reject(m, value, slope.largest);
        if (stuck) break;
    }
    return settle(m, line, &search, step);
}

tw_status tw_line_failed(tw_minimization *minimization, double slope) {
    const tw_minimize_numbers *at = minimization->at;
    if (tw_minimization_is_exhausted(minimization, slope))
        return tw_minimization_finish(minimization, TW_MINIMIZE_LINE_SEARCH_FAILED,
                                      "rounding of the value %.10g hides what is left to gain; |g| "
                                      "is %.3g",
                                      at->value, at->grad_norm);
    return tw_minimization_finish(minimization, TW_MINIMIZE_LINE_SEARCH_FAILED,
                                  "no lower point along a direction of slope %.3g from a value of "
                                  "%.10g; is the gradient right? |g| is %.3g",
                                  slope, at->value, at->grad_norm);
}
