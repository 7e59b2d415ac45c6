// The command line over the library: finds the command, reads its options, runs it.
#include "cli/cli.h"

#include <string.h>

static bool prepare(cli_arguments *arguments) {
    int64_t threads = 0;
    if (!cli_integer(arguments, OPTION_THREADS, 1, &threads)) return false;
    if (tw_context_set_threads(arguments->context, (int)(threads > 4096 ? 4096 : threads)) == TW_OK)
        return true;
    cli_failed(arguments->context, TW_BAD_ARGUMENT);
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

int main(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        cli_print_overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? CLI_WRONG : cli_finish(CLI_DONE);
    }
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
