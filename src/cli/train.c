// thalweg train: options become a training; its epochs become lines, JSON or a picture.
#include "cli/cli.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "cli/curves.h"
#include "cli/progress.h"

// Nothing, or every=N.
static bool read_diagnose(const cli_arguments *arguments, tw_training_options *options) {
    const char *text = cli_text(arguments, OPTION_DIAGNOSE, NULL);
    int64_t every = TW_DIAGNOSE_EVERY;
    if (text == NULL) return true;
    bool right = *text == '\0' || (strncmp(text, "every=", 6) == 0 &&
                                   tw_parse_integer(text + 6, &every) && every > 0);
    if (!right) cli_wrong("--diagnose: '%s' is not every=N, N a number of steps", text);
    options->diagnose_every = (uint64_t)every;
    return right;
}

static bool read_counts(const cli_arguments *arguments, tw_training_options *options) {
    int64_t epochs = (int64_t)options->epochs, steps = 0, patience = 0, every = 0;
    bool right = cli_integer(arguments, OPTION_EPOCHS, 1, &epochs) &&
                 cli_integer(arguments, OPTION_STEPS, 1, &steps) &&
                 cli_integer(arguments, OPTION_BATCH, 1, &options->batch) &&
                 cli_integer(arguments, OPTION_ACCUMULATE, 1, &options->accumulate) &&
                 cli_integer(arguments, OPTION_PATIENCE, 1, &patience) &&
                 cli_integer(arguments, OPTION_CHECKPOINT_EVERY, 1, &every);
    options->epochs = (uint64_t)epochs;
    options->steps = (uint64_t)steps;
    options->seed = arguments->seed;
    options->patience = (uint64_t)patience;
    options->checkpoint_every = (uint64_t)every;
    return right && read_diagnose(arguments, options);
}

// Options that say the same twice, or nothing.
static bool agree(const cli_arguments *arguments) {
    if (cli_given(arguments, OPTION_EPOCHS) && cli_given(arguments, OPTION_STEPS))
        cli_wrong("--epochs and --steps both say when to end; give one");
    else if (cli_given(arguments, OPTION_TEST) && cli_given(arguments, OPTION_HOLDOUT))
        cli_wrong("--test and --holdout both say what to test on; give one");
    else if (cli_given(arguments, OPTION_FORCE) && !cli_given(arguments, OPTION_OUT))
        cli_wrong("--force: --out DIR is missing, the folder that it would empty");
    else if (cli_given(arguments, OPTION_CHECKPOINT_EVERY) && !cli_given(arguments, OPTION_OUT))
        cli_wrong("--checkpoint-every: --out DIR is missing, where checkpoints are kept");
    else
        return true;
    return false;
}

static bool read_options(const cli_arguments *arguments, tw_training_options *options) {
    *options = tw_training_options_default();
    options->data = cli_text(arguments, OPTION_DATA, options->data);
    options->test = cli_text(arguments, OPTION_TEST, options->test);
    options->model = cli_text(arguments, OPTION_MODEL, options->model);
    options->method = cli_text(arguments, OPTION_METHOD, options->method);
    options->schedule = cli_text(arguments, OPTION_SCHEDULE, options->schedule);
    options->schedules = cli_text(arguments, OPTION_SCHEDULES, options->schedules);
    options->groups = cli_text(arguments, OPTION_GROUPS, options->groups);
    options->loss = cli_text(arguments, OPTION_LOSS, options->loss);
    options->init = cli_text(arguments, OPTION_INIT, options->init);
    options->bias_init = cli_text(arguments, OPTION_BIAS_INIT, options->bias_init);
    options->out = cli_text(arguments, OPTION_OUT, options->out);
    options->spare_test = cli_given(arguments, OPTION_HOLDOUT);
    options->force = cli_given(arguments, OPTION_FORCE);
    options->eval_train = cli_given(arguments, OPTION_EVAL_TRAIN);
    return read_counts(arguments, options) && cli_precision(arguments, &options->precision) &&
           cli_number(arguments, OPTION_HOLDOUT, 0.0, &options->holdout) &&
           cli_number(arguments, OPTION_L1, 0.0, &options->l1) &&
           cli_number(arguments, OPTION_L2, 0.0, &options->l2) && agree(arguments);
}

