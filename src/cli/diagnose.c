// thalweg diagnose: what slope and curvature say of a trained model or a function.
#include "cli/minimize.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define DENSITY_POINTS 400
#define SHOWN_DENSITY 1e-6 // of the largest
#define LR_OF_FUNCTIONS 1e-3
#define RESCALED 3
#define CLIFFS_SHOWN 10

static const double factors[RESCALED] = {1.0, 3.0, 10.0};

typedef struct diagnosis {
    tw_objective *objective;
    tw_trained *trained;      // NULL: a function
    minimize_request request; // of a function
    tw_objective_facts facts;
    void *x; // [n]
    double lr;
    tw_spectrum_options spectrum;
    tw_step_forecast forecast;
    tw_extremes extremes;
    tw_critical_point kind;
    tw_part_forecast *parts; // [part_count]
    bool noisy;              // a model: minibatches were measured
    tw_gradient_noise noise;
    tw_cliffs cliffs;
    int rescaled_count; // 0: nothing to rescale
    tw_rescaled rescaled[RESCALED];
} diagnosis;

// ---- what is diagnosed

static tw_status open_run(diagnosis *d, const cli_arguments *arguments, int64_t examples) {
    tw_status status = tw_trained_open(arguments->context, arguments->word[0], &d->trained);
    if (status != TW_OK) return status;
    d->lr = tw_trained_value(d->trained, "lr");
    if (!(d->lr > 0.0)) d->lr = LR_OF_FUNCTIONS;
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
        if (d->facts.dtype == TW_F32)
            ((float *)d->x)[i] = (float)d->facts.start[i];
        else
            ((double *)d->x)[i] = d->facts.start[i];
    return TW_OK;
}

// Minibatches against the sample, and a unit scaled: of models alone.
static tw_status measure_model(diagnosis *d) {
    tw_status status = tw_objective_noise(d->objective, d->x, &d->noise);
    d->noisy = status == TW_OK;
    if (status != TW_OK && status != TW_BAD_ARGUMENT) return status; // a sample may be too small
    for (int i = 0; i < RESCALED; i++) {
        d->rescaled[i].factor = factors[i];
        status = tw_objective_rescale(d->objective, d->x, &d->rescaled[i]);
        if (status != TW_OK) return status == TW_UNSUPPORTED ? TW_OK : status;
        d->rescaled_count++;
    }
    return TW_OK;
}

static tw_status measure(diagnosis *d) {
    tw_status status = tw_curvature_forecast(d->objective, d->x, d->lr, &d->forecast);
    if (status == TW_OK) status = tw_curvature_parts(d->objective, d->x, d->parts);
    if (status == TW_OK)
        status = tw_curvature_extremes(d->objective, d->x, &d->spectrum, &d->extremes);
    if (status != TW_OK) return status;
    double tolerance = d->facts.dtype == TW_F32 ? 1e-5 : 1e-8;
    status = tw_curvature_classify(d->objective, d->x, tolerance, &d->extremes, &d->kind);
    return status == TW_OK && d->trained != NULL ? measure_model(d) : status;
}

// ---- as JSON

