// Panels under each other. Those that share the label of x share its axis too, said once at the foot.
#include "thalweg/plot.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "report/axes.h"
#include "report/legend.h"
#include "report/palette.h"
#include "report/panel.h"
#include "report/panels.h"

#define PANELS_MAX 64
#define TITLE_HEIGHT 30.0
#define BETWEEN 26.0     // from a panel's words to the next title
#define X_TICKS_WANTED 9 // the width has room for so many labels of five digits
#define PIXELS_A_TICK 42.0

// Panels, and what all of them have in common.
typedef struct picture {
    const tw_panel *panels;
    int count;
    bool shared;        // one axis of x for all
    tw_extent x;        // of all
    double left, right; // ends of the axes
    double height;      // of a panel's axes
    int series_max;     // of any panel
} picture;

static bool same_label(const char *a, const char *b) {
    if (a == NULL || b == NULL) return a == b;
    return strcmp(a, b) == 0;
}

static int legend_of(const tw_panel *panel, tw_legend_entry entries[TW_SERIES_MAX]) {
    if (!tw_panel_names(panel)) return 0;
    for (int i = 0; i < panel->series_count; i++) {
        entries[i] = (tw_legend_entry){.name = panel->series[i].name, .index = i};
    }
    return panel->series_count;
}

static tw_axis y_axis_of(const tw_panel *panel, double height) {
    tw_extent x, y;
    tw_panel_extents(panel, &x, &y);
    return tw_axis_make(&y, &(tw_axis_wish){.tick_count = (int)fmax(height / PIXELS_A_TICK, 2),
                                            .logarithmic = panel->log_y,
                                            .from_zero = panel->y_from_zero,
                                            .percent = panel->percent,
                                            .widen = true});
}

static picture survey(const tw_panel *panels, int count) {
    picture all = {.panels = panels, .count = count, .shared = count > 1, .x = tw_extent_none()};
    double legend = 0;
    for (int i = 0; i < count; i++) {
        tw_legend_entry entries[TW_SERIES_MAX];
        int named = legend_of(&panels[i], entries);
        legend = fmax(legend, tw_legend_width(entries, named));
        if (panels[i].series_count > all.series_max) all.series_max = panels[i].series_count;
        all.shared = all.shared && same_label(panels[0].x_label, panels[i].x_label);
        tw_extent x, y;
        tw_panel_extents(&panels[i], &x, &y);
        tw_extent_join(&all.x, &x);
    }
    double height = count == 1 ? 320 : count == 2 ? 210 : 160;
    all.height = fmax(height, all.series_max * TW_LEGEND_LINE);
    all.right = tw_legend_left(legend);
    all.left = TW_AXES_LEFT;
    for (int i = 0; i < count; i++) {
        tw_axis y = y_axis_of(&panels[i], all.height);
        all.left = fmax(all.left, tw_axes_fit_left(&y));
    }
    return all;
}

// Whether x's ticks and label stand below panel `index`.
static bool has_foot(const picture *all, int index) {
    return !all->shared || index == all->count - 1;
}

static double foot_height(const picture *all, int index) {
    if (!has_foot(all, index)) return 0;
    return TW_AXES_TICKS + (all->panels[index].x_label == NULL ? 0 : TW_AXES_LABEL);
}

static double height_of(const picture *all) {
    double height = 0;
    for (int i = 0; i < all->count; i++) {
        height += TW_AXES_ABOVE + all->height + foot_height(all, i) + (i > 0 ? BETWEEN : 0);
    }
    return height;
}

static tw_axes axes_of(const picture *all, const tw_panel *panel, double top) {
    tw_axes axes = {
        .left = all->left, .top = top, .right = all->right, .bottom = top + all->height};
    tw_extent x, y;
    tw_panel_extents(panel, &x, &y);
    axes.x =
        tw_axes_fit_x(all->shared ? &all->x : &x,
                      &(tw_axis_wish){.tick_count = X_TICKS_WANTED, .logarithmic = panel->log_x},
                      axes.right - axes.left);
    axes.y = y_axis_of(panel, all->height);
    return axes;
}