// What a resumed run takes from its folder and not from the command line.
static bool resumes_alone(const cli_arguments *arguments) {
    static const cli_option_id of_the_run[] = {
        OPTION_DATA,       OPTION_TEST,
        OPTION_HOLDOUT,    OPTION_MODEL,
        OPTION_METHOD,     OPTION_LOSS,
        OPTION_SCHEDULE,   OPTION_SCHEDULES,
        OPTION_GROUPS,     OPTION_INIT,
        OPTION_L1,         OPTION_L2,
        OPTION_BIAS_INIT,  OPTION_BATCH,
        OPTION_ACCUMULATE, OPTION_SEED,
        OPTION_PRECISION,  OPTION_PATIENCE,
        OPTION_EVAL_TRAIN, OPTION_OUT,
        OPTION_FORCE,      OPTION_CHECKPOINT_EVERY,
        OPTION_DIAGNOSE,
    };
    for (size_t i = 0; i < sizeof of_the_run / sizeof *of_the_run; i++) {
        if (!cli_given(arguments, of_the_run[i])) continue;
        cli_wrong("--resume takes the run's own --%s; only --epochs or --steps can change",
                  cli_option_at((int)of_the_run[i])->name);
        return false;
    }
    return true;
}

static int open_training(const cli_arguments *arguments, tw_training **training) {
    tw_training_options options;
    bool resumes = cli_given(arguments, OPTION_RESUME);
    if (resumes && !resumes_alone(arguments)) return CLI_WRONG;
    if (!read_options(arguments, &options)) return CLI_WRONG;
    if (cli_given(arguments, OPTION_SHOW_SCHEDULE)) options.out = NULL; // trains and writes nothing
    tw_status status;
    if (resumes) {
        uint64_t epochs = cli_given(arguments, OPTION_EPOCHS) ? options.epochs : 0;
        status = tw_training_resume(arguments->context, cli_text(arguments, OPTION_RESUME, ""),
                                    epochs, options.steps, training);
    } else {
        status = tw_training_new(arguments->context, &options, training);
    }
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

static const char *status_word(tw_status status) {
    return status == TW_OK ? "done" : status == TW_INTERRUPTED ? "interrupted" : "diverged";
}

static void print_result_json(tw_json *json, const tw_training_result *result) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "status", status_word(result->status));
    tw_json_integer(json, "epochs", (int64_t)result->epochs);
    tw_json_integer(json, "steps", (int64_t)result->steps);
    tw_json_integer(json, "parameters", (int64_t)result->parameters);
    tw_json_number(json, "train_loss", result->train_loss);
    tw_json_number(json, "train_error", result->train_error);
    tw_json_number(json, "test_loss", result->test_loss);
    tw_json_number(json, "test_error", result->test_error);
    tw_json_number(json, "best_test_error", result->best_test_error);
    tw_json_number(json, "seconds", result->seconds);
    tw_json_number(json, "samples_per_second", result->samples_per_second);
    tw_json_integer(json, "peak_rss_bytes", (int64_t)result->peak_rss_bytes);
    tw_json_string(json, "out", result->out);
    tw_json_end(json);
    cli_print_json(json);
}

// One line of the summary: the error where there is one, else the loss, and what it is of.
static void print_measure(const char *set, const char *examples, double loss, double error) {
    char name[32], value[32];
    if (isnan(loss)) return;
    snprintf(name, sizeof name, "%s %s", set, isnan(error) ? "loss" : "error");
    if (isnan(error)) {
        snprintf(value, sizeof value, "%.5g", loss);
        printf("  %-14s  %-8s mean over %s\n", name, value, examples);
        return;
    }
    snprintf(value, sizeof value, "%.2f %%", 100.0 * error);
    printf("  %-14s  %-8s %.1f in 1000 of %s get the wrong class; loss %.4g\n", name, value,
           1000.0 * error, examples, loss);
}

static void print_best(const tw_training_result *result) {
    if (isnan(result->best_test_error)) return;
    char value[32];
    snprintf(value, sizeof value, "%.2f %%", 100.0 * result->best_test_error);
    printf("  best            %-8s test error after epoch %llu%s\n", value,
           (unsigned long long)result->best_epoch,
           result->out != NULL ? ", kept as best.safetensors" : "");
}

