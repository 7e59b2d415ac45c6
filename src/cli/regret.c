// thalweg regret: what methods lose, round by round, beside the best fixed point in hindsight.
#include "cli/cli.h"

#include <math.h>
#include <string.h>

#include "cli/progress.h"

#define METHODS_MAX 16

// One method's game, kept for the table and the picture.
typedef struct played {
    const char *method; // borrowed: as it was asked for
    char *settings;     // owned: with every key spelled out
    double regret, over_root, exponent, bound, stated;
    char source[64];
    int count;
    double rounds[TW_REGRET_POINTS], regrets[TW_REGRET_POINTS];
} played;

typedef struct games {
    const cli_arguments *arguments;
    tw_json *json;
    tw_regret *game;
    cli_list methods;
    played all[METHODS_MAX];
    int count;
    const char *playing;
    bool broken; // a bound that must hold does not
    cli_progress progress;
} games;

static tw_status keep(games *g, const char *method, const tw_regret_result *result) {
    played *p = &g->all[g->count++];
    *p = (played){.method = method,
                  .settings =
                      tw_copy_text(g->arguments->context, result->method, strlen(result->method)),
                  .regret = result->regret,
                  .over_root = result->regret_over_sqrt_T,
                  .exponent = result->exponent,
                  .bound = result->bound,
                  .stated = result->stated_bound,
                  .count = result->point_count};
    snprintf(p->source, sizeof p->source, "%s", result->bound_source);
    memcpy(p->rounds, result->rounds, (size_t)result->point_count * sizeof *p->rounds);
    memcpy(p->regrets, result->regrets, (size_t)result->point_count * sizeof *p->regrets);
    g->broken = g->broken || result->regret > result->bound;
    return p->settings == NULL ? TW_NO_MEMORY : TW_OK;
}

static void add_fields(tw_json *json, const played *p) {
    tw_json_string(json, "method", p->method);
    tw_json_number(json, "regret", p->regret);
    tw_json_number(json, "regret_over_sqrt_T", p->over_root);
    tw_json_number(json, "exponent", p->exponent);
    tw_json_number(json, "bound", p->bound);
    tw_json_number(json, "kingma_ba_bound", p->stated);
    tw_json_string(json, "settings", p->settings);
}

static void print_run_json(const games *g, const tw_regret_result *result) {
    tw_json *json = g->json;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "run");
    add_fields(json, &g->all[g->count - 1]);
    tw_json_string(json, "bound_source",
                   *result->bound_source != '\0' ? result->bound_source : NULL);
    tw_json_begin_array(json, "x_final");
    for (int64_t i = 0; i < result->dimension; i++) tw_json_number(json, NULL, result->x_final[i]);
    tw_json_end_array(json);
    tw_json_end(json);
    cli_print_json(json);
}

static void print_result_json(const games *g, const char *problem, int64_t rounds) {
    tw_json *json = g->json;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "problem", problem);
    tw_json_integer(json, "rounds", rounds);
    tw_json_boolean(json, "bounds_hold", !g->broken);
    tw_json_begin_array(json, "table");
    for (int i = 0; i < g->count; i++) {
        tw_json_begin(json, NULL);
        add_fields(json, &g->all[i]);
        tw_json_end(json);
    }
    tw_json_end_array(json);
    tw_json_end(json);
    cli_print_json(json);
}

static void print_table(const games *g, const char *problem, int64_t rounds) {
    printf("%s, %lld round%s\n\n%12s %12s %9s %12s  %s\n", problem, (long long)rounds,
           tw_plural(rounds), "R(T)", "R(T)/sqrt(T)", "exponent", "bound", "method");
    for (int i = 0; i < g->count; i++) {
        const played *p = &g->all[i];
        printf("%12.5g %12.5g ", p->regret, p->over_root);
        if (isnan(p->exponent))
            printf("%9s ", "-");
        else
            printf("%9.3f ", p->exponent);
        if (isnan(p->bound))
            printf("%12s  ", "none holds");
        else
            printf("%12.5g  ", p->bound);
        printf("%s", p->settings);
        if (*p->source != '\0') printf("  (bound: %s)", p->source);
        putchar('\n');
        if (!isnan(p->stated))
            printf("%49s  Kingma and Ba, 2015, state %.5g for it; their proof is wrong\n", "",
                   p->stated);
    }
    puts("\nAn exponent of 0.5 is regret that grows as sqrt(T); of 1, a method that never learns.");
    if (g->broken) puts("A BOUND THAT MUST HOLD DOES NOT.");
}

