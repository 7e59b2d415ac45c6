// How minimisers went, as a picture: the function with their paths, f and |g| against evaluations.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "report/descents.h"
#include "report/legend.h"
#include "report/palette.h"
#include "report/panels.h"

#define MAP_HEIGHT 420.0
#define CURVE_HEIGHT 260.0
#define BETWEEN 26.0
#define PIXELS_A_TICK 60.0
#define CURVE_POINTS 601
#define FEW .02      // of a curve's points, at either end of its values
#define POLE 4.0     // times as far as all the others, from which on they lie at a pole
#define FARTHEST 1e2 // times its start, up to which a curve is shown on an even axis
#define HIGHEST 1e4  // the same, as a logarithm
#define WHOLLY 1e12  // the same of a line that ends below its start
#define LOWEST 1e-18 // and down to which
#define LONG 20.0    // times as many evaluations, from which on they are shown as logarithms

// ---- a function of one number

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Where nearly all of a curve lies, with all values of the paths.
static tw_extent usual(const tw_landscape *landscape, const double *y, double *sorted) {
    tw_extent extent = tw_extent_none();
    size_t count = 0;
    for (int i = 0; i < CURVE_POINTS; i++)
        if (isfinite(y[i])) sorted[count++] = y[i];
    if (count == 0) return extent;
    qsort(sorted, count, sizeof *sorted, ascending);
    size_t few = (size_t)(FEW * (double)count);
    tw_extent_add(&extent, sorted[few]);
    tw_extent_add(&extent, sorted[count - 1 - few]);
    for (int i = 0; i < landscape->count; i++)
        for (int64_t k = 0; k < landscape->descents[i].count; k++)
            if (landscape->descents[i].values[k] <= landscape->descents[i].values[0])
                tw_extent_add(&extent, landscape->descents[i].values[k]);
    return extent;
}

// What a pole sends far above or below the rest is left out, so that the rest is not flat; the first such
// point is shown at the edge.
static void cut_poles(const tw_landscape *landscape, double *y, double *scratch) {
    tw_extent whole = tw_extent_none(), part = usual(landscape, y, scratch);
    for (int i = 0; i < CURVE_POINTS; i++) tw_extent_add(&whole, y[i]);
    double size = part.high - part.low;
    if (!(size > 0 && whole.high - whole.low > POLE * size)) return;
    double low = fmax(part.low - size, whole.low), high = fmin(part.high + size, whole.high);
    for (int i = 0; i < CURVE_POINTS; i++) scratch[i] = fmin(fmax(y[i], low), high);
    for (int i = 0; i < CURVE_POINTS; i++) {
        bool before = i > 0 && y[i - 1] == scratch[i - 1];
        bool after = i + 1 < CURVE_POINTS && y[i + 1] == scratch[i + 1];
        if (y[i] != scratch[i] && !before && !after) scratch[i] = NAN;
    }
    for (int i = 0; i < CURVE_POINTS; i++) y[i] = isnan(y[i]) ? NAN : scratch[i];
}

tw_status tw_landscape_draw_curve(tw_svg *svg, const tw_landscape *landscape, tw_axes *axes,
                                  const tw_box *box) {
    double *x = tw_allocate(landscape->context, 3 * (size_t)CURVE_POINTS, sizeof *x);
    if (x == NULL) return TW_NO_MEMORY;
    double *y = x + CURVE_POINTS;
    tw_status status = tw_landscape_values(landscape, box, CURVE_POINTS, 1, y);
    cut_poles(landscape, y, y + CURVE_POINTS);
    tw_extent extent = tw_extent_none();
    for (int i = 0; i < CURVE_POINTS; i++) {
        x[i] = box->low[0] + (box->high[0] - box->low[0]) * i / (CURVE_POINTS - 1);
        tw_extent_add(&extent, y[i]);
    }
    axes->y = tw_axis_make(&extent, &(tw_axis_wish){.tick_count = 5, .widen = true});
    axes->left = tw_axes_fit_left(&axes->y);
    tw_axes_words words = {.x_label = "x", .y_label = "f", .x_ticks = true};
    tw_axes_draw(svg, axes, &words);
    tw_text_add(&svg->text, "<g class=\"line\">\n");
    tw_axes_curve(svg, axes, x, y, CURVE_POINTS, TW_CURVE_GREY);
    tw_text_add(&svg->text, "</g>\n");
    tw_release(x);
    return status;
}

