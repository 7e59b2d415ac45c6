// thalweg rules: lists them, shows one as equations, checks a rule of one's own, traces a method.
#include "cli/cli.h"

#include <string.h>

#include "cli/numbers.h"

static int list(const cli_arguments *arguments, tw_json *json) {
    int count = tw_rule_count();
    for (int i = 0; i < count; i++) {
        if (!arguments->json) {
            printf("%-16s %s%s\n", tw_rule_name(i), tw_rule_is_link(i) ? "link: " : "",
                   tw_rule_summary(i));
            continue;
        }
        tw_json_begin(json, NULL);
        tw_json_string(json, "type", "rule");
        tw_json_string(json, "name", tw_rule_name(i));
        tw_json_string(json, "summary", tw_rule_summary(i));
        tw_json_boolean(json, "link", tw_rule_is_link(i));
        tw_json_end(json);
        cli_print_json(json);
    }
    if (arguments->json) cli_print_count(json, "rules", count);
    return CLI_DONE;
}

// What is to be shown: a method; or links, which are none alone and were read in front of sgd.
typedef struct shown {
    tw_method *method;
    bool link;
    const char *text; // of the form asked for; borrowed from the method
} shown;

static void print_hyperparameters_json(tw_json *json, const shown *s) {
    tw_json_begin_array(json, "hyperparameters");
    for (int i = 0; i < tw_method_hyperparameter_count(s->method); i++) {
        tw_hyperparameter hyperparameter = tw_method_hyperparameter(s->method, i);
        if (s->link && strcmp(hyperparameter.rule, tw_method_name(s->method)) == 0) continue;
        tw_json_begin(json, NULL);
        tw_json_string(json, "rule", hyperparameter.rule);
        tw_json_string(json, "name", hyperparameter.name);
        tw_json_number(json, "default", hyperparameter.default_value);
        tw_json_string(json, "symbol", hyperparameter.symbol);
        tw_json_string(json, "meaning", hyperparameter.meaning);
        tw_json_end(json);
    }
    tw_json_end_array(json);
}

static void print_shown(const cli_arguments *arguments, tw_json *json, const shown *s) {
    if (!arguments->json) {
        fputs(s->text, stdout);
        return;
    }
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "name", s->link ? arguments->word[1] : tw_method_name(s->method));
    tw_json_string(json, "text", s->text);
    tw_json_integer(json, "bytes_per_parameter", tw_method_bytes(s->method, TW_F32));
    print_hyperparameters_json(json, s);
    tw_json_end(json);
    cli_print_json(json);
}

static tw_status parse_shown(tw_context *context, const char *name, shown *s) {
    tw_text chain;
    tw_status status = tw_method_parse(context, name, &s->method);
    if (status != TW_BAD_TEXT) return status;
    tw_text_start(&chain, context);
    tw_text_add(&chain, "%s | sgd", name);
    status =
        chain.status == TW_OK ? tw_method_parse(context, chain.data, &s->method) : chain.status;
    tw_text_free(&chain);
    s->link = status == TW_OK;
    return status == TW_BAD_TEXT ? tw_method_parse(context, name, &s->method) : status;
}

// Links without the sgd behind them; only their plan is that of the whole chain.
static const char *show_form(const shown *s, tw_method_form form) {
    if (!s->link || form == TW_METHOD_PLAN) return tw_method_show(s->method, form);
    return tw_method_show_rules(s->method, 0, tw_method_rule_count(s->method) - 1, form);
}

static int show(const cli_arguments *arguments, tw_json *json) {
    if (cli_given(arguments, OPTION_LATEX) && cli_given(arguments, OPTION_PLAN))
        return cli_wrong("rules show: --latex and --plan are two forms; give one");
    tw_method_form form = cli_given(arguments, OPTION_LATEX)  ? TW_METHOD_LATEX
                          : cli_given(arguments, OPTION_PLAN) ? TW_METHOD_PLAN
                                                              : TW_METHOD_TEXT;
    shown s = {0};
    tw_status status = parse_shown(arguments->context, arguments->word[1], &s);
    if (status == TW_OK) s.text = show_form(&s, form);
    if (status == TW_OK && s.text == NULL) status = TW_NO_MEMORY;
    if (status == TW_OK) print_shown(arguments, json, &s);
    tw_method_free(s.method);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

// A file is a rule's text whatever its name; a method names a file by a slash or by .rule.
static int check(const cli_arguments *arguments, tw_json *json) {
    char *text = NULL;
    int code = cli_read_file(arguments->context, arguments->word[1], &text);
    if (code != CLI_DONE) return code;
    tw_status status = tw_rule_check(arguments->context, arguments->word[1], text);
    tw_release(text);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    if (arguments->json) {
        tw_json_begin(json, NULL);
        tw_json_string(json, "type", "result");
        tw_json_string(json, "status", "done");
        tw_json_string(json, "file", arguments->word[1]);
        tw_json_end(json);
        cli_print_json(json);
    } else
        printf("%s: this is a valid rule\n", arguments->word[1]);
    return CLI_DONE;
}

static void add_numbers(tw_json *json, const char *name, const double *numbers, int64_t count) {
    tw_json_begin_array(json, name);
    for (int64_t i = 0; i < count; i++) tw_json_number(json, NULL, numbers[i]);
    tw_json_end_array(json);
}

static void print_numbers(const double *numbers, int64_t count) {
    char digits[TW_NUMBER_BYTES];
    for (int64_t i = 0; i < count; i++)
        printf("%s%s", i > 0 ? "," : "", tw_format_number(numbers[i], digits));
}

typedef struct trace_state {
    const cli_arguments *arguments;
    tw_json *json;
} trace_state;

static tw_status print_step(const tw_method_step *step, void *user) {
    const trace_state *state = user;
    if (!state->arguments->json) {
        printf("t=%llu theta=", (unsigned long long)step->t);
        print_numbers(step->theta, step->n);
        for (int i = 0; i < step->state_count; i++) {
            printf(" %s=", step->state_names[i]);
            print_numbers(step->states[i], step->n);
        }
        putchar('\n');
        return TW_OK;
    }
    tw_json *json = state->json;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "step");
    tw_json_integer(json, "t", (int64_t)step->t);
    add_numbers(json, "theta", step->theta, step->n);
    tw_json_begin(json, "state");
    for (int i = 0; i < step->state_count; i++)
        add_numbers(json, step->state_names[i], step->states[i], step->n);
    tw_json_end(json);
    tw_json_end(json);
    return cli_print_json(json) ? TW_OK : TW_NO_MEMORY;
}