// "0.200%" becomes "0.2%", "5.00" becomes "5".
static void drop_zeros(char *label) {
    char *point = strchr(label, '.');
    if (point == NULL) return;
    size_t digits = strspn(point + 1, "0123456789");
    char *unit = point + 1 + digits, *end = unit;
    while (end[-1] == '0') end--;
    if (end[-1] == '.') end--;
    memmove(end, unit, strlen(unit) + 1);
}

// The value of a marked point, to a hundredth of the step between ticks.
static void mark_label(const tw_axes *axes, double value, char label[TW_LABEL_BYTES]) {
    tw_axis fine = axes->y;
    double step = fine.step > 0 ? fine.step : fabs(value);
    fine.step = pow(10, floor(log10(step)) - 2);
    if (fine.logarithmic) fine.low = fine.high = value;
    tw_axis_label(&fine, value, false, label);
    drop_zeros(label);
}

// A rectangle of pixels.
typedef struct box {
    double left, right, top, bottom;
} box;

// Whether the line from one point to the next passes through the box.
static bool passes(const tw_axes *axes, const tw_series *series, int64_t index, const box *at) {
    const double *x = series->x + index, *y = series->y + index;
    if (!(isfinite(x[0]) && isfinite(y[0]) && isfinite(x[1]) && isfinite(y[1]))) return false;
    double x0 = tw_axes_x(axes, x[0]), y0 = tw_axes_y(axes, y[0]);
    double x1 = tw_axes_x(axes, x[1]), y1 = tw_axes_y(axes, y[1]);
    double from = fmax(fmin(x0, x1), at->left), to = fmin(fmax(x0, x1), at->right);
    if (from > to) return false;
    double first = y0, last = y1;
    if (x0 != x1) {
        first = y0 + (from - x0) / (x1 - x0) * (y1 - y0);
        last = y0 + (to - x0) / (x1 - x0) * (y1 - y0);
    }
    return fmax(first, last) >= at->top && fmin(first, last) <= at->bottom;
}

static bool is_free(const tw_axes *axes, const tw_panel *panel, const box *at) {
    for (int i = 0; i < panel->series_count; i++)
        for (int64_t k = 0; k + 1 < panel->series[i].count; k++)
            if (passes(axes, &panel->series[i], k, at)) return false;
    return true;
}

// The point and its value: below it where there is room, unless a line is there and none is above.
static void draw_mark(tw_svg *svg, const tw_axes *axes, const tw_panel *panel, int index) {
    enum { RADIUS = 5, BELOW = 21, ABOVE = 11, EDGE = 30, LETTERS = 10, AIR = 3 };

    const tw_series *series = &panel->series[index];
    int64_t at = series->mark;
    if (at < 0 || at >= series->count) return;
    if (!isfinite(series->x[at]) || !isfinite(series->y[at])) return;
    double x = tw_axes_x(axes, series->x[at]), y = tw_axes_y(axes, series->y[at]);
    tw_text_add(&svg->text, "<circle class=\"p%d halo\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>\n",
                index, x, y, RADIUS);
    char label[TW_LABEL_BYTES];
    mark_label(axes, series->y[at], label);
    const char *anchor = x > axes->right - EDGE  ? "end"
                         : x < axes->left + EDGE ? "start"
                                                 : "middle";
    double width = tw_svg_width(label);
    double left = *anchor == 'e' ? x - width : *anchor == 's' ? x : x - width / 2;
    box under = {left, left + width, y + BELOW - LETTERS - AIR, y + BELOW + AIR};
    box over = {left, left + width, y - ABOVE - LETTERS - AIR, y - ABOVE + AIR};
    bool below =
        y + BELOW + 4 < axes->bottom &&
        (is_free(axes, panel, &under) || over.top < axes->top || !is_free(axes, panel, &over));
    tw_svg_words(svg, &(tw_words){x, below ? y + BELOW : y - ABOVE, "name halo", anchor, label, 0});
}

