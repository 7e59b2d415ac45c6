// What is to be minimised, from where, by what: read from the command line.
#include <math.h>
#include <string.h>

#include "cli/minimize.h"
#include "cli/numbers.h"

// "1,-2.5" as one row of numbers.
static bool read_row(const char *option, const char *text, cli_numbers *numbers) {
    if (!cli_numbers_from_text(option, text, numbers)) return false;
    if (numbers->rows == 1 && numbers->count > 0) return true;
    cli_wrong("%s: give one number a variable, with commas between", option);
    return false;
}

// A text of bounds: one for all, or one each; "inf" and "-inf" leave it open.
static bool read_bounds(const char *option, const char *text, int64_t n, double *bounds) {
    char word[64];
    int64_t count = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        double value = 0;
        if (length >= sizeof word || count == n) break;
        memcpy(word, at, length);
        word[length] = '\0';
        const char *number = word + strspn(word, " ");
        if (strcmp(number, "inf") == 0)
            value = INFINITY;
        else if (strcmp(number, "-inf") == 0)
            value = -INFINITY;
        else if (!tw_parse_double(number, &value)) {
            cli_wrong("%s: '%s' is no number, inf or -inf", option, number);
            return false;
        }
        bounds[count++] = value;
        at += length;
        if (*at == '\0' && count == 1)
            for (; count < n; count++) bounds[count] = value;
        if (*at == '\0' && count == n) return true;
        if (*at == '\0') break;
    }
    cli_wrong("%s: give one number, or one for each of the %lld variables", option, (long long)n);
    return false;
}

static int read_box(const cli_arguments *arguments, minimize_request *request) {
    int64_t n = request->facts.dimension;
    const char *lower = cli_text(arguments, OPTION_LOWER, NULL);
    const char *upper = cli_text(arguments, OPTION_UPPER, NULL);
    if (lower == NULL && upper == NULL) return CLI_DONE;
    request->bounds = tw_allocate(arguments->context, 2 * (size_t)n, sizeof(double));
    if (request->bounds == NULL) return cli_failed(arguments->context, TW_NO_MEMORY);
    for (int64_t i = 0; i < n; i++) {
        request->bounds[i] = -INFINITY;
        request->bounds[n + i] = INFINITY;
    }
    if (lower != NULL && !read_bounds("--lower", lower, n, request->bounds)) return CLI_WRONG;
    if (upper != NULL && !read_bounds("--upper", upper, n, request->bounds + n)) return CLI_WRONG;
    request->options.lower = request->bounds;
    request->options.upper = request->bounds + n;
    return CLI_DONE;
}

static int read_numbers(const cli_arguments *arguments, tw_minimize_options *options) {
    int64_t iterations = (int64_t)options->max_iterations, evaluations = 0;
    bool right = cli_integer(arguments, OPTION_MAX_ITER, 0, &iterations) &&
                 cli_integer(arguments, OPTION_MAX_EVALS, 1, &evaluations) &&
                 cli_number(arguments, OPTION_TOL, 0.0, &options->tolerance) &&
                 cli_number(arguments, OPTION_JITTER, 0.0, &options->jitter);
    options->max_iterations = (uint64_t)iterations;
    options->max_evaluations = (uint64_t)evaluations;
    options->seed = arguments->seed;
    options->schedule = cli_text(arguments, OPTION_SCHEDULE, NULL);
    return right ? CLI_DONE : CLI_WRONG;
}

// A start of one number is one for each variable where --dim says how many those are.
static int parse_function(const cli_arguments *arguments, int64_t start_count,
                          minimize_request *request) {
    tw_objective_options options = tw_objective_options_default();
    options.start_count = start_count == 1 && cli_given(arguments, OPTION_DIM) ? 0 : start_count;
    options.variables = cli_text(arguments, OPTION_VARS, NULL);
    if (!cli_integer(arguments, OPTION_DIM, 1, &options.dimension)) return CLI_WRONG;
    if (!cli_precision(arguments, &options.dtype)) return CLI_WRONG;
    tw_status status =
        tw_objective_parse(arguments->context, arguments->word[0], &options, &request->objective);
    request->unreadable = status == TW_BAD_TEXT || status == TW_NOT_FOUND;
    if (status != TW_OK) return cli_failed(arguments->context, status);
    request->facts = tw_objective_describe(request->objective);
    return CLI_DONE;
}

static int fill_start(const cli_arguments *arguments, const cli_numbers *start,
                      minimize_request *request) {
    int64_t n = request->facts.dimension;
    const double *from = start->count > 0 ? start->numbers : request->facts.start;
    if (from == NULL)
        return cli_wrong("%s: has no start of its own; give --start with %lld number%s",
                         arguments->word[0], (long long)n, tw_plural(n));
    int64_t stride = start->count == 1 ? 0 : 1; // one number stands for all
    request->start =
        tw_allocate(arguments->context, (size_t)n, tw_dtype_size(request->facts.dtype));
    if (request->start == NULL) return cli_failed(arguments->context, TW_NO_MEMORY);
    for (int64_t i = 0; i < n; i++)
        cli_set_element(request->start, request->facts.dtype, i, from[stride * i]);
    return CLI_DONE;
}

int minimize_read(const cli_arguments *arguments, minimize_request *request) {
    *request = (minimize_request){.options = tw_minimize_options_default()};
    cli_numbers start = {.context = arguments->context};
    const char *text = cli_text(arguments, OPTION_START, NULL);
    if (text != NULL && !read_row("--start", text, &start)) {
        tw_release(start.numbers);
        return CLI_WRONG;
    }
    int code = read_numbers(arguments, &request->options);
    if (code == CLI_DONE)
        code = cli_list_read(arguments, OPTION_METHOD, request->options.method, CLI_LIST_MAX,
                             &request->methods);
    if (code == CLI_DONE) code = parse_function(arguments, start.count, request);
    if (code == CLI_DONE) code = fill_start(arguments, &start, request);
    if (code == CLI_DONE) code = read_box(arguments, request);
    if (code == CLI_DONE && request->facts.dtype == TW_F32 && !cli_given(arguments, OPTION_TOL))
        request->options.tolerance = 1e-4; // what single precision can tell from 0
    tw_release(start.numbers);
    return code;
}

void minimize_request_free(minimize_request *request) {
    tw_objective_free(request->objective);
    tw_release(request->start);
    tw_release(request->bounds);
    cli_list_free(&request->methods);
}
