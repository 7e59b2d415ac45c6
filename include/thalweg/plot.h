// Pictures: curves, sheets of examples, the ways of minimisers; curves as characters too. One file, no
// scripts, no fetched fonts; readable at the width of a column, and without telling colours apart.
//
// What a path ends in says what is written: .svg; .html, a page with the SVG inside; or .png, 1440 pixels
// wide. The first two follow the reader's scheme, light or dark; a PNG is light. It is drawn by librsvg
// (2.46 or newer), which is loaded when a .png is asked for and never else; it allocates outside of
// contexts and stays loaded.
//
//     tw_series loss = {.name = "training loss", .x = epochs, .y = losses, .count = 10};
//     tw_panel panel = {.y_label = "loss", .x_label = "epoch", .series = &loss, .series_count = 1};
//     tw_plot_save(context, "curves.svg", "mlp:400,400 on MNIST", &panel, 1);
#ifndef THALWEG_PLOT_H
#define THALWEG_PLOT_H

#include "thalweg/data.h"
#include "thalweg/objective.h"

#ifdef __cplusplus
extern "C" {
#endif

// One line of a panel. A point that is not finite breaks it. Borrowed during the call.
typedef struct tw_series {
    const char *name; // in the legend
    const double *x, *y;
    int64_t count;
    int64_t mark; // index of a point to mark (the best), -1 or out of range: none
} tw_series;

#define TW_SERIES_MAX 16

// One pair of axes. Where `log_y` is set and all y are positive, y is logarithmic; so is x by `log_x`.
typedef struct tw_panel {
    const char *title; // NULL: none
    const char *x_label, *y_label;
    bool log_y, log_x;
    bool y_from_zero; // the y axis begins at 0
    bool percent;     // y is a share: ticks are shown as per cent
    const tw_series *series;
    int series_count;
} tw_panel;

// Whether a picture can be written under the name `path`, as far as that can be told before a long run:
// what it ends in, and whether librsvg is there for a .png. Errors: TW_BAD_ARGUMENT for another ending,
// TW_UNSUPPORTED. The functions that draw say the same.
TW_API tw_status tw_plot_check(tw_context *context, const char *path);

// Writes panels (1 to 64) under each other as one picture; those that all have the same x label share its
// axis. `title` may be NULL. Errors: TW_BAD_ARGUMENT (no panel, too many series), TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_plot_save(tw_context *context, const char *path, const char *title,
                              const tw_panel *panels, int panel_count);

// Draws one panel with ASCII characters (names apart), with axes and a legend: exactly `rows` lines (8 to
// 1000), none longer than `columns` (40 to 1000), no blanks at their ends. `*text` is owned by the caller:
// free with tw_plot_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_plot_text(tw_context *context, const tw_panel *panel, int columns, int rows,
                              char **text);

// Frees a drawing; NULL is fine.
TW_API void tw_plot_free(char *text);

// Writes `count` examples, spread over a set, as a sheet: images (shapes [h, w], [h, w, c] or [c, h, w]
// with c 1 or 3) with their classes below; examples of two numbers as a scatter by class, of 2000
// whatever `count`; others as rows of bars. At most 1000 images or rows. Errors: TW_BAD_ARGUMENT for
// a `count` below 1, TW_IO, TW_NO_MEMORY, and what the data says.
TW_API tw_status tw_plot_examples(tw_context *context, const char *path, const tw_data *data,
                                  int64_t count);

// How one method went: what a watch (minimize.h) sees, point by point from the start. Borrowed during the
// call.
typedef struct tw_descent {
    const char *name;          // in the legend: "lbfgs"
    const double *x;           // [count, n] for n of 1 or 2: draws the path; NULL: none
    const double *values;      // [count], f
    const double *evaluations; // [count], of f so far; NULL: points are counted instead
    const double *grad_norms;  // [count], |g|_inf; NULL: no curve of them
    int64_t count;
} tw_descent;

// Draws 1 to TW_SERIES_MAX descents of one objective:
//   n = 2: contour lines of the function with the paths over them, starts, ends and known minima marked;
//   n = 1: its curve with the points on it; both evaluate `objective`, which its counts show;
// and below, for any n, f and |g| against evaluations, as logarithms: of f where it is above 0, of f above
// its least value where a minimum is known. What is seen follows from the paths (points higher than their
// start do not widen it), the known minima and the function's domain; lines stand at round values, by powers
// of ten where the function spans them. `title` may be NULL. Errors: TW_BAD_ARGUMENT, TW_IO,
// TW_NO_MEMORY, and what the function says.
//
//     tw_descent race[] = {{"lbfgs", x1, f1, evals1, g1, n1}, {"adam", x2, f2, evals2, g2, n2}};
//     tw_plot_descents(context, "race.svg", "rosenbrock", objective, race, 2);
TW_API tw_status tw_plot_descents(tw_context *context, const char *path, const char *title,
                                  tw_objective *objective, const tw_descent *descents, int count);

#ifdef __cplusplus
}
#endif

#endif
