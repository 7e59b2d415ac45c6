// thalweg data: what a data set holds, how it was read, and a sheet of its examples.
#include "cli/cli.h"

#define SHEET_EXAMPLES 60

static void print_format_json(tw_json *json, const tw_data_format *format) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "format");
    tw_json_string(json, "name", format->name);
    tw_json_string(json, "usage", format->usage);
    tw_json_string(json, "summary", format->summary);
    tw_json_end(json);
    cli_print_json(json);
}

static int list(const cli_arguments *arguments) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    int count = 0;
    for (const tw_data_format *format; (format = tw_data_format_at(count)) != NULL; count++) {
        if (arguments->json)
            print_format_json(json, format);
        else
            printf("%s\n    %s\n", format->usage, format->summary);
    }
    if (arguments->json) cli_print_count(json, "formats", count);
    tw_json_free(json);
    return CLI_DONE;
}

static void print_shape_json(tw_json *json, const tw_data *data) {
    const tw_shape *shape = tw_data_shape(data);
    tw_json_integer(json, "features", tw_data_features(data));
    tw_json_begin_array(json, "shape");
    for (int i = 0; i < shape->rank; i++) tw_json_integer(json, NULL, shape->size[i]);
    tw_json_end_array(json);
}

static void print_classes_json(tw_json *json, const tw_data *data, const int64_t *counts) {
    int classes = tw_data_classes(data);
    if (classes == 0)
        tw_json_null(json, "classes");
    else
        tw_json_integer(json, "classes", classes);
    if (classes == 0) return;
    tw_json_begin_array(json, "class_names");
    for (int i = 0; i < classes; i++) tw_json_string(json, NULL, tw_data_class_name(data, i));
    tw_json_end_array(json);
    tw_json_begin_array(json, "class_counts");
    for (int i = 0; i < classes; i++) tw_json_integer(json, NULL, counts[i]);
    tw_json_end_array(json);
}

static void print_json(tw_json *json, const tw_data *train, const tw_data *test,
                       const int64_t *counts) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, "examples", tw_data_count(train));
    if (test != NULL) tw_json_integer(json, "test_examples", tw_data_count(test));
    print_shape_json(json, train);
    print_classes_json(json, train, counts);
    tw_json_string(json, "description", tw_data_description(train));
    tw_json_end(json);
    cli_print_json(json);
}

static void print_text(const tw_data *train, const tw_data *test, const int64_t *counts) {
    const tw_shape *shape = tw_data_shape(train);
    printf("%s: %lld example%s", tw_data_name(train), (long long)tw_data_count(train),
           tw_plural(tw_data_count(train)));
    if (test != NULL) printf(" and %lld to test", (long long)tw_data_count(test));
    printf(", %lld feature%s", (long long)tw_data_features(train),
           tw_plural(tw_data_features(train)));
    if (shape->rank > 1) {
        for (int i = 0; i < shape->rank; i++)
            printf("%s%lld", i == 0 ? " (" : " x ", (long long)shape->size[i]);
        putchar(')');
    }
    if (tw_data_classes(train) > 0)
        printf(", %d classes\n", tw_data_classes(train));
    else if (tw_data_target_kind(train) == TW_TARGET_NONE)
        puts(", no targets");
    else
        printf(", %lld number%s to predict\n", (long long)tw_data_target_width(train),
               tw_plural(tw_data_target_width(train)));
    fputs(tw_data_description(train), stdout);
    for (int i = 0; i < tw_data_classes(train); i++)
        printf("  class %-20s %lld\n", tw_data_class_name(train, i), (long long)counts[i]);
}

static int describe(const cli_arguments *arguments, tw_data *train, tw_data *test) {
    int classes = tw_data_classes(train);
    int64_t *counts = tw_allocate(arguments->context, (size_t)classes + 1, sizeof *counts);
    tw_json *json = NULL;
    tw_status status = counts == NULL ? TW_NO_MEMORY : tw_json_new(arguments->context, &json);
    if (status == TW_OK && classes > 0) status = tw_data_count_classes(train, counts);
    if (status == TW_OK && cli_given(arguments, OPTION_PLOT))
        status = tw_plot_examples(arguments->context, cli_text(arguments, OPTION_PLOT, ""), train,
                                  SHEET_EXAMPLES);
    if (status == TW_OK && arguments->json) print_json(json, train, test, counts);
    if (status == TW_OK && !arguments->json) print_text(train, test, counts);
    tw_release(counts);
    tw_json_free(json);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}

int cli_run_data(const cli_arguments *arguments) {
    if (arguments->word_count == 0)
        return cli_takes(arguments, "data without a data set", NULL, 0) ? list(arguments)
                                                                        : CLI_WRONG;
    if (arguments->word_count > 1) return cli_wrong("data: give one data set");
    tw_data_options options = tw_data_options_default();
    options.seed = arguments->seed;
    int code = cli_check_plot(arguments);
    if (code != CLI_DONE) return code;
    tw_data *train = NULL, *test = NULL;
    tw_status status =
        tw_data_open(arguments->context, arguments->word[0], &options, &train, &test);
    code =
        status == TW_OK ? describe(arguments, train, test) : cli_failed(arguments->context, status);
    tw_data_free(test);
    tw_data_free(train);
    return code;
}
