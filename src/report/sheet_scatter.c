// Examples of two numbers as points, their classes told apart by colour, shape and name.
#include <math.h>

#include "report/legend.h"
#include "report/palette.h"
#include "report/sheet.h"

#define HEIGHT 480.0
#define ABOVE 14.0 // for the name of y

// Classes beyond the last are drawn as the last: a legend of more names could not be read.
static int class_of(const tw_sheet *sheet, int64_t index) {
    int class = sheet->classes == NULL ? 0 : sheet->classes[index];
    return class < TW_SVG_SERIES_MAX ? class : TW_SVG_SERIES_MAX - 1;
}

// One path a class.
static void draw_class(tw_svg *svg, const tw_axes *axes, const tw_sheet *sheet, int class) {
    tw_text *text = &svg->text;
    tw_text_add(text, "<path class=\"p%d\" opacity=\".8\" d=\"", class);
    for (int64_t i = 0; i < sheet->count; i++) {
        const float *x = sheet->x + 2 * i;
        if (class_of(sheet, i) != class || !isfinite(x[0]) || !isfinite(x[1])) continue;
        tw_text_add(text, "M");
        tw_svg_coordinate(text, tw_axes_x(axes, x[0]));
        tw_svg_coordinate(text, tw_axes_y(axes, x[1]));
        tw_text_add(text, "%s", tw_palette_shape(class));
    }
    tw_text_add(text, "\"/>\n");
}

static tw_axes axes_of(const tw_sheet *sheet, double legend) {
    tw_extent x = tw_extent_none(), y = tw_extent_none();
    for (int64_t i = 0; i < sheet->count; i++) {
        tw_extent_add(&x, sheet->x[2 * i]);
        tw_extent_add(&y, sheet->x[2 * i + 1]);
    }
    tw_axis_wish wish = {.tick_count = 8, .widen = true};
    tw_axis y_axis = tw_axis_make(&y, &wish);
    double left = tw_axes_fit_left(&y_axis), right = tw_legend_left(legend);
    return (tw_axes){
        .left = left,
        .top = TW_SHEET_ABOVE + ABOVE,
        .right = right,
        .bottom = TW_SHEET_ABOVE + ABOVE + HEIGHT,
        .x = tw_axes_fit_x(&x, &wish, right - left),
        .y = y_axis,
    };
}

tw_status tw_sheet_scatter(const tw_sheet *sheet, const char *path) {
    tw_legend_entry entries[TW_SVG_SERIES_MAX];
    int classes = sheet->classes == NULL ? 1 : tw_data_classes(sheet->data);
    int drawn = classes < TW_SVG_SERIES_MAX ? classes : TW_SVG_SERIES_MAX;
    int named = sheet->classes == NULL ? 0 : drawn;
    for (int i = 0; i < named; i++) {
        bool rest = i == TW_SVG_SERIES_MAX - 1 && classes > TW_SVG_SERIES_MAX;
        const char *name = rest ? "all others" : tw_data_class_name(sheet->data, i);
        entries[i] = (tw_legend_entry){.name = name, .index = i, .wanted = 0};
    }
    tw_axes axes = axes_of(sheet, tw_legend_width(entries, named));
    tw_axes_words words = {
        .x_label = "first feature", .y_label = "second feature", .x_ticks = true};
    tw_svg svg;
    double foot = TW_AXES_TICKS + TW_AXES_LABEL + TW_SVG_MARGIN / 2;
    tw_sheet_start(sheet, &svg, axes.bottom + foot, drawn);
    tw_axes_draw(&svg, &axes, &words);
    for (int i = 0; i < drawn; i++) draw_class(&svg, &axes, sheet, i);
    tw_legend_draw(&svg, entries, named, axes.right, axes.top + TW_LEGEND_LINE / 2, axes.bottom,
                   true);
    tw_status status = tw_svg_save(&svg, path);
    tw_svg_free(&svg);
    return status;
}
