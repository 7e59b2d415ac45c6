// A diagnosis as JSON and as text.
#include "cli/diagnose.h"

#include <math.h>

#define CLIFFS_SHOWN 10

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

void diagnose_print_json(tw_json *json, const diagnosis *d) {
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
    if (f->gg == 0.0)
        puts("  the gradient is 0: there is no step to take");
    else if (isfinite(f->lr_limit))
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
    else if (!isnan(e->condition_least))
        printf("  condition number       more than %.3g%s\n", e->condition_least,
               d->spectrum.factor_max > 0 ? " (rounding hides the rest)"
                                          : "; --lanczos N takes more steps");
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
        printf("%-24s %10lld %12.4g ", d->facts.parts[i].name, (long long)d->facts.parts[i].count,
               sqrt(part->gg));
        if (part->gg > 0.0)
            printf("%12.4g ", part->gHg / part->gg);
        else
            printf("%12s ", "-"); // a dead layer
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
    if (isfinite(d->noise.scale))
        printf("  gradient noise scale   %.5g examples: far smaller minibatches are mostly noise\n",
               d->noise.scale);
    else
        puts("  gradient noise scale   none: the whole gradient is 0");
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
    printf("\nCliffs: %lld step%s had a gradient of more than 10 times the running median\n",
           (long long)d->cliffs.count, tw_plural(d->cliffs.count));
    if (d->cliffs.count > 0)
        printf("%8s %12s %12s %30s\n", "step", "|g|", "median", "clipped there, the step is times");
    for (int64_t i = 0; i < d->cliffs.count && i < CLIFFS_SHOWN; i++) {
        const tw_cliff *cliff = &d->cliffs.cliffs[i];
        printf("%8llu %12.4g %12.4g %30.4g\n", (unsigned long long)cliff->step, cliff->grad_norm,
               cliff->median, cliff->median / cliff->grad_norm);
    }
}

void diagnose_print_text(const diagnosis *d) {
    int64_t n = d->facts.dimension;
    printf("%s: %lld parameter%s, loss %.8g, |g| %.6g\n", d->facts.name, (long long)n, tw_plural(n),
           d->forecast.loss, d->forecast.grad_norm);
    print_step(&d->forecast);
    print_spectrum(d);
    print_parts(d);
    print_noise(d);
    print_rescaled(d);
    print_cliffs(d);
}
