// Encodings as one line of JSON and back. The text may come from a checkpoint that somebody sent, so
// everything read is checked before it is used.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "data/encoding.h"
#include "thalweg/json.h"

static const char *const target_words[] = {"class", "value", "none"};
static const char *const column_words[] = {"number", "text", "date", "ignored", "target"};

enum { TARGET_WORDS = 3, COLUMN_WORDS = 5 };

static void format_names(tw_json *line, const char *key, const tw_names *names) {
    tw_json_begin_array(line, key);
    for (size_t i = 0; i < names->count; i++) tw_json_string(line, NULL, names->items[i]);
    tw_json_end_array(line);
}

static void format_numbers(tw_json *line, const char *key, const double *numbers, int64_t count) {
    if (numbers == NULL) return;
    tw_json_begin_array(line, key);
    for (int64_t i = 0; i < count; i++) tw_json_number(line, NULL, numbers[i]);
    tw_json_end_array(line);
}

static void format_columns(tw_json *line, const tw_encoding *encoding) {
    if (encoding->column_count == 0) return;
    tw_json_boolean(line, "header", encoding->has_header);
    tw_json_begin_array(line, "columns");
    for (size_t i = 0; i < encoding->column_count; i++) {
        const tw_column *column = &encoding->columns[i];
        tw_json_begin(line, NULL);
        tw_json_string(line, "name", column->name);
        tw_json_string(line, "kind", column_words[column->kind]);
        tw_json_number(line, "fill", column->fill);
        format_names(line, "categories", &column->categories);
        tw_json_end(line);
    }
    tw_json_end_array(line);
}

static void format_all(tw_json *line, const tw_encoding *encoding) {
    tw_json_begin(line, NULL);
    tw_json_begin_array(line, "shape");
    for (int i = 0; i < encoding->shape.rank; i++) {
        tw_json_integer(line, NULL, encoding->shape.size[i]);
    }
    tw_json_end_array(line);
    tw_json_string(line, "target", target_words[encoding->kind]);
    format_names(line, "classes", &encoding->classes);
    tw_json_integer(line, "target_width", encoding->target_width);
    tw_json_number(line, "target_mean", encoding->target_mean);
    tw_json_number(line, "target_deviation", encoding->target_deviation);
    int64_t features = tw_shape_elements(&encoding->shape);
    format_numbers(line, "mean", encoding->mean, features);
    format_numbers(line, "deviation", encoding->deviation, features);
    format_columns(line, encoding);
    tw_json_integer(line, "index_base", encoding->index_base);
    tw_json_end(line);
}

tw_status tw_encoding_format(const tw_encoding *encoding, char **text) {
    *text = NULL;
    tw_json *line = NULL;
    tw_status status = tw_json_new(encoding->context, &line);
    if (status != TW_OK) return status;
    format_all(line, encoding);
    status = tw_json_status(line);
    if (status == TW_OK) {
        const char *all = tw_json_text(line);
        *text = tw_copy_text(encoding->context, all, strcspn(all, "\n"));
        if (*text == NULL) status = TW_NO_MEMORY;
    }
    tw_json_free(line);
    return status;
}

static tw_status lacks(tw_context *context, const char *what) {
    return tw_fail(context, TW_BAD_TEXT,
                   "encoding: %s; an encoding is the text that a training set gave", what);
}

static bool word_index(const json_t *value, const char *const *words, int count, int *index) {
    const char *text = json_string_value(value);
    for (*index = 0; text != NULL && *index < count; (*index)++) {
        if (strcmp(words[*index], text) == 0) return true;
    }
    return false;
}

static tw_status parse_shape(const json_t *root, tw_encoding *encoding) {
    const json_t *sizes = json_object_get(root, "shape");
    size_t rank = json_array_size(sizes);
    if (rank < 1 || rank > TW_RANK_MAX) return lacks(encoding->context, "no shape");
    encoding->shape.rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        encoding->shape.size[i] = json_integer_value(json_array_get(sizes, i));
        if (encoding->shape.size[i] < 1) return lacks(encoding->context, "a size below 1");
    }
    int64_t features = tw_shape_elements(&encoding->shape);
    if (features < 1 || features > TW_FEATURES_MAX) {
        return lacks(encoding->context, "a shape of too many features");
    }
    return TW_OK;
}

static tw_status parse_names(tw_context *context, const json_t *list, size_t limit,
                             tw_names *names) {
    size_t count = json_array_size(list);
    if (count > limit) return lacks(context, "too many names");
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text == NULL) return lacks(context, "a name that is not text");
        tw_status status = tw_names_add(context, names, text, strlen(text));
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

