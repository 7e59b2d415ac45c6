// Draws where a training is.
#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define BAR_SECONDS 0.1  // between two drawings
#define LINE_SECONDS 5.0 // between two lines about work

void cli_progress_start(cli_progress *progress, const cli_arguments *arguments) {
    bool told =
        arguments->json && isatty(STDOUT_FILENO); // by the lines of JSON, on the same screen
    *progress = (cli_progress){.lines = !arguments->quiet && !told};
    const char *terminal = getenv("TERM");
    bool plain = terminal != NULL && strcmp(terminal, "dumb") == 0;
    progress->bar = progress->lines && isatty(STDERR_FILENO) && !plain;
}

static void format_time(char *text, size_t size, double seconds) {
    if (!(seconds < 1e7))
        snprintf(text, size, "?");
    else if (seconds < 99.5)
        snprintf(text, size, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(text, size, "%.0f min", seconds / 60.0);
    else
        snprintf(text, size, "%.1f h", seconds / 3600.0);
}

static void clear_bar(const cli_progress *progress) {
    if (progress->bar) fputs("\r\033[K", stderr);
}

static void format_bar(char bar[BAR_WIDTH + 1], double share) {
    int full = (int)(fmin(fmax(share, 0.0), 1.0) * BAR_WIDTH + 0.5);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', (size_t)full);
    bar[BAR_WIDTH] = '\0';
}

void cli_progress_step(cli_progress *progress, const tw_progress *at) {
    if (!progress->bar || at->seconds - progress->shown < BAR_SECONDS) return;
    progress->shown = at->seconds;
    double share = at->total_steps > 0 ? (double)at->step / (double)at->total_steps : 0.0;
    char left[32], bar[BAR_WIDTH + 1];
    format_time(left, sizeof left, at->seconds_left);
    format_bar(bar, share);
    fprintf(stderr, "\r[%s] %3.0f %%  step %llu of %llu  loss %.4g  %s left\033[K", bar,
            100.0 * share, (unsigned long long)at->step, (unsigned long long)at->total_steps,
            at->loss, left);
}

static void print_measure(double value, const char *format, double factor) {
    if (isnan(value))
        fprintf(stderr, " %10s", "-");
    else
        fprintf(stderr, format, factor * value);
}

void cli_progress_epoch(cli_progress *progress, const tw_epoch *epoch) {
    if (!progress->lines) return;
    clear_bar(progress);
    if (!progress->headed)
        fputs("epoch train loss    error %  test loss    error %         lr  grad norm    seconds  "
              "(* best so far)\n",
              stderr);
    progress->headed = true;
    fprintf(stderr, "%5llu", (unsigned long long)epoch->epoch);
    print_measure(epoch->train_loss, " %10.5g", 1.0);
    print_measure(epoch->train_error, " %10.3f", 100.0);
    print_measure(epoch->test_loss, " %10.5g", 1.0);
    print_measure(epoch->test_error, " %10.3f", 100.0);
    print_measure(epoch->lr, " %10.4g", 1.0);
    print_measure(epoch->grad_norm, " %10.4g", 1.0);
    fprintf(stderr, " %10.2f%s\n", epoch->seconds, epoch->best ? " *" : "");
}

static double seconds_of_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool cli_progress_due(cli_progress *progress) {
    if (!progress->lines) return false;
    double now = seconds_of_clock();
    if (progress->shown == 0.0) progress->shown = now; // short work says nothing
    if (now - progress->shown < (progress->bar ? BAR_SECONDS : LINE_SECONDS)) return false;
    progress->shown = now;
    return true;
}

void cli_progress_tell(cli_progress *progress, double share, const char *format, ...) {
    char bar[BAR_WIDTH + 1];
    format_bar(bar, share);
    clear_bar(progress);
    if (progress->bar && share >= 0.0) fprintf(stderr, "[%s] ", bar);
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    if (!progress->bar) fputc('\n', stderr);
}

void cli_progress_end(cli_progress *progress) {
    clear_bar(progress);
}
