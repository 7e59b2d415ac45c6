// How a minimisation went: kept point by point, written as a table, drawn.
#include "cli/minimize.h"
#include "cli/numbers.h"

enum { COORDINATES_MAX = 1000 }; // a point of more is not kept

static bool grow(minimize_trace *trace) {
    size_t count = (size_t)trace->capacity, wider = count > 0 ? 2 * count : 64;
    size_t row = TRACE_COLUMNS * sizeof(double), point = (size_t)trace->kept * sizeof(double);
    if (tw_reallocate(trace->context, (void **)&trace->numbers, count, wider, row) != TW_OK ||
        tw_reallocate(trace->context, (void **)&trace->x, count, wider, point) != TW_OK)
        return false;
    trace->capacity = (int64_t)wider;
    return true;
}

void minimize_trace_add(minimize_trace *trace, const tw_minimize_point *point, tw_dtype dtype) {
    trace->kept = trace->n <= COORDINATES_MAX ? trace->n : 0;
    if (trace->count == trace->capacity && !grow(trace)) {
        trace->short_of_memory = true;
        return;
    }
    if (trace->count == 0) trace->first = point->iteration;
    double *numbers = trace->numbers + trace->count * TRACE_COLUMNS;
    double *x = trace->x + trace->count * trace->kept;
    numbers[TRACE_F] = point->value;
    numbers[TRACE_GRAD_NORM] = point->grad_norm;
    numbers[TRACE_STEP] = point->step;
    numbers[TRACE_F_EVALS] = (double)point->counts.f_evals;
    numbers[TRACE_G_EVALS] = (double)point->counts.g_evals;
    numbers[TRACE_H_EVALS] = (double)point->counts.h_evals;
    for (int64_t i = 0; i < trace->kept; i++) x[i] = cli_element(point->x, dtype, i);
    trace->count++;
}

void minimize_trace_free(minimize_trace *trace) {
    tw_release(trace->x);
    tw_release(trace->numbers);
}

void minimize_run_free(minimize_run *run) {
    tw_release(run->settings);
    tw_release(run->x);
    minimize_trace_free(&run->trace);
}

static void add_rows(tw_text *text, const minimize_run *run, bool named) {
    const minimize_trace *trace = &run->trace;
    for (int64_t row = 0; row < trace->count && text->status == TW_OK; row++) {
        if (named) cli_csv_field(text, run->method);
        tw_text_add(text, named ? ",%llu" : "%llu",
                    (unsigned long long)trace->first + (unsigned long long)row);
        for (int k = 0; k < TRACE_COLUMNS; k++) {
            tw_text_add(text, ",");
            tw_text_add_number(text, trace->numbers[row * TRACE_COLUMNS + k]);
        }
        for (int64_t i = 0; i < trace->kept; i++) {
            tw_text_add(text, ",");
            tw_text_add_number(text, trace->x[row * trace->kept + i]);
        }
        tw_text_add(text, "\n");
    }
}

tw_status minimize_write_trace(tw_context *context, const char *path, const minimize_run *runs,
                               int count) {
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add(&text, "%siteration,f,grad_norm,step,f_evals,g_evals,h_evals",
                count > 1 ? "method," : "");
    for (int64_t i = 0; i < runs[0].trace.kept; i++) tw_text_add(&text, ",x%lld", (long long)i + 1);
    tw_text_add(&text, "\n");
    for (int i = 0; i < count; i++) add_rows(&text, &runs[i], count > 1);
    tw_status status = text.status;
    if (status == TW_OK) status = tw_file_write_all(context, path, text.data, text.length);
    tw_text_free(&text);
    return status;
}

// Columns of a trace, one behind the other.
static double *columns_of(const minimize_trace *trace) {
    double *columns =
        tw_allocate(trace->context, (size_t)trace->count * TRACE_COLUMNS, sizeof(double));
    for (int64_t row = 0; columns != NULL && row < trace->count; row++)
        for (int k = 0; k < TRACE_COLUMNS; k++)
            columns[k * trace->count + row] = trace->numbers[row * TRACE_COLUMNS + k];
    return columns;
}

tw_status minimize_draw(tw_context *context, const char *path, const minimize_request *request,
                        const minimize_run *runs, int count) {
    tw_descent descents[CLI_LIST_MAX];
    double *columns[CLI_LIST_MAX] = {NULL};
    char names[CLI_LIST_MAX][CLI_SHORT_NAME_BYTES];
    cli_short_names((const char *const *)request->methods.entry, count, names);
    tw_status status = TW_OK;
    for (int i = 0; i < count && status == TW_OK; i++) {
        const minimize_trace *trace = &runs[i].trace;
        columns[i] = columns_of(trace);
        if (columns[i] == NULL || trace->short_of_memory) {
            status = TW_NO_MEMORY;
            break;
        }
        descents[i] = (tw_descent){
            .name = names[i],
            .x = trace->n <= 2 ? trace->x : NULL,
            .values = columns[i] + TRACE_F * trace->count,
            .evaluations = columns[i] + TRACE_F_EVALS * trace->count,
            .grad_norms = columns[i] + TRACE_GRAD_NORM * trace->count,
            .count = trace->count,
        };
    }
    if (status == TW_OK)
        status = tw_plot_descents(context, path, request->facts.name, request->objective, descents,
                                  count);
    for (int i = 0; i < count; i++) tw_release(columns[i]);
    return status;
}
