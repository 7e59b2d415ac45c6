// thalweg diagnose: what slope and curvature say of a trained model or a function.
#include "cli/diagnose.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/numbers.h"

#define DENSITY_POINTS 400
#define SHOWN_DENSITY 1e-6 // of the largest
#define LR_OTHERWISE 1e-3  // of functions, and of models whose method has none
#define FACTORS_MAX 8000   // variables: their Hessian has 512 MB

static const double factors[DIAGNOSE_RESCALED] = {1.0, 3.0, 10.0};

// ---- what is diagnosed

static tw_status open_run(diagnosis *d, const cli_arguments *arguments, int64_t examples) {
    tw_status status = cli_open_trained(arguments, &d->trained);
    if (status != TW_OK) return status;
    d->lr = tw_trained_value(d->trained, "lr");
    if (!(d->lr > 0.0)) d->lr = LR_OTHERWISE;
    status = tw_run_cliffs(arguments->context, arguments->word[0], &d->cliffs);
    if (status != TW_OK && status != TW_NOT_FOUND) return status; // a checkpoint alone has none
    return tw_trained_objective(d->trained, cli_text(arguments, OPTION_DATA, NULL), examples,
                                &d->objective);
}

// A run folder or a checkpoint is there; the name of a function, or its text, is not a file.
static bool is_run(const char *word) {
    struct stat about;
    const char *dot = strrchr(word, '.');
    bool text = dot != NULL && strcmp(dot, ".objective") == 0;
    return !text && stat(word, &about) == 0;
}