// Where a series ends, for its name; the middle if it has no point.
static double end_of(const tw_axes *axes, const tw_series *series) {
    for (int64_t i = series->count - 1; i >= 0; i--) {
        if (isfinite(series->x[i]) && isfinite(series->y[i])) return tw_axes_y(axes, series->y[i]);
    }
    return (axes->top + axes->bottom) / 2;
}

static void draw_panel(tw_svg *svg, const picture *all, int index, double top) {
    const tw_panel *panel = &all->panels[index];
    tw_axes axes = axes_of(all, panel, top);
    bool foot = has_foot(all, index);
    tw_axes_words words = {.title = panel->title,
                           .x_label = foot ? panel->x_label : NULL,
                           .y_label = panel->y_label,
                           .x_ticks = foot};
    tw_axes_draw(svg, &axes, &words);
    // The first series is the one that matters most: drawn last, on top.
    for (int i = panel->series_count - 1; i >= 0; i--) {
        const tw_series *series = &panel->series[i];
        tw_axes_curve(svg, &axes, series->x, series->y, series->count, i);
    }
    for (int i = 0; i < panel->series_count; i++) draw_mark(svg, &axes, panel, i);
    tw_legend_entry entries[TW_SERIES_MAX];
    int named = legend_of(panel, entries);
    for (int i = 0; i < named; i++) entries[i].wanted = end_of(&axes, &panel->series[i]);
    tw_legend_draw(svg, entries, named, axes.right, axes.top, axes.bottom - 2, false);
}

double tw_panels_height(const tw_panel *panels, int count) {
    picture all = survey(panels, count);
    return height_of(&all);
}

void tw_panels_draw(tw_svg *svg, const tw_panel *panels, int count, double top) {
    picture all = survey(panels, count);
    for (int i = 0; i < count; i++) {
        draw_panel(svg, &all, i, top + TW_AXES_ABOVE);
        top += TW_AXES_ABOVE + all.height + foot_height(&all, i) + BETWEEN;
    }
}

double tw_title_height(const char *title) {
    return title != NULL && title[0] != '\0' ? TITLE_HEIGHT : 0;
}

void tw_title_draw(tw_svg *svg, const char *title) {
    // The title's letters are larger than those that widths are known of.
    double width = (TW_SVG_WIDTH - 2 * TW_SVG_MARGIN) * .7;
    tw_svg_words(svg, &(tw_words){TW_SVG_MARGIN, TW_SVG_MARGIN + 14, "title", NULL, title, width});
}

tw_status tw_plot_save(tw_context *context, const char *path, const char *title,
                       const tw_panel *panels, int panel_count) {
    if (panels == NULL || panel_count < 1 || panel_count > PANELS_MAX) {
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: a picture of %d panels; 1 to %d can be drawn",
                       path, panels == NULL ? 0 : panel_count, PANELS_MAX);
    }
    for (int i = 0; i < panel_count; i++) {
        tw_status status = tw_panel_check(context, path, &panels[i]);
        if (status != TW_OK) return status;
    }
    int series = 0;
    for (int i = 0; i < panel_count; i++)
        series = panels[i].series_count > series ? panels[i].series_count : series;
    double top = TW_SVG_MARGIN + tw_title_height(title);
    tw_svg svg;
    tw_svg_start(&svg, context, top + tw_panels_height(panels, panel_count) + TW_SVG_MARGIN / 2,
                 title, series);
    tw_title_draw(&svg, title);
    tw_panels_draw(&svg, panels, panel_count, top);
    tw_status status = tw_svg_save(&svg, path);
    tw_svg_free(&svg);
    return status;
}
