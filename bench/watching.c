// What watching a training costs (train --diagnose): the gradient's norm of each step, and a forecast. Three
// trainings of one kind, not watched, with norms alone, and with a forecast behind each step, in turns.
// Usage: watching DATA MODEL [THREADS]      (watching strokes mlp:128)
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "thalweg/thalweg.h"

#define ROUNDS 150
#define TURN                                                                                       \
    6 // steps; the first of a turn, which finds another training's numbers in the cache, is left out
#define COUNT (ROUNDS * (TURN - 1))

enum { PLAIN, NORMS, FORECASTS, KINDS };

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The time that a tenth of the steps stay below: less of what else the machine does is in it than in a
// median.
static double fast(double *times) {
    qsort(times, COUNT, sizeof *times, ascending);
    return times[COUNT / 10];
}

static tw_status take_turn(tw_training *training, double *times) {
    tw_status status = TW_OK;
    for (int i = 0; i < TURN && status == TW_OK; i++) {
        tw_progress progress;
        tw_epoch epoch;
        bool epoch_ended = false;
        double start = tw_clock_seconds();
        status = tw_training_step(training, &progress, &epoch_ended, &epoch);
        if (i > 0) times[i - 1] = tw_clock_seconds() - start;
    }
    return status;
}

static tw_status measure(tw_training *const *trainings, double (*times)[COUNT]) {
    tw_status status = TW_OK;
    for (int round = -2; round < ROUNDS; round++) { // the first two warm up
        int at = round < 0 ? 0 : round * (TURN - 1);
        for (int kind = 0; kind < KINDS && status == TW_OK; kind++)
            status = take_turn(trainings[kind], times[kind] + at);
    }
    return status;
}

static void report(double (*times)[COUNT], int threads) {
    double step = fast(times[PLAIN]), normed = fast(times[NORMS]);
    double norm = normed / step - 1.0, forecast = (fast(times[FORECASTS]) - normed) / step;
    printf(
        "%d threads: a step %.4g ms, norms %.1f %% more, a forecast %.1f steps; in all every %d: "
        "%.1f %%\n",
        threads, 1e3 * step, 100.0 * norm, forecast, TW_DIAGNOSE_EVERY,
        100.0 * (norm + forecast / TW_DIAGNOSE_EVERY));
}

int main(int argc, char **argv) {
    static double times[KINDS][COUNT];
    static const uint64_t every[KINDS] = {0, UINT64_MAX, 1};
    if (argc < 3) {
        fprintf(stderr, "usage: watching DATA MODEL [THREADS]\n");
        return 2;
    }
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_training *trainings[KINDS] = {NULL};
    tw_training_options options = tw_training_options_default();
    options.data = argv[1];
    options.model = argv[2];
    options.holdout = 0.01;
    tw_status status = argc > 3 ? tw_context_set_threads(context, atoi(argv[3])) : TW_OK;
    for (int kind = 0; kind < KINDS && status == TW_OK; kind++) {
        options.diagnose_every = every[kind];
        status = tw_training_new(context, &options, &trainings[kind]);
    }
    if (status == TW_OK) status = measure(trainings, times);
    if (status == TW_OK)
        report(times, tw_context_threads(context));
    else
        fprintf(stderr, "watching: %s\n", tw_context_message(context));
    for (int kind = 0; kind < KINDS; kind++) tw_training_free(trainings[kind]);
    tw_context_free(context);
    return status == TW_OK ? 0 : 1;
}
