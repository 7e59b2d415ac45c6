// Help pages, from the tables of commands and options.
#include "cli/cli.h"

#include <string.h>

// Prints `text` broken at blanks to lines that end before column 80, from column `indent`.
static void print_wrapped(FILE *out, const char *text, int indent) {
    int column = indent;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > indent && column + (int)word + 1 > 79) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, "%s%.*s", column > indent ? " " : "", (int)word, text);
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_examples(FILE *out, const char *examples) {
    fputs("\nExamples:\n", out);
    while (*examples != '\0') {
        size_t line = strcspn(examples, "\n");
        fprintf(out, "  %.*s\n", (int)line, examples);
        examples += line + (examples[line] == '\n');
    }
}

void cli_print_overview(FILE *out) {
    fputs("thalweg trains deep models in C.\n"
          "\n"
          "  thalweg train                        trains a small network in under a minute\n"
          "  thalweg train --data mnist:DIR       trains on your own data\n"
          "\n"
          "Usage: thalweg COMMAND [OPTIONS]\n"
          "\n"
          "Commands:\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-12s %s\n", cli_command_at(i)->name, cli_command_at(i)->summary);
    fputs(
        "\n"
        "`thalweg COMMAND --help` says more; `thalweg --version` prints the version.\n"
        "Exit status: 0 done, 1 it ran and failed, 2 the request was wrong, 3 the system failed,\n"
        "75 stopped with a checkpoint that --resume continues, 130 stopped without one.\n",
        out);
}

static void print_options(FILE *out, int command) {
    enum { INDENT = 28 };

    fputs("\nOptions:\n", out);
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = cli_option_at(i);
        if (!(option->commands & (1U << command))) continue;
        char head[64];
        int width = snprintf(head, sizeof head, "  --%s %s", option->name,
                             option->value != NULL ? option->value : "");
        fprintf(out, "%-*s", INDENT, head);
        if (width >= INDENT) fprintf(out, "\n%*s", INDENT, ""); // a long one has a line of its own
        print_wrapped(out, option->about, INDENT);
    }
}

void cli_print_help(FILE *out, const cli_command *command) {
    fprintf(out, "thalweg %s: %s\n\nUsage: thalweg %s%s%s\n", command->name, command->summary,
            command->name, *command->behind != '\0' ? " " : "", command->behind);
    int id = 0;
    while (cli_command_at(id) != command) id++;
    print_options(out, id);
    print_examples(out, command->examples);
}
