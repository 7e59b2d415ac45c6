// thalweg completion: scripts for shells, from the tables of commands and options.
#include "cli/cli.h"

#include <string.h>

// " --data --test ...": those of a command.
static void print_options(int command) {
    for (int i = 0; i < OPTION_COUNT; i++)
        if (cli_option_at(i)->commands & (1U << command)) printf(" --%s", cli_option_at(i)->name);
}

static void print_bash(void) {
    puts("_thalweg() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]}\n"
         "    if [ \"$COMP_CWORD\" -eq 1 ]; then");
    fputs("        COMPREPLY=($(compgen -W \"--help --version", stdout);
    for (int i = 0; i < COMMAND_COUNT; i++) printf(" %s", cli_command_at(i)->name);
    puts("\" -- \"$word\"))\n        return\n    fi\n    local options\n    case "
         "${COMP_WORDS[1]} in");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        printf("        %s) options=\"", cli_command_at(i)->name);
        print_options(i);
        puts("\" ;;");
    }
    puts("    esac\n"
         "    case $word in\n"
         "        -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
         "        *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
         "    esac\n"
         "}\n"
         "complete -o filenames -F _thalweg thalweg");
}

// `text` between single quotes, as zsh and fish read it. zsh's _describe splits at a colon unless a backslash
// stands before it; in fish that would be seen.
static void print_quoted(const char *text, bool for_describe) {
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == ':' && for_describe) putchar('\\');
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

static void print_zsh(void) {
    puts("#compdef thalweg\n_thalweg() {\n    local -a commands options\n    commands=(");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        printf("        %s:", cli_command_at(i)->name);
        print_quoted(cli_command_at(i)->summary, true);
        putchar('\n');
    }
    puts("    )\n    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
         "    case $words[2] in");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        printf("        %s) options=(", cli_command_at(i)->name);
        print_options(i);
        puts(" ) ;;");
    }
    puts("    esac\n"
         "    if [[ $words[CURRENT] == -* ]]; then compadd -a options; else _files; fi\n"
         "}\n"
         "_thalweg \"$@\"");
}

static void print_fish(void) {
    for (int i = 0; i < COMMAND_COUNT; i++) {
        printf("complete -c thalweg -n __fish_use_subcommand -a %s -d ", cli_command_at(i)->name);
        print_quoted(cli_command_at(i)->summary, false);
        putchar('\n');
    }
    for (int i = 0; i < COMMAND_COUNT; i++) {
        for (int k = 0; k < OPTION_COUNT; k++) {
            const cli_option *option = cli_option_at(k);
            if (!(option->commands & (1U << i))) continue;
            printf("complete -c thalweg -n '__fish_seen_subcommand_from %s' -l %s%s -d ",
                   cli_command_at(i)->name, option->name, cli_needs_value(option) ? " -r" : "");
            print_quoted(option->about, false);
            putchar('\n');
        }
    }
}

int cli_run_completion(const cli_arguments *arguments) {
    static const char *const shells[] = {"bash", "zsh", "fish"};
    static void (*const print[])(void) = {print_bash, print_zsh, print_fish};
    if (arguments->json) return cli_wrong("completion: prints a script; there is none in JSON");
    if (arguments->word_count != 1) return cli_wrong("completion: name a shell: bash, zsh or fish");
    for (int i = 0; i < 3; i++) {
        if (strcmp(arguments->word[0], shells[i]) != 0) continue;
        print[i]();
        return CLI_DONE;
    }
    return cli_unknown("shell", arguments->word[0], shells, 3);
}