static void print_values_json(tw_json *json, const char *name, const tw_eigenvalue *values,
                              int64_t count) {
    tw_json_begin_array(json, name);
    for (int64_t i = 0; i < count; i++) {
        tw_json_begin(json, NULL);
        tw_json_number(json, "value", values[i].value);
        tw_json_number(json, "error", values[i].error);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_parts_json(tw_json *json, const diagnosis *d) {
    tw_json_begin_array(json, "parts");
    for (int i = 0; i < d->facts.part_count; i++) {
        tw_json_begin(json, NULL);
        tw_json_string(json, "name", d->facts.parts[i].name);
        tw_json_integer(json, "parameters", d->facts.parts[i].count);
        tw_json_number(json, "gg", d->parts[i].gg);
        tw_json_number(json, "gHg", d->parts[i].gHg);
        tw_json_number(json, "lr_limit", d->parts[i].lr_limit);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_noise_json(tw_json *json, const diagnosis *d) {
    if (!d->noisy) return;
    tw_json_number(json, "noise_scale", d->noise.scale);
    tw_json_begin_array(json, "noise");
    for (int i = 0; i < d->noise.point_count; i++) {
        const tw_noise_point *point = &d->noise.points[i];
        tw_json_begin(json, NULL);
        tw_json_integer(json, "batch", point->batch);
        tw_json_integer(json, "draws", point->draws);
        tw_json_number(json, "variance", point->variance);
        tw_json_number(json, "offset", point->offset);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_cliffs_json(tw_json *json, const diagnosis *d) {
    if (!d->cliffs.watched) return;
    tw_json_integer(json, "cliff_count", d->cliffs.count);
    tw_json_begin_array(json, "cliffs");
    for (int64_t i = 0; i < d->cliffs.count && i < TW_CLIFFS_MAX; i++) {
        const tw_cliff *cliff = &d->cliffs.cliffs[i];
        tw_json_begin(json, NULL);
        tw_json_integer(json, "step", (int64_t)cliff->step);
        tw_json_number(json, "grad_norm", cliff->grad_norm);
        tw_json_number(json, "median", cliff->median);
        tw_json_number(json, "clipped_scale", cliff->median / cliff->grad_norm);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_rescaled_json(tw_json *json, const diagnosis *d) {
    if (d->rescaled_count == 0) return;
    tw_json_begin_array(json, "rescaled");
    for (int i = 0; i < d->rescaled_count; i++) {
        tw_json_begin(json, NULL);
        tw_json_number(json, "factor", d->rescaled[i].factor);
        tw_json_number(json, "loss", d->rescaled[i].loss);
        tw_json_number(json, "grad_norm", d->rescaled[i].grad_norm);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_json(tw_json *json, const diagnosis *d) {
    const tw_step_forecast *f = &d->forecast;
    const tw_extremes *e = &d->extremes;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "name", d->facts.name);
    tw_json_integer(json, "dimension", d->facts.dimension);
    tw_json_number(json, "loss", f->loss);
    tw_json_number(json, "grad_norm", f->grad_norm);
    tw_json_number(json, "gg", f->gg);
    tw_json_number(json, "gHg", f->gHg);
    tw_json_number(json, "lr", f->lr);
    tw_json_number(json, "predicted_change", f->predicted_change);
    tw_json_number(json, "measured_change", f->measured_change);
    tw_json_number(json, "lr_best", f->lr_best);
    tw_json_number(json, "lr_limit", f->lr_limit);
    tw_json_boolean(json, "stuck", f->stuck);
    tw_json_number(json, "eig_max", e->largest[0].value);
    tw_json_number(json, "eig_max_error", e->largest[0].error);
    tw_json_number(json, "eig_min", e->smallest[0].value);
    tw_json_number(json, "eig_min_error", e->smallest[0].error);
    tw_json_number(json, "condition", e->condition);
    if (e->negative_count >= 0)
        tw_json_integer(json, "negative_eigenvalues", e->negative_count);
    else
        tw_json_null(json, "negative_eigenvalues");
    tw_json_string(json, "critical_point", tw_critical_point_name(d->kind));
    tw_json_boolean(json, "whole_spectrum", e->whole);
    print_values_json(json, "largest", e->largest, e->count);
    print_values_json(json, "smallest", e->smallest, e->count);
    print_parts_json(json, d);
    print_noise_json(json, d);
    print_rescaled_json(json, d);
    print_cliffs_json(json, d);
    tw_json_end(json);
    cli_print_json(json);
}

// ---- for people

static void print_step(const tw_step_forecast *f) {
    printf("\nA step of gradient descent with learning rate %g\n", f->lr);
    printf("  the slope promises     %+.6g   (g'g = %.6g)\n", -f->lr * f->gg, f->gg);
    printf("  the curvature adds     %+.6g   (g'Hg = %.6g)\n", 0.5 * f->lr * f->lr * f->gHg,
           f->gHg);
    printf("  predicted change       %+.6g\n", f->predicted_change);
    printf("  measured change        %+.6g\n", f->measured_change);
    if (isfinite(f->lr_limit))
        printf("  it descends up to a learning rate of %.6g and most at %.6g\n", f->lr_limit,
               f->lr_best);
    else
        puts("  the curvature along the gradient is not positive: no learning rate is too large "
             "for it");
    if (f->stuck) puts("  STUCK: the curvature eats the whole gain; take a smaller learning rate");
}

static void print_value(const char *name, const tw_eigenvalue *value) {
    printf("  %-22s %.6g", name, value->value);
    if (value->error > 0.0) printf("   (one lies within %.2g)", value->error);
    putchar('\n');
}

static void print_spectrum(const diagnosis *d) {
    const tw_extremes *e = &d->extremes;
    printf("\nCurvature: %s\n",
           e->whole ? "all eigenvalues of the Hessian" : "eigenvalues of the Hessian by Lanczos");
    for (int64_t i = 0; i < e->count; i++) print_value(i == 0 ? "largest" : "", &e->largest[i]);
    for (int64_t i = 0; i < e->count; i++) print_value(i == 0 ? "smallest" : "", &e->smallest[i]);
    if (isinf(e->condition))
        puts("  condition number       infinite");
    else if (!isnan(e->condition))
        printf("  condition number       %.6g\n", e->condition);
    if (e->whole)
        printf("  negative               %lld of %lld, %lld zero to rounding\n",
               (long long)e->negative_count, (long long)d->facts.dimension,
               (long long)e->zero_count);
    printf("  critical point         %s\n", tw_critical_point_name(d->kind));
}

static void print_parts(const diagnosis *d) {
    if (d->facts.part_count == 0) return;
    printf("\n%-24s %10s %12s %12s %14s\n", "layer", "parameters", "|g|", "g'Hg/g'g",
           "descends to lr");
    for (int i = 0; i < d->facts.part_count; i++) {
        const tw_part_forecast *part = &d->parts[i];
        printf("%-24s %10lld %12.4g %12.4g ", d->facts.parts[i].name,
               (long long)d->facts.parts[i].count, sqrt(part->gg), part->gHg / part->gg);
        if (isfinite(part->lr_limit))
            printf("%14.4g\n", part->lr_limit);
        else
            printf("%14s\n", "any");
    }
}

static void print_noise(const diagnosis *d) {
    if (!d->noisy) return;
    printf("\nMinibatches: a gradient of so many examples against the whole one\n%8s %8s %16s %18s "
           "%12s %14s\n",
           "examples", "draws", "mean |g_B-g|^2", "times examples", "|mean - g|", "by chance");
    for (int i = 0; i < d->noise.point_count; i++) {
        const tw_noise_point *p = &d->noise.points[i];
        printf("%8lld %8lld %16.5g %18.5g %12.4g %14.4g\n", (long long)p->batch,
               (long long)p->draws, p->variance, p->variance * (double)p->batch, p->offset,
               sqrt(p->variance / (double)p->draws));
    }
    printf("  gradient noise scale   %.5g examples: far smaller minibatches are mostly noise\n",
           d->noise.scale);
}

static void print_rescaled(const diagnosis *d) {
    if (d->rescaled_count == 0) return;
    printf(
        "\nA relu unit with its inputs times a, its outputs divided by a: the same function\n%8s "
        "%14s %14s\n",
        "a", "loss", "|g|");
    for (int i = 0; i < d->rescaled_count; i++)
        printf("%8g %14.8g %14.6g\n", d->rescaled[i].factor, d->rescaled[i].loss,
               d->rescaled[i].grad_norm);
}

static void print_cliffs(const diagnosis *d) {
    if (d->trained == NULL) return;
    if (!d->cliffs.watched) {
        puts("\nCliffs: not watched; train --diagnose looks for them");
        return;
    }
    printf("\nCliffs: %lld steps had a gradient of more than 10 times the running median\n",
           (long long)d->cliffs.count);
    if (d->cliffs.count > 0)
        printf("%8s %12s %12s %30s\n", "step", "|g|", "median", "clipped there, the step is times");
    for (int64_t i = 0; i < d->cliffs.count && i < CLIFFS_SHOWN; i++) {
        const tw_cliff *cliff = &d->cliffs.cliffs[i];
        printf("%8llu %12.4g %12.4g %30.4g\n", (unsigned long long)cliff->step, cliff->grad_norm,
               cliff->median, cliff->median / cliff->grad_norm);
    }
}

static void print_text(const diagnosis *d) {
    printf("%s: %lld parameters, loss %.8g, |g| %.6g\n", d->facts.name,
           (long long)d->facts.dimension, d->forecast.loss, d->forecast.grad_norm);
    print_step(&d->forecast);
    print_spectrum(d);
    print_parts(d);
    print_noise(d);
    print_rescaled(d);
    print_cliffs(d);
}

// ---- the picture

static tw_status draw_density(diagnosis *d, tw_context *context, const char *path) {
    double grid[DENSITY_POINTS], density[DENSITY_POINTS];
    tw_status status =
        tw_curvature_density(d->objective, d->x, &d->spectrum, grid, density, DENSITY_POINTS);
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

static bool read_options(diagnosis *d, const cli_arguments *arguments, int64_t *examples) {
    d->spectrum = tw_spectrum_options_default();
    int64_t seed = 1;
    bool right = cli_integer(arguments, OPTION_TOP, 1, &d->spectrum.top) &&
                 cli_integer(arguments, OPTION_LANCZOS, 1, &d->spectrum.steps) &&
                 cli_integer(arguments, OPTION_EXAMPLES, 1, examples) &&
                 cli_integer(arguments, OPTION_SEED, 0, &seed);
    d->spectrum.seed = (uint64_t)seed;
    return right;
}

static int open_model(diagnosis *d, const cli_arguments *arguments, int64_t examples) {
    tw_status status = open_run(d, arguments, examples);
    if (status == TW_OK) status = take_start(d, arguments);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

// The function and its start, as `thalweg minimize` reads them.
static int open_function(diagnosis *d, const cli_arguments *arguments) {
    int code = minimize_read(arguments, &d->request);
    if (code != CLI_DONE && d->request.objective == NULL)
        fprintf(stderr, "thalweg: nor is there a run folder '%s'\n", arguments->word[0]);
    d->objective = d->request.objective;
    d->facts = d->request.facts;
    d->x = d->request.start;
    d->lr = LR_OF_FUNCTIONS;
    return code;
}

static int diagnose(diagnosis *d, const cli_arguments *arguments, tw_json *json) {
    int64_t examples = 0;
    if (!read_options(d, arguments, &examples)) return CLI_WRONG;
    int code = cli_check_plot(arguments);
    if (code != CLI_DONE) return code;
    code = is_run(arguments->word[0]) ? open_model(d, arguments, examples)
                                      : open_function(d, arguments);
    if (code != CLI_DONE) return code;
    if (!cli_number(arguments, OPTION_LR, 0.0, &d->lr)) return CLI_WRONG;
    tw_status status = measure(d);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    if (arguments->json)
        print_json(json, d);
    else
        print_text(d);
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