// ---- the function

static bool has_paths(const tw_landscape *landscape) {
    return landscape->facts.dimension <= 2;
}

static double map_height(const tw_landscape *landscape) {
    if (!has_paths(landscape)) return 0;
    double height = landscape->facts.dimension == 2 ? MAP_HEIGHT : CURVE_HEIGHT;
    return TW_AXES_ABOVE + height + TW_AXES_TICKS + TW_AXES_LABEL + BETWEEN;
}

static tw_axis_wish wish_for(double pixels) {
    return (tw_axis_wish){.tick_count = (int)fmax(pixels / PIXELS_A_TICK, 2)};
}

// Where the path of an entry ends, for its name.
static double end_of(const tw_landscape *landscape, const tw_axes *axes, int index) {
    const tw_descent *descent = &landscape->descents[index];
    int64_t last = descent->count - 1;
    double y = descent->x == NULL || last < 0    ? NAN
               : landscape->facts.dimension == 2 ? descent->x[2 * last + 1]
                                                 : descent->values[last];
    return isfinite(y) ? tw_axes_y(axes, y) : (axes->top + axes->bottom) / 2;
}

static tw_status draw_function(tw_svg *svg, tw_landscape *landscape, double top) {
    tw_legend_entry entries[TW_SERIES_MAX];
    for (int i = 0; i < landscape->count; i++)
        entries[i] = (tw_legend_entry){.name = landscape->descents[i].name, .index = i};
    bool plane = landscape->facts.dimension == 2;
    double legend = tw_legend_width(entries, landscape->count);
    tw_box box = tw_landscape_box(landscape);
    tw_axes axes = {.left = TW_AXES_LEFT,
                    .top = top + TW_AXES_ABOVE,
                    .right = tw_legend_left(legend),
                    .bottom = top + TW_AXES_ABOVE + (plane ? MAP_HEIGHT : CURVE_HEIGHT)};
    if (plane) {
        tw_axis_wish wish = wish_for(MAP_HEIGHT);
        axes.y = tw_axis_make(&(tw_extent){.low = box.low[1], .high = box.high[1]}, &wish);
        axes.left = tw_axes_fit_left(&axes.y);
    }
    tw_axis_wish wish = wish_for(axes.right - axes.left);
    tw_extent x = {.low = box.low[0], .high = box.high[0]};
    axes.x = tw_axes_fit_x(&x, &wish, axes.right - axes.left);
    tw_status status = TW_OK;
    if (plane) {
        tw_axes_words words = {.x_label = "x", .y_label = "y", .x_ticks = true, .plain = true};
        status = tw_landscape_mark_paths(landscape, &axes);
        if (status == TW_OK) status = tw_landscape_draw_map(svg, landscape, &axes, &box);
        if (status == TW_OK) tw_axes_draw(svg, &axes, &words);
    } else {
        status = tw_landscape_draw_curve(svg, landscape, &axes, &box);
        if (status == TW_OK) status = tw_landscape_mark_paths(landscape, &axes);
    }
    if (status == TW_OK) status = tw_landscape_draw_paths(svg, landscape, &axes);
    for (int i = 0; i < landscape->count; i++) entries[i].wanted = end_of(landscape, &axes, i);
    tw_legend_draw(svg, entries, landscape->count, axes.right, axes.top, axes.bottom - 2, false);
    return status;
}

// ---- f and |g| against evaluations

