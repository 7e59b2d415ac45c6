// Rows of a table as small bar charts on one scale: up from the line at 0, or down.
#include <math.h>

#include "report/sheet.h"

#define WANTED 150.0 // pixels of a cell's width
#define ASPECT .5
#define WIDE_BAR 4.0 // from this width on there is a gap between bars
#define BAR_GAP 1.0
#define BARS_MAX 300 // more numbers share a bar, from the lowest of them to the highest

typedef struct tw_bars {
    tw_cells cells;
    tw_axis y;
    int64_t count;
} tw_bars;

// Numbers k*features/count to the next of these belong to bar k; from 0, as a bar stands there.
static tw_extent extent_of_bar(const tw_sheet *sheet, const float *x, int64_t bar, int64_t count) {
    tw_extent extent = tw_extent_none();
    tw_extent_add(&extent, 0);
    int64_t end = (bar + 1) * sheet->features / count;
    for (int64_t i = bar * sheet->features / count; i < end; i++) tw_extent_add(&extent, x[i]);
    return extent;
}

static void draw_bars(tw_svg *svg, const tw_bars *bars, const tw_sheet *sheet, int64_t index) {
    const tw_cells *cells = &bars->cells;
    const float *x = sheet->x + index * sheet->features;
    double left = tw_cells_left(cells, index), bottom = tw_cells_top(cells, index) + cells->height;
    double pitch = cells->width / (double)bars->count;
    double width = pitch >= WIDE_BAR ? pitch - BAR_GAP : pitch;
    tw_text_add(&svg->text, "<path class=\"p0\" d=\"");
    for (int64_t bar = 0; bar < bars->count; bar++) {
        tw_extent extent = extent_of_bar(sheet, x, bar, bars->count);
        if (extent.low == extent.high) continue;
        double low = bottom - tw_axis_share(&bars->y, extent.low) * cells->height;
        double high = bottom - tw_axis_share(&bars->y, extent.high) * cells->height;
        tw_text_add(&svg->text, "M%.2f %.1fh%.2fV%.1fh%.2fz", left + (double)bar * pitch, low,
                    width, high, -width);
    }
    double zero = bottom - tw_axis_share(&bars->y, 0) * cells->height;
    tw_text_add(&svg->text, "\"/>\n<path class=\"line\" d=\"M%.1f %.1fh%.1f\"/>\n", left, zero,
                cells->width);
    tw_cells_label(cells, sheet, svg, index);
}

tw_status tw_sheet_bars(tw_sheet *sheet, const char *path) {
    sheet->bars = sheet->features <= BARS_MAX ? ", a bar for each feature"
                                              : ", neighbouring features share bars";
    tw_extent range = tw_extent_none();
    for (int64_t i = 0; i < sheet->count * sheet->features; i++) tw_extent_add(&range, sheet->x[i]);
    tw_bars bars = {
        .cells = tw_cells_make(sheet->count, WANTED, ASPECT),
        .y = tw_axis_make(&range, &(tw_axis_wish){.tick_count = 4, .from_zero = true}),
        .count = sheet->features < BARS_MAX ? sheet->features : BARS_MAX,
    };
    tw_svg svg;
    tw_sheet_start(sheet, &svg, tw_cells_height(&bars.cells), 1);
    for (int64_t i = 0; i < sheet->count; i++) draw_bars(&svg, &bars, sheet, i);
    tw_status status = tw_svg_save(&svg, path);
    tw_svg_free(&svg);
    return status;
}
