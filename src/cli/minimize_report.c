// What is printed of minimisations: JSON, and words.
#include <math.h>
#include <string.h>

#include "cli/minimize.h"

enum { SHOWN_MAX = 8 }; // coordinates, in words

static void add_fields(tw_json *json, const minimize_request *request, const minimize_run *run) {
    const tw_minimize_result *result = &run->result;
    tw_json_string(json, "method", run->method);
    tw_json_string(json, "status", tw_minimize_end_name(result->end));
    tw_json_number(json, "f", result->value);
    tw_json_begin_array(json, "x");
    for (int64_t i = 0; i < request->facts.dimension; i++) tw_json_number(json, NULL, run->x[i]);
    tw_json_end_array(json);
    tw_json_number(json, "grad_norm", result->grad_norm);
    tw_json_integer(json, "iterations", (int64_t)result->iterations);
    tw_json_integer(json, "f_evals", (int64_t)result->counts.f_evals);
    tw_json_integer(json, "g_evals", (int64_t)result->counts.g_evals);
    tw_json_integer(json, "h_evals", (int64_t)result->counts.h_evals);
    tw_json_number(json, "seconds", result->seconds);
    tw_json_string(json, "reason", result->reason);
    tw_json_string(json, "settings", run->settings);
}

void minimize_print_json(tw_json *json, const char *type, const minimize_request *request,
                         const minimize_run *run) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", type);
    tw_json_string(json, "function", request->facts.name);
    tw_json_integer(json, "dimension", request->facts.dimension);
    add_fields(json, request, run);
    tw_json_end(json);
    cli_print_json(json);
}

void minimize_print_table_json(tw_json *json, const minimize_request *request,
                               const minimize_run *runs, int count) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "function", request->facts.name);
    tw_json_integer(json, "dimension", request->facts.dimension);
    tw_json_begin_array(json, "table");
    for (int i = 0; i < count; i++) {
        tw_json_begin(json, NULL);
        add_fields(json, request, &runs[i]);
        tw_json_end(json);
    }
    tw_json_end_array(json);
    tw_json_end(json);
    cli_print_json(json);
}

// ---- words

static void print_point(const double *x, int64_t n) {
    for (int64_t i = 0; i < n && i < SHOWN_MAX; i++) printf("%s%.8g", i > 0 ? ", " : "", x[i]);
    if (n > SHOWN_MAX) printf(", ... (%lld in all)", (long long)n);
}

// The known minimum whose value is nearest.
static void print_known(const tw_objective_facts *facts, double value) {
    if (facts->minimum_count == 0) return;
    const tw_known_minimum *nearest = &facts->minima[0];
    for (int i = 1; i < facts->minimum_count; i++)
        if (fabs(facts->minima[i].value - value) < fabs(nearest->value - value))
            nearest = &facts->minima[i];
    printf("  known   %.10g is %s; off by %.2g\n", nearest->value,
           nearest == &facts->minima[0] ? "the least value" : "the value of a local minimum",
           fabs(value - nearest->value));
}

static const char *opening(tw_minimize_end end) {
    switch (end) {
    case TW_MINIMIZE_CONVERGED:
        return "Converged";
    case TW_MINIMIZE_DIVERGED:
        return "Diverged";
    case TW_MINIMIZE_LINE_SEARCH_FAILED:
        return "Stuck";
    default:
        return "Stopped";
    }
}

void minimize_print(const minimize_request *request, const minimize_run *run) {
    const tw_minimize_result *result = &run->result;
    const tw_evaluation_counts *counts = &result->counts;
    printf("%s after %llu iteration%s of %s on %s, %lld variable%s, in %.3g s.\n",
           opening(result->end), (unsigned long long)result->iterations,
           tw_plural((int64_t)result->iterations), run->settings, request->facts.name,
           (long long)request->facts.dimension, tw_plural(request->facts.dimension),
           result->seconds);
    printf("  why     %s\n  f       %.10g\n  x       ", result->reason, result->value);
    print_point(run->x, request->facts.dimension);
    printf("\n  |g|     %.3g, the largest component of the gradient\n", result->grad_norm);
    print_known(&request->facts, result->value);
    printf("  cost    %llu value%s, %llu gradient%s", (unsigned long long)counts->f_evals,
           tw_plural((int64_t)counts->f_evals), (unsigned long long)counts->g_evals,
           tw_plural((int64_t)counts->g_evals));
    if (counts->h_evals > 0)
        printf(", %llu Hessian%s or product%s with one", (unsigned long long)counts->h_evals,
               tw_plural((int64_t)counts->h_evals), tw_plural((int64_t)counts->h_evals));
    putchar('\n');
}

void minimize_print_table(const minimize_request *request, const minimize_run *runs, int count) {
    int64_t n = request->facts.dimension;
    int width = 32; // of the longest method
    for (int i = 0; i < count; i++) width = (int)fmax(width, (double)strlen(runs[i].method));
    printf("%s, %lld variable%s\n", request->facts.name, (long long)n, tw_plural(n));
    printf("%-*s %-18s %16s %10s %10s %9s %9s\n", width, "method", "status", "f", "|g|",
           "iterations", "values", "Hessians");
    for (int i = 0; i < count; i++) {
        const tw_minimize_result *result = &runs[i].result;
        printf("%-*s %-18s %16.9g %10.3g %10llu %9llu %9llu\n", width, runs[i].method,
               tw_minimize_end_name(result->end), result->value, result->grad_norm,
               (unsigned long long)result->iterations, (unsigned long long)result->counts.f_evals,
               (unsigned long long)result->counts.h_evals);
    }
}

// ---- lists

void minimize_print_list(void) {
    puts("functions (or an expression, as in \"(x-1)^2 + y^4\"):");
    for (int i = 0; i < tw_objective_count(); i++)
        printf("  %-22s %s\n", tw_objective_name_at(i), tw_objective_summary_at(i));
    puts("methods (and every rule: `thalweg rules` lists them):");
    for (int i = 0; tw_solver_describe(i) != NULL; i++) {
        const tw_solver_words *words = tw_solver_describe(i);
        printf("  %-22s %s\n", words->name, words->summary);
        for (int k = 0; k < words->key_count; k++) {
            const tw_key *key = &words->keys[k];
            printf("    %-20s %s (", key->name, key->about);
            if (key->words != NULL)
                printf("%s, default the first)\n", key->words);
            else
                printf("default %g)\n", key->value);
        }
    }
}

void minimize_print_list_json(tw_json *json) {
    int count = tw_objective_count();
    for (int i = 0; i < count; i++)
        cli_print_entry(json, "function", tw_objective_name_at(i), tw_objective_summary_at(i));
    int methods = 0;
    for (const tw_solver_words *w; (w = tw_solver_describe(methods)) != NULL; methods++)
        cli_print_entry(json, "method", w->name, w->summary);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, "functions", count);
    tw_json_integer(json, "methods", methods);
    tw_json_end(json);
    cli_print_json(json);
}
