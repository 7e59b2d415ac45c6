// thalweg manual --markdown: the reference of docs/cli.md, from the tables of commands and options.
#include "cli/cli.h"

#include <ctype.h>

// In a table's cell a bar would end it.
static void print_cell(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '|') putchar('\\');
        putchar(*text);
    }
}

// Whether option `id` has a line of its own for `command`: what all commands take is said once.
static bool belongs(int id, int command) {
    unsigned commands = cli_option_at(id)->commands;
    return command < 0 ? commands == FOR_ALL : commands != FOR_ALL && (commands & (1U << command));
}

static void print_options(int command) {
    int printed = 0;
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = cli_option_at(i);
        if (!belongs(i, command)) continue;
        if (printed++ == 0) puts("\n| option | what it does |\n| --- | --- |");
        printf("| `--%s%s", option->name, option->value != NULL ? " " : "");
        print_cell(option->value != NULL ? option->value : "");
        fputs("` | ", stdout);
        print_cell(option->about);
        puts(" |");
    }
}

static void print_command(int id) {
    const cli_command *command = cli_command_at(id);
    printf("\n## thalweg %s\n\n%c%s.\n\n    thalweg %s%s%s\n", command->name,
           toupper((unsigned char)*command->summary), command->summary + 1, command->name,
           *command->behind != '\0' ? " " : "", command->behind);
    print_options(id);
    puts("\n```sh");
    puts(command->examples);
    puts("```");
}

void cli_print_markdown(void) {
    puts("# The command line\n\n"
         "    thalweg COMMAND [OPTIONS]\n\n"
         "`thalweg --help` lists the commands, `thalweg COMMAND --help` the options of one, and\n"
         "`thalweg --version` prints the version. Options are written `--name value` or\n"
         "`--name=value`. This page is made from the same table as the help.\n\n"
         "Results go to stdout; progress and remarks go to stderr, so that a pipe sees results "
         "alone.\nOn a terminal progress is a bar, elsewhere a line an epoch.\n\n"
         "| exit status | meaning |\n| --- | --- |\n"
         "| 0 | done |\n"
         "| 1 | it ran and failed: the training diverged, a check did not hold |\n"
         "| 2 | the request was wrong: an option, a file, a rule, an expression; nothing was "
         "written |\n"
         "| 3 | the system failed: no memory, disk full, a file that cannot be read or written |\n"
         "| 75 | stopped by Ctrl-C or SIGTERM; a checkpoint was written and `--resume` continues "
         "|\n"
         "| 130 | stopped without a checkpoint |");
    for (int i = 0; i < COMMAND_COUNT; i++) print_command(i);
    puts("\n## Options of every command");
    print_options(-1);
}
