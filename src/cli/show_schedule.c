// train --show-schedule: the learning rate over the steps of a training that is not run.
#include "cli/curves.h"

#include <math.h>

#define ROWS_MAX 1000
#define ROWS_SHOWN 11
#define PHASES_MAX 64

typedef struct shown {
    const cli_arguments *arguments;
    tw_training *training;
    int phase_count;
    tw_training_phase phase[PHASES_MAX];
    int64_t rows;
    double step[ROWS_MAX], epoch[ROWS_MAX], lr[ROWS_MAX]; // lr NaN where a phase has none
} shown;

// Step of row `i` of `rows` spread evenly over first .. last, both included.
static uint64_t row_step(int64_t i, int64_t rows, uint64_t first, uint64_t last) {
    if (rows < 2) return first;
    double share = (double)i / (double)(rows - 1);
    return first + (uint64_t)llround(share * (double)(last - first));
}

static void choose_steps(shown *s) {
    while (s->phase_count < PHASES_MAX &&
           tw_training_phase_at(s->training, s->phase_count, &s->phase[s->phase_count]))
        s->phase_count++;
    const tw_training_phase *last_phase = &s->phase[s->phase_count - 1];
    uint64_t first = s->phase[0].steps_before + 1;
    uint64_t last = last_phase->steps_before + last_phase->steps, count = last + 1 - first;
    s->rows = count < ROWS_MAX ? (int64_t)count : ROWS_MAX;
    for (int64_t i = 0; i < s->rows; i++) s->step[i] = (double)row_step(i, s->rows, first, last);
}

// Fills the rows of each phase, one behind the other.
static tw_status fill(shown *s) {
    int64_t i = 0;
    for (int k = 0; k < s->phase_count; k++) {
        const tw_training_phase *phase = &s->phase[k];
        tw_status status = k > 0 ? tw_training_look_ahead(s->training) : TW_OK;
        if (status != TW_OK) return status;
        for (; i < s->rows && s->step[i] <= (double)(phase->steps_before + phase->steps); i++) {
            uint64_t at = (uint64_t)s->step[i] - phase->steps_before;
            s->epoch[i] = (double)phase->epochs_before + tw_training_clock(s->training, at).epoch;
            s->lr[i] = tw_training_value(s->training, "lr", at);
        }
    }
    return TW_OK;
}

static int print_json(const shown *s) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(s->arguments->context, &json);
    if (status != TW_OK) return cli_failed(s->arguments->context, status);
    for (int64_t i = 0; i < s->rows; i++) {
        tw_json_begin(json, NULL);
        tw_json_string(json, "type", "schedule");
        tw_json_integer(json, "step", (int64_t)s->step[i]);
        tw_json_number(json, "epoch", s->epoch[i]);
        tw_json_number(json, "lr", s->lr[i]);
        tw_json_end(json);
        cli_print_json(json);
    }
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "status", "done");
    tw_json_integer(json, "rows", s->rows);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_DONE;
}

static void print_phases(const shown *s) {
    for (int i = 0; i < s->phase_count && s->phase_count > 1; i++) {
        const tw_training_phase *phase = &s->phase[i];
        printf("phase %d, steps %llu to %llu: %s\n", i + 1,
               (unsigned long long)phase->steps_before + 1,
               (unsigned long long)(phase->steps_before + phase->steps), phase->method);
    }
    if (s->phase_count > 1) putchar('\n');
}

static int print_rows(const shown *s, const tw_panel *panel) {
    bool missing = false;
    print_phases(s);
    printf("%10s %10s %14s\n", "step", "epoch", "lr");
    for (int64_t i = 0; i < ROWS_SHOWN; i++) {
        int64_t row = s->rows < ROWS_SHOWN ? i : i * (s->rows - 1) / (ROWS_SHOWN - 1);
        if (row >= s->rows) break;
        printf("%10.0f %10.4g ", s->step[row], s->epoch[row]);
        missing = missing || isnan(s->lr[row]);
        if (isnan(s->lr[row]))
            printf("%14s\n", "-");
        else
            printf("%14.8g\n", s->lr[row]);
    }
    if (missing) puts("-: the method of these steps has no learning rate");
    char *text = NULL;
    tw_status status = tw_plot_text(s->arguments->context, panel, 78, 16, &text);
    if (status != TW_OK) return cli_failed(s->arguments->context, status);
    printf("\n%s", text);
    tw_plot_free(text);
    return CLI_DONE;
}

static int print(const shown *s) {
    tw_series series = {.name = "lr", .x = s->step, .y = s->lr, .count = s->rows, .mark = -1};
    tw_panel panel = {.x_label = "step",
                      .y_label = "lr",
                      .y_from_zero = true,
                      .series = &series,
                      .series_count = 1};
    const char *path = cli_text(s->arguments, OPTION_PLOT, NULL);
    int code = s->arguments->json ? print_json(s) : print_rows(s, &panel);
    if (code != CLI_DONE || path == NULL) return code;
    tw_status status = tw_plot_save(s->arguments->context, path, "learning rate", &panel, 1);
    return status == TW_OK ? CLI_DONE : cli_failed(s->arguments->context, status);
}

int cli_show_schedule(const cli_arguments *arguments, tw_training *training) {
    shown s = {.arguments = arguments, .training = training};
    bool any = false;
    choose_steps(&s);
    tw_status status = fill(&s);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    for (int64_t i = 0; i < s.rows; i++) any = any || !isnan(s.lr[i]);
    if (!any) return cli_wrong("--show-schedule: the method has no learning rate");
    return print(&s);
}
