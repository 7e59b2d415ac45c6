// A chart in plain ASCII, for any terminal: a mark for each series, the first on top.
//
// From the top: what y is, the names in lines as many as they need, the plot, x's axis, its labels,
// what x is.
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "report/panel.h"

#define COLUMNS_MIN 40
#define ROWS_MIN 8
#define SIZE_MAX_CELLS 1000 // columns, and rows
#define PLOT_ROWS_MIN 3

static const char marks[TW_SERIES_MAX + 1] = "*+ox#@%&=~^$ABCD";

typedef struct tw_chart {
    const tw_panel *panel;
    int columns, rows;      // of all
    int left, plot_columns; // where the plot begins, behind the axis; its width
    int name_lines, plot_rows;
    tw_axis x, y;
    char *cells; // [plot_rows, plot_columns]
    tw_text *text;
} tw_chart;

// A line being written: nothing goes beyond its end.
typedef struct text_line {
    tw_text *text;
    int used, end;
} text_line;

// Adds words; what is no character shows as '?'.
static void write_words(text_line *line, const char *words) {
    size_t left = words == NULL ? 0 : strlen(words);
    while (left > 0 && line->used < line->end) {
        size_t bytes = tw_utf8_length(words, left);
        bool control = bytes == 0 || (unsigned char)*words < 0x20 || *words == 0x7F;
        tw_text_add_bytes(line->text, control ? "?" : words, control ? 1 : bytes);
        words += bytes == 0 ? 1 : bytes;
        left -= bytes == 0 ? 1 : bytes;
        line->used++;
    }
}

static int width_of(const char *words) {
    size_t left = words == NULL ? 0 : strlen(words);
    int width = 0;
    for (size_t at = 0; at < left; width++) {
        size_t bytes = tw_utf8_length(words + at, left - at);
        at += bytes == 0 ? 1 : bytes;
    }
    return width;
}

static void write_blanks(text_line *line, int to) {
    for (; line->used < to && line->used < line->end; line->used++) tw_text_add(line->text, " ");
}

// Blanks at the end of a line are nobody's.
static void end_line(text_line *line) {
    tw_text *text = line->text;
    while (text->length > 0 && text->data[text->length - 1] == ' ') text->length--;
    tw_text_add(text, "\n");
    line->used = 0;
}

// Writes the names, or only counts their lines (`text` NULL).
static int write_names(const tw_chart *chart, tw_text *text, int lines_max) {
    enum { MARK = 2, GAP = 3 };

    if (!tw_panel_names(chart->panel)) return 0;
    text_line line = {text, 0, chart->columns};
    int lines = 1, used = 0;
    for (int i = 0; i < chart->panel->series_count; i++) {
        const char *name = chart->panel->series[i].name;
        int width = MARK + width_of(name);
        bool wraps = used > 0 && used + GAP + width > chart->columns;
        if (wraps && lines == lines_max) break;
        if (wraps && text != NULL) end_line(&line);
        if (text != NULL) {
            write_blanks(&line, wraps || used == 0 ? 0 : used + GAP);
            write_words(&line, (char[]){marks[i], ' ', '\0'});
            write_words(&line, name);
        }
        used = wraps || used == 0 ? width : used + GAP + width;
        lines += wraps;
    }
    if (text != NULL) end_line(&line);
    return lines;
}

static void lay_out(tw_chart *chart) {
    enum { FIXED = 4, ROWS_A_TICK = 4, COLUMNS_A_TICK = 10 }; // y's label, x's axis, ticks, label

    int names_max = chart->rows - FIXED - PLOT_ROWS_MIN;
    chart->name_lines = write_names(chart, NULL, names_max);
    chart->plot_rows = chart->rows - FIXED - chart->name_lines;
    const tw_panel *panel = chart->panel;
    tw_extent x, y;
    tw_panel_extents(panel, &x, &y);
    int y_ticks = chart->plot_rows / ROWS_A_TICK, x_ticks = chart->columns / COLUMNS_A_TICK;
    tw_axis_wish for_x = {.tick_count = x_ticks < 2 ? 2 : x_ticks, .logarithmic = panel->log_x};
    tw_axis_wish for_y = {.tick_count = y_ticks < 2 ? 2 : y_ticks,
                          .logarithmic = panel->log_y,
                          .from_zero = panel->y_from_zero,
                          .percent = panel->percent,
                          .widen = true};
    chart->x = tw_axis_make(&x, &for_x);
    chart->y = tw_axis_make(&y, &for_y);
    for (int i = 0; i < chart->y.count; i++) {
        char label[TW_LABEL_BYTES];
        tw_axis_label(&chart->y, chart->y.ticks[i].value, true, label);
        int width = width_of(label) + 1; // and a blank
        if (chart->y.ticks[i].labelled && width > chart->left) chart->left = width;
    }
    if (chart->left > chart->columns / 2) chart->left = chart->columns / 2;
    chart->plot_columns = chart->columns - chart->left - 1;
}

static int column_of(const tw_chart *chart, double value) {
    return (int)lround(tw_axis_share(&chart->x, value) * (chart->plot_columns - 1));
}

static int row_of(const tw_chart *chart, double value) {
    return (int)lround((1 - tw_axis_share(&chart->y, value)) * (chart->plot_rows - 1));
}

static void put(tw_chart *chart, int column, int row, char mark) {
    chart->cells[(size_t)row * (size_t)chart->plot_columns + (size_t)column] = mark;
}

