// Progress on stderr: a live bar on a terminal, one plain line an epoch elsewhere; nothing with --quiet,
// or where lines of JSON go by on a terminal.
#ifndef TW_CLI_PROGRESS_H
#define TW_CLI_PROGRESS_H

#include "cli/cli.h"

typedef struct cli_progress {
    bool lines;  // print epochs
    bool bar;    // and a bar between them
    bool headed; // the head of the table was printed
    // When the bar was last drawn: seconds of training; of work without epochs, the clock's.
    double shown;
} cli_progress;

void cli_progress_start(cli_progress *progress, const cli_arguments *arguments);
void cli_progress_step(cli_progress *progress, const tw_progress *at);
void cli_progress_epoch(cli_progress *progress, const tw_epoch *epoch);

// Work that has no epochs: whether it is time to tell of it, and a line that does, behind a bar where `share`
// of it, 0 or more, is known to be done. Off a terminal every few seconds.
bool cli_progress_due(cli_progress *progress);
void cli_progress_tell(cli_progress *progress, double share, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Takes the bar away: before other words, and at the end.
void cli_progress_clear(const cli_progress *progress);

#endif
