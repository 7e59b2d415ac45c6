// What is printed where, and what the exit status says.
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define CLI_MESSAGE_BYTES 2048 // longer messages are cut

// Words of a command line may come from anywhere: what would control the terminal is shown, as tw_fail does.
static void print_harmless(const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        fprintf(stderr, (*at < 0x20 && *at != '\n') || *at == 0x7f ? "\\x%02x" : "%c", *at);
}

int cli_wrong(const char *format, ...) {
    char text[CLI_MESSAGE_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fputs("thalweg: ", stderr);
    print_harmless(text);
    fputc('\n', stderr);
    return CLI_WRONG;
}

int cli_failed(const tw_context *context, tw_status status) {
    const char *message = tw_context_message(context);
    fprintf(stderr, "thalweg: %s\n", *message != '\0' ? message : tw_status_name(status));
    switch (status) {
    case TW_DIVERGED:
        return CLI_FAILED;
    case TW_INTERRUPTED:
        return CLI_ABANDONED;
    case TW_NO_MEMORY:
    case TW_IO:
        return CLI_SYSTEM;
    default:
        return CLI_WRONG;
    }
}

int cli_unknown(const char *what, const char *word, const char *const *names, int count) {
    const char *nearest = tw_nearest_name(word, names, (size_t)count);
    if (nearest != NULL) return cli_wrong("no %s '%s'; did you mean %s?", what, word, nearest);
    char all[CLI_MESSAGE_BYTES / 2] = "";
    for (int i = 0; i < count; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s %s", i > 0 ? "," : "", names[i]);
    }
    return cli_wrong("no %s '%.200s'; give one of%s", what, word, all);
}

void cli_say(const cli_arguments *arguments, const char *format, ...) {
    if (arguments->quiet) return;
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
}

const char *cli_shell_word(const char *text, char buffer[CLI_SHELL_WORD_BYTES]) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+./,:=@%";
    if (*text != '\0' && text[strspn(text, plain)] == '\0') return text;
    char *end = buffer;
    *end++ = '\'';
    for (const char *at = text; *at != '\0'; at++) {
        if (end - buffer > CLI_SHELL_WORD_BYTES - 6) return text;
        for (const char *leave = *at == '\'' ? "'\\'" : ""; *leave != '\0';) *end++ = *leave++;
        *end++ = *at; // of a quote, that which opens anew
    }
    memcpy(end, "'", 2);
    return buffer;
}

// Why stdout could not be written, the first time: errno has changed when the program ends.
static int stdout_error;

static void flush(void) {
    if (fflush(stdout) != 0 && stdout_error == 0) stdout_error = errno;
}

bool cli_print_json(tw_json *json) {
    bool whole = tw_json_status(json) == TW_OK;
    if (whole) fputs(tw_json_text(json), stdout);
    flush(); // whoever reads along sees each line at once
    tw_json_clear(json);
    return whole;
}

void cli_print_entry(tw_json *json, const char *type, const char *name, const char *summary) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", type);
    tw_json_string(json, "name", name);
    tw_json_string(json, "summary", summary);
    tw_json_end(json);
    cli_print_json(json);
}

void cli_print_count(tw_json *json, const char *what, int count) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, what, count);
    tw_json_end(json);
    cli_print_json(json);
}

int cli_finish(int status) {
    flush();
    if (!ferror(stdout)) return status;
    fprintf(stderr, "thalweg: stdout: %s\n",
            stdout_error != 0 ? strerror(stdout_error) : "not all could be written");
    return CLI_SYSTEM;
}
