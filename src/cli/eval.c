// thalweg eval: a trained model's loss, error and confusion on a data set.
#include "cli/cli.h"

#include <math.h>
#include <string.h>

static void print_json(tw_json *json, const tw_evaluation *evaluation) {
    int64_t classes = evaluation->classes;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, "examples", evaluation->examples);
    tw_json_number(json, "loss", evaluation->loss);
    tw_json_number(json, "error", evaluation->error);
    if (evaluation->confusion == NULL)
        tw_json_null(json, "confusion");
    else {
        tw_json_begin_array(json, "confusion");
        for (int64_t i = 0; i < classes; i++) {
            tw_json_begin_array(json, NULL);
            for (int64_t j = 0; j < classes; j++)
                tw_json_integer(json, NULL, evaluation->confusion[i * classes + j]);
            tw_json_end_array(json);
        }
        tw_json_end_array(json);
    }
    tw_json_number(json, "seconds", evaluation->seconds);
    tw_json_end(json);
    cli_print_json(json);
}

// Columns as wide as the longest name, within limits.
static int name_width(const tw_trained *trained, int64_t classes) {
    enum { NARROWEST = 6, WIDEST = 16 };

    size_t width = NARROWEST;
    for (int64_t i = 0; i < classes; i++) {
        size_t length = strlen(tw_trained_class_name(trained, i));
        if (length > width) width = length;
    }
    return width < WIDEST ? (int)width : WIDEST;
}

static void print_confusion(const tw_trained *trained, const tw_evaluation *evaluation) {
    int64_t classes = evaluation->classes;
    int width = name_width(trained, classes);
    puts("\nConfusion: a row for each true class, a column for each chosen one.");
    printf("%-*s", width, "");
    for (int64_t j = 0; j < classes; j++)
        printf(" %*.*s", width, width, tw_trained_class_name(trained, j));
    puts("     error");
    for (int64_t i = 0; i < classes; i++) {
        int64_t total = 0;
        printf("%-*.*s", width, width, tw_trained_class_name(trained, i));
        for (int64_t j = 0; j < classes; j++) {
            int64_t count = evaluation->confusion[i * classes + j];
            total += count;
            printf(" %*lld", width, (long long)count);
        }
        int64_t wrong = total - evaluation->confusion[i * classes + i];
        if (total > 0)
            printf("  %6.2f %%\n", 100.0 * (double)wrong / (double)total);
        else
            puts("         -");
    }
}

static void print_text(const tw_trained *trained, const tw_evaluation *evaluation) {
    printf("%lld example%s: loss %.6g", (long long)evaluation->examples,
           tw_plural(evaluation->examples), evaluation->loss);
    if (!isnan(evaluation->error)) printf(", error %.2f %%", 100.0 * evaluation->error);
    printf("  (%.2f s)\n", evaluation->seconds);
    if (evaluation->confusion != NULL) print_confusion(trained, evaluation);
}

static int measure(const cli_arguments *arguments, tw_trained *trained, tw_json *json) {
    tw_evaluation evaluation;
    tw_status status =
        tw_trained_evaluate(trained, cli_text(arguments, OPTION_DATA, ""), &evaluation);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    cli_say(arguments, "%s", tw_trained_said(trained));
    if (arguments->json)
        print_json(json, &evaluation);
    else
        print_text(trained, &evaluation);
    return CLI_DONE;
}

int cli_run_eval(const cli_arguments *arguments) {
    if (arguments->word_count != 1)
        return cli_wrong("eval: give one run folder or checkpoint: thalweg eval RUN --data SPEC");
    if (!cli_given(arguments, OPTION_DATA)) return cli_wrong("eval: --data SPEC is missing");
    tw_trained *trained = NULL;
    tw_json *json = NULL;
    tw_status status = cli_open_trained(arguments, &trained);
    if (status == TW_OK) status = tw_json_new(arguments->context, &json);
    int code = status == TW_OK ? measure(arguments, trained, json)
                               : cli_failed(arguments->context, status);
    tw_json_free(json);
    tw_trained_free(trained);
    return code;
}
