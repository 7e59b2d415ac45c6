// Sheets of examples: what the three kinds share.
#ifndef TW_REPORT_SHEET_H
#define TW_REPORT_SHEET_H

#include "report/axes.h"
#include "thalweg/plot.h"

// Examples fetched to be drawn.
typedef struct tw_sheet {
    tw_context *context;
    const tw_data *data;
    int64_t count, features;
    float *x;         // [count, features]
    int32_t *classes; // [count]; NULL without classes
    float *values;    // [count, target width]; NULL unless values
    const char *bars; // what the heading says of the bars; NULL: there are none
} tw_sheet;

// The width of a sheet's inside, and the room for its title with the margin above.
#define TW_SHEET_WIDTH (TW_SVG_WIDTH - 2 * TW_SVG_MARGIN)
#define TW_SHEET_ABOVE 54.0

// Begins a picture whose title says the set's name and how many of its examples are seen.
void tw_sheet_start(const tw_sheet *sheet, tw_svg *svg, double height, int series);

// What to say below example `index`: its class, its value in the unit of the file, or its number.
// `*label` is set to words borrowed from the data, or to `buffer`.
void tw_sheet_label(const tw_sheet *sheet, int64_t index, char buffer[TW_LABEL_BYTES],
                    const char **label);

// A grid of cells that fill the width.
typedef struct tw_cells {
    int64_t columns, rows;
    double width, height; // of what is drawn, without label and gap
} tw_cells;

#define TW_CELL_GAP 8.0
#define TW_CELL_LABEL 20.0

// The grid for `count` cells of which each is `aspect` times as high as wide, about `wanted` wide.
tw_cells tw_cells_make(int64_t count, double wanted, double aspect);

// The height of a picture of cells; the corner of a cell; its label below.
double tw_cells_height(const tw_cells *cells);
double tw_cells_left(const tw_cells *cells, int64_t index);
double tw_cells_top(const tw_cells *cells, int64_t index);
void tw_cells_label(const tw_cells *cells, const tw_sheet *sheet, tw_svg *svg, int64_t index);

// How an image lies in an example.
typedef struct tw_image_shape {
    int64_t width, height;
    int channels;
    int64_t x_step, y_step, channel_step; // elements from one to the next
} tw_image_shape;

// The image that examples of a shape are; false where they are none.
bool tw_image_shape_of(const tw_shape *shape, tw_image_shape *image);

// The three kinds. Each writes the whole picture.
tw_status tw_sheet_images(const tw_sheet *sheet, const tw_image_shape *image, const char *path);
tw_status tw_sheet_scatter(const tw_sheet *sheet, const char *path);
tw_status tw_sheet_bars(tw_sheet *sheet, const char *path);

#endif
