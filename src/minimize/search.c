#include "minimize/search.h"

#include <math.h>

#define STRETCH_LEAST 1.1 // beyond the last step, in units of the last stride
#define SHRINKS_LITTLE 0.66
#define WIDTH_LEAST 1e-15 // relative

static double largest_of(double a, double b, double c) {
    return fmax(fabs(a), fmax(fabs(b), fabs(c)));
}

// The discriminant of the cubic through two points, as MINPACK scales it; `theta` comes out too.
static double cubic_root(const tw_search_point *a, const tw_search_point *b, double *theta) {
    *theta = 3 * (a->value - b->value) / (b->step - a->step) + a->slope + b->slope;
    double scale = largest_of(*theta, a->slope, b->slope);
    if (scale == 0) return 0;
    double inside = (*theta / scale) * (*theta / scale) - (a->slope / scale) * (b->slope / scale);
    return scale * sqrt(fmax(0, inside));
}

// Case 1: the value is higher. The minimum lies between; the cubic's if nearer to `x`, else half way to
// the parabola's.
static double step_higher(const tw_search_point *x, const tw_search_point *p) {
    double theta, gamma = cubic_root(x, p, &theta);
    if (p->step < x->step) gamma = -gamma;
    double ratio = (gamma - x->slope + theta) / (gamma - x->slope + gamma + p->slope);
    double length = p->step - x->step, cubic = x->step + ratio * length;
    double parabola = x->step + x->slope / ((x->value - p->value) / length + x->slope) / 2 * length;
    if (fabs(cubic - x->step) < fabs(parabola - x->step)) return cubic;
    return cubic + (parabola - cubic) / 2;
}

// Case 2: lower, and the slope has the other sign. The minimum lies between; the step farther from `p`.
static double step_across(const tw_search_point *x, const tw_search_point *p) {
    double theta, gamma = cubic_root(x, p, &theta);
    if (p->step > x->step) gamma = -gamma;
    double ratio = (gamma - p->slope + theta) / (gamma - p->slope + gamma + x->slope);
    double cubic = p->step + ratio * (x->step - p->step);
    double secant = p->step + p->slope / (p->slope - x->slope) * (x->step - p->step);
    return fabs(cubic - p->step) > fabs(secant - p->step) ? cubic : secant;
}

// Case 3: lower, same sign, flatter. The cubic may have no minimum beyond; then the secant's.
static double step_flatter(const tw_search *s, const tw_search_point *p) {
    const tw_search_point *x = &s->low;
    double theta, gamma = cubic_root(x, p, &theta);
    if (p->step > x->step) gamma = -gamma;
    double ratio = (gamma - p->slope + theta) / (gamma + (x->slope - p->slope) + gamma);
    double cubic = p->step > x->step ? s->to : s->from;
    if (ratio < 0 && gamma != 0) cubic = p->step + ratio * (x->step - p->step);
    double secant = p->step + p->slope / (p->slope - x->slope) * (x->step - p->step);
    bool cubic_nearer = fabs(cubic - p->step) < fabs(secant - p->step);
    if (!s->bracketed) return fmax(s->from, fmin(s->to, cubic_nearer ? secant : cubic));
    double next = cubic_nearer ? cubic : secant;
    double limit = p->step + SHRINKS_LITTLE * (s->other.step - p->step);
    return p->step > x->step ? fmin(limit, next) : fmax(limit, next);
}

// Case 4: lower, same sign, no flatter.
static double step_steeper(const tw_search *s, const tw_search_point *p) {
    if (!s->bracketed) return p->step > s->low.step ? s->to : s->from;
    const tw_search_point *y = &s->other;
    double theta, gamma = cubic_root(p, y, &theta);
    if (p->step > y->step) gamma = -gamma;
    double ratio = (gamma - p->slope + theta) / (gamma - p->slope + gamma + y->slope);
    return p->step + ratio * (y->step - p->step);
}

// Takes the point told into the interval; the next step to try.
static double narrow(tw_search *s, const tw_search_point *p) {
    bool turns = p->slope * s->low.slope < 0;
    double next;
    if (p->value > s->low.value) {
        next = step_higher(&s->low, p);
        s->bracketed = true;
        s->other = *p;
        return next;
    }
    if (turns) {
        next = step_across(&s->low, p);
        s->bracketed = true;
        s->other = s->low;
    } else if (fabs(p->slope) < fabs(s->low.slope)) {
        next = step_flatter(s, p);
    } else {
        next = step_steeper(s, p);
    }
    s->low = *p;
    return next;
}

