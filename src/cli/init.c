// thalweg init: a draw from an initialiser, as NPY; without a name, the list of them.
#include "cli/cli.h"

#include <math.h>
#include <string.h>

static void print_kind(const tw_initialiser_kind *kind) {
    printf("%-20s %s", kind->name, kind->formula);
    if (strcmp(kind->source, "any") != 0) printf("  (%s)", kind->source);
    putchar('\n');
    for (int k = 0; k < kind->key_count; k++)
        printf("    %-16s %s (default %g)\n", kind->keys[k].name, kind->keys[k].about,
               kind->keys[k].value);
}

static void print_kind_json(tw_json *json, const tw_initialiser_kind *kind) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "initialiser");
    tw_json_string(json, "name", kind->name);
    tw_json_string(json, "formula", kind->formula);
    tw_json_string(json, "source", kind->source);
    tw_json_begin(json, "defaults");
    for (int k = 0; k < kind->key_count; k++)
        tw_json_number(json, kind->keys[k].name, kind->keys[k].value);
    tw_json_end(json);
    tw_json_end(json);
    cli_print_json(json);
}

static int list(const cli_arguments *arguments) {
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    int count = 0;
    for (; tw_initialiser_kinds(count) != NULL; count++) {
        if (arguments->json)
            print_kind_json(json, tw_initialiser_kinds(count));
        else
            print_kind(tw_initialiser_kinds(count));
    }
    if (arguments->json) cli_print_count(json, "initialisers", count);
    tw_json_free(json);
    return CLI_DONE;
}

// "784,400" as a shape.
static bool read_shape(const char *text, tw_shape *shape) {
    *shape = (tw_shape){0};
    char number[24];
    while (*text != '\0' && shape->rank < TW_RANK_MAX) {
        text += strspn(text, " ");
        size_t length = strcspn(text, " ,");
        int64_t size = 0;
        if (length >= sizeof number) return false;
        memcpy(number, text, length);
        number[length] = '\0';
        if (!tw_parse_integer(number, &size) || size < 1) return false;
        shape->size[shape->rank++] = size;
        text += length + strspn(text + length, " ");
        if (*text == '\0') break;
        if (*text++ != ',' || *text == '\0') return false;
    }
    return *text == '\0' && shape->rank > 0;
}

static void measure(const tw_tensor *tensor, double *mean, double *deviation) {
    int64_t count = tw_tensor_elements(tensor);
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++) sum += tw_tensor_get(tensor, i);
    *mean = sum / (double)count;
    for (int64_t i = 0; i < count; i++) {
        double difference = tw_tensor_get(tensor, i) - *mean;
        squares += difference * difference;
    }
    *deviation = sqrt(squares / (double)count);
}

static int report(const cli_arguments *arguments, const tw_initialiser *initialiser,
                  const tw_tensor *tensor) {
    double mean = 0.0, deviation = 0.0;
    measure(tensor, &mean, &deviation);
    const char *path = cli_text(arguments, OPTION_OUT, "");
    if (!arguments->json) {
        printf("%s: %lld numbers, mean %.4g, standard deviation %.4g, in %s\n",
               tw_initialiser_text(initialiser), (long long)tw_tensor_elements(tensor), mean,
               deviation, path);
        return CLI_DONE;
    }
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "initialiser", tw_initialiser_text(initialiser));
    tw_json_integer(json, "elements", tw_tensor_elements(tensor));
    tw_json_number(json, "mean", mean);
    tw_json_number(json, "std", deviation);
    tw_json_string(json, "out", path);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_DONE;
}

static int draw(const cli_arguments *arguments, const tw_initialiser *initialiser,
                const tw_shape *shape) {
    tw_dtype dtype = TW_F32;
    if (!cli_precision(arguments, &dtype)) return CLI_WRONG;
    tw_context *context = arguments->context;
    tw_tensor *tensor = NULL;
    tw_status status = tw_tensor_new(context, dtype, shape, &tensor);
    if (status == TW_OK)
        status = tw_initialiser_fill(context, initialiser, tensor, arguments->seed, 0);
    if (status == TW_OK)
        status = tw_tensor_save_npy(context, tensor, cli_text(arguments, OPTION_OUT, ""));
    int code =
        status == TW_OK ? report(arguments, initialiser, tensor) : cli_failed(context, status);
    tw_tensor_free(tensor);
    return code;
}

int cli_run_init(const cli_arguments *arguments) {
    if (arguments->word_count == 0)
        return cli_takes(arguments, "init without an initialiser", NULL, 0) ? list(arguments)
                                                                            : CLI_WRONG;
    tw_shape shape;
    const char *text = cli_text(arguments, OPTION_SHAPE, "");
    if (arguments->word_count > 1) return cli_wrong("init: give one initialiser");
    if (!read_shape(text, &shape))
        return cli_wrong("init: --shape '%s': give sizes, inputs first, such as --shape 784,400",
                         text);
    if (!cli_given(arguments, OPTION_OUT)) return cli_wrong("init: --out FILE.npy is missing");
    tw_initialiser *initialiser = NULL;
    tw_status status = tw_initialiser_parse(arguments->context, arguments->word[0], &initialiser);
    int code = status == TW_OK ? draw(arguments, initialiser, &shape)
                               : cli_failed(arguments->context, status);
    tw_initialiser_free(initialiser);
    return code;
}
