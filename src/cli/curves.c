// Curves of a training, collected and drawn.
#include "cli/curves.h"

#include <math.h>

#define SCHEDULE_ROWS 1000

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

static int64_t best_epoch(const cli_curves *curves) {
    int64_t best = -1;
    for (int64_t i = 0; i < curves->count; i++)
        if (curves->epochs[i].best) best = i;
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

// Step of row `i` of `rows` spread evenly over 1 .. total, both ends included.
static uint64_t row_step(int64_t i, int64_t rows, uint64_t total) {
    if (rows < 2) return 1;
    double share = (double)i / (double)(rows - 1);
    return 1 + (uint64_t)llround(share * (double)(total - 1));
}

static int print_rows_json(const cli_arguments *arguments, const double *epoch, const double *lr,
                           const double *step, int64_t rows) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    for (int64_t i = 0; i < rows; i++) {
        tw_json_begin(json, NULL);
        tw_json_string(json, "type", "schedule");
        tw_json_integer(json, "step", (int64_t)step[i]);
        tw_json_number(json, "epoch", epoch[i]);
        tw_json_number(json, "lr", lr[i]);
        tw_json_end(json);
        cli_print_json(json);
    }
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "status", "done");
    tw_json_integer(json, "rows", rows);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_DONE;
}

static int print_rows(const cli_arguments *arguments, const double *epoch, const double *lr,
                      const double *step, int64_t rows) {
    printf("%10s %10s %14s\n", "step", "epoch", "lr");
    for (int64_t i = 0; i < 11; i++) {
        int64_t row = rows < 11 ? i : i * (rows - 1) / 10;
        if (row >= rows) break;
        printf("%10.0f %10.4g %14.8g\n", step[row], epoch[row], lr[row]);
    }
    tw_series series = {.name = "lr", .x = step, .y = lr, .count = rows, .mark = -1};
    tw_panel panel = {.x_label = "step",
                      .y_label = "lr",
                      .y_from_zero = true,
                      .series = &series,
                      .series_count = 1};
    char *text = NULL;
    tw_status status = tw_plot_text(arguments->context, &panel, 78, 16, &text);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    printf("\n%s", text);
    tw_plot_free(text);
    if (!cli_given(arguments, OPTION_PLOT)) return CLI_DONE;
    status = tw_plot_save(arguments->context, cli_text(arguments, OPTION_PLOT, ""), "learning rate",
                          &panel, 1);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

int cli_show_schedule(const cli_arguments *arguments, const tw_training *training) {
    double epoch[SCHEDULE_ROWS], lr[SCHEDULE_ROWS], step[SCHEDULE_ROWS];
    uint64_t total = tw_training_clock(training, 1).total_steps;
    int64_t rows = total < SCHEDULE_ROWS ? (int64_t)total : SCHEDULE_ROWS;
    for (int64_t i = 0; i < rows; i++) {
        uint64_t at = row_step(i, rows, total);
        step[i] = (double)at;
        epoch[i] = tw_training_clock(training, at).epoch;
        lr[i] = tw_training_value(training, "lr", at);
    }
    if (isnan(lr[0])) return cli_wrong("--show-schedule: the method has no learning rate");
    if (arguments->json) return print_rows_json(arguments, epoch, lr, step, rows);
    return print_rows(arguments, epoch, lr, step, rows);
}
