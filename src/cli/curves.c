// Curves of a training, collected and drawn.
#include "cli/curves.h"

#include <math.h>

void cli_curves_add(cli_curves *curves, const tw_epoch *epoch) {
    if (tw_grow(curves->context, (void **)&curves->epochs, (size_t)curves->count, &curves->capacity,
                sizeof *curves->epochs) == TW_OK)
        curves->epochs[curves->count++] = *epoch;
    else
        curves->short_of_memory = true;
}

void cli_curves_free(cli_curves *curves) {
    tw_release(curves->epochs);
}

enum { EPOCH, TRAIN_LOSS, TEST_LOSS, TRAIN_ERROR, TEST_ERROR, RATE, COLUMNS };

static void fill_columns(const cli_curves *curves, double *column[COLUMNS]) {
    for (int64_t i = 0; i < curves->count; i++) {
        const tw_epoch *epoch = &curves->epochs[i];
        column[EPOCH][i] = (double)epoch->epoch;
        column[TRAIN_LOSS][i] = epoch->train_loss;
        column[TEST_LOSS][i] = epoch->test_loss;
        column[TRAIN_ERROR][i] = epoch->train_error;
        column[TEST_ERROR][i] = epoch->test_error;
        column[RATE][i] = epoch->lr;
    }
}

static bool has_numbers(const double *column, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (!isnan(column[i])) return true;
    return false;
}

static tw_series series_of(const char *name, double *const column[COLUMNS], int which,
                           int64_t count, int64_t mark) {
    return (tw_series){
        .name = name, .x = column[EPOCH], .y = column[which], .count = count, .mark = mark};
}

// The first with the lowest test error; -1 where there is none.
static int64_t best_epoch(const cli_curves *curves) {
    int64_t best = -1;
    for (int64_t i = 0; i < curves->count; i++) {
        double error = curves->epochs[i].test_error;
        if (!isnan(error) && (best < 0 || error < curves->epochs[best].test_error)) best = i;
    }
    return best;
}

static tw_status draw(const cli_curves *curves, double *const column[COLUMNS], tw_context *context,
                      const char *path, const char *title) {
    int64_t n = curves->count, best = best_epoch(curves);
    tw_series loss[2] = {series_of("training data", column, TRAIN_LOSS, n, -1),
                         series_of("test data", column, TEST_LOSS, n, -1)};
    tw_series error[2] = {series_of("training data", column, TRAIN_ERROR, n, -1),
                          series_of("test data", column, TEST_ERROR, n, best)};
    tw_series rate = series_of("learning rate", column, RATE, n, -1);
    int tested = has_numbers(column[TEST_LOSS], n) ? 2 : 1;
    tw_panel panels[3];
    int count = 0;
    panels[count++] = (tw_panel){.title = "surrogate loss",
                                 .x_label = "epoch",
                                 .y_label = "mean over examples",
                                 .log_y = true,
                                 .series = loss,
                                 .series_count = tested};
    if (has_numbers(column[TRAIN_ERROR], n))
        panels[count++] = (tw_panel){.title = "0-1 error",
                                     .x_label = "epoch",
                                     .y_label = "share of examples",
                                     .percent = true,
                                     .log_y = true,
                                     .series = error,
                                     .series_count = tested};
    if (has_numbers(column[RATE], n))
        panels[count++] = (tw_panel){.title = "learning rate",
                                     .x_label = "epoch",
                                     .y_label = "in an epoch's last step",
                                     .y_from_zero = true,
                                     .series = &rate,
                                     .series_count = 1};
    return tw_plot_save(context, path, title, panels, count);
}

tw_status cli_curves_save(const cli_curves *curves, const char *path, const char *title) {
    size_t count = curves->count > 0 ? (size_t)curves->count : 1;
    double *numbers = tw_allocate(curves->context, count, COLUMNS * sizeof *numbers);
    if (numbers == NULL || curves->short_of_memory) {
        tw_release(numbers);
        return TW_NO_MEMORY;
    }
    double *column[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) column[i] = numbers + i * count;
    fill_columns(curves, column);
    tw_status status = draw(curves, column, curves->context, path, title);
    tw_release(numbers);
    return status;
}