// Every column between two points gets a mark, and every row where the line is steep.
static void draw_segment(tw_chart *chart, int c0, int r0, int c1, int r1, char mark) {
    int columns = c1 - c0, rows = r1 - r0;
    int wide = columns < 0 ? -columns : columns, high = rows < 0 ? -rows : rows;
    int steps = wide > high ? wide : high;
    for (int k = 1; k <= steps; k++) {
        double share = (double)k / steps;
        put(chart, c0 + (int)lround(share * columns), r0 + (int)lround(share * rows), mark);
    }
}

static void draw_series(tw_chart *chart, const tw_series *series, char mark) {
    bool down = false;
    int column = 0, row = 0;
    for (int64_t i = 0; i < series->count; i++) {
        bool drawn = isfinite(series->x[i]) && isfinite(series->y[i]);
        if (drawn) {
            int next_column = column_of(chart, series->x[i]),
                next_row = row_of(chart, series->y[i]);
            if (down) draw_segment(chart, column, row, next_column, next_row, mark);
            put(chart, next_column, next_row, mark);
            column = next_column, row = next_row;
        }
        down = drawn;
    }
}

static void write_plot(const tw_chart *chart) {
    text_line line = {chart->text, 0, chart->columns};
    for (int row = 0; row < chart->plot_rows; row++) {
        char label[TW_LABEL_BYTES] = "";
        for (int i = 0; i < chart->y.count; i++) {
            const tw_tick *tick = &chart->y.ticks[i];
            if (!tick->labelled || row_of(chart, tick->value) != row) continue;
            tw_axis_label(&chart->y, tick->value, true, label);
        }
        write_blanks(&line, chart->left - 1 - width_of(label));
        write_words(&line, label);
        write_blanks(&line, chart->left);
        write_words(&line, label[0] == '\0' ? "|" : "+");
        const char *cells = chart->cells + (size_t)row * (size_t)chart->plot_columns;
        tw_text_add_bytes(chart->text, cells, (size_t)chart->plot_columns);
        end_line(&line);
    }
}

// The axis, and the labels below its ticks; one that would touch the one before it is left out.
static void write_x_axis(const tw_chart *chart) {
    text_line line = {chart->text, 0, chart->columns};
    write_blanks(&line, chart->left);
    write_words(&line, "+");
    for (int column = 0; column < chart->plot_columns; column++) {
        bool ticked = false;
        for (int i = 0; i < chart->x.count; i++) {
            const tw_tick *tick = &chart->x.ticks[i];
            ticked = ticked || (tick->labelled && column_of(chart, tick->value) == column);
        }
        write_words(&line, ticked ? "+" : "-");
    }
    end_line(&line);
    for (int i = 0; i < chart->x.count; i++) {
        if (!chart->x.ticks[i].labelled) continue;
        char label[TW_LABEL_BYTES];
        tw_axis_label(&chart->x, chart->x.ticks[i].value, true, label);
        int width = width_of(label);
        int at = chart->left + 1 + column_of(chart, chart->x.ticks[i].value) - width / 2;
        if (at + width > chart->columns) at = chart->columns - width;
        if (line.used > 0 && at <= line.used) continue;
        write_blanks(&line, at);
        write_words(&line, label);
    }
    end_line(&line);
}

static void write_chart(const tw_chart *chart) {
    text_line line = {chart->text, 0, chart->columns};
    const tw_panel *panel = chart->panel;
    bool titled = panel->title != NULL && panel->title[0] != '\0';
    write_words(&line, panel->title);
    if (titled && panel->y_label != NULL) write_words(&line, ": ");
    write_words(&line, panel->y_label);
    end_line(&line);
    if (chart->name_lines > 0) write_names(chart, chart->text, chart->name_lines);
    write_plot(chart);
    write_x_axis(chart);
    int width = width_of(panel->x_label);
    write_blanks(&line, chart->left + 1 + (chart->plot_columns - width) / 2);
    write_words(&line, panel->x_label);
    end_line(&line);
}

static tw_status check(tw_context *context, const tw_panel *panel, int columns, int rows) {
    if (columns < COLUMNS_MIN || rows < ROWS_MIN || columns > SIZE_MAX_CELLS ||
        rows > SIZE_MAX_CELLS) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "chart: %d columns and %d rows; %d x %d to %d x %d can be drawn", columns,
                       rows, COLUMNS_MIN, ROWS_MIN, SIZE_MAX_CELLS, SIZE_MAX_CELLS);
    }
    return tw_panel_check(context, "chart", panel);
}

tw_status tw_plot_text(tw_context *context, const tw_panel *panel, int columns, int rows,
                       char **text) {
    *text = NULL;
    tw_status status = check(context, panel, columns, rows);
    if (status != TW_OK) return status;
    tw_text written;
    tw_text_start(&written, context);
    tw_chart chart = {.panel = panel, .columns = columns, .rows = rows, .text = &written};
    lay_out(&chart);
    size_t cells = (size_t)chart.plot_rows * (size_t)chart.plot_columns;
    chart.cells = tw_allocate(context, cells, 1);
    if (chart.cells == NULL) return TW_NO_MEMORY;
    memset(chart.cells, ' ', cells);
    for (int i = panel->series_count - 1; i >= 0; i--) {
        draw_series(&chart, &panel->series[i], marks[i]);
    }
    write_chart(&chart);
    *text = tw_text_take(&written);
    status = written.status;
    tw_text_free(&written);
    tw_release(chart.cells);
    return status;
}

void tw_plot_free(char *text) {
    tw_release(text);
}
