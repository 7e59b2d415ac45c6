// Contour lines with their values, paths over them.
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "report/descents.h"
#include "report/palette.h"

#define CELL_PIXELS 2.5
#define THIN_PIXELS .3
#define LABELS_MAX 64
#define NEAR_0 1e-3      // of the highest value
#define LABEL_APART 70.0 // pixels
#define LABEL_EDGE 34.0
#define LABEL_HALF 22.0 // of a label's width, ...
#define LABEL_UP 10.0   // ... and of its height
#define LABEL_TRIES 60  // places looked at on a line

// ---- contour lines

typedef struct tw_map_pen {
    tw_svg *svg;
    const tw_axes *axes;
    double dx, dy; // pixels of a cell
    tw_status status;
    const tw_landscape *landscape;
    // where the line's value may be written: the longest line's place that is free
    double longest;
    tw_grid_point label;
    tw_grid_point labels[LABELS_MAX]; // in pixels
    int levels[LABELS_MAX];           // which of them these are
    int label_count;
} tw_map_pen;

static bool is_free(const tw_map_pen *pen, tw_grid_point at) {
    const tw_axes *axes = pen->axes;
    if (at.x < axes->left + LABEL_EDGE || at.x > axes->right - LABEL_EDGE ||
        at.y < axes->top + LABEL_EDGE / 2 || at.y > axes->bottom - LABEL_EDGE / 2)
        return false;
    for (int i = 0; i < pen->label_count; i++)
        if (hypot(at.x - pen->labels[i].x, at.y - pen->labels[i].y) < LABEL_APART) return false;
    return !tw_trail_meets(&pen->landscape->trail, at.x - LABEL_HALF, at.y - LABEL_UP,
                           2 * LABEL_HALF, 2 * LABEL_UP);
}

static void look_for_label(tw_map_pen *pen, const tw_grid_point *pixels, int64_t count) {
    double length = 0;
    for (int64_t i = 1; i < count; i++)
        length += hypot(pixels[i].x - pixels[i - 1].x, pixels[i].y - pixels[i - 1].y);
    if (length < LABEL_APART || length <= pen->longest) return;
    // From two thirds of the way on, so that labels of nested lines do not stand in a row.
    int64_t stride = count / LABEL_TRIES + 1;
    for (int64_t i = 0; i < count; i += stride) {
        tw_grid_point at = pixels[(i + 2 * count / 3) % count];
        if (!is_free(pen, at)) continue;
        pen->longest = length;
        pen->label = at;
        return;
    }
}

static void draw_line(const tw_grid_point *points, int64_t count, void *user) {
    tw_map_pen *pen = user;
    tw_grid_point *pixels = tw_allocate(pen->landscape->context, (size_t)count, sizeof *pixels);
    if (pixels == NULL) {
        pen->status = TW_NO_MEMORY;
        return;
    }
    for (int64_t i = 0; i < count; i++)
        pixels[i] = (tw_grid_point){pen->axes->left + points[i].x * pen->dx,
                                    pen->axes->bottom - points[i].y * pen->dy};
    look_for_label(pen, pixels, count);
    int64_t kept = tw_contour_thin(pixels, count, THIN_PIXELS);
    for (int64_t i = 0; i < kept; i++) {
        tw_text_add(&pen->svg->text, i == 0 ? "M" : "L");
        tw_svg_coordinate(&pen->svg->text, pixels[i].x);
        tw_svg_coordinate(&pen->svg->text, pixels[i].y);
    }
    tw_release(pixels);
}

static bool is_decade(double above) {
    double exponent = log10(fabs(above));
    return fabs(exponent - rint(exponent)) < 1e-9;
}

// From one even level to the next; 0 where there is no such step.
static double step_of(const tw_contour_levels *levels) {
    bool even = !levels->logarithmic && levels->count > 1;
    return even ? levels->above[1] - levels->above[0] : 0;
}

// Decades, or multiples of two steps: 0, 2 and 4 rather than 1, 3 and 5.
static bool stands_out(const tw_contour_levels *levels, int index) {
    double above = levels->above[index], step = step_of(levels);
    if (levels->logarithmic) return is_decade(above);
    return step == 0 || fabs(remainder(above, 2 * step)) < step / 2;
}

static void keep_label(tw_map_pen *pen, int level) {
    if (pen->longest == 0 || pen->label_count == LABELS_MAX) return;
    pen->levels[pen->label_count] = level;
    pen->labels[pen->label_count++] = pen->label;
}

