// Draws where a training is.
#include "cli/progress.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define BAR_SECONDS 0.1  // between two drawings
#define LINE_SECONDS 5.0 // between two lines about work
#define LINE_BYTES 512   // longer ones are cut

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

void cli_progress_clear(const cli_progress *progress) {
    if (progress->bar) fputs("\r\033[K", stderr);
}

// How many characters the terminal's line takes; one less than it has, as the last wraps on some.
static int line_width(void) {
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col - 1 : INT_MAX;
}

static void format_bar(char bar[BAR_WIDTH + 1], double share) {
    int full = (int)(fmin(fmax(share, 0.0), 1.0) * BAR_WIDTH + 0.5);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', (size_t)full);
    bar[BAR_WIDTH] = '\0';
}

// A line that wrapped could not be drawn over: the bar goes first, then the end of the words.
static void draw(double share, const char *words) {
    char bar[BAR_WIDTH + 1];
    int width = line_width();
    format_bar(bar, share);
    if (share >= 0.0 && (size_t)width >= strlen(words) + BAR_WIDTH + strlen("[] "))
        fprintf(stderr, "\r[%s] %s\033[K", bar, words);
    else
        fprintf(stderr, "\r%.*s\033[K", width, words);
}

void cli_progress_step(cli_progress *progress, const tw_progress *at) {
    if (!progress->bar || at->seconds - progress->shown < BAR_SECONDS) return;
    progress->shown = at->seconds;
    double share = at->total_steps > 0 ? (double)at->step / (double)at->total_steps : 0.0;
    char left[32], words[LINE_BYTES];
    format_time(left, sizeof left, at->seconds_left);
    snprintf(words, sizeof words, "%3.0f %%  step %llu of %llu  loss %.4g  %s left", 100.0 * share,
             (unsigned long long)at->step, (unsigned long long)at->total_steps, at->loss, left);
    draw(share, words);
}

static void print_measure(double value, const char *format, double factor) {
    if (isnan(value))
        fprintf(stderr, " %10s", "-");
    else
        fprintf(stderr, format, factor * value);
}

void cli_progress_epoch(cli_progress *progress, const tw_epoch *epoch) {
    if (!progress->lines) return;
    cli_progress_clear(progress);
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
    char words[LINE_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    if (progress->bar)
        draw(share, words);
    else
        fprintf(stderr, "%s\n", words);
}
