// The command line over the library: finds the command, reads its options, runs it.
#include "cli/cli.h"

#include <limits.h>
#include <string.h>

static bool prepare(cli_arguments *arguments) {
    int64_t threads = 0, seed = 1;
    if (!cli_integer(arguments, OPTION_THREADS, 1, &threads) ||
        !cli_integer(arguments, OPTION_SEED, 0, &seed))
        return false;
    arguments->seed = (uint64_t)seed;
    int asked = threads > INT_MAX ? INT_MAX : (int)threads;
    if (tw_context_set_threads(arguments->context, asked) == TW_OK) return true;
    cli_wrong("--threads: '%s' is too many; give 1 to %d, or leave it away for all cores",
              cli_text(arguments, OPTION_THREADS, ""), TW_THREADS_MAX);
    return false;
}

static int run(cli_arguments *arguments, int argc, char **argv) {
    if (!cli_read(arguments, argc, argv)) return CLI_WRONG;
    const cli_command *command = cli_command_at((int)arguments->command);
    if (cli_given(arguments, OPTION_HELP)) {
        cli_print_help(stdout, command);
        return cli_finish(CLI_DONE);
    }
    if (!prepare(arguments)) return CLI_WRONG;
    return cli_finish(command->run(arguments));
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

// `thalweg help train` is `thalweg train --help`.
static int help(int argc, char **argv) {
    int id = 0;
    if (argc > 2) {
        if (!cli_find_command(argv[2], &id)) return CLI_WRONG;
        cli_print_help(stdout, cli_command_at(id));
    } else
        cli_print_overview(stdout);
    return cli_finish(CLI_DONE);
}

int main(int argc, char **argv) {
    cli_watch_signals(NULL);
    if (argc < 2) {
        cli_print_overview(stderr);
        return CLI_WRONG;
    }
    if (is_help(argv[1])) return help(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        printf("thalweg %s\n", tw_version());
        return cli_finish(CLI_DONE);
    }
    cli_arguments arguments = {0};
    if (tw_context_new(&arguments.context) != TW_OK) {
        fputs("thalweg: no memory\n", stderr);
        return CLI_SYSTEM;
    }
    int status = run(&arguments, argc, argv);
    tw_context_free(arguments.context);
    return status;
}
