// The ways of minimisers over a picture: lines cut off at the axes, a dot at each point where these can
// be told apart, and where they start and end.
#include <math.h>

#include "base/memory.h"
#include "report/descents.h"
#include "report/palette.h"

#define DOTS_UP_TO 80    // points of a path that are shown one by one
#define STEPS_UP_TO 2000 // steps that are all drawn, whether they can be seen or not
#define WORD_HEIGHT 13.0 // above its base line

// The share of the way from a to b at which the line crosses a border on its way in or out.
static bool clip_side(double a, double b, double low, double high, double *in, double *out) {
    double d = b - a;
    if (d == 0) return a >= low && a <= high;
    double first = (low - a) / d, second = (high - a) / d;
    if (first > second) {
        double swap = first;
        first = second;
        second = swap;
    }
    *in = fmax(*in, first);
    *out = fmin(*out, second);
    return *in <= *out;
}

// What of the way from a to b lies within the axes (Liang and Barsky, 1984).
static bool clip(const tw_axes *axes, double a[2], double b[2]) {
    double in = 0, out = 1, from[2] = {a[0], a[1]}, to[2] = {b[0], b[1]};
    if (!isfinite(a[0] + a[1]) || !isfinite(b[0] + b[1])) return false;
    if (!clip_side(a[0], b[0], axes->x.low, axes->x.high, &in, &out) ||
        !clip_side(a[1], b[1], axes->y.low, axes->y.high, &in, &out))
        return false;
    for (int k = 0; k < 2; k++) {
        if (in > 0) a[k] = from[k] + in * (to[k] - from[k]);
        if (out < 1) b[k] = from[k] + out * (to[k] - from[k]);
    }
    return true;
}

static void point_of(const tw_landscape *landscape, const tw_descent *descent, int64_t index,
                     double point[2]) {
    bool is_curve = landscape->facts.dimension == 1;
    point[0] = descent->x[is_curve ? index : 2 * index];
    point[1] = is_curve ? descent->values[index] : descent->x[2 * index + 1];
}

static bool is_inside(const tw_axes *axes, const double point[2]) {
    return point[0] >= axes->x.low && point[0] <= axes->x.high && point[1] >= axes->y.low &&
           point[1] <= axes->y.high;
}

// Whether a step within the axes passes through cells that no step before it passed through.
static bool is_new(tw_trail *trail, const tw_axes *axes, const double a[2], const double b[2]) {
    const double from[2] = {tw_axes_x(axes, a[0]), tw_axes_y(axes, a[1])};
    const double to[2] = {tw_axes_x(axes, b[0]), tw_axes_y(axes, b[1])};
    return tw_trail_add(trail, from, to);
}

tw_status tw_landscape_mark_paths(tw_landscape *landscape, const tw_axes *axes) {
    tw_status status = tw_trail_make(landscape->context, axes->left, axes->top, axes->right,
                                     axes->bottom, &landscape->trail);
    for (int i = 0; i < landscape->count && status == TW_OK; i++) {
        const tw_descent *descent = &landscape->descents[i];
        for (int64_t k = 0; k + 1 < descent->count && descent->x != NULL; k++) {
            double a[2], b[2];
            point_of(landscape, descent, k, a);
            point_of(landscape, descent, k + 1, b);
            if (clip(axes, a, b)) is_new(&landscape->trail, axes, a, b);
        }
    }
    return status;
}

// Each step as far as it is inside; a gap wherever the way was outside. With `trail`, steps that would be
// drawn over others alone are left out: a method that goes on for ever fills the picture, not the file.
static int64_t cut(const tw_landscape *landscape, const tw_descent *descent, const tw_axes *axes,
                   tw_trail *trail, double *x, double *y) {
    int64_t count = 0;
    for (int64_t i = 0; i + 1 < descent->count; i++) {
        double a[2], b[2];
        point_of(landscape, descent, i, a);
        point_of(landscape, descent, i + 1, b);
        if (!clip(axes, a, b)) continue;
        if (trail != NULL && !is_new(trail, axes, a, b)) continue;
        bool joined = count > 0 && x[count - 1] == a[0] && y[count - 1] == a[1];
        if (!joined && count > 0) x[count] = y[count] = NAN, count++;
        if (!joined) x[count] = a[0], y[count] = a[1], count++;
        x[count] = b[0], y[count] = b[1], count++;
    }
    return count;
}