static tw_status take_start(diagnosis *d, const cli_arguments *arguments) {
    d->facts = tw_objective_describe(d->objective);
    size_t n = (size_t)d->facts.dimension, size = tw_dtype_size(d->facts.dtype);
    d->x = tw_allocate(arguments->context, n, size);
    d->parts = tw_allocate(arguments->context, (size_t)d->facts.part_count, sizeof *d->parts);
    if (d->x == NULL || d->parts == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        cli_set_element(d->x, d->facts.dtype, (int64_t)i, d->facts.start[i]);
    return TW_OK;
}

// Minibatches against the sample, and a unit scaled: of models alone.
static tw_status measure_model(diagnosis *d) {
    tw_status status = tw_objective_noise(d->objective, &d->point, &d->noise);
    d->noisy = status == TW_OK;
    if (status != TW_OK && status != TW_BAD_ARGUMENT) return status; // a sample may be too small
    d->rescaled[0] =
        (tw_rescaled){.factor = 1.0, .loss = d->point.value, .grad_norm = d->forecast.grad_norm};
    for (int i = 1; i < DIAGNOSE_RESCALED; i++) {
        d->rescaled[i].factor = factors[i];
        status = tw_objective_rescale(d->objective, d->x, &d->rescaled[i]);
        if (status != TW_OK) return status == TW_UNSUPPORTED ? TW_OK : status;
        d->rescaled_count = i + 1;
    }
    return TW_OK;
}

static tw_status measure(diagnosis *d) {
    tw_status status = tw_objective_at(d->objective, d->x, &d->point);
    if (status == TW_OK)
        status = tw_curvature_forecast(d->objective, &d->point, d->lr, &d->forecast);
    if (status == TW_OK) status = tw_curvature_parts(d->objective, &d->point, d->parts);
    if (status == TW_OK)
        status = tw_curvature_extremes(d->objective, d->x, &d->spectrum, &d->extremes);
    cli_progress_clear(&d->progress);
    if (status != TW_OK) return status;
    double tolerance = d->facts.dtype == TW_F32 ? 1e-5 : 1e-8;
    status = tw_curvature_classify(d->objective, &d->point, tolerance, &d->extremes, &d->kind);
    return status == TW_OK && d->trained != NULL ? measure_model(d) : status;
}

// ---- the picture

static tw_status draw_density(diagnosis *d, tw_context *context, const char *path) {
    double grid[DENSITY_POINTS], density[DENSITY_POINTS];
    d->work = "density";
    tw_status status =
        tw_curvature_density(d->objective, d->x, &d->spectrum, grid, density, DENSITY_POINTS);
    cli_progress_clear(&d->progress);
    if (status != TW_OK) return status;
    double most = 0;
    for (int i = 0; i < DENSITY_POINTS; i++) most = fmax(most, density[i]);
    for (int i = 0; i < DENSITY_POINTS; i++)
        if (!(density[i] > SHOWN_DENSITY * most)) density[i] = NAN; // tails of the kernel alone
    tw_series series = {
        .name = "density", .x = grid, .y = density, .count = DENSITY_POINTS, .mark = -1};
    tw_panel panel = {.x_label = "eigenvalue of the Hessian",
                      .y_label = "density",
                      .log_y = true,
                      .series = &series,
                      .series_count = 1};
    return tw_plot_save(context, path, d->facts.name, &panel, 1);
}

// ---- the command

static void on_product(int64_t done, int64_t most, void *user) {
    diagnosis *d = user;
    if (cli_progress_due(&d->progress))
        cli_progress_tell(&d->progress, (double)done / (double)most,
                          "%s: %lld of at most %lld Hessian products", d->work, (long long)done,
                          (long long)most);
}

// The learning rate stays 0 where none is given.
static bool read_options(diagnosis *d, const cli_arguments *arguments, int64_t *examples,
                         double *lr) {
    d->spectrum = tw_spectrum_options_default();
    d->spectrum.watch = on_product;
    d->spectrum.user = d;
    d->work = "ends of the spectrum";
    cli_progress_start(&d->progress, arguments);
    d->spectrum.seed = arguments->seed;
    bool right = cli_integer(arguments, OPTION_TOP, 1, &d->spectrum.top) &&
                 cli_integer(arguments, OPTION_LANCZOS, 1, &d->spectrum.steps) &&
                 cli_integer(arguments, OPTION_EXAMPLES, 1, examples);
    if (!right || !cli_number(arguments, OPTION_LR, 0.0, lr)) return false;
    if (*lr == 0.0 && cli_given(arguments, OPTION_LR)) {
        cli_wrong("--lr: %s: a number above 0 is needed", cli_text(arguments, OPTION_LR, ""));
        return false;
    }
    if (d->spectrum.top <= TW_EXTREMES_MAX) return true;
    cli_wrong("--top: %lld is too many; at most %d eigenvalues are found at each end",
              (long long)d->spectrum.top, TW_EXTREMES_MAX);
    return false;
}

static int open_model(diagnosis *d, const cli_arguments *arguments, int64_t examples) {
    static const cli_option_id taken[] = {OPTION_DATA, OPTION_EXAMPLES, OPTION_LR,
                                          OPTION_TOP,  OPTION_LANCZOS,  OPTION_PLOT};
    if (!cli_takes(arguments, "diagnose of a run", taken, sizeof taken / sizeof *taken))
        return CLI_WRONG;
    tw_status status = open_run(d, arguments, examples);
    if (status == TW_OK) status = take_start(d, arguments);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

// A function's products are cheap: a factor of its Hessian may be taken, which takes one for each variable.
// With more variables the steps of Lanczos are as many as keep no more than 32 MB, or the usual ones.
static void spend_on(tw_spectrum_options *spectrum, int64_t n) {
    int64_t steps = (1LL << 22) / n;
    if (n <= FACTORS_MAX)
        spectrum->factor_max = n;
    else if (steps > spectrum->steps)
        spectrum->steps = steps;
}

// The function and its start, as `thalweg minimize` reads them.
static int open_function(diagnosis *d, const cli_arguments *arguments) {
    static const cli_option_id taken[] = {OPTION_START, OPTION_DIM,    OPTION_VARS,
                                          OPTION_LR,    OPTION_TOP,    OPTION_PRECISION,
                                          OPTION_PLOT,  OPTION_LANCZOS};
    if (!cli_takes(arguments, "diagnose of a function", taken, sizeof taken / sizeof *taken))
        return CLI_WRONG;
    int code = minimize_read(arguments, &d->request);
    if (code != CLI_DONE && d->request.unreadable)
        cli_wrong("nor is there a run folder '%s'", arguments->word[0]);
    d->objective = d->request.objective;
    d->facts = d->request.facts;
    d->x = d->request.start;
    d->lr = LR_OTHERWISE;
    if (code == CLI_DONE && !cli_given(arguments, OPTION_LANCZOS))
        spend_on(&d->spectrum, d->facts.dimension);
    return code;
}

// A function that is undefined at its start is a wrong request; a model whose loss is, has diverged.
static int code_of(const diagnosis *d, const cli_arguments *arguments, tw_status status) {
    int code = cli_failed(arguments->context, status);
    bool defined = isfinite(d->forecast.loss) && isfinite(d->forecast.gg);
    return status == TW_DIVERGED && d->trained == NULL && !defined ? CLI_WRONG : code;
}

static int diagnose(diagnosis *d, const cli_arguments *arguments, tw_json *json) {
    int64_t examples = 0;
    double lr = 0.0;
    if (!read_options(d, arguments, &examples, &lr)) return CLI_WRONG;
    int code = cli_check_plot(arguments);
    if (code != CLI_DONE) return code;
    code = is_run(arguments->word[0]) ? open_model(d, arguments, examples)
                                      : open_function(d, arguments);
    if (code != CLI_DONE) return code;
    if (lr > 0.0) d->lr = lr;
    tw_status status = measure(d);
    if (status != TW_OK) return code_of(d, arguments, status);
    if (arguments->json)
        diagnose_print_json(json, d);
    else
        diagnose_print_text(d);
    if (!cli_given(arguments, OPTION_PLOT)) return CLI_DONE;
    status = draw_density(d, arguments->context, cli_text(arguments, OPTION_PLOT, ""));
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

int cli_run_diagnose(const cli_arguments *arguments) {
    if (arguments->word_count != 1)
        return cli_wrong(
            "diagnose: give one run folder or function: thalweg diagnose RUN_DIR|FUNCTION");
    tw_json *json = NULL;
    diagnosis d = {0};
    tw_status status = tw_json_new(arguments->context, &json);
    int code =
        status == TW_OK ? diagnose(&d, arguments, json) : cli_failed(arguments->context, status);
    tw_objective_point_free(&d.point);
    if (d.trained != NULL) {
        tw_release(d.x);
        tw_objective_free(d.objective);
    }
    minimize_request_free(&d.request);
    tw_release(d.parts);
    tw_trained_free(d.trained);
    tw_json_free(json);
    return code;
}
