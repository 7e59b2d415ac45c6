// Grid below, axis lines and words above.
#include "report/axes.h"

#include <math.h>

#define LABEL_GAP 9.0   // between the axes and a label of y
#define LABEL_EDGE 4.0  // between that and the picture's edge
#define LABEL_APART 6.0 // between labels of x

static double label_width(const tw_axis *axis, int tick) {
    char label[TW_LABEL_BYTES];
    tw_axis_label(axis, axis->ticks[tick].value, false, label);
    return tw_svg_width(label) * TW_SVG_TICK_SIZE;
}

static bool labels_touch(const tw_axis *axis, double pixels) {
    double free_from = -INFINITY;
    for (int i = 0; i < axis->count; i++) {
        if (!axis->ticks[i].labelled) continue;
        double middle = tw_axis_share(axis, axis->ticks[i].value) * pixels;
        double half = label_width(axis, i) / 2;
        if (middle - half < free_from) return true;
        free_from = middle + half + LABEL_APART;
    }
    return false;
}

tw_axis tw_axes_fit_x(const tw_extent *extent, const tw_axis_wish *wish, double pixels) {
    tw_axis_wish fewer = *wish;
    tw_axis axis = tw_axis_make(extent, &fewer);
    while (fewer.tick_count > 2 && labels_touch(&axis, pixels)) {
        fewer.tick_count--;
        axis = tw_axis_make(extent, &fewer);
    }
    return axis;
}

double tw_axes_fit_left(const tw_axis *y) {
    double left = TW_AXES_LEFT;
    for (int i = 0; i < y->count; i++)
        if (y->ticks[i].labelled)
            left = fmax(left, ceil(label_width(y, i) + LABEL_GAP + LABEL_EDGE));
    return left;
}

double tw_axes_x(const tw_axes *axes, double value) {
    return axes->left + tw_axis_share(&axes->x, value) * (axes->right - axes->left);
}

double tw_axes_y(const tw_axes *axes, double value) {
    return axes->bottom + tw_axis_share(&axes->y, value) * (axes->top - axes->bottom);
}

// One path for all lines of the grid.
static void draw_grid(tw_text *text, const tw_axes *axes) {
    tw_text_add(text, "<path class=\"grid\" d=\"");
    for (int i = 0; i < axes->y.count; i++) {
        if (!axes->y.ticks[i].labelled) continue;
        tw_text_add(text, "M%.1f %.1fH%.1f", axes->left, tw_axes_y(axes, axes->y.ticks[i].value),
                    axes->right);
    }
    for (int i = 0; i < axes->x.count; i++) {
        if (!axes->x.ticks[i].labelled) continue;
        tw_text_add(text, "M%.1f %.1fV%.1f", tw_axes_x(axes, axes->x.ticks[i].value), axes->top,
                    axes->bottom);
    }
    tw_text_add(text, "\"/>\n");
}

// The line below, and marks at the ticks; those without a label are shorter.
static void draw_lines(tw_text *text, const tw_axes *axes) {
    enum { LABELLED = 5, BETWEEN = 3 };

    tw_text_add(text, "<path class=\"line\" d=\"M%.1f %.1fH%.1f", axes->left, axes->bottom,
                axes->right);
    for (int i = 0; i < axes->y.count; i++) {
        const tw_tick *tick = &axes->y.ticks[i];
        int length = tick->labelled ? LABELLED : BETWEEN;
        if (axes->y.logarithmic)
            tw_text_add(text, "M%.1f %.1fh%d", axes->left, tw_axes_y(axes, tick->value), -length);
    }
    for (int i = 0; i < axes->x.count; i++) {
        const tw_tick *tick = &axes->x.ticks[i];
        int length = tick->labelled ? LABELLED : BETWEEN;
        tw_text_add(text, "M%.1f %.1fv%d", tw_axes_x(axes, tick->value), axes->bottom, length);
    }
    tw_text_add(text, "\"/>\n");
}

static void draw_labels(tw_svg *svg, const tw_axes *axes, bool x_ticks) {
    enum { HALF_HEIGHT = 4, BELOW = 18 };

    char label[TW_LABEL_BYTES];
    for (int i = 0; i < axes->y.count; i++) {
        const tw_tick *tick = &axes->y.ticks[i];
        tw_axis_label(&axes->y, tick->value, false, label);
        tw_words words = {axes->left - LABEL_GAP,
                          tw_axes_y(axes, tick->value) + HALF_HEIGHT,
                          "tick",
                          "end",
                          label,
                          0};
        if (tick->labelled) tw_svg_words(svg, &words);
    }
    for (int i = 0; x_ticks && i < axes->x.count; i++) {
        const tw_tick *tick = &axes->x.ticks[i];
        tw_axis_label(&axes->x, tick->value, false, label);
        tw_words words = {
            tw_axes_x(axes, tick->value), axes->bottom + BELOW, "tick", "middle", label, 0};
        if (tick->labelled) tw_svg_words(svg, &words);
    }
}

static void draw_heads(tw_svg *svg, const tw_axes *axes, const tw_axes_words *words) {
    enum { UP = 14, DOWN = 36, BETWEEN = 12 };

    double at = TW_SVG_MARGIN, end = TW_SVG_WIDTH - TW_SVG_MARGIN, up = axes->top - UP;
    bool titled = words->title != NULL && words->title[0] != '\0';
    if (titled) {
        tw_svg_words(svg, &(tw_words){at, up, "head", NULL, words->title, (end - at) * .7});
        at += tw_svg_width(words->title) * 1.15 + BETWEEN; // bold, and a pixel higher
    }
    if (end - at > 80) { // else the title has taken it all
        tw_svg_words(svg, &(tw_words){at, up, "quiet", NULL, words->y_label, end - at});
    }
    tw_svg_words(svg, &(tw_words){(axes->left + axes->right) / 2, axes->bottom + DOWN, "quiet",
                                  "middle", words->x_label, axes->right - axes->left});
}

void tw_axes_draw(tw_svg *svg, const tw_axes *axes, const tw_axes_words *words) {
    if (!words->plain) draw_grid(&svg->text, axes);
    draw_lines(&svg->text, axes);
    draw_labels(svg, axes, words->x_ticks);
    draw_heads(svg, axes, words);
}