typedef struct progress_charts {
    tw_series series[2][TW_SERIES_MAX];
    tw_panel panels[2];
    int panel_count;
    char label[64]; // of f
    double *numbers;
} progress_charts;

// What is taken from f so that it can be shown as a logarithm: 0 where f is not below 0, the lowest value where
// a minimum is known; not finite: nothing helps.
static double base_of(const tw_landscape *landscape) {
    tw_extent seen = tw_extent_none();
    for (int i = 0; i < landscape->count; i++)
        for (int64_t k = 0; k < landscape->descents[i].count; k++)
            tw_extent_add(&seen, landscape->descents[i].values[k]);
    double least = seen.low;
    if (landscape->facts.minimum_count > 0) return fmin(least, landscape->facts.minima[0].value);
    return least > 0 || (least == 0 && seen.high > 0) ? 0 : INFINITY;
}

// How far above its start a line is shown on a logarithmic axis: wholly if it comes back.
static double edge_of(double start, double last) {
    return (last <= start ? WHOLLY : HIGHEST) * start;
}

// What is so far beyond the start that all else would be flat is not shown, but for the first such point of
// a line, at the edge: so that one sees it leave.
static double shown(const double *line, int64_t index, double value, double edge) {
    if (fabs(value) <= edge) return value;
    bool leaves = index > 0 && fabs(line[index - 1]) < edge && !isnan(value);
    return leaves ? copysign(edge, value) : NAN;
}

// Whether some went on so much longer than others that these would be a line at the edge.
static bool is_long(const progress_charts *progress, int count) {
    double shortest = INFINITY, longest = 0;
    for (int i = 0; i < count; i++) {
        const tw_series *series = &progress->series[0][i];
        if (series->count == 0) continue;
        if (series->x[0] <= 0) return false;
        shortest = fmin(shortest, series->x[series->count - 1]);
        longest = fmax(longest, series->x[series->count - 1]);
    }
    return longest > LONG * shortest;
}

// Numbers of a descent, less `base`, as a series in `room`. What is far below the start is shown at the edge
// of a logarithm, and so is an end that is not above 0; before the end the line passes over such numbers.
static tw_series series_of(const tw_descent *descent, const double *numbers, double base, bool log,
                           double *room) {
    double *x = room, *y = room + descent->count;
    int64_t last = numbers == NULL ? -1 : descent->count - 1, kept = 0;
    for (int64_t k = 0; k <= last; k++) {
        double start = numbers[0] - base, value = numbers[k] - base;
        if (log && value <= 0 && (k < last || !(start > 0))) continue;
        x[kept] = descent->evaluations == NULL ? (double)(k + 1) : descent->evaluations[k];
        if (log && value < LOWEST * start) value = LOWEST * start;
        double edge = log ? edge_of(start, numbers[last] - base) : FARTHEST * fmax(fabs(start), 1);
        y[kept] = shown(y, kept, value, edge);
        kept++;
    }
    return (tw_series){descent->name, x, y, kept, -1};
}

// Whether any value, or gradient, is above `base`: else there is nothing to take logarithms of.
static bool any_above(const tw_landscape *landscape, bool gradients, double base) {
    for (int i = 0; i < landscape->count; i++) {
        const tw_descent *descent = &landscape->descents[i];
        const double *numbers = gradients ? descent->grad_norms : descent->values;
        for (int64_t k = 0; numbers != NULL && k < descent->count; k++)
            if (numbers[k] > base) return true;
    }
    return false;
}