static void draw_dots(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes, int index) {
    const tw_descent *descent = &landscape->descents[index];
    double point[2];
    if (descent->count > DOTS_UP_TO) return;
    tw_text_add(&svg->text, "<g class=\"p%d\">", index);
    for (int64_t i = 1; i + 1 < descent->count; i++) {
        point_of(landscape, descent, i, point);
        if (is_inside(axes, point))
            tw_text_add(&svg->text, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>",
                        tw_axes_x(axes, point[0]), tw_axes_y(axes, point[1]));
    }
    tw_text_add(&svg->text, "</g>\n");
}

// Above a start or below it, first to the side with more room; the first of these where no path is.
static void name_start(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes, double x,
                       double y) {
    enum { BESIDE = 9, UP = 7, DOWN = 17 };

    const double width = tw_svg_width("start");
    bool near_right = x > (axes->left + axes->right) / 2;
    bool left = near_right, below = false;
    for (int place = 0; place < 4; place++) {
        bool to_left = near_right != (place % 2 == 1), down = place >= 2;
        double from = to_left ? x - BESIDE - width : x + BESIDE, base = down ? y + DOWN : y - UP;
        bool inside = from >= axes->left && from + width <= axes->right && base <= axes->bottom;
        double top = base - WORD_HEIGHT;
        if (!inside || tw_trail_meets(&landscape->trail, from, top, width, WORD_HEIGHT)) continue;
        left = to_left;
        below = down;
        break;
    }
    tw_svg_words(svg, &(tw_words){left ? x - BESIDE : x + BESIDE, below ? y + DOWN : y - UP,
                                  "name halo", left ? "end" : "start", "start", 0});
}

// The method's shape where it ends; a ring where all start.
static void draw_ends(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes, int index) {
    const tw_descent *descent = &landscape->descents[index];
    double point[2];
    if (descent->count == 0) return;
    point_of(landscape, descent, descent->count - 1, point);
    if (is_inside(axes, point))
        tw_text_add(&svg->text, "<path class=\"p%d halo\" d=\"M%.1f %.1f%s\"/>\n", index,
                    tw_axes_x(axes, point[0]), tw_axes_y(axes, point[1]), tw_palette_shape(index));
    point_of(landscape, descent, 0, point);
    if (!is_inside(axes, point)) return;
    double x = tw_axes_x(axes, point[0]), y = tw_axes_y(axes, point[1]);
    tw_text_add(&svg->text,
                "<circle class=\"l%d\" fill=\"none\" stroke-width=\"2\" stroke-dasharray=\"none\" "
                "cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n",
                index, x, y);
    if (index == 0) name_start(svg, landscape, axes, x, y);
}

static tw_status draw_path(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes,
                           int index) {
    const tw_descent *descent = &landscape->descents[index];
    size_t room =
        3 * (size_t)descent->count + 1; // a step begins anew, ends, and has a gap before it
    double *x = tw_allocate(landscape->context, 2 * room, sizeof *x);
    if (x == NULL) return TW_NO_MEMORY;
    bool is_long = descent->count > STEPS_UP_TO;
    tw_trail trail = {0};
    tw_status status = !is_long ? TW_OK
                                : tw_trail_make(landscape->context, axes->left, axes->top,
                                                axes->right, axes->bottom, &trail);
    if (status == TW_OK) {
        int64_t count = cut(landscape, descent, axes, is_long ? &trail : NULL, x, x + room);
        tw_axes_curve(svg, axes, x, x + room, count, index);
        draw_dots(svg, landscape, axes, index);
    }
    tw_trail_free(&trail);
    tw_release(x);
    return status;
}

tw_status tw_landscape_draw_paths(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes) {
    tw_status status = TW_OK;
    // The first matters most and comes last, on top.
    for (int i = landscape->count - 1; i >= 0 && status == TW_OK; i--)
        if (landscape->descents[i].x != NULL) status = draw_path(svg, landscape, axes, i);
    for (int i = landscape->count - 1; i >= 0 && status == TW_OK; i--)
        if (landscape->descents[i].x != NULL) draw_ends(svg, landscape, axes, i);
    return status;
}
