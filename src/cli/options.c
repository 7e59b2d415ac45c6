// Reads command lines by the table of options.
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const cli_option options[] = {
#define TW_OPTION(id, name, value, commands, about) {name, value, commands, about},
#include "cli/options.def"
#undef TW_OPTION
};

static const cli_command commands[] = {
#define TW_COMMAND(id, name, behind, summary, examples)                                            \
    {#name, behind, summary, examples, cli_run_##name},
#include "cli/commands.def"
#undef TW_COMMAND
};

const cli_option *cli_option_at(int id) {
    return id >= 0 && id < OPTION_COUNT ? &options[id] : NULL;
}

const cli_command *cli_command_at(int id) {
    return id >= 0 && id < COMMAND_COUNT ? &commands[id] : NULL;
}

// The option of that name among those of a set of commands; -1 where there is none.
static int find_option(const char *name, size_t length, unsigned of_commands) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        bool named =
            strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0;
        if (named && (options[i].commands & of_commands)) return i;
    }
    return -1;
}

static bool is_option(const char *word) {
    return strncmp(word, "--", 2) == 0 &&
           find_option(word + 2, strcspn(word + 2, "="), FOR_ALL) >= 0;
}

bool cli_find_command(const char *word, int *id) {
    static const char *const instead[] = {"--help", "--version"};
    const char *names[COMMAND_COUNT];
    for (*id = 0; *id < COMMAND_COUNT; ++*id) {
        names[*id] = commands[*id].name;
        if (strcmp(commands[*id].name, word) == 0) return true;
    }
    if (is_option(word))
        cli_wrong("%s stands behind the command: thalweg COMMAND %s", word, word);
    else if (*word == '-')
        cli_unknown("option", word, instead, 2);
    else
        cli_unknown("command", word, names, COMMAND_COUNT);
    return false;
}

static int unknown_option(const cli_arguments *arguments, const char *name) {
    const char *names[OPTION_COUNT];
    int count = 0;
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (options[i].commands & (1U << arguments->command)) names[count++] = options[i].name;
    }
    const char *nearest = tw_nearest_name(name, names, (size_t)count);
    const char *command = commands[arguments->command].name;
    if (nearest != NULL)
        return cli_wrong("%s: no option --%s; did you mean --%s?", command, name, nearest);
    return cli_wrong("%s: no option --%s; `thalweg %s --help` lists them", command, name, command);
}

// The value of an option, "" if it has none: what stands behind its '=', or `next`, the word behind it (NULL:
// none). False, with a message printed, where it is to have none, or is to have one.
static bool find_value(const cli_option *option, const char *equals, const char *next,
                       const char **value) {
    *value = "";
    if (option->value == NULL) {
        if (equals != NULL) cli_wrong("--%s is a switch and takes no value", option->name);
        return equals == NULL;
    }
    bool needed = cli_needs_value(option);
    if (equals != NULL)
        *value = equals + 1;
    else if (next != NULL && (needed || next[0] != '-'))
        *value = next;
    if (!needed || **value != '\0') return true;
    cli_wrong("--%s needs a value: --%s %s", option->name, option->name, option->value);
    return false;
}

// One option at argv[*i]; steps over its value where that stands behind it.
static bool read_option(cli_arguments *arguments, int argc, char **argv, int *i) {
    const char *name = argv[*i] + 2, *next = *i + 1 < argc ? argv[*i + 1] : NULL;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    int id = find_option(name, length, 1U << arguments->command);
    if (id < 0) {
        char asked[64];
        snprintf(asked, sizeof asked, "%.*s", (int)(length < 60 ? length : 60), name);
        unknown_option(arguments, asked);
        return false;
    }
    if (!find_value(&options[id], equals, next, &arguments->value[id])) return false;
    if (arguments->value[id] == next) ++*i;
    return true;
}

// -o is what compilers and dot call --out.
static const char *spelled_out(const char *word) {
    return strcmp(word, "-o") == 0 ? "--out" : strcmp(word, "-h") == 0 ? "--help" : word;
}

// "-q", which is none. A longer word may be an expression, "-x^2".
static bool is_letter(const char *word) {
    char c = word[0] == '-' ? word[1] : '0';
    return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && word[2] == '\0';
}

bool cli_read(cli_arguments *arguments, int argc, char **argv) {
    int command = 0;
    if (!cli_find_command(argv[1], &command)) return false;
    arguments->command = (cli_command_id)command;
    bool options_end = false;
    for (int i = 2; i < argc; i++) {
        if (!options_end) argv[i] = (char *)spelled_out(argv[i]);
        if (!options_end && strcmp(argv[i], "--") == 0) {
            options_end = true;
        } else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
            if (!read_option(arguments, argc, argv, &i)) return false;
        } else if (!options_end && is_letter(argv[i])) {
            const char *name = commands[arguments->command].name;
            cli_wrong("%s: no option %s; `thalweg %s --help` lists them", name, argv[i], name);
            return false;
        } else if (arguments->word_count == CLI_WORDS_MAX) {
            cli_wrong("%s: too many words", commands[arguments->command].name);
            return false;
        } else {
            arguments->word[arguments->word_count++] = argv[i];
        }
    }
    arguments->json = cli_given(arguments, OPTION_JSON);
    arguments->quiet = cli_given(arguments, OPTION_QUIET);
    return true;
}

