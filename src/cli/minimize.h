// What thalweg minimize is made of: the request (minimize_request.c), how each run went (minimize_trace.c),
// what is printed of it (minimize_report.c).
#ifndef TW_CLI_MINIMIZE_H
#define TW_CLI_MINIMIZE_H

#include "cli/cli.h"

// What was asked for.
typedef struct minimize_request {
    tw_objective *objective;
    tw_objective_facts facts;
    tw_minimize_options options; // but for the method
    void *start;                 // [n] in the objective's type
    double *bounds;              // [2, n]; NULL: none
    cli_list methods;
    bool unreadable; // what should name or write the function does neither
} minimize_request;

// Reads it; CLI_DONE, or the exit status with a message printed. Free it in both cases.
int minimize_read(const cli_arguments *arguments, minimize_request *request);
void minimize_request_free(minimize_request *request);

// One run as it went, point by point.
typedef struct minimize_trace {
    tw_context *context;
    int64_t n, count, capacity;
    uint64_t first;  // iteration: that of the checkpoint where the run goes on from one
    int64_t kept;    // coordinates of a point that are kept: n, or 0 where that is too many
    double *x;       // [count, kept]
    double *numbers; // [count, TRACE_COLUMNS]
    bool short_of_memory;
} minimize_trace;

enum {
    TRACE_F,
    TRACE_GRAD_NORM,
    TRACE_STEP,
    TRACE_F_EVALS,
    TRACE_G_EVALS,
    TRACE_H_EVALS,
    TRACE_COLUMNS
};

void minimize_trace_add(minimize_trace *trace, const tw_minimize_point *point, tw_dtype dtype);
void minimize_trace_free(minimize_trace *trace);

// A run with its end.
typedef struct minimize_run {
    const char *method; // borrowed: as it was asked for
    char *settings;     // owned: with every key spelled out
    tw_minimize_result result;
    double *x; // [n], the best point
    minimize_trace trace;
    int unsaved; // the exit status where its checkpoint could not be written; else CLI_DONE
} minimize_run;

void minimize_run_free(minimize_run *run);

// Writes a row a point; and draws all runs.
tw_status minimize_write_trace(tw_context *context, const char *path, const minimize_run *runs,
                               int count);
tw_status minimize_draw(tw_context *context, const char *path, const minimize_request *request,
                        const minimize_run *runs, int count);

// One run as JSON, `type` being "run" or "result"; the table of several; and the same in words.
void minimize_print_json(tw_json *json, const char *type, const minimize_request *request,
                         const minimize_run *run);
void minimize_print_table_json(tw_json *json, const minimize_request *request,
                               const minimize_run *runs, int count);
void minimize_print(const minimize_request *request, const minimize_run *run);
void minimize_print_table(const minimize_request *request, const minimize_run *runs, int count);

// The built-in functions and the methods.
void minimize_print_list(void);
void minimize_print_list_json(tw_json *json);

#endif
