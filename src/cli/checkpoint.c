// thalweg checkpoint: what a checkpoint holds, and whether it is whole.
#include "cli/cli.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

static void print_tensor_json(tw_json *json, const tw_archive *archive, int index) {
    const tw_shape *shape = tw_archive_shape(archive, index);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "tensor");
    tw_json_string(json, "name", tw_archive_name(archive, index));
    tw_json_string(json, "dtype", tw_dtype_name(tw_archive_dtype(archive, index)));
    tw_json_begin_array(json, "shape");
    for (int i = 0; i < shape->rank; i++) tw_json_integer(json, NULL, shape->size[i]);
    tw_json_end_array(json);
    tw_json_end(json);
    cli_print_json(json);
}

static void print_tensor(const tw_archive *archive, int index) {
    const tw_shape *shape = tw_archive_shape(archive, index);
    printf("  %-40s %s [", tw_archive_name(archive, index),
           tw_dtype_name(tw_archive_dtype(archive, index)));
    for (int i = 0; i < shape->rank; i++)
        printf("%s%lld", i > 0 ? ", " : "", (long long)shape->size[i]);
    puts("]");
}

static int64_t count_elements(const tw_archive *archive) {
    int64_t elements = 0;
    for (int i = 0; i < tw_archive_count(archive); i++)
        elements += tw_shape_elements(tw_archive_shape(archive, i));
    return elements;
}

static void print_json(tw_json *json, const tw_archive *archive, const char *path, bool checked) {
    for (int i = 0; i < tw_archive_count(archive); i++) print_tensor_json(json, archive, i);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "file", path);
    tw_json_boolean(json, "whole", true);
    tw_json_boolean(json, "crc32_checked", checked);
    tw_json_integer(json, "tensors", tw_archive_count(archive));
    tw_json_integer(json, "elements", count_elements(archive));
    tw_json_begin(json, "texts");
    const char *key = NULL, *text = NULL;
    for (int i = 0; (text = tw_archive_text_at(archive, i, &key)) != NULL; i++)
        tw_json_string(json, key, text);
    tw_json_end(json);
    tw_json_end(json);
    cli_print_json(json);
}

static void print_text(const tw_archive *archive, const char *path, bool checked) {
    printf("%s: whole%s; %d arrays, %lld numbers\n", path,
           checked ? ", crc32 right" : " (no crc32 to check)", tw_archive_count(archive),
           (long long)count_elements(archive));
    for (int i = 0; i < tw_archive_count(archive); i++) print_tensor(archive, i);
    const char *key = NULL, *text = NULL;
    for (int i = 0; (text = tw_archive_text_at(archive, i, &key)) != NULL; i++)
        printf("  %s: %.400s%s\n", key, text, strlen(text) > 400 ? " ..." : "");
}

// The question was whether the file is whole: this is an answer, and the check did not hold.
static int report_damage(const cli_arguments *arguments, const char *path) {
    cli_failed(arguments->context, TW_BAD_FILE);
    if (!arguments->json) return CLI_FAILED;
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_string(json, "file", path);
    tw_json_boolean(json, "whole", false);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_FAILED;
}

int cli_run_checkpoint(const cli_arguments *arguments) {
    if (arguments->word_count != 1) return cli_wrong("checkpoint: give one file");
    const char *path = arguments->word[0];
    tw_archive *archive = NULL;
    tw_json *json = NULL;
    bool checked = false;
    tw_status status = tw_archive_open(arguments->context, path, &archive);
    if (status == TW_OK) status = tw_archive_verify(archive, &checked);
    if (status == TW_OK) status = tw_json_new(arguments->context, &json);
    if (status == TW_OK && arguments->json) print_json(json, archive, path, checked);
    if (status == TW_OK && !arguments->json) print_text(archive, path, checked);
    tw_json_free(json);
    tw_archive_close(archive);
    struct stat about;
    if (status == TW_BAD_FILE && stat(path, &about) == 0 && S_ISREG(about.st_mode))
        return report_damage(arguments, path);
    return status == TW_OK ? CLI_DONE : cli_failed(arguments->context, status);
}
