// Pictures: curves, sheets of examples, the paths of minimisers; curves also as characters. A picture is one file
// without scripts or fetched fonts. It is readable at the width of a text column, and by readers who cannot tell
// its colours apart.
//
// The ending of a path says what is written: .svg; .html, a page with the SVG inside; or .png, 1440 pixels wide.
// The first two follow the reader's scheme, light or dark; a PNG is light. PNGs are drawn by librsvg (2.46 or
// newer), which is loaded only when a .png is asked for. Its memory is not counted by the context, and it stays
// loaded.
//
//     tw_series loss = {.name = "training loss", .x = epochs, .y = losses, .count = 10, .mark = -1};
//     tw_panel panel = {.y_label = "loss", .x_label = "epoch", .series = &loss, .series_count = 1};
//     tw_plot_save(context, "curves.svg", "mlp:400,400 on MNIST", &panel, 1);
#ifndef THALWEG_PLOT_H
#define THALWEG_PLOT_H

#include "thalweg/data.h"
#include "thalweg/objective.h"

#ifdef __cplusplus
extern "C" {
#endif

// One line of a panel. A point that is not finite interrupts it; a point between two of those is drawn as a
// mark. Borrowed during the call.
typedef struct tw_series {
    const char *name; // in the legend
    const double *x, *y;
    int64_t count;
    int64_t mark; // index of a point to mark (the best), -1 or out of range: none
} tw_series;

#define TW_SERIES_MAX 16

// One pair of axes. With `log_y`, y is logarithmic if all y are positive; the same holds for `log_x`.
typedef struct tw_panel {
    const char *title; // NULL: none
    const char *x_label, *y_label;
    bool log_y, log_x;
    bool y_from_zero; // the y axis begins at 0
    bool percent;     // y is a share: ticks are shown as per cent
    const tw_series *series;
    int series_count;
} tw_panel;

// Whether a picture can be written to `path`, as far as can be told before a long computation: by its
// ending, and for a .png by whether librsvg is there. Errors: TW_BAD_ARGUMENT for another ending,
// TW_UNSUPPORTED without librsvg. The functions that draw check the same.
TW_API tw_status tw_plot_check(tw_context *context, const char *path);

// Writes 1 to 64 panels, one below the other, as one picture. If all have the same x label they share one x
// axis. `title` may be NULL. Errors: TW_BAD_ARGUMENT (no panel, too many series), TW_UNSUPPORTED, TW_IO,
// TW_NO_MEMORY.
TW_API tw_status tw_plot_save(tw_context *context, const char *path, const char *title,
                              const tw_panel *panels, int panel_count);

// Draws one panel with ASCII characters (names as they are), axes and legend included: exactly `rows` lines
// (8 to 1000), none longer than `columns` (40 to 1000) or with blanks at its end. `*text` is owned by the
// caller: free with tw_plot_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_plot_text(tw_context *context, const tw_panel *panel, int columns, int rows,
                              char **text);

// Frees a drawing; NULL is fine.
TW_API void tw_plot_free(char *text);

// Writes `count` examples, spread over the set, as a sheet of at most 1000: images (of shape [h, w], [h, w,
// c] or [c, h, w], c being 1 or 3) with their classes below them; other examples as bar charts of their
// numbers. Examples of two numbers are drawn as one scatter plot of up to 2000 points, whatever `count` is.
// Errors: TW_BAD_ARGUMENT for a `count` below 1, TW_UNSUPPORTED, TW_IO, TW_NO_MEMORY, and what the data say.
TW_API tw_status tw_plot_examples(tw_context *context, const char *path, const tw_data *data,
                                  int64_t count);

// How one method went, point by point from the start, as a watch (minimize.h) sees it. Borrowed during the
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
//   n = 2: contour lines of the function with the paths over them; starts, ends and known minima are marked;
//   n = 1: the curve of the function with the paths over it;
// and below, for any n, f and |g| against evaluations on logarithmic axes. f is shown as it is if it is nowhere
// negative, and as its distance from the lowest value if a minimum is known. The region shown follows from the
// paths (points higher than their start do not widen it), the known minima and the function's domain. Contour lines
// stand at round values, or at powers of ten if the function spans many. For n of 1 and 2 this evaluates
// `objective`, whose counts rise. `title` may be NULL. Errors: TW_BAD_ARGUMENT, TW_UNSUPPORTED, TW_IO,
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