static tw_status draw(const games *g, const char *path, const char *problem) {
    tw_series series[METHODS_MAX];
    const char *methods[METHODS_MAX];
    char names[METHODS_MAX][CLI_SHORT_NAME_BYTES];
    for (int i = 0; i < g->count; i++) methods[i] = g->all[i].method;
    cli_short_names(methods, g->count, names);
    for (int i = 0; i < g->count; i++)
        series[i] = (tw_series){.name = names[i],
                                .x = g->all[i].rounds,
                                .y = g->all[i].regrets,
                                .count = g->all[i].count,
                                .mark = -1};
    tw_panel panel = {.x_label = "round",
                      .y_label = "regret",
                      .log_x = true, // the exponent is a slope then
                      .log_y = true,
                      .series = series,
                      .series_count = g->count};
    return tw_plot_save(g->arguments->context, path, problem, &panel, 1);
}

static void on_progress(const tw_regret_progress *at, void *user) {
    games *g = user;
    if (!cli_progress_due(&g->progress)) return;
    if (at->in_hindsight)
        cli_progress_tell(&g->progress, at->share,
                          "the best fixed point in hindsight of %lld rounds", (long long)at->round);
    else
        cli_progress_tell(&g->progress, at->share, "%s: round %lld", g->playing,
                          (long long)at->round);
}

static tw_status play(games *g, const char *method) {
    tw_regret_result result;
    g->playing = method;
    cli_progress_start(&g->progress, g->arguments);
    tw_status status = tw_regret_play(g->game, method, on_progress, g, &result);
    cli_progress_clear(&g->progress);
    if (status == TW_OK) status = keep(g, method, &result);
    if (status == TW_OK && g->arguments->json) print_run_json(g, &result);
    return status;
}

static tw_status check_all(const games *g) {
    tw_status status = TW_OK;
    for (int i = 0; i < g->methods.count && status == TW_OK; i++)
        status = tw_regret_check(g->game, g->methods.entry[i]);
    return status;
}

static int play_all(games *g, const char *problem, int64_t rounds) {
    const cli_arguments *arguments = g->arguments;
    tw_status status = check_all(g);
    int code = CLI_DONE;
    if (status != TW_OK) return cli_failed(arguments->context, status);
    for (int i = 0; i < g->methods.count; i++) {
        status = play(g, g->methods.entry[i]);
        if (status != TW_OK) code = cli_failed(arguments->context, status);
        if (code > CLI_FAILED) return code; // where one diverges, the others go on
    }
    if (arguments->json)
        print_result_json(g, problem, rounds);
    else
        print_table(g, problem, rounds);
    if (g->broken) code = CLI_FAILED;
    if (!cli_given(arguments, OPTION_PLOT) || g->count == 0) return code;
    status = draw(g, cli_text(arguments, OPTION_PLOT, ""), problem);
    return status == TW_OK ? code : cli_failed(arguments->context, status);
}

static int list(const cli_arguments *arguments) {
    if (!cli_takes(arguments, "regret without --problem", NULL, 0)) return CLI_WRONG;
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    int count = 0;
    for (; tw_regret_problem_name(count) != NULL; count++) {
        if (arguments->json)
            cli_print_entry(json, "problem", tw_regret_problem_name(count),
                            tw_regret_problem_summary(count));
        else
            printf("%-10s %s\n", tw_regret_problem_name(count), tw_regret_problem_summary(count));
    }
    if (arguments->json) cli_print_count(json, "problems", count);
    tw_json_free(json);
    return CLI_DONE;
}

static int open_game(games *g, const char *problem, int64_t rounds, uint64_t seed) {
    tw_context *context = g->arguments->context;
    tw_status status = tw_json_new(context, &g->json);
    if (status == TW_OK) status = tw_regret_new(context, problem, rounds, seed, &g->game);
    return status == TW_OK ? CLI_DONE : cli_failed(context, status);
}

int cli_run_regret(const cli_arguments *arguments) {
    if (arguments->word_count > 0)
        return cli_wrong("regret: '%s' stands alone; the problem is named by --problem",
                         arguments->word[0]);
    if (!cli_given(arguments, OPTION_PROBLEM)) return list(arguments);
    const char *problem = cli_text(arguments, OPTION_PROBLEM, "");
    int64_t rounds = 10000;
    if (!cli_integer(arguments, OPTION_ROUNDS, 1, &rounds)) return CLI_WRONG;
    int code = cli_check_plot(arguments);
    if (code != CLI_DONE) return code;
    games g = {.arguments = arguments};
    code = cli_list_read(arguments, OPTION_METHODS, "sgd; adagrad; adam; amsgrad", METHODS_MAX,
                         &g.methods);
    if (code == CLI_DONE) code = cli_list_check_rules(arguments, &g.methods);
    if (code == CLI_DONE) code = open_game(&g, problem, rounds, arguments->seed);
    if (code == CLI_DONE) code = play_all(&g, problem, rounds);
    for (int i = 0; i < g.count; i++) tw_release(g.all[i].settings);
    cli_list_free(&g.methods);
    tw_regret_free(g.game);
    tw_json_free(g.json);
    return code;
}
