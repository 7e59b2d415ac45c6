// The epochs of a training as curves: kept as they come, drawn at the end; and the learning rate before
// anything runs.
#ifndef TW_CLI_CURVES_H
#define TW_CLI_CURVES_H

#include "cli/cli.h"

typedef struct cli_curves {
    tw_context *context; // set by the caller
    tw_epoch *epochs;
    int64_t count;
    size_t capacity;
    bool short_of_memory;
} cli_curves;

void cli_curves_add(cli_curves *curves, const tw_epoch *epoch);
void cli_curves_free(cli_curves *curves);

// Draws loss and 0-1 error on training and test data, and the learning rate, over the epochs.
tw_status cli_curves_save(const cli_curves *curves, const char *path, const char *title);

// Prints (JSON: at most 1,000 rows) and draws the learning rate of a training that is not run, through all
// its phases.
int cli_show_schedule(const cli_arguments *arguments, tw_training *training);

#endif