static void print_summary(const cli_arguments *arguments, const tw_training_result *result) {
    printf("%s after %llu epoch%s (%llu step%s) of training %llu parameters in %.1f s.\n",
           result->status == TW_OK            ? "Done"
           : result->status == TW_INTERRUPTED ? "Stopped"
                                              : "Diverged",
           (unsigned long long)result->epochs, tw_plural((int64_t)result->epochs),
           (unsigned long long)result->steps, tw_plural((int64_t)result->steps),
           (unsigned long long)result->parameters, result->seconds);
    print_measure("training", "the examples it was trained on", result->train_loss,
                  result->train_error);
    print_measure("test", "examples it had not seen", result->test_loss, result->test_error);
    print_best(result);
    if (result->stopped_early)
        printf("  stopped early   the %s was no better for as long as --patience allows\n",
               !isnan(result->test_error)  ? "test error"
               : !isnan(result->test_loss) ? "test loss"
                                           : "training loss");
    if (result->ending[0] != '\0') printf("  ended by itself %s\n", result->ending);
    if (result->samples_per_second > 0.0) // not if a finished run was resumed: nothing ran
        printf("  speed           %.0f examples a second, %.0f MB of memory at most\n",
               result->samples_per_second, (double)result->peak_rss_bytes / 1e6);
    char word[CLI_SHELL_WORD_BYTES];
    if (result->out != NULL && !result->saved)
        printf("  written         %s, without a model: it diverged before one was saved\n",
               result->out);
    else if (result->out != NULL)
        printf("  written         %s; `thalweg eval %s --data SPEC` measures the model\n",
               result->out, cli_shell_word(result->out, word));
    else if (result->status == TW_OK && !cli_given(arguments, OPTION_OUT))
        puts(cli_given(arguments, OPTION_PLOT) ? "  The model is not kept: --out DIR writes it."
                                               : "  Nothing was written: --out DIR keeps the "
                                                 "model, --plot FILE.svg draws the curves.");
}

// Writes the first `room` bytes of a text, or one character less and an ellipsis.
static void shorten(const char *text, int room, char *part, size_t size) {
    if (strlen(text) <= (size_t)room) {
        snprintf(part, size, "%s", text);
        return;
    }
    int end = room - 1;
    while (end > 0 && (text[end] & 0xC0) == 0x80) end--; // not within a character
    snprintf(part, size, "%.*s…", end, text);
}

// What the picture of a run is headed by. Where it would be too long, its longest part is shortened.
static void format_title(const cli_arguments *arguments, char *title, size_t size) {
    enum { ROOM = 56, PARTS = 3, PART_BYTES = ROOM + 8 };

    if (cli_given(arguments, OPTION_RESUME)) {
        snprintf(title, size, "%.150s", cli_text(arguments, OPTION_RESUME, ""));
        return;
    }
    tw_training_options options = tw_training_options_default();
    const char *texts[PARTS] = {cli_text(arguments, OPTION_MODEL, options.model),
                                cli_text(arguments, OPTION_DATA, options.data),
                                cli_text(arguments, OPTION_METHOD, options.method)};
    int rooms[PARTS], sum = 0;
    for (int i = 0; i < PARTS; i++) sum += rooms[i] = (int)strnlen(texts[i], ROOM);
    for (; sum > ROOM; sum--) {
        int longest = 0;
        for (int i = 1; i < PARTS; i++)
            if (rooms[i] > rooms[longest]) longest = i;
        rooms[longest]--;
    }
    char parts[PARTS][PART_BYTES];
    for (int i = 0; i < PARTS; i++) shorten(texts[i], rooms[i], parts[i], PART_BYTES);
    snprintf(title, size, "%s on %s by %s", parts[0], parts[1], parts[2]);
}

typedef struct watch_state {
    const cli_arguments *arguments;
    tw_json *json;
    cli_progress progress;
    cli_curves curves;
} watch_state;

static void keep_past_epoch(const tw_epoch *epoch, void *user) {
    cli_curves_add(user, epoch);
}

// What a resumed run did before is in the picture too, where its metrics were not taken away.
static int read_past(const cli_arguments *arguments, cli_curves *curves) {
    if (!cli_given(arguments, OPTION_PLOT) || !cli_given(arguments, OPTION_RESUME)) return CLI_DONE;
    tw_status status = tw_run_epochs(arguments->context, cli_text(arguments, OPTION_RESUME, ""),
                                     keep_past_epoch, curves);
    if (status == TW_OK || status == TW_NOT_FOUND) return CLI_DONE;
    return cli_failed(arguments->context, status);
}

static void on_epoch(const tw_epoch *epoch, void *user) {
    watch_state *state = user;
    cli_curves_add(&state->curves, epoch);
    if (state->arguments->json) {
        tw_epoch_line(state->json, epoch);
        cli_print_json(state->json);
    }
    cli_progress_epoch(&state->progress, epoch);
}