static tw_status make_progress(const tw_landscape *landscape, progress_charts *progress) {
    size_t room = 1;
    bool counted = true, has_gradients = false;
    for (int i = 0; i < landscape->count; i++) {
        room += 4 * (size_t)landscape->descents[i].count;
        counted = counted && landscape->descents[i].evaluations != NULL;
        has_gradients = has_gradients || landscape->descents[i].grad_norms != NULL;
    }
    progress->numbers = tw_allocate(landscape->context, room, sizeof *progress->numbers);
    if (progress->numbers == NULL) return TW_NO_MEMORY;
    double base = base_of(landscape), *numbers = progress->numbers;
    bool log_f = isfinite(base) && any_above(landscape, false, base);
    bool log_g = any_above(landscape, true, 0);
    for (int i = 0; i < landscape->count; i++) {
        const tw_descent *descent = &landscape->descents[i];
        progress->series[0][i] =
            series_of(descent, descent->values, log_f ? base : 0, log_f, numbers);
        numbers += 2 * descent->count;
        progress->series[1][i] = series_of(descent, descent->grad_norms, 0, log_g, numbers);
        numbers += 2 * descent->count;
    }
    bool shifted = log_f && base != 0;
    char digits[TW_LABEL_BYTES] = "";
    if (shifted) tw_axis_number(base, digits);
    snprintf(progress->label, sizeof progress->label, "f%s%s", shifted ? " above " : "", digits);
    bool log_x = is_long(progress, landscape->count);
    const char *x_label = counted ? "evaluations of f" : "iteration";
    progress->panels[0] = (tw_panel){.title = "Value",
                                     .x_label = x_label,
                                     .y_label = progress->label,
                                     .log_y = log_f,
                                     .log_x = log_x,
                                     .series = progress->series[0],
                                     .series_count = landscape->count};
    progress->panels[1] = (tw_panel){.title = "Gradient",
                                     .x_label = x_label,
                                     .y_label = "largest component",
                                     .log_y = log_g,
                                     .y_from_zero = !log_g,
                                     .log_x = log_x,
                                     .series = progress->series[1],
                                     .series_count = landscape->count};
    progress->panel_count = has_gradients ? 2 : 1;
    return TW_OK;
}

// ---- the picture

static tw_status check(tw_context *context, const char *path, const tw_descent *descents,
                       int count) {
    if (count < 1 || count > TW_SERIES_MAX)
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: %d descents; 1 to %d can be told apart", path,
                       count, TW_SERIES_MAX);
    for (int i = 0; i < count; i++)
        if (descents[i].count < 0 || (descents[i].count > 0 && descents[i].values == NULL))
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: descent %d has %lld points and no values; give both", path, i,
                           (long long)descents[i].count);
    return TW_OK;
}

static tw_status draw(tw_landscape *landscape, const progress_charts *progress, const char *path,
                      const char *title) {
    double top = TW_SVG_MARGIN + tw_title_height(title), map = map_height(landscape);
    double height =
        top + map + tw_panels_height(progress->panels, progress->panel_count) + TW_SVG_MARGIN / 2;
    tw_svg svg;
    tw_svg_start(&svg, landscape->context, height, title, landscape->count);
    tw_title_draw(&svg, title);
    tw_status status = TW_OK;
    if (has_paths(landscape)) status = draw_function(&svg, landscape, top);
    tw_panels_draw(&svg, progress->panels, progress->panel_count, top + map);
    if (status == TW_OK) status = tw_svg_save(&svg, path);
    tw_svg_free(&svg);
    return status;
}

tw_status tw_plot_descents(tw_context *context, const char *path, const char *title,
                           tw_objective *objective, const tw_descent *descents, int count) {
    tw_status status = check(context, path, descents, count);
    if (status != TW_OK) return status;
    tw_landscape landscape = {.context = context,
                              .objective = objective,
                              .facts = tw_objective_describe(objective),
                              .descents = descents,
                              .count = count};
    landscape.lowest =
        landscape.facts.minimum_count > 0 ? landscape.facts.minima[0].value : INFINITY;
    progress_charts *progress = tw_allocate(context, 1, sizeof *progress);
    if (progress == NULL) return TW_NO_MEMORY;
    status = make_progress(&landscape, progress);
    if (status == TW_OK) status = draw(&landscape, progress, path, title);
    tw_trail_free(&landscape.trail);
    tw_release(progress->numbers);
    tw_release(progress);
    return status;
}