// Over all lines, on paper of their own: a line that went on between the digits could be read as one.
static void write_labels(tw_svg *svg, const tw_map_pen *pen, const tw_contour_levels *levels) {
    enum { HEIGHT = 14, BESIDE = 2, DOWN = 4 };

    if (pen->label_count == 0) return;
    tw_axis axis = {.low = levels->above[0],
                    .high = levels->above[levels->count - 1],
                    .logarithmic = levels->logarithmic,
                    .step = 2 * step_of(levels)};
    for (int i = 0; i < pen->label_count; i++) {
        tw_grid_point at = pen->labels[i];
        char label[TW_LABEL_BYTES];
        tw_axis_label(&axis, levels->above[pen->levels[i]], false, label);
        double width = tw_svg_width(label) * TW_SVG_TICK_SIZE + 2 * BESIDE;
        tw_text_add(&svg->text,
                    "<rect class=\"paper\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n",
                    at.x - width / 2, at.y - HEIGHT / 2.0, width, HEIGHT);
        tw_svg_words(svg, &(tw_words){at.x, at.y + DOWN, "tick", "middle", label, 0});
    }
}

// Those that stand out have their values beside them.
static tw_status draw_levels(tw_map_pen *pen, const tw_field *field,
                             const tw_contour_levels *levels) {
    for (int i = levels->count - 1; i >= 0; i--) {
        bool strong = stands_out(levels, i);
        pen->longest = 0;
        tw_text_add(&pen->svg->text, "<path class=\"line\" stroke-opacity=\"%s\" d=\"",
                    strong ? ".9" : ".45");
        tw_status status =
            tw_contour_trace(pen->landscape->context, field, levels->levels[i], draw_line, pen);
        tw_text_add(&pen->svg->text, "\"/>\n");
        if (status == TW_OK) status = pen->status;
        if (status != TW_OK) return status;
        if (strong) keep_label(pen, i);
    }
    write_labels(pen->svg, pen, levels);
    return TW_OK;
}

// What the numbers at the lines count, where they do not count from 0.
static void write_caption(tw_svg *svg, const tw_axes *axes, const tw_contour_levels *levels,
                          double lowest) {
    char caption[128], digits[TW_LABEL_BYTES];
    tw_axis_number(lowest, digits);
    snprintf(caption, sizeof caption, "lines: f above its lowest value, %s", digits);
    bool said = levels->logarithmic && lowest != 0;
    tw_svg_words(
        svg, &(tw_words){axes->right, axes->top - 14, "quiet", "end", said ? caption : NULL, 0});
}

// A cross at each known minimum.
static void draw_minima(tw_svg *svg, const tw_landscape *landscape, const tw_axes *axes) {
    for (int m = 0; m < landscape->facts.minimum_count; m++) {
        const double *x = landscape->facts.minima[m].x;
        if (x == NULL) continue;
        bool inside = x[0] >= axes->x.low && x[0] <= axes->x.high && x[1] >= axes->y.low &&
                      x[1] <= axes->y.high;
        if (!inside) continue;
        tw_text_add(&svg->text,
                    "<path class=\"line\" stroke-width=\"2\" d=\"M%.1f %.1fm-5-5l10 10m0-10l-10 "
                    "10\"><title>known minimum, f = %.6g</title></path>\n",
                    tw_axes_x(axes, x[0]), tw_axes_y(axes, x[1]), landscape->facts.minima[m].value);
    }
}

// What lines are counted from: the lowest value that is seen or known, or 0 where it is as good as that.
static double lines_from(const tw_landscape *landscape, const double *values, int64_t count) {
    double lowest = landscape->lowest, highest = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) continue;
        lowest = fmin(lowest, values[i]);
        highest = fmax(highest, values[i]);
    }
    return lowest > 0 && lowest < NEAR_0 * highest ? 0 : lowest;
}

tw_status tw_landscape_draw_map(tw_svg *svg, tw_landscape *landscape, const tw_axes *axes,
                                const tw_box *box) {
    double width = axes->right - axes->left, height = axes->bottom - axes->top;
    tw_field field = {.columns = (int)(width / CELL_PIXELS) + 1,
                      .rows = (int)(height / CELL_PIXELS) + 1};
    tw_contour_levels levels;
    double *values =
        tw_allocate(landscape->context, (size_t)field.columns * (size_t)field.rows, sizeof *values);
    if (values == NULL) return TW_NO_MEMORY;
    field.values = values;
    tw_status status = tw_landscape_values(landscape, box, field.columns, field.rows, values);
    if (status == TW_OK)
        landscape->lowest = lines_from(landscape, values, (int64_t)field.columns * field.rows);
    if (status == TW_OK)
        status = tw_contour_choose(landscape->context, &field, landscape->lowest, &levels);
    tw_map_pen pen = {.svg = svg,
                      .axes = axes,
                      .dx = width / (field.columns - 1),
                      .dy = height / (field.rows - 1),
                      .landscape = landscape};
    if (status == TW_OK) status = draw_levels(&pen, &field, &levels);
    if (status == TW_OK) write_caption(svg, axes, &levels, landscape->lowest);
    if (status == TW_OK) draw_minima(svg, landscape, axes);
    tw_release(values);
    return status;
}
