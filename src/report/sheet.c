// Cells and their labels.
#include "report/sheet.h"

#include <math.h>
#include <stdio.h>

#include "base/locale.h"

void tw_sheet_start(const tw_sheet *sheet, tw_svg *svg, double height, int series) {
    enum { BASELINE = 14, GAP = 12 };

    const char *name = tw_data_name(sheet->data);
    char count[3 * TW_LABEL_BYTES];
    long long shown = (long long)sheet->count, all = (long long)tw_data_count(sheet->data);
    const char *what = sheet->bars == NULL ? "" : sheet->bars;
    if (shown == all) snprintf(count, sizeof count, "%lld examples%s", all, what);
    if (shown < all) snprintf(count, sizeof count, "%lld of %lld examples%s", shown, all, what);
    tw_svg_start(svg, sheet->context, height, name, series);
    double y = TW_SVG_MARGIN + BASELINE, width = TW_SHEET_WIDTH / 2;
    tw_svg_words(svg, &(tw_words){TW_SVG_MARGIN, y, "title", NULL, name, width});
    double end = TW_SVG_WIDTH - TW_SVG_MARGIN;
    tw_svg_words(svg, &(tw_words){end, y, "quiet", "end", count, 0});
}

void tw_sheet_label(const tw_sheet *sheet, int64_t index, char buffer[TW_LABEL_BYTES],
                    const char **label) {
    *label = buffer;
    if (sheet->classes != NULL) {
        *label = tw_data_class_name(sheet->data, sheet->classes[index]);
        return;
    }
    tw_plain_locale plain = tw_plain_locale_enter();
    if (sheet->values != NULL) {
        double value = sheet->values[index * tw_data_target_width(sheet->data)];
        value = tw_data_target_mean(sheet->data) + tw_data_target_deviation(sheet->data) * value;
        snprintf(buffer, TW_LABEL_BYTES, "%.4g", value);
        tw_axis_minus(buffer);
    } else {
        snprintf(buffer, TW_LABEL_BYTES, "#%lld", (long long)index + 1);
    }
    tw_plain_locale_leave(plain);
}

tw_cells tw_cells_make(int64_t count, double wanted, double aspect) {
    tw_cells cells = {
        .columns = (int64_t)fmax((TW_SHEET_WIDTH + TW_CELL_GAP) / (wanted + TW_CELL_GAP), 1)};
    cells.rows = (count + cells.columns - 1) / cells.columns;
    cells.width = (TW_SHEET_WIDTH + TW_CELL_GAP) / (double)cells.columns - TW_CELL_GAP;
    cells.height = cells.width * aspect;
    return cells;
}

double tw_cells_height(const tw_cells *cells) {
    return TW_SHEET_ABOVE + (double)cells->rows * (cells->height + TW_CELL_LABEL + TW_CELL_GAP) +
           TW_SVG_MARGIN / 2;
}

double tw_cells_left(const tw_cells *cells, int64_t index) {
    return TW_SVG_MARGIN + (double)(index % cells->columns) * (cells->width + TW_CELL_GAP);
}

double tw_cells_top(const tw_cells *cells, int64_t index) {
    double pitch = cells->height + TW_CELL_LABEL + TW_CELL_GAP;
    int64_t row = index / cells->columns;
    return TW_SHEET_ABOVE + (double)row * pitch;
}

void tw_cells_label(const tw_cells *cells, const tw_sheet *sheet, tw_svg *svg, int64_t index) {
    enum { DOWN = 15 };

    char buffer[TW_LABEL_BYTES];
    const char *label = NULL;
    tw_sheet_label(sheet, index, buffer, &label);
    tw_svg_words(svg, &(tw_words){tw_cells_left(cells, index) + cells->width / 2,
                                  tw_cells_top(cells, index) + cells->height + DOWN, "quiet",
                                  "middle", label, cells->width + TW_CELL_GAP / 2});
}
