// thalweg predict: a row an example, the class and the probabilities, or the values, as CSV or NPY.
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Rows as they come: everything is kept, and written when all is known to be well.
typedef struct rows {
    double *numbers; // [count, width]: for classes the class, then its probabilities
    int64_t count, capacity, width;
    bool classes, short_of_memory;
} rows;

static void keep(int64_t example, int64_t chosen, const double *values, int64_t count, void *user) {
    (void)example;
    rows *all = user;
    all->classes = chosen >= 0;
    all->width = count + (all->classes ? 1 : 0);
    if (all->count == all->capacity) {
        int64_t capacity = all->capacity > 0 ? 2 * all->capacity : 1024;
        double *grown = realloc(all->numbers, (size_t)(capacity * all->width) * sizeof *grown);
        if (grown == NULL) all->short_of_memory = true;
        if (grown == NULL) return;
        all->numbers = grown;
        all->capacity = capacity;
    }
    double *row = all->numbers + all->count++ * all->width;
    if (all->classes) *row++ = (double)chosen;
    memcpy(row, values, (size_t)count * sizeof *row);
}

static void write_head(FILE *file, const tw_trained *trained, const rows *all) {
    int64_t outputs = tw_trained_outputs(trained);
    if (all->classes) fputs("class", file);
    for (int64_t i = 0; i < outputs; i++) {
        const char *comma = i > 0 || all->classes ? "," : "";
        if (all->classes)
            fprintf(file, "%s\"p(%s)\"", comma, tw_trained_class_name(trained, i));
        else
            fprintf(file, "%svalue%lld", comma, (long long)i);
    }
    fputc('\n', file);
}

static void write_row(FILE *file, const tw_trained *trained, const rows *all, int64_t row) {
    const double *number = all->numbers + row * all->width;
    char digits[TW_NUMBER_BYTES];
    for (int64_t i = 0; i < all->width; i++) {
        if (i > 0) fputc(',', file);
        if (i == 0 && all->classes)
            fprintf(file, "\"%s\"", tw_trained_class_name(trained, (int64_t)number[0]));
        else
            fputs(tw_format_number(number[i], digits), file);
    }
    fputc('\n', file);
}

static int write_csv(const char *path, const tw_trained *trained, const rows *all) {
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        write_head(file, trained, all);
        for (int64_t row = 0; row < all->count; row++) write_row(file, trained, all, row);
        if (ferror(file) == 0 && fclose(file) == 0) return CLI_DONE;
    }
    fprintf(stderr, "thalweg: %s: %s\n", path, strerror(errno));
    return CLI_SYSTEM;
}

static int write_npy(tw_context *context, const char *path, const rows *all) {
    tw_tensor *tensor = NULL;
    tw_shape shape = TW_SHAPE(all->count, all->width);
    tw_status status = tw_tensor_new(context, TW_F64, &shape, &tensor);
    if (status == TW_OK) {
        memcpy(tw_tensor_data(tensor), all->numbers,
               (size_t)(all->count * all->width) * sizeof *all->numbers);
        status = tw_tensor_save_npy(context, tensor, path);
    }
    tw_tensor_free(tensor);
    return status == TW_OK ? CLI_DONE : cli_failed(context, status);
}

static int report(const cli_arguments *arguments, const rows *all, const char *path) {
    tw_json *json = NULL;
    if (!arguments->json) {
        cli_say(arguments, "%lld predictions in %s\n", (long long)all->count, path);
        return CLI_DONE;
    }
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, "examples", all->count);
    tw_json_string(json, "out", path);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_DONE;
}

static int predict(const cli_arguments *arguments, tw_trained *trained, rows *all) {
    const char *path = cli_text(arguments, OPTION_OUT, "");
    const char *dot = strrchr(path, '.');
    bool npy = dot != NULL && strcmp(dot, ".npy") == 0;
    if (!npy && (dot == NULL || strcmp(dot, ".csv") != 0))
        return cli_wrong("predict: --out %s: give a name that ends in .csv or .npy", path);
    tw_status status = tw_trained_predict(trained, cli_text(arguments, OPTION_DATA, ""), keep, all);
    if (status == TW_OK && all->short_of_memory) status = TW_NO_MEMORY;
    if (status != TW_OK) return cli_failed(arguments->context, status);
    int code = npy ? write_npy(arguments->context, path, all) : write_csv(path, trained, all);
    return code == CLI_DONE ? report(arguments, all, path) : code;
}

int cli_run_predict(const cli_arguments *arguments) {
    if (arguments->word_count != 1) return cli_wrong("predict: give one run folder or checkpoint");
    if (!cli_given(arguments, OPTION_DATA) || !cli_given(arguments, OPTION_OUT))
        return cli_wrong("predict: --data SPEC and --out FILE.csv|.npy are both needed");
    tw_trained *trained = NULL;
    rows all = {0};
    tw_status status = tw_trained_open(arguments->context, arguments->word[0], &trained);
    int code = status == TW_OK ? predict(arguments, trained, &all)
                               : cli_failed(arguments->context, status);
    free(all.numbers);
    tw_trained_free(trained);
    return code;
}