static tw_status parse_target(const json_t *root, tw_encoding *encoding) {
    int kind = 0;
    if (!word_index(json_object_get(root, "target"), target_words, TARGET_WORDS, &kind)) {
        return lacks(encoding->context, "no target kind");
    }
    encoding->kind = (tw_target_kind)kind;
    encoding->target_width = json_integer_value(json_object_get(root, "target_width"));
    encoding->target_mean = json_number_value(json_object_get(root, "target_mean"));
    encoding->target_deviation = json_number_value(json_object_get(root, "target_deviation"));
    tw_status status = parse_names(encoding->context, json_object_get(root, "classes"),
                                   TW_CLASSES_MAX, &encoding->classes);
    if (status != TW_OK) return status;
    if ((encoding->kind == TW_TARGET_CLASS) != (encoding->classes.count > 0)) {
        return lacks(encoding->context, "classes and target kind do not fit");
    }
    if ((encoding->kind == TW_TARGET_VALUE) != (encoding->target_width > 0) ||
        encoding->target_width < 0 || encoding->target_width > TW_FEATURES_MAX) {
        return lacks(encoding->context, "target width and target kind do not fit");
    }
    encoding->index_base = json_integer_value(json_object_get(root, "index_base"));
    if (encoding->index_base != 0 && encoding->index_base != 1) {
        return lacks(encoding->context, "an index base other than 0 and 1");
    }
    if (!(encoding->target_deviation > 0.0)) {
        return lacks(encoding->context, "the target's deviation is not above 0");
    }
    return TW_OK;
}

static tw_status parse_scales(const json_t *root, tw_encoding *encoding) {
    const json_t *means = json_object_get(root, "mean");
    const json_t *deviations = json_object_get(root, "deviation");
    if (means == NULL && deviations == NULL) return TW_OK;
    int64_t features = tw_shape_elements(&encoding->shape);
    if (json_array_size(means) != (size_t)features ||
        json_array_size(deviations) != (size_t)features) {
        return lacks(encoding->context, "not a mean and a deviation for every feature");
    }
    tw_status status = tw_encoding_make_scales(encoding, features);
    for (size_t i = 0; i < (size_t)features && status == TW_OK; i++) {
        encoding->mean[i] = json_number_value(json_array_get(means, i));
        encoding->deviation[i] = json_number_value(json_array_get(deviations, i));
    }
    return status;
}

static tw_status parse_column(const json_t *value, tw_encoding *encoding, int64_t *features) {
    static const int64_t widths[COLUMN_WORDS] = {1, 0, 3, 0, 0};
    int kind = 0;
    const char *name = json_string_value(json_object_get(value, "name"));
    if (name == NULL ||
        !word_index(json_object_get(value, "kind"), column_words, COLUMN_WORDS, &kind)) {
        return lacks(encoding->context, "a column without name or kind");
    }
    tw_column *column = NULL;
    tw_status status =
        tw_encoding_add_column(encoding, name, strlen(name), (tw_column_kind)kind, &column);
    if (status != TW_OK) return status;
    column->fill = json_number_value(json_object_get(value, "fill"));
    status = parse_names(encoding->context, json_object_get(value, "categories"), TW_CATEGORIES_MAX,
                         &column->categories);
    if (status == TW_OK && kind != TW_COLUMN_TEXT && column->categories.count > 0) {
        return lacks(encoding->context, "categories of a column that is not of texts");
    }
    *features += widths[kind] + (int64_t)column->categories.count;
    return status;
}

static tw_status parse_columns(const json_t *root, tw_encoding *encoding) {
    const json_t *list = json_object_get(root, "columns");
    size_t count = json_array_size(list);
    if (count > TW_COLUMNS_MAX) return lacks(encoding->context, "too many columns");
    encoding->has_header = json_is_true(json_object_get(root, "header"));
    int64_t features = 0;
    for (size_t i = 0; i < count; i++) {
        tw_status status = parse_column(json_array_get(list, i), encoding, &features);
        if (status != TW_OK) return status;
    }
    if (count > 0 && features != tw_shape_elements(&encoding->shape)) {
        return lacks(encoding->context, "columns and shape do not fit");
    }
    return TW_OK;
}

tw_status tw_encoding_parse(tw_context *context, const char *text, tw_encoding **encoding) {
    *encoding = NULL;
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(root)) {
        json_decref(root);
        return lacks(context, "not one object of JSON");
    }
    tw_encoding *made = NULL;
    tw_status status = tw_encoding_new(context, &made);
    if (status == TW_OK) status = parse_shape(root, made);
    if (status == TW_OK) status = parse_target(root, made);
    if (status == TW_OK) status = parse_scales(root, made);
    if (status == TW_OK) status = parse_columns(root, made);
    json_decref(root);
    if (status != TW_OK) {
        tw_encoding_free(made);
        return status;
    }
    *encoding = made;
    return TW_OK;
}