static int run_trace(const cli_arguments *arguments, tw_json *json, const cli_numbers *theta,
                     const cli_numbers *gradients) {
    tw_method_feed feed = {.dtype = TW_F64,
                           .theta = theta->numbers,
                           .n = theta->count,
                           .gradients = gradients->numbers,
                           .steps = gradients->rows,
                           .seed = arguments->seed};
    if (!cli_precision(arguments, &feed.dtype)) return CLI_WRONG;
    if (feed.n == 0) return cli_wrong("rules trace: --theta: give at least one number");
    const char *path = cli_text(arguments, OPTION_GRADS, "");
    if (feed.steps == 0) return cli_wrong("%s: holds no numbers; a row a step is needed", path);
    if (gradients->columns != feed.n)
        return cli_wrong("%s: %lld number%s a row, where --theta has %lld", path,
                         (long long)gradients->columns, tw_plural(gradients->columns),
                         (long long)feed.n);
    tw_method *method = NULL;
    trace_state state = {.arguments = arguments, .json = json};
    tw_status status = tw_method_parse(arguments->context, arguments->word[1], &method);
    if (status == TW_OK) status = tw_method_trace(method, &feed, print_step, &state);
    tw_method_free(method);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    if (!arguments->json) return CLI_DONE;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "status", "done");
    tw_json_integer(json, "steps", gradients->rows);
    tw_json_end(json);
    cli_print_json(json);
    return CLI_DONE;
}

static int trace(const cli_arguments *arguments, tw_json *json) {
    if (!cli_given(arguments, OPTION_THETA) || !cli_given(arguments, OPTION_GRADS))
        return cli_wrong("rules trace: --theta a,b,... and --grads FILE.csv are both needed");
    cli_numbers theta = {.context = arguments->context}, gradients = theta;
    int code = CLI_WRONG;
    if (cli_numbers_from_text("--theta", cli_text(arguments, OPTION_THETA, ""), &theta))
        code = cli_numbers_from_file(cli_text(arguments, OPTION_GRADS, ""), &gradients);
    if (code == CLI_DONE) code = run_trace(arguments, json, &theta, &gradients);
    tw_release(theta.numbers);
    tw_release(gradients.numbers);
    return code;
}

static const struct {
    const char *name;
    int (*run)(const cli_arguments *arguments, tw_json *json);
    const char *word; // what it needs; NULL: nothing
    cli_option_id taken[3];
    int taken_count;
} verbs[] = {
    {"list", list, NULL, {0}, 0},
    {"show", show, "rule or method, in quotes if it has blanks", {OPTION_LATEX, OPTION_PLAN}, 2},
    {"check", check, "file", {0}, 0},
    {"trace",
     trace,
     "rule or method, in quotes if it has blanks",
     {OPTION_THETA, OPTION_GRADS, OPTION_PRECISION},
     3},
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static int run_verb(const cli_arguments *arguments, tw_json *json, int i) {
    char what[32];
    snprintf(what, sizeof what, "rules %s", verbs[i].name);
    if (verbs[i].word == NULL && arguments->word_count > 1)
        return cli_wrong("%s: takes no words; `rules show %s` shows one", what, arguments->word[1]);
    if (verbs[i].word != NULL && arguments->word_count != 2)
        return cli_wrong("%s: give one %s", what, verbs[i].word);
    if (!cli_takes(arguments, what, verbs[i].taken, verbs[i].taken_count)) return CLI_WRONG;
    return verbs[i].run(arguments, json);
}

static int choose(const cli_arguments *arguments, tw_json *json) {
    const char *names[VERB_COUNT];
    const char *verb = arguments->word_count > 0 ? arguments->word[0] : "list";
    for (int i = 0; i < VERB_COUNT; i++) {
        names[i] = verbs[i].name;
        if (strcmp(verb, names[i]) == 0) return run_verb(arguments, json, i);
    }
    return cli_unknown("verb of rules", verb, names, VERB_COUNT);
}

int cli_run_rules(const cli_arguments *arguments) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    int code = choose(arguments, json);
    tw_json_free(json);
    return code;
}
