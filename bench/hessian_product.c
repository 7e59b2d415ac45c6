// What a Hessian-vector product costs beside a gradient, on a trained model: medians, taken in turns.
// Usage: hessian_product RUN_DIR [EXAMPLES]      (thalweg train --model mlp:400,400 --out RUN_DIR)
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "thalweg/thalweg.h"

#define ROUNDS 15

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static tw_status measure(tw_context *context, tw_objective *objective) {
    tw_objective_facts facts = tw_objective_describe(objective);
    size_t n = (size_t)facts.dimension;
    float *x = tw_allocate(context, 3 * n, sizeof *x), *gradient = x + n, *product = gradient + n;
    double ratios[ROUNDS], gradients[ROUNDS], value;
    tw_status status = x == NULL ? TW_NO_MEMORY : TW_OK;
    for (size_t i = 0; i < n && status == TW_OK; i++) x[i] = (float)facts.start[i];
    for (int round = -2; round < ROUNDS && status == TW_OK; round++) {
        double start = tw_clock_seconds();
        status = tw_objective_evaluate(objective, x, &value, gradient);
        double middle = tw_clock_seconds();
        if (status == TW_OK) status = tw_objective_hessian_product(objective, x, gradient, product);
        double end = tw_clock_seconds();
        if (round < 0) continue; // warming up: the first makes the plan
        gradients[round] = middle - start;
        ratios[round] = (end - middle) / (middle - start);
    }
    qsort(gradients, ROUNDS, sizeof *gradients, ascending);
    qsort(ratios, ROUNDS, sizeof *ratios, ascending);
    if (status == TW_OK)
        printf("n = %zu, %d threads: gradient %.4g s, Hessian product %.3f times that\n", n,
               tw_context_threads(context), gradients[ROUNDS / 2], ratios[ROUNDS / 2]);
    tw_release(x);
    return status;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: hessian_product RUN_DIR [EXAMPLES]\n");
        return 2;
    }
    tw_context *context = NULL;
    tw_trained *trained = NULL;
    tw_objective *objective = NULL;
    if (tw_context_new(&context) != TW_OK) return 3;
    int64_t examples = argc > 2 ? strtoll(argv[2], NULL, 10) : 2048;
    tw_status status = tw_trained_open(context, argv[1], &trained);
    if (status == TW_OK) status = tw_trained_objective(trained, NULL, examples, &objective);
    if (status == TW_OK) status = measure(context, objective);
    if (status != TW_OK) fprintf(stderr, "hessian_product: %s\n", tw_context_message(context));
    tw_objective_free(objective);
    tw_trained_free(trained);
    tw_context_free(context);
    return status == TW_OK ? 0 : 1;
}
