// Rows of a table as features and targets, by an encoding.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/memory.h"
#include "data/csv_file.h"

static tw_status refuse_gap(const tw_csv *csv, size_t row, size_t column) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, column);
    return tw_csv_fail(csv, TW_BAD_FILE, row, column,
                       "%s%.*s%s; add &missing=mean or &missing=drop",
                       cell->length == 0 ? "is empty" : "'", tw_csv_shown(cell), cell->text,
                       cell->length == 0 ? "" : "' is not a value");
}

#define NUMBER_WANTED "a number; the training set had numbers here"

// `wanted`: what the training set had here, as it follows "is not".
static tw_status refuse_cell(const tw_csv *csv, size_t row, size_t column, const char *wanted) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, column);
    return tw_csv_fail(csv, TW_MISMATCH, row, column, "'%.*s' is not %s", tw_csv_shown(cell),
                       cell->text, wanted);
}

static tw_status refuse_size(const tw_csv *csv, size_t row, size_t column) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, column);
    return tw_csv_fail(csv, TW_BAD_FILE, row, column,
                       "'%.*s' is too large for single precision; scale the column down",
                       tw_csv_shown(cell), cell->text);
}

static tw_status encode_number(const tw_csv *csv, const tw_column *column, size_t row, size_t at,
                               double *feature) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, at);
    if (tw_cell_is_gap(cell)) {
        *feature = column->fill;
        return csv->gaps == TW_GAPS_ERROR ? refuse_gap(csv, row, at) : TW_OK;
    }
    if (!tw_cell_number(cell, feature)) return refuse_cell(csv, row, at, NUMBER_WANTED);
    return tw_fits_f32(*feature) ? TW_OK : refuse_size(csv, row, at);
}

static tw_status encode_date(const tw_csv *csv, size_t row, size_t at, double *features) {
    const double turn = 6.283185307179586476925;
    const tw_cell *cell = tw_table_cell(&csv->table, row, at);
    double place = 0.0;
    if (tw_cell_is_gap(cell)) return refuse_gap(csv, row, at);
    if (!tw_cell_date(cell, &features[0], &place))
        return refuse_cell(csv, row, at, "a date; the training set had dates here");
    features[1] = sin(turn * place);
    features[2] = cos(turn * place);
    return TW_OK;
}

// One feature a category, all 0 for a text that the training set did not have.
static void encode_text(const tw_csv *csv, const tw_column *column, size_t row, size_t at,
                        double *features, int64_t *unknown_count) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, at);
    int index = tw_names_find(&column->categories, cell->text, cell->length);
    for (size_t i = 0; i < column->categories.count; i++) features[i] = 0.0;
    if (index >= 0)
        features[index] = 1.0;
    else
        ++*unknown_count;
}

