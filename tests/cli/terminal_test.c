// What is drawn on a terminal: the bar keeps to its line, however short that is.
#include <pty.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/program.h"

#define TEXT_BYTES (1 << 20)

// Runs a training on a terminal of so many columns; everything it wrote, ended by NUL.
static void train_on_terminal(unsigned short columns, char *text) {
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    char *words[] = {getenv("TW_PROGRAM"),
                     "train",
                     "--data",
                     "strokes?examples=3000&test=10",
                     "--model",
                     "mlp:500",
                     "--epochs",
                     "1",
                     NULL};
    int terminal, status = 0;
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    assert_true(child >= 0);
    if (child == 0) {
        setenv("TERM", "xterm", 1);
        execv(words[0], words);
        _exit(127);
    }
    size_t count = 0;
    for (ssize_t got = 1; got > 0 && count<TEXT_BYTES - 1; count += got> 0 ? (size_t)got : 0)
        got = read(terminal, text + count, TEXT_BYTES - 1 - count);
    text[count] = '\0';
    close(terminal);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

// Characters between a carriage return and the end of the drawing, the most of all drawings; how many there are.
static size_t widest_drawing(const char *text, int *drawings) {
    size_t widest = 0;
    *drawings = 0;
    for (const char *at = strchr(text, '\r'); at != NULL; at = strchr(at + 1, '\r')) {
        size_t length = strcspn(at + 1, "\r\n\033");
        if (at[1] == '\n' || at[length + 1] != '\033' || length == 0) continue;
        widest = length > widest ? length : widest;
        ++*drawings;
    }
    return widest;
}

static void the_bar_fits_into_its_line(void **state) {
    (void)state;
    static const unsigned short columns[] = {20, 50, 132};
    static char text[TEXT_BYTES];
    for (int i = 0; i < 3; i++) {
        int drawings = 0;
        train_on_terminal(columns[i], text);
        size_t widest = widest_drawing(text, &drawings);
        assert_true(drawings > 0 && widest < columns[i]);
        assert_true((strstr(text, "[#") != NULL) == (columns[i] == 132));
        assert_non_null(strstr(text, " %  step "));
    }
}

TW_TESTS(the_bar_fits_into_its_line)
