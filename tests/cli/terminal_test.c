// What is drawn on a terminal, and Ctrl-C there.
#include <pty.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/program.h"

#define TEXT_BYTES (1 << 20)

// Runs a training on a terminal of so many columns; everything it wrote, ended by NUL, and its exit status.
// With `stops`, Ctrl-C is typed at the first drawing; else each fifth step is forecast.
static int train_on_terminal(unsigned short columns, bool stops, char *text) {
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    char *words[] = {getenv("TW_PROGRAM"),
                     "train",
                     "--data",
                     "strokes?examples=3000&test=10",
                     "--model",
                     "mlp:500",
                     "--epochs",
                     stops ? "1000" : "1",
                     stops ? NULL : "--diagnose=every=5",
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
    for (ssize_t got = 1; got > 0 && count<TEXT_BYTES - 1; count += got> 0 ? (size_t)got : 0) {
        got = read(terminal, text + count, TEXT_BYTES - 1 - count);
        text[count + (got > 0 ? (size_t)got : 0)] = '\0';
        if (!stops || strstr(text, " %  step ") == NULL) continue;
        assert_int_equal(write(terminal, "\003", 1), 1);
        stops = false;
    }
    close(terminal);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
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
        assert_int_equal(train_on_terminal(columns[i], false, text), 0);
        size_t widest = widest_drawing(text, &drawings);
        assert_true(drawings > 0 && widest < columns[i]);
        assert_true((strstr(text, "[#") != NULL) == (columns[i] == 132));
        assert_non_null(strstr(text, " %  step "));
    }
}

// What is said meanwhile begins its line, and leaves no piece of the bar before it.
static void words_take_the_place_of_the_bar(void **state) {
    (void)state;
    static char text[TEXT_BYTES];
    assert_int_equal(train_on_terminal(80, false, text), 0);
    const char *at = strstr(text, "step 10: lr ");
    assert_non_null(at);
    assert_memory_equal(at - 4, "\r\033[K", 4);
}

static void ctrl_c_is_answered_at_once(void **state) {
    (void)state;
    static char text[TEXT_BYTES];
    assert_int_equal(train_on_terminal(80, true, text), 130); // there is no --out
    assert_non_null(strstr(text, "thalweg: stopping after this step; once more stops at once\r\n"));
}

TW_TESTS(the_bar_fits_into_its_line, words_take_the_place_of_the_bar, ctrl_c_is_answered_at_once)
