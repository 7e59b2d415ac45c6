// What the commands share: options as they were given, how results and errors are printed, the exit
// status. One file a command; commands.def and options.def are the only lists.
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "thalweg/thalweg.h"

typedef enum cli_command_id {

#define TW_COMMAND(id, name, behind, summary, examples) COMMAND_##id,
#include "cli/commands.def"
#undef TW_COMMAND
    COMMAND_COUNT
} cli_command_id;

#define TW_COMMAND(id, name, behind, summary, examples) FOR_##id = 1 << COMMAND_##id,

enum cli_command_bit {

#include "cli/commands.def"
    FOR_ALL = (1 << COMMAND_COUNT) - 1
};
#undef TW_COMMAND

typedef enum cli_option_id {

#define TW_OPTION(id, name, value, commands, about) OPTION_##id,
#include "cli/options.def"
#undef TW_OPTION
    OPTION_COUNT
} cli_option_id;

typedef struct cli_option {
    const char *name;
    // What help calls its value; NULL: it is a switch. In [brackets]: the value may be left away, and a next
    // word that begins with '-' is not taken for it.
    const char *value;
    unsigned commands; // that take it: a set of FOR_x
    const char *about;
} cli_option;

static inline bool cli_needs_value(const cli_option *option) {
    return option->value != NULL && option->value[0] != '[';
}

#define CLI_WORDS_MAX 16

// A command line, read.
typedef struct cli_arguments {
    tw_context *context;
    cli_command_id command;
    const char *value[OPTION_COUNT]; // NULL: not given; "": given, without a value
    const char *word[CLI_WORDS_MAX]; // what is neither an option nor its value
    int word_count;
    bool json, quiet;
    uint64_t seed;
} cli_arguments;

typedef struct cli_command {
    const char *name, *behind, *summary, *examples;
    int (*run)(const cli_arguments *arguments);
} cli_command;

// Exit status, as docs/cli.md promises.
enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,      // it ran and failed
    CLI_WRONG = 2,       // the request was wrong
    CLI_SYSTEM = 3,      // the system failed
    CLI_STOPPED = 75,    // stopped with a checkpoint
    CLI_ABANDONED = 130, // stopped without one
};

const cli_option *cli_option_at(int id);
const cli_command *cli_command_at(int id);

// The number of the command of that name; false, with a message printed, where there is none.
bool cli_find_command(const char *word, int *id);

// Reads a command line; on a wrong one prints why and returns false. argv[1] is the command.
bool cli_read(cli_arguments *arguments, int argc, char **argv);

// Whether an option was given.
bool cli_given(const cli_arguments *arguments, cli_option_id id);

// Its text or `otherwise`.
const char *cli_text(const cli_arguments *arguments, cli_option_id id, const char *otherwise);

// Whether all options that were given are among `taken` [count] or those of every command. If not, prints
// "WHAT takes no --OPTION".
bool cli_takes(const cli_arguments *arguments, const char *what, const cli_option_id *taken,
               int count);

// Its value as a whole number, or as a number, of `low` or more; `*value` is left alone where the option was
// not given. False, with a message printed, for any other value.
bool cli_integer(const cli_arguments *arguments, cli_option_id id, int64_t low, int64_t *value);
bool cli_number(const cli_arguments *arguments, cli_option_id id, double low, double *value);

// "A; B; C" of an option.
#define CLI_LIST_MAX 64

typedef struct cli_list {
    char *entry[CLI_LIST_MAX]; // without the blanks around them
    int count;
} cli_list;

// Reads the list of an option, or `otherwise` where it was not given, of `most` entries, CLI_LIST_MAX or
// fewer; nothing need stand behind a last semicolon. CLI_DONE, or the exit status with a message printed.
// Free it in both cases.
int cli_list_read(const cli_arguments *arguments, cli_option_id id, const char *otherwise, int most,
                  cli_list *list);
void cli_list_free(cli_list *list);

// Whether each of a list of rules can be read: to be asked before the first is run. CLI_DONE, or the exit
// status with a message printed.
int cli_list_check_rules(const cli_arguments *arguments, const cli_list *list);

// f32 or f64. As above.
bool cli_precision(const cli_arguments *arguments, tw_dtype *dtype);

// Opens the run folder or checkpoint that the first word names. With --seed, that is the seed of what it is
// measured on; else the run's.
tw_status cli_open_trained(const cli_arguments *arguments, tw_trained **trained);

// Checks that the file an option names, if it is given, can be written: to be asked before work is done for
// it. CLI_DONE, or the exit status with a message printed.
int cli_check_file(const cli_arguments *arguments, cli_option_id id);

// The same of --plot, and that its ending is that of a picture; or the ending alone.
int cli_check_plot(const cli_arguments *arguments);
int cli_check_plot_name(const cli_arguments *arguments);

// Names of methods for a legend: without hyperparameters, or, where some would then be alike, with those in
// which they differ.
#define CLI_SHORT_NAME_BYTES 128
void cli_short_names(const char *const *methods, int count, char names[][CLI_SHORT_NAME_BYTES]);

// Prints "thalweg: ..." to stderr and returns CLI_WRONG.
int cli_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Prints the context's message to stderr and returns the exit status of `status`.
int cli_failed(const tw_context *context, tw_status status);

// For a word that is none of `names`: prints "thalweg: no WHAT 'WORD'; did you mean X?", or all names where
// none is near. Returns CLI_WRONG.
int cli_unknown(const char *what, const char *word, const char *const *names, int count);

// Prints a remark to stderr unless --quiet.
void cli_say(const cli_arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// A word as a shell takes it: quoted in `buffer` where it holds more than plain letters, else itself, also
// where it is too long.
#define CLI_SHELL_WORD_BYTES 1024
const char *cli_shell_word(const char *text, char buffer[CLI_SHELL_WORD_BYTES]);

// Adds a field of a CSV table, in quotes where it would else be read as something else.
void cli_csv_field(tw_text *text, const char *field);

// Prints a line of JSON to stdout and clears the writer. False where memory was short.
bool cli_print_json(tw_json *json);

// Prints one of a list, and the list's result: how many there were.
void cli_print_entry(tw_json *json, const char *type, const char *name, const char *summary);
void cli_print_count(tw_json *json, const char *what, int count);

// Flushes stdout; CLI_SYSTEM, with a message, where it could not be written, else `status`.
int cli_finish(int status);

// Pages made of the tables.
void cli_print_overview(FILE *out);
void cli_print_help(FILE *out, const cli_command *command);
void cli_print_markdown(void); // docs/cli.md

// Ctrl-C and SIGTERM ask the context of `arguments` to stop after its step; the second time, or where that is
// NULL, as nothing runs that could be resumed, they end the program (130).
void cli_watch_signals(const cli_arguments *arguments);

#define TW_COMMAND(id, name, behind, summary, examples)                                            \
    int cli_run_##name(const cli_arguments *arguments);
#include "cli/commands.def"
#undef TW_COMMAND

#endif
