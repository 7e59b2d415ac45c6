// thalweg minimize: a function, a start, one method or several from the same start.
#include "cli/minimize.h"

#include <string.h>

#include "cli/numbers.h"
#include "cli/progress.h"

typedef struct watch_state {
    minimize_trace *trace; // NULL: not kept
    tw_dtype dtype;
    const char *method;
    cli_progress progress;
} watch_state;

static void on_point(const tw_minimize_point *point, void *user) {
    watch_state *state = user;
    if (state->trace != NULL) minimize_trace_add(state->trace, point, state->dtype);
    if (cli_progress_due(&state->progress))
        cli_progress_tell(&state->progress, -1.0, "%s: iteration %llu, f %.9g, |g| %.3g",
                          state->method, (unsigned long long)point->iteration, point->value,
                          point->grad_norm);
}

// What is kept of a minimisation that has ended.
static int keep(const cli_arguments *arguments, const minimize_request *request,
                const tw_minimization *minimization, minimize_run *run) {
    size_t n = (size_t)request->facts.dimension;
    const char *settings = tw_minimization_method(minimization);
    const void *best = tw_minimization_best(minimization);
    run->settings = tw_copy_text(arguments->context, settings, strlen(settings));
    run->x = tw_allocate(arguments->context, n, sizeof(double));
    if (run->settings == NULL || run->x == NULL)
        return cli_failed(arguments->context, TW_NO_MEMORY);
    for (size_t i = 0; i < n; i++) run->x[i] = cli_element(best, request->facts.dtype, (int64_t)i);
    return CLI_DONE;
}

// The exit status that an end means.
static int code_of(const minimize_run *run, bool saved) {
    switch (run->result.end) {
    case TW_MINIMIZE_DIVERGED:
    case TW_MINIMIZE_LINE_SEARCH_FAILED:
        return CLI_FAILED;
    case TW_MINIMIZE_INTERRUPTED:
        return saved ? CLI_STOPPED : CLI_ABANDONED;
    default:
        return CLI_DONE;
    }
}

// NULL where the function's own start is meant: a run that is resumed may have had another.
static const void *start_of(const cli_arguments *arguments, const minimize_request *request) {
    return cli_given(arguments, OPTION_START) ? request->start : NULL;
}

static int run_one(const cli_arguments *arguments, minimize_request *request, int index,
                   minimize_run *run) {
    tw_context *context = arguments->context;
    tw_minimization *minimization = NULL;
    const char *out = cli_text(arguments, OPTION_OUT, NULL);
    const char *resume = cli_text(arguments, OPTION_RESUME, NULL);
    bool traced = cli_given(arguments, OPTION_TRACE) || cli_given(arguments, OPTION_PLOT);
    request->options.method = run->method = request->methods.entry[index];
    run->trace = (minimize_trace){.context = context, .n = request->facts.dimension};
    tw_status status = tw_minimization_new(request->objective, &request->options,
                                           start_of(arguments, request), &minimization);
    if (status == TW_OK && resume != NULL) status = tw_minimization_load(minimization, resume);
    if (status != TW_OK) {
        tw_minimization_free(minimization);
        return cli_failed(context, status);
    }
    watch_state state = {traced ? &run->trace : NULL, request->facts.dtype, run->method, {0}};
    cli_progress_start(&state.progress, arguments);
    status = tw_minimization_run(minimization, on_point, &state, &run->result);
    cli_progress_clear(&state.progress);
    bool ended = run->result.end != TW_MINIMIZE_RUNNING;
    int code = ended ? keep(arguments, request, minimization, run) : cli_failed(context, status);
    if (code == CLI_DONE && out != NULL) {
        status = tw_minimization_save(minimization, out);
        if (status != TW_OK) run->unsaved = cli_failed(context, status);
    }
    tw_minimization_free(minimization);
    return code;
}

static int write_files(const cli_arguments *arguments, const minimize_request *request,
                       const minimize_run *runs, int count) {
    tw_context *context = arguments->context;
    tw_status status = TW_OK;
    for (int i = 0; i < count; i++)
        if (runs[i].trace.short_of_memory) return cli_failed(context, TW_NO_MEMORY);
    if (cli_given(arguments, OPTION_TRACE))
        status = minimize_write_trace(context, cli_text(arguments, OPTION_TRACE, ""), runs, count);
    if (status == TW_OK && cli_given(arguments, OPTION_PLOT))
        status = minimize_draw(context, cli_text(arguments, OPTION_PLOT, ""), request, runs, count);
    return status == TW_OK ? CLI_DONE : cli_failed(context, status);
}