// The same on f(t) - sufficient*t*f'(0), while no step was sufficient: it has the minimum wanted.
static double narrow_modified(tw_search *s, tw_search_point p) {
    double tilt = s->sufficient * s->start.slope;
    tw_search_point *const points[] = {&s->low, &s->other, &p};
    for (int i = 0; i < 3; i++) {
        points[i]->value -= points[i]->step * tilt;
        points[i]->slope -= tilt;
    }
    double next = narrow(s, &p);
    for (int i = 0; i < 2; i++) {
        points[i]->value += points[i]->step * tilt;
        points[i]->slope += tilt;
    }
    return next;
}

void tw_search_start(tw_search *search, double value, double slope, double first) {
    search->start = search->low = search->other = (tw_search_point){0, value, slope};
    search->bracketed = search->has_descended = false;
    search->width = search->step_max - search->step_min;
    search->width_before = 2 * search->width;
    search->from = 0;
    search->step = fmax(search->step_min, fmin(search->step_max, first));
    search->to = search->step * (1 + search->stretch);
}

static bool is_found(const tw_search *s, double value, double slope) {
    if (fabs(slope) > s->curvature * -s->start.slope) return false;
    if (value <= s->start.value + s->sufficient * s->step * s->start.slope) return true;
    // Where values are nothing but rounding, slopes still tell (Hager and Zhang, 2005).
    return value <= s->start.value + s->noise && slope <= (2 * s->sufficient - 1) * s->start.slope;
}

static bool is_stuck(const tw_search *s, double value, double slope) {
    double tilt = s->sufficient * s->start.slope;
    bool sufficient = value <= s->start.value + s->step * tilt;
    if (s->bracketed && (s->step <= s->from || s->step >= s->to)) return true;
    if (s->bracketed && s->to - s->from <= WIDTH_LEAST * s->to) return true;
    if (s->step >= s->step_max && sufficient && slope <= tilt) return true;
    return s->step <= s->step_min && (!sufficient || slope >= tilt);
}

// Halves an interval that shrinks too slowly.
static double bisect_if_slow(tw_search *s, double next) {
    if (!s->bracketed) return next;
    double width = fabs(s->other.step - s->low.step);
    if (width >= SHRINKS_LITTLE * s->width_before)
        next = s->low.step + (s->other.step - s->low.step) / 2;
    s->width_before = s->width;
    s->width = width;
    return next;
}

tw_search_word tw_search_tell(tw_search *search, double value, double slope) {
    tw_search_point p = {search->step, value, slope};
    double tilt = search->sufficient * search->start.slope;
    bool sufficient = value <= search->start.value + p.step * tilt;
    if (sufficient && slope >= 0) search->has_descended = true;
    if (is_found(search, value, slope)) return TW_SEARCH_FOUND;
    bool stuck = is_stuck(search, value, slope);
    bool modified = !search->has_descended && value <= search->low.value && !sufficient;
    double next = modified ? narrow_modified(search, p) : narrow(search, &p);
    if (stuck) return TW_SEARCH_STUCK;
    if (!isfinite(next)) // a flat place: 0/0
        next = search->bracketed ? (search->low.step + search->other.step) / 2 : search->to;
    next = bisect_if_slow(search, next);
    if (search->bracketed) {
        search->from = fmin(search->low.step, search->other.step);
        search->to = fmax(search->low.step, search->other.step);
    } else {
        double stride = next - search->low.step;
        search->from = next + STRETCH_LEAST * stride;
        search->to = next + search->stretch * stride;
    }
    search->step = fmax(search->step_min, fmin(search->step_max, next));
    bool outside = search->step <= search->from || search->step >= search->to;
    bool narrowed = search->to - search->from <= WIDTH_LEAST * search->to;
    return search->bracketed && (outside || narrowed) ? TW_SEARCH_STUCK : TW_SEARCH_TRY;
}

bool tw_search_shrink(tw_search *search) {
    double low = search->low.step, away = search->step - low;
    if (!(fabs(away) > WIDTH_LEAST * fmax(fabs(low), search->step_min))) return false;
    if (away > 0) search->step_max = low + 0.9 * away;
    search->step = low + 0.25 * away;
    search->to = fmin(search->to, search->step_max);
    return search->step >= search->step_min;
}
