// A function as text, minimised by three methods from one start; and a caller's own, watched as it falls.
#include <math.h>
#include <stdio.h>
#include <thalweg/thalweg.h>

static tw_status race(tw_context *context) {
    static const char *const methods[] = {"newton", "lbfgs", "adam:lr=0.05"};
    tw_objective *valley = NULL;
    tw_status status = tw_objective_parse(context, "(1-x)^2 + 100*(y-x^2)^2", NULL, &valley);
    for (int i = 0; i < 3 && status == TW_OK; i++) {
        double x[2] = {-1.2, 1};
        tw_minimize_options options = tw_minimize_options_default();
        tw_minimize_result result;
        options.method = methods[i];
        status = tw_minimize(valley, &options, x, &result); // x becomes the best point seen
        printf("%-14s f %-9.3g at (%.4f, %.4f) after %llu evaluations: %s\n", methods[i],
               result.value, x[0], x[1], (unsigned long long)result.counts.f_evals,
               tw_minimize_end_name(result.end));
    }
    tw_objective_free(valley);
    return status;
}

// The length of a string that is pulled down: a caller's own code, value and gradient in one call.
static tw_status sag(const void *at, double *value, void *gradient, void *user) {
    const double *height = at;
    double *slope = gradient;
    int n = *(const int *)user;
    *value = 0;
    for (int i = 0; i < n && slope != NULL; i++) slope[i] = 1.0 / n;
    for (int i = 0; i < n; i++) *value += height[i] / n;
    for (int i = 0; i <= n; i++) {
        double rise = (i < n ? height[i] : 0) - (i > 0 ? height[i - 1] : 0);
        double length = hypot(rise, 1.0 / (n + 1));
        *value += 3 * length;
        if (slope != NULL && i < n) slope[i] += 3 * rise / length;
        if (slope != NULL && i > 0) slope[i - 1] -= 3 * rise / length;
    }
    return TW_OK;
}

static void show(const tw_minimize_point *point, void *user) {
    (void)user;
    if (point->iteration % 10 == 0)
        printf("iteration %3llu: energy %.8f, |g| %.1e\n", (unsigned long long)point->iteration,
               point->value, point->grad_norm);
}

static tw_status own(tw_context *context) {
    int n = 40;
    double flat[40] = {0};
    tw_objective_calls calls = {.evaluate = sag, .user = &n};
    tw_objective *string = NULL;
    tw_minimization *minimization = NULL;
    tw_minimize_result result;
    tw_status status = tw_objective_new(context, "string", n, TW_F64, &calls, &string);
    if (status == TW_OK) status = tw_minimization_new(string, NULL, flat, &minimization);
    if (status == TW_OK) status = tw_minimization_run(minimization, show, NULL, &result);
    if (status == TW_OK) printf("%s: %s\n", tw_minimize_end_name(result.end), result.reason);
    tw_minimization_free(minimization);
    tw_objective_free(string);
    return status;
}

int main(void) {
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_status status = race(context);
    if (status == TW_OK) status = own(context);
    if (status != TW_OK) fprintf(stderr, "%s\n", tw_context_message(context));
    tw_context_free(context);
    return status != TW_OK;
}
