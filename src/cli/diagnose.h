// What `thalweg diagnose` found, between measuring and printing.
#ifndef TW_CLI_DIAGNOSE_H
#define TW_CLI_DIAGNOSE_H

#include "cli/minimize.h"
#include "cli/progress.h"

#define DIAGNOSE_RESCALED 3

typedef struct diagnosis {
    tw_objective *objective;
    tw_trained *trained;      // NULL: a function
    minimize_request request; // of a function
    tw_objective_facts facts;
    void *x;                  // [n]
    tw_objective_point point; // at x
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
    tw_rescaled rescaled[DIAGNOSE_RESCALED];
    const char *work; // what takes its time now
    cli_progress progress;
} diagnosis;

void diagnose_print_json(tw_json *json, const diagnosis *d);
void diagnose_print_text(const diagnosis *d);

#endif