tw_status tw_csv_encode_row(const tw_csv *csv, size_t row, double *features,
                            int64_t *unknown_count) {
    for (size_t i = 0; i < csv->encoding->column_count; i++) {
        const tw_column *column = &csv->encoding->columns[i];
        size_t at = csv->column_of[i];
        tw_status status = TW_OK;
        switch (column->kind) {
        case TW_COLUMN_NUMBER:
            status = encode_number(csv, column, row, at, features);
            features += 1;
            break;
        case TW_COLUMN_TEXT:
            encode_text(csv, column, row, at, features, unknown_count);
            features += column->categories.count;
            break;
        case TW_COLUMN_DATE:
            status = encode_date(csv, row, at, features);
            features += TW_CSV_DATE_FEATURES;
            break;
        case TW_COLUMN_IGNORED:
        case TW_COLUMN_TARGET:
            break;
        }
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

// Marks the features that are standardised: numbers and dates. One-hot ones stay 0 and 1.
static void mark_scaled(const tw_encoding *encoding, double *marks) {
    for (size_t i = 0; i < encoding->column_count; i++) {
        const tw_column *column = &encoding->columns[i];
        if (column->kind == TW_COLUMN_NUMBER) *marks++ = 1.0;
        for (size_t k = 0; column->kind == TW_COLUMN_DATE && k < TW_CSV_DATE_FEATURES; k++) {
            *marks++ = 1.0;
        }
        for (size_t k = 0; k < column->categories.count; k++) *marks++ = 0.0;
    }
}

typedef struct totals {
    double *row, *sum, *marks; // [features]
    double target;
} totals;

// Adds up, over all examples that are not held out, each feature's value (power 1), or its squared
// distance from the mean (2).
static tw_status add_up(const tw_csv *csv, totals *t, int power, int64_t features) {
    const tw_encoding *encoding = csv->encoding;
    int64_t unknown_count = 0;
    for (int64_t k = 0; k < features; k++) t->sum[k] = 0.0;
    t->target = 0.0;
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        if (csv->dropped[row] || csv->held[row]) continue;
        tw_status status = tw_csv_encode_row(csv, row, t->row, &unknown_count);
        if (status != TW_OK) return status;
        for (int64_t k = 0; k < features; k++) {
            double away = t->row[k] - encoding->mean[k];
            t->sum[k] += power == 1 ? t->row[k] : away * away;
        }
        double value = 0.0;
        if (encoding->kind != TW_TARGET_VALUE) continue;
        tw_cell_number(tw_table_cell(&csv->table, row, (size_t)csv->target), &value);
        if (!tw_fits_f32(value)) return refuse_size(csv, row, (size_t)csv->target);
        double away = value - encoding->target_mean;
        t->target += power == 1 ? value : away * away;
    }
    return TW_OK;
}

static void say_constant(tw_csv *csv) {
    const double *deviation = csv->encoding->deviation;
    char words[TW_CSV_NAME_BYTES];
    for (size_t i = 0, feature = 0; i < csv->encoding->column_count; i++) {
        const tw_column *column = &csv->encoding->columns[i];
        if (column->kind == TW_COLUMN_NUMBER && deviation[feature] == 0.0) {
            tw_text_add(&csv->said, "%s: constant, becomes 0\n",
                        tw_csv_column_words(csv, i, words));
        }
        feature += column->kind == TW_COLUMN_NUMBER ? 1 : column->categories.count;
        feature += column->kind == TW_COLUMN_DATE ? TW_CSV_DATE_FEATURES : 0;
    }
}

static void finish_scales(tw_csv *csv, const totals *t, int64_t features) {
    const double tiny = 1e-12; // of the mean: what rounding leaves of a constant
    tw_encoding *encoding = csv->encoding;
    double count = (double)(csv->kept_count - csv->held_count);
    for (int64_t k = 0; k < features; k++) {
        double deviation = sqrt(t->sum[k] / count);
        bool constant = deviation <= tiny * fabs(encoding->mean[k]);
        encoding->deviation[k] = constant ? 0.0 : deviation;
        if (t->marks[k] == 0.0) encoding->mean[k] = 0.0, encoding->deviation[k] = 1.0;
    }
    tw_text_add(&csv->said, "numbers standardised to mean 0 and deviation 1%s\n",
                csv->held_count > 0 ? " of the examples to train" : "");
    say_constant(csv);
    if (encoding->kind != TW_TARGET_VALUE) return;
    double deviation = sqrt(t->target / count);
    encoding->target_deviation = deviation <= tiny * fabs(encoding->target_mean) ? 1.0 : deviation;
    tw_text_add(&csv->said, "target standardised: mean ");
    tw_text_add_number(&csv->said, encoding->target_mean);
    tw_text_add(&csv->said, ", deviation ");
    tw_text_add_number(&csv->said, encoding->target_deviation);
    tw_text_add(&csv->said, "\n");
}

tw_status tw_csv_learn_scales(tw_csv *csv) {
    tw_encoding *encoding = csv->encoding;
    int64_t features = tw_shape_elements(&encoding->shape);
    size_t count = (size_t)features;
    totals t = {.row = tw_allocate(csv->context, count, sizeof(double)),
                .sum = tw_allocate(csv->context, count, sizeof(double)),
                .marks = tw_allocate(csv->context, count, sizeof(double))};
    tw_status status = tw_encoding_make_scales(encoding, features);
    if (t.row == NULL || t.sum == NULL || t.marks == NULL) status = TW_NO_MEMORY;
    if (status == TW_OK) mark_scaled(encoding, t.marks);
    if (status == TW_OK) status = add_up(csv, &t, 1, features);
    if (status == TW_OK) {
        double examples = (double)(csv->kept_count - csv->held_count);
        for (int64_t k = 0; k < features; k++) encoding->mean[k] = t.sum[k] / examples;
        encoding->target_mean = t.target / examples;
        status = add_up(csv, &t, 2, features);
    }
    if (status == TW_OK) finish_scales(csv, &t, features);
    tw_release(t.row);
    tw_release(t.sum);
    tw_release(t.marks);
    return status;
}

int32_t tw_csv_label(const tw_csv *csv, size_t row) {
    const tw_cell *cell = tw_table_cell(&csv->table, row, (size_t)csv->target);
    char buffer[TW_NUMBER_BYTES];
    size_t length = 0;
    const char *key = tw_csv_class_key(cell, buffer, &length);
    return tw_names_find(&csv->encoding->classes, key, length);
}

// The target of a row, as a label or a standardised value.
static tw_status encode_target(const tw_csv *csv, size_t row, int32_t *label, double *value) {
    const tw_encoding *encoding = csv->encoding;
    size_t at = (size_t)csv->target;
    const tw_cell *cell = tw_table_cell(&csv->table, row, at);
    if (tw_cell_is_gap(cell)) {
        return tw_csv_fail(csv, TW_BAD_FILE, row, at,
                           "the target is missing; fill it in, or add &missing=drop");
    }
    if (encoding->kind == TW_TARGET_VALUE) {
        if (!tw_cell_number(cell, value)) return refuse_cell(csv, row, at, NUMBER_WANTED);
        *value = (*value - encoding->target_mean) / encoding->target_deviation;
        return tw_fits_f32(*value) ? TW_OK : refuse_size(csv, row, at);
    }
    *label = tw_csv_label(csv, row);
    return *label >= 0 ? TW_OK : refuse_cell(csv, row, at, "a class of the training set");
}

// Whether all are finite in single precision: a later set can lie far from the training set's mean.
static bool scale(const tw_encoding *encoding, const double *row, int64_t features, float *x) {
    bool fit = true;
    for (int64_t k = 0; k < features; k++) {
        double value = row[k];
        if (encoding->mean != NULL) {
            double deviation = encoding->deviation[k];
            value = deviation == 0.0 ? 0.0 : (value - encoding->mean[k]) / deviation;
        }
        fit = fit && tw_fits_f32(value);
        x[k] = (float)value;
    }
    return fit;
}

static tw_status fill(tw_csv *csv, double *buffer, float *x, void *targets) {
    const tw_encoding *encoding = csv->encoding;
    int64_t features = tw_shape_elements(&encoding->shape), unknown_count = 0;
    size_t example = 0;
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        if (csv->dropped[row]) continue;
        tw_status status = tw_csv_encode_row(csv, row, buffer, &unknown_count);
        int32_t label = 0;
        double value = 0.0;
        if (status == TW_OK && csv->target >= 0) status = encode_target(csv, row, &label, &value);
        if (status != TW_OK) return status;
        if (!scale(encoding, buffer, features, x + (int64_t)example * features)) {
            return tw_fail(csv->context, TW_MISMATCH,
                           "%s:%" PRId64 ":1: a number is too far from the training set's mean",
                           csv->table.path, csv->table.lines[row]);
        }
        if (encoding->kind == TW_TARGET_CLASS) ((int32_t *)targets)[example] = label;
        if (encoding->kind == TW_TARGET_VALUE) ((double *)targets)[example] = value;
        example++;
    }
    assert(example == csv->kept_count);
    if (unknown_count > 0) {
        tw_text_add(&csv->said, "%" PRId64 " text%s unknown in training: all features 0\n",
                    unknown_count, tw_plural(unknown_count));
    }
    return csv->said.status;
}