static void tell_findings(watch_state *state, const tw_progress *at) {
    if (state->arguments->json) {
        tw_progress_findings(state->json, at);
        cli_print_json(state->json);
        return;
    }
    const tw_step_forecast *f = at->forecast;
    cli_progress_clear(&state->progress);
    if (at->cliff != NULL)
        cli_say(state->arguments, "step %llu: a cliff: |g| %.4g after a median of %.4g\n",
                (unsigned long long)at->step, at->cliff->grad_norm, at->cliff->median);
    if (f != NULL)
        cli_say(state->arguments,
                "step %llu: lr %.4g, the slope promises %.3g, the curvature adds %.3g, measured "
                "%.3g; descends to lr %.4g%s\n",
                (unsigned long long)at->step, f->lr, -f->lr * f->gg, 0.5 * f->lr * f->lr * f->gHg,
                f->measured_change, f->lr_limit, f->stuck ? ": STUCK" : "");
}

static void on_step(const tw_progress *at, void *user) {
    watch_state *state = user;
    if (at->forecast != NULL || at->cliff != NULL) tell_findings(state, at);
    cli_progress_step(&state->progress, at);
}

static int exit_status(const cli_arguments *arguments, const tw_training_result *result) {
    if (result->status == TW_OK) return CLI_DONE;
    if (result->status == TW_INTERRUPTED && result->out != NULL) {
        char word[CLI_SHELL_WORD_BYTES];
        cli_say(arguments, "thalweg: stopped; `thalweg train --resume %s` continues\n",
                cli_shell_word(result->out, word));
        return CLI_STOPPED;
    }
    return cli_failed(arguments->context, result->status);
}

static int run(const cli_arguments *arguments, tw_training *training, watch_state *state) {
    int code = read_past(arguments, &state->curves);
    if (code != CLI_DONE) return code;
    cli_say(arguments, "%s", tw_training_description(training));
    cli_watch_signals(arguments);
    cli_progress_start(&state->progress, arguments);
    tw_training_watch watch = {.epoch = on_epoch, .step = on_step, .user = state};
    tw_training_result result;
    tw_status status = tw_training_run(training, &watch, &result);
    cli_progress_clear(&state->progress);
    if (status != TW_OK && status != TW_DIVERGED && status != TW_INTERRUPTED)
        return cli_failed(arguments->context, status);
    if (arguments->json)
        print_result_json(state->json, &result);
    else
        print_summary(arguments, &result);
    code = exit_status(arguments, &result);
    if (!cli_given(arguments, OPTION_PLOT)) return code;
    if (state->curves.count == 0) {
        cli_say(arguments, "thalweg: no epoch ended, so that there is nothing to draw in %s\n",
                cli_text(arguments, OPTION_PLOT, ""));
        return code;
    }
    char title[200];
    format_title(arguments, title, sizeof title);
    status = cli_curves_save(&state->curves, cli_text(arguments, OPTION_PLOT, ""), title);
    return status == TW_OK ? code : cli_failed(arguments->context, status);
}

// Whether a file lies in a folder itself, and the folder is still to be made.
static bool will_lie_in(const char *path, const char *folder) {
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') length--;
    return strncmp(path, folder, length) == 0 && path[length] == '/' &&
           strchr(path + length + 1, '/') == NULL && access(folder, F_OK) != 0;
}

// The picture may lie in the run folder, which is made before it.
static int check_plot(const cli_arguments *arguments) {
    const char *path = cli_text(arguments, OPTION_PLOT, NULL);
    const char *out = cli_text(arguments, OPTION_OUT, NULL);
    bool made = path != NULL && out != NULL && !cli_given(arguments, OPTION_SHOW_SCHEDULE) &&
                will_lie_in(path, out);
    return made ? cli_check_plot_name(arguments) : cli_check_plot(arguments);
}

int cli_run_train(const cli_arguments *arguments) {
    if (arguments->word_count > 0)
        return cli_wrong("train: '%s' stands alone; data sets are named by --data",
                         arguments->word[0]);
    tw_training *training = NULL;
    int code = check_plot(arguments);
    if (code == CLI_DONE) code = open_training(arguments, &training);
    if (code != CLI_DONE) return code;
    watch_state state = {.arguments = arguments, .curves.context = arguments->context};
    if (cli_given(arguments, OPTION_SHOW_SCHEDULE))
        code = cli_show_schedule(arguments, training);
    else if (tw_json_new(arguments->context, &state.json) != TW_OK)
        code = cli_failed(arguments->context, TW_NO_MEMORY);
    else
        code = run(arguments, training, &state);
    cli_curves_free(&state.curves);
    tw_json_free(state.json);
    tw_training_free(training);
    return code;
}