bool cli_given(const cli_arguments *arguments, cli_option_id id) {
    return arguments->value[id] != NULL;
}

const char *cli_text(const cli_arguments *arguments, cli_option_id id, const char *otherwise) {
    return cli_given(arguments, id) ? arguments->value[id] : otherwise;
}

bool cli_takes(const cli_arguments *arguments, const char *what, const cli_option_id *taken,
               int count) {
    for (int id = 0; id < OPTION_COUNT; id++) {
        bool right = arguments->value[id] == NULL || options[id].commands == FOR_ALL;
        for (int i = 0; i < count && !right; i++) right = taken[i] == (cli_option_id)id;
        if (right) continue;
        cli_wrong("%s takes no --%s", what, options[id].name);
        return false;
    }
    return true;
}

// What is wrong with a number that is none, or does not fit.
static void refuse_integer(const char *name, const char *text, int64_t low) {
    bool digits = text[strspn(text, "0123456789")] == '\0';
    if (digits && strlen(text) > 18)
        cli_wrong("--%s: %s is too large; at most %lld", name, text, (long long)INT64_MAX);
    else
        cli_wrong("--%s: '%s' is no whole number of %lld or more", name, text, (long long)low);
}

bool cli_integer(const cli_arguments *arguments, cli_option_id id, int64_t low, int64_t *value) {
    if (!cli_given(arguments, id)) return true;
    int64_t read = 0;
    if (tw_parse_integer(arguments->value[id], &read) && read >= low) {
        *value = read;
        return true;
    }
    refuse_integer(options[id].name, arguments->value[id], low);
    return false;
}

bool cli_number(const cli_arguments *arguments, cli_option_id id, double low, double *value) {
    if (!cli_given(arguments, id)) return true;
    double read = 0.0;
    if (tw_parse_double(arguments->value[id], &read) && read >= low) {
        *value = read;
        return true;
    }
    cli_wrong("--%s: '%s' is no number of %g or more", options[id].name, arguments->value[id], low);
    return false;
}

bool cli_precision(const cli_arguments *arguments, tw_dtype *dtype) {
    const char *text = cli_text(arguments, OPTION_PRECISION, tw_dtype_name(*dtype));
    if (strcmp(text, "f32") == 0)
        *dtype = TW_F32;
    else if (strcmp(text, "f64") == 0)
        *dtype = TW_F64;
    else {
        cli_wrong("--precision: '%s' is neither f32 nor f64", text);
        return false;
    }
    return true;
}

// Whether a file is that behind a descriptor, as of /dev/stdout where stdout goes to a file.
static bool is_behind(const struct stat *file, int descriptor) {
    struct stat other;
    return fstat(descriptor, &other) == 0 && other.st_dev == file->st_dev &&
           other.st_ino == file->st_ino;
}

int cli_check_file(const cli_arguments *arguments, cli_option_id id) {
    const char *path = cli_text(arguments, id, NULL), *name = options[id].name;
    if (path == NULL) return CLI_DONE;
    if (strcmp(path, "-") == 0)
        return cli_wrong("--%s -: stdout is for the result; give a file (./- if that is its name)",
                         name);
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (exists && !S_ISREG(about.st_mode))
        return cli_wrong("--%s %s: is there already and is not a file", name, path);
    if (exists && (is_behind(&about, STDOUT_FILENO) || is_behind(&about, STDERR_FILENO)))
        return cli_wrong("--%s %s: what is printed goes there already; give another file", name,
                         path);
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    if (slash != NULL && slash - path < PATH_MAX - 1)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
    if (access(folder, W_OK) == 0) return CLI_DONE;
    int code = errno == ENOENT || errno == ENOTDIR ? CLI_WRONG : CLI_SYSTEM;
    cli_wrong("--%s %s: %s", name, path, strerror(errno));
    return code;
}

tw_status cli_open_trained(const cli_arguments *arguments, tw_trained **trained) {
    tw_status status = tw_trained_open(arguments->context, arguments->word[0], trained);
    if (status == TW_OK && cli_given(arguments, OPTION_SEED))
        tw_trained_set_seed(*trained, arguments->seed);
    return status;
}

int cli_check_plot_name(const cli_arguments *arguments) {
    const char *path = cli_text(arguments, OPTION_PLOT, NULL);
    if (path == NULL || tw_plot_check(arguments->context, path) == TW_OK) return CLI_DONE;
    return cli_wrong("--plot %s", tw_context_message(arguments->context));
}

int cli_check_plot(const cli_arguments *arguments) {
    int code = cli_check_plot_name(arguments);
    return code == CLI_DONE ? cli_check_file(arguments, OPTION_PLOT) : code;
}
