// Ctrl-C and SIGTERM: the first asks a training to stop after its step; the second, or one where nothing
// trains, ends the program. A file that meets its size limit ends nothing: writing it fails.
#include "cli/cli.h"

#include <signal.h>
#include <unistd.h>

static tw_context *_Atomic watched;
static volatile sig_atomic_t asked, watching_people;

// A step can take minutes; who sits at a terminal is told that it was heard.
static void stop(int signal_number) {
    static const char heard[] = "\nthalweg: stopping after this step; once more stops at once\n";
    (void)signal_number;
    tw_context *training = watched;
    if (asked || training == NULL) _exit(CLI_ABANDONED);
    asked = 1;
    tw_context_cancel(training);
    if (watching_people && write(STDERR_FILENO, heard, sizeof heard - 1) < 0) return;
}

void cli_watch_signals(const cli_arguments *arguments) {
    watched = arguments != NULL ? arguments->context : NULL;
    watching_people = arguments != NULL && !arguments->quiet && isatty(STDERR_FILENO);
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); // a file at the limit of `ulimit -f` is a full disk: write says so
}
