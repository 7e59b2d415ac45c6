// thalweg manual: the man page, from the tables of commands and options.
#include "cli/cli.h"

#include <ctype.h>
#include <string.h>

// roff takes a leading dot or quote for an order, and backslash and minus for its own.
static void print_roff_bytes(const char *text, size_t length) {
    const char *end = text + length;
    if (*text == '.' || *text == '\'') fputs("\\&", stdout);
    for (; text < end; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

static void print_roff(const char *text) {
    print_roff_bytes(text, strlen(text));
}

static void print_option(const cli_option *option) {
    fputs(".TP\n.B \\-\\-", stdout);
    print_roff(option->name);
    if (option->value != NULL) {
        fputs(" \\fI", stdout);
        print_roff(option->value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    print_roff(option->about);
    putchar('\n');
}

static void print_command(int id) {
    const cli_command *command = cli_command_at(id);
    printf(".SS thalweg %s%s", command->name, *command->behind != '\0' ? " " : "");
    print_roff(command->behind);
    printf("\n%c",
           toupper((unsigned char)*command->summary)); // no summary begins with roff's signs
    print_roff(command->summary + 1);
    puts(".");
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = cli_option_at(i);
        bool own = (option->commands & (1U << id)) && option->commands != FOR_ALL;
        if (own) print_option(option);
    }
    puts(".P\n.nf");
    for (const char *line = command->examples; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        fputs("    ", stdout);
        print_roff_bytes(line, length);
        putchar('\n');
        line += length + (line[length] == '\n');
    }
    puts(".fi");
}

int cli_run_manual(const cli_arguments *arguments) {
    if (arguments->word_count > 0) return cli_wrong("manual: takes no words");
    if (arguments->json) return cli_wrong("manual: prints a man page; there is none in JSON");
    if (cli_given(arguments, OPTION_MARKDOWN)) {
        cli_print_markdown();
        return CLI_DONE;
    }
    printf(".TH THALWEG 1 \"\" \"thalweg %s\"\n", tw_version());
    puts(".SH NAME\nthalweg \\- trains deep models in C\n"
         ".SH SYNOPSIS\n.B thalweg\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS");
    for (int i = 0; i < COMMAND_COUNT; i++) print_command(i);
    puts(".SH OPTIONS OF EVERY COMMAND");
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = cli_option_at(i);
        if (option->commands == FOR_ALL) print_option(option);
    }
    puts(".SH EXIT STATUS\n"
         "0 done; 1 it ran and failed (diverged, a check did not hold); 2 the request was wrong; 3 "
         "the system failed;\n75 stopped by Ctrl\\-C or SIGTERM with a checkpoint that "
         "\\-\\-resume continues; 130 stopped without one.\n"
         ".SH ENVIRONMENT\n.TP\n.B TERM\nWith the value dumb, no bar is drawn.");
    return CLI_DONE;
}
