// thalweg predict: a row an example, the class and the probabilities, or the values, as CSV or NPY.
#include "cli/cli.h"

#include <string.h>

// Rows as they come: everything is kept, and written when all is known to be well.
typedef struct rows {
    tw_context *context;
    double *numbers; // [count, width]: for classes the class, then its probabilities
    int64_t count, width;
    size_t capacity;
    bool classes, short_of_memory;
} rows;

static void keep(int64_t example, int64_t chosen, const double *values, int64_t count, void *user) {
    (void)example;
    rows *all = user;
    all->classes = chosen >= 0;
    all->width = count + (all->classes ? 1 : 0);
    if (tw_grow(all->context, (void **)&all->numbers, (size_t)all->count, &all->capacity,
                (size_t)all->width * sizeof *all->numbers) != TW_OK) {
        all->short_of_memory = true;
        return;
    }
    double *row = all->numbers + all->count++ * all->width;
    if (all->classes) *row++ = (double)chosen;
    memcpy(row, values, (size_t)count * sizeof *row);
}

// "p(NAME)".
static void add_probability(tw_text *text, const char *name) {
    tw_text field;
    tw_text_start(&field, text->context);
    tw_text_add(&field, "p(%s)", name);
    if (field.status == TW_OK)
        cli_csv_field(text, field.data);
    else
        text->status = field.status;
    tw_text_free(&field);
}

static void add_head(tw_text *text, const tw_trained *trained, const rows *all) {
    int64_t outputs = tw_trained_outputs(trained);
    if (all->classes) tw_text_add(text, "class");
    for (int64_t i = 0; i < outputs; i++) {
        if (i > 0 || all->classes) tw_text_add_bytes(text, ",", 1);
        if (all->classes)
            add_probability(text, tw_trained_class_name(trained, i));
        else
            tw_text_add(text, "value%lld", (long long)i);
    }
    tw_text_add_bytes(text, "\n", 1);
}

static void add_row(tw_text *text, const tw_trained *trained, const rows *all, int64_t row) {
    const double *number = all->numbers + row * all->width;
    for (int64_t i = 0; i < all->width; i++) {
        if (i > 0) tw_text_add_bytes(text, ",", 1);
        if (i == 0 && all->classes)
            cli_csv_field(text, tw_trained_class_name(trained, (int64_t)number[0]));
        else
            tw_text_add_number(text, number[i]);
    }
    tw_text_add_bytes(text, "\n", 1);
}

static int write_csv(tw_context *context, const char *path, const tw_trained *trained,
                     const rows *all) {
    tw_text text;
    tw_text_start(&text, context);
    add_head(&text, trained, all);
    for (int64_t row = 0; row < all->count; row++) add_row(&text, trained, all, row);
    tw_status status = text.status;
    if (status == TW_OK) status = tw_file_write_all(context, path, text.data, text.length);
    tw_text_free(&text);
    return status == TW_OK ? CLI_DONE : cli_failed(context, status);
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
    cli_say(arguments, "%s", tw_trained_said(trained));
    int code = npy ? write_npy(arguments->context, path, all)
                   : write_csv(arguments->context, path, trained, all);
    return code == CLI_DONE ? report(arguments, all, path) : code;
}

int cli_run_predict(const cli_arguments *arguments) {
    if (arguments->word_count != 1) return cli_wrong("predict: give one run folder or checkpoint");
    if (!cli_given(arguments, OPTION_DATA) || !cli_given(arguments, OPTION_OUT))
        return cli_wrong("predict: --data SPEC and --out FILE.csv|.npy are both needed");
    tw_trained *trained = NULL;
    rows all = {.context = arguments->context};
    tw_status status = cli_open_trained(arguments, &trained);
    int code = status == TW_OK ? predict(arguments, trained, &all)
                               : cli_failed(arguments->context, status);
    tw_release(all.numbers);
    tw_trained_free(trained);
    return code;
}