tw_status tw_csv_encode(tw_csv *csv, tw_data **data) {
    int64_t features = tw_shape_elements(&csv->encoding->shape), elements = 0;
    tw_target_kind kind = csv->encoding->kind;
    if (!tw_checked_multiply(features, (int64_t)csv->kept_count, &elements)) {
        return tw_fail(csv->context, TW_NO_MEMORY, "%s: more features than can be kept",
                       csv->table.path);
    }
    size_t target_size = kind == TW_TARGET_CLASS ? sizeof(int32_t) : sizeof(double);
    double *buffer = tw_allocate(csv->context, (size_t)features, sizeof *buffer);
    float *x = tw_allocate(csv->context, (size_t)elements, sizeof *x);
    void *targets =
        kind == TW_TARGET_NONE ? NULL : tw_allocate(csv->context, csv->kept_count, target_size);
    tw_status status = buffer == NULL || x == NULL || (targets == NULL && kind != TW_TARGET_NONE)
                           ? TW_NO_MEMORY
                           : fill(csv, buffer, x, targets);
    tw_release(buffer);
    if (status != TW_OK) {
        tw_release(x);
        tw_release(targets);
        return status;
    }
    tw_dense dense = {.dtype = TW_F32,
                      .x = x,
                      .features = features,
                      .target_dtype = kind == TW_TARGET_CLASS ? TW_I32 : TW_F64,
                      .targets = targets,
                      .target_width = 1,
                      .owned_x = x,
                      .owned_targets = targets};
    tw_data_parts parts = {.name = csv->opening->spec->text,
                           .count = (int64_t)csv->kept_count,
                           .encoding = csv->encoding,
                           .description = csv->said.data};
    csv->encoding = NULL;
    return tw_data_new_dense(csv->context, parts, &dense, data);
}