static void say_how_it_goes_on(const cli_arguments *arguments, int code) {
    if (code == CLI_STOPPED)
        cli_say(arguments, "thalweg: stopped; the same command with --resume %s continues\n",
                cli_text(arguments, OPTION_OUT, ""));
    if (code == CLI_ABANDONED && !cli_given(arguments, OPTION_OUT))
        cli_say(arguments, "thalweg: stopped; --out FILE would keep it\n");
}

static int run_all(const cli_arguments *arguments, minimize_request *request, tw_json *json,
                   minimize_run *runs) {
    int count = request->methods.count, done = 0, code = CLI_DONE, failures = 0;
    cli_watch_signals(arguments);
    for (; done < count && code == CLI_DONE; done++) {
        code = run_one(arguments, request, done, &runs[done]);
        if (code != CLI_DONE) return code;
        if (arguments->json && count > 1) minimize_print_json(json, "run", request, &runs[done]);
        bool saved = cli_given(arguments, OPTION_OUT) && runs[done].unsaved == CLI_DONE;
        code = code_of(&runs[done], saved);
        if (count > 1 && code == CLI_FAILED) { // in a race the others go on
            failures++;
            code = CLI_DONE;
        }
    }
    if (failures == count) code = CLI_FAILED;
    if (arguments->json && count > 1)
        minimize_print_table_json(json, request, runs, done);
    else if (arguments->json)
        minimize_print_json(json, "result", request, runs);
    else if (count > 1)
        minimize_print_table(request, runs, done);
    else
        minimize_print(request, runs);
    say_how_it_goes_on(arguments, code);
    int written = write_files(arguments, request, runs, done);
    if (written == CLI_DONE) written = runs[0].unsaved;
    return written == CLI_DONE ? code : written;
}

// Begins each of a race and lets it go: what is wrong with the last is said before the first is run.
static int check_race(const cli_arguments *arguments, minimize_request *request) {
    for (int i = 0; i < request->methods.count && request->methods.count > 1; i++) {
        tw_minimization *minimization = NULL;
        request->options.method = request->methods.entry[i];
        tw_status status = tw_minimization_new(request->objective, &request->options,
                                               start_of(arguments, request), &minimization);
        tw_minimization_free(minimization);
        if (status != TW_OK) return cli_failed(arguments->context, status);
    }
    return CLI_DONE;
}

static int check_request(const cli_arguments *arguments, const minimize_request *request) {
    bool kept = cli_given(arguments, OPTION_OUT) || cli_given(arguments, OPTION_RESUME);
    if (kept && request->methods.count > 1)
        return cli_wrong("minimize: --out and --resume are of one method; --method gives %d",
                         request->methods.count);
    if (cli_given(arguments, OPTION_PLOT) && request->methods.count > TW_SERIES_MAX)
        return cli_wrong("minimize: --plot draws at most %d methods; --method gives %d",
                         TW_SERIES_MAX, request->methods.count);
    int code = cli_check_plot(arguments);
    if (code == CLI_DONE) code = cli_check_file(arguments, OPTION_TRACE);
    return code == CLI_DONE ? cli_check_file(arguments, OPTION_OUT) : code;
}

int cli_run_minimize(const cli_arguments *arguments) {
    if (arguments->word_count > 1)
        return cli_wrong("minimize: '%s' stands alone; an expression with blanks needs quotes",
                         arguments->word[1]);
    if (arguments->word_count == 0 && !cli_takes(arguments, "minimize without a function", NULL, 0))
        return CLI_WRONG;
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    if (arguments->word_count == 0) {
        if (arguments->json)
            minimize_print_list_json(json);
        else
            minimize_print_list();
        tw_json_free(json);
        return CLI_DONE;
    }
    minimize_request request;
    minimize_run runs[CLI_LIST_MAX] = {0};
    int code = minimize_read(arguments, &request);
    if (code == CLI_DONE) code = check_request(arguments, &request);
    if (code == CLI_DONE) code = check_race(arguments, &request);
    if (code == CLI_DONE) code = run_all(arguments, &request, json, runs);
    for (int i = 0; i < request.methods.count; i++) minimize_run_free(&runs[i]);
    minimize_request_free(&request);
    tw_json_free(json);
    return code;
}
