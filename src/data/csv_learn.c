// What the columns of a table mean: learned from a training file, or taken from its encoding.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/csv_file.h"
#include "data/split.h"

// What the cells of a column are.
typedef struct census {
    size_t gaps, numbers, dates, commas, others; // dates and numbers with commas are others too
    size_t first_gap, first_comma, first_other;  // rows; others are neither numbers nor gaps
} census;

static census take_census(const tw_csv *csv, size_t column) {
    census found = {0};
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        const tw_cell *cell = tw_table_cell(&csv->table, row, column);
        double value = 0.0, place = 0.0;
        if (csv->dropped[row]) continue;
        if (tw_cell_is_gap(cell)) {
            if (found.gaps++ == 0) found.first_gap = row;
        } else if (tw_cell_number(cell, &value)) {
            found.numbers++;
        } else {
            if (found.others++ == 0) found.first_other = row;
            if (tw_cell_date(cell, &value, &place)) found.dates++;
            if (tw_cell_has_comma(cell) && found.commas++ == 0) found.first_comma = row;
        }
    }
    return found;
}

static bool is_used(const tw_csv *csv, size_t column) {
    return !csv->ignored[column];
}

// missing=drop: rows with a gap in a column that is used.
static void drop_rows(tw_csv *csv) {
    size_t dropped = 0;
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        for (size_t i = 0; i < csv->table.column_count && !csv->dropped[row]; i++) {
            csv->dropped[row] =
                is_used(csv, i) && tw_cell_is_gap(tw_table_cell(&csv->table, row, i));
        }
        if (csv->dropped[row]) dropped++;
    }
    csv->kept_count -= dropped;
    if (dropped > 0)
        tw_text_add(&csv->said, "%zu row%s with gaps dropped\n", dropped,
                    tw_plural((int64_t)dropped));
}

static tw_status refuse_gap(const tw_csv *csv, size_t column, const census *found) {
    const tw_cell *cell = tw_table_cell(&csv->table, found->first_gap, column);
    return tw_csv_fail(csv, TW_BAD_FILE, found->first_gap, column,
                       "%s%.*s%s (%zu of %zu rows); add &missing=mean or &missing=drop",
                       cell->length == 0 ? "is empty" : "'", tw_csv_shown(cell), cell->text,
                       cell->length == 0 ? "" : "' is not a value", found->gaps, csv->kept_count);
}

static bool gaps_allowed(const tw_csv *csv, const census *found) {
    if (found->gaps == 0 || csv->gaps == TW_GAPS_MEAN) return true;
    return csv->gaps == TW_GAPS_FEW && found->gaps * TW_CSV_GAPS_ONE_IN <= csv->kept_count;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static tw_status learn_texts(tw_csv *csv, size_t index, tw_column *column) {
    char words[TW_CSV_NAME_BYTES];
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        const tw_cell *cell = tw_table_cell(&csv->table, row, index);
        if (csv->dropped[row]) continue;
        if (tw_names_find(&column->categories, cell->text, cell->length) >= 0) continue;
        if (column->categories.count == TW_CATEGORIES_MAX) {
            return tw_csv_fail(csv, TW_BAD_FILE, row, index,
                               "more than %d different texts; leave it out with &ignore=%zu",
                               TW_CATEGORIES_MAX, index);
        }
        tw_status status =
            tw_names_add(csv->context, &column->categories, cell->text, cell->length);
        if (status != TW_OK) return status;
    }
    qsort(column->categories.items, column->categories.count, sizeof(char *), by_bytes);
    tw_text_add(&csv->said, "%s: %zu text%s, encoded one-hot\n",
                tw_csv_column_words(csv, index, words), column->categories.count,
                tw_plural((int64_t)column->categories.count));
    return TW_OK;
}

static double mean_of(const tw_csv *csv, size_t column) {
    double sum = 0.0;
    size_t count = 0;
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        double value = 0.0;
        if (csv->dropped[row] || csv->held[row]) continue;
        if (!tw_cell_number(tw_table_cell(&csv->table, row, column), &value)) continue;
        sum += value;
        count++;
    }
    return count == 0 ? 0.0 : sum / (double)count;
}

static void say_gaps(tw_csv *csv, size_t index, const census *found, double fill) {
    char words[TW_CSV_NAME_BYTES];
    if (found->gaps == 0) return;
    tw_text_add(&csv->said, "%s: %zu %s filled with the mean, ",
                tw_csv_column_words(csv, index, words), found->gaps,
                found->gaps == 1 ? "gap" : "gaps");
    tw_text_add_number(&csv->said, fill);
    tw_text_add(&csv->said, "\n");
}

static tw_status refuse_mixture(const tw_csv *csv, size_t index, const census *found) {
    const tw_cell *cell = tw_table_cell(&csv->table, found->first_other, index);
    return tw_csv_fail(csv, TW_BAD_FILE, found->first_other, index,
                       "'%.*s' is not a number, but %zu of %zu cells are; mend it, or leave the "
                       "column out with &ignore=%zu",
                       tw_csv_shown(cell), cell->text, found->numbers,
                       found->numbers + found->others, index);
}

static tw_status refuse_comma(const tw_csv *csv, size_t column, const census *found) {
    const tw_cell *cell = tw_table_cell(&csv->table, found->first_comma, column);
    return tw_csv_fail(csv, TW_BAD_FILE, found->first_comma, column,
                       "'%.*s': " TW_CSV_NUMBERS_ARE
                       "; mend the column, or leave it out with &ignore=%zu",
                       tw_csv_shown(cell), cell->text, column);
}

// Decides what one feature column becomes.
static tw_status learn_column(tw_csv *csv, size_t index, tw_column *column) {
    char words[TW_CSV_NAME_BYTES];
    census found = take_census(csv, index);
    if (!gaps_allowed(csv, &found)) return refuse_gap(csv, index, &found);
    if (found.numbers + found.others == 0) {
        column->kind = TW_COLUMN_IGNORED;
        tw_text_add(&csv->said, "%s: empty, left out\n", tw_csv_column_words(csv, index, words));
        return TW_OK;
    }
    if (found.others == 0) {
        column->kind = TW_COLUMN_NUMBER;
        column->fill = mean_of(csv, index);
        say_gaps(csv, index, &found, column->fill);
        return TW_OK;
    }
    if (2 * found.commas > found.others) return refuse_comma(csv, index, &found);
    if (found.numbers >= found.others) return refuse_mixture(csv, index, &found);
    if (found.dates == found.others && found.numbers == 0) {
        if (found.gaps > 0) return refuse_gap(csv, index, &found);
        column->kind = TW_COLUMN_DATE;
        tw_text_add(&csv->said,
                    "%s: dates, as day number and sine and cosine of the place in the year\n",
                    tw_csv_column_words(csv, index, words));
        return TW_OK;
    }
    column->kind = TW_COLUMN_TEXT;
    return learn_texts(csv, index, column);
}

static int64_t features_of(const tw_column *column) {
    switch (column->kind) {
    case TW_COLUMN_NUMBER:
        return 1;
    case TW_COLUMN_TEXT:
        return (int64_t)column->categories.count;
    case TW_COLUMN_DATE:
        return TW_CSV_DATE_FEATURES;
    default:
        return 0;
    }
}

static tw_status map_to_itself(tw_csv *csv) {
    size_t count = csv->table.column_count;
    csv->column_of = tw_allocate(csv->context, count, sizeof *csv->column_of);
    if (csv->column_of == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < count; i++) csv->column_of[i] = i;
    return TW_OK;
}

static tw_status learn_columns(tw_csv *csv) {
    int64_t features = 0;
    for (size_t i = 0; i < csv->table.column_count; i++) {
        const tw_cell *name = tw_table_cell(&csv->table, 0, i);
        bool target = (int64_t)i == csv->target;
        tw_column *column = NULL;
        tw_status status = tw_encoding_add_column(
            csv->encoding, name->text, csv->first_row == 1 ? name->length : 0,
            target ? TW_COLUMN_TARGET : TW_COLUMN_IGNORED, &column);
        if (status == TW_OK && !target && !csv->ignored[i]) status = learn_column(csv, i, column);
        if (status != TW_OK) return status;
        features += features_of(column);
    }
    if (features < 1 || features > TW_FEATURES_MAX) {
        return tw_fail(csv->context, TW_BAD_FILE,
                       "%s: %" PRId64 " features besides the target; 1 to %d are needed",
                       csv->table.path, features, TW_FEATURES_MAX);
    }
    csv->encoding->shape = (tw_shape){1, {features}};
    return TW_OK;
}

// The label of each example, where there are classes.
static tw_status read_labels(const tw_csv *csv, int32_t **labels) {
    *labels = NULL;
    if (csv->encoding->kind != TW_TARGET_CLASS) return TW_OK;
    *labels = tw_allocate(csv->context, csv->kept_count, sizeof **labels);
    if (*labels == NULL) return TW_NO_MEMORY;
    size_t example = 0;
    for (size_t row = csv->first_row; row < csv->table.row_count; row++)
        if (!csv->dropped[row]) (*labels)[example++] = tw_csv_label(csv, row);
    return TW_OK;
}

// Finds the rows that are going to be held out.
static tw_status mark_held(tw_csv *csv) {
    int64_t held_count = 0;
    int32_t *labels = NULL;
    if (csv->opening->holdout == 0.0 || csv->kept_count < 2) return TW_OK;
    bool *held = tw_allocate(csv->context, csv->kept_count, sizeof *held);
    tw_status status = held == NULL ? TW_NO_MEMORY : read_labels(csv, &labels);
    tw_split split = {.count = (int64_t)csv->kept_count,
                      .labels = labels,
                      .classes = (int)csv->encoding->classes.count,
                      .share = csv->opening->holdout,
                      .seed = csv->opening->seed};
    if (status == TW_OK) status = tw_split_mark(csv->context, &split, held, &held_count);
    size_t example = 0;
    for (size_t row = csv->first_row; row < csv->table.row_count && status == TW_OK; row++)
        if (!csv->dropped[row]) csv->held[row] = held[example++];
    csv->held_count = (size_t)held_count;
    tw_release(labels);
    tw_release(held);
    return status;
}

tw_status tw_csv_learn(tw_csv *csv) {
    tw_status status = tw_encoding_new(csv->context, &csv->encoding);
    if (status != TW_OK) return status;
    csv->encoding->has_header = csv->first_row == 1;
    csv->kept_count = csv->table.row_count - csv->first_row;
    if (csv->gaps == TW_GAPS_DROP) drop_rows(csv);
    if (csv->kept_count == 0) {
        return tw_fail(csv->context, TW_BAD_FILE, "%s: every row has a gap; none is left",
                       csv->table.path);
    }
    status = map_to_itself(csv);
    if (status == TW_OK && csv->target >= 0) status = tw_csv_learn_target(csv);
    if (status == TW_OK) status = mark_held(csv);
    if (status == TW_OK) status = learn_columns(csv);
    if (status == TW_OK && csv->standardize) status = tw_csv_learn_scales(csv);
    return status;
}

// The target's column in this file: that of the spec, else the training set's; none if it is not there.
static void adopt_target(tw_csv *csv) {
    const char *stated = tw_spec_value(csv->opening->spec, "target");
    for (size_t i = 0; i < csv->encoding->column_count; i++) {
        if (csv->encoding->columns[i].kind != TW_COLUMN_TARGET) continue;
        if (stated != NULL) {
            csv->column_of[i] = csv->target < 0 ? SIZE_MAX : (size_t)csv->target;
        } else if (csv->column_of[i] != SIZE_MAX) {
            csv->target = (int64_t)csv->column_of[i];
        }
    }
    if (csv->target >= 0) return;
    tw_names_free(&csv->encoding->classes);
    csv->encoding->kind = TW_TARGET_NONE;
    csv->encoding->target_width = 0;
    tw_text_add(&csv->said, "no target: examples to predict\n");
}

tw_status tw_csv_adopt(tw_csv *csv) {
    if (csv->opening->like->column_count == 0) {
        return tw_fail(csv->context, TW_MISMATCH,
                       "%s: is a table; the training set was not a table", csv->table.path);
    }
    tw_status status = tw_encoding_copy(csv->opening->like, &csv->encoding);
    if (status == TW_OK) status = tw_csv_map(csv);
    if (status != TW_OK) return status;
    adopt_target(csv);
    csv->kept_count = csv->table.row_count - csv->first_row;
    for (size_t i = 0; i < csv->table.column_count; i++) csv->ignored[i] = true;
    for (size_t i = 0; i < csv->encoding->column_count; i++) {
        bool used = csv->encoding->columns[i].kind != TW_COLUMN_IGNORED;
        if (used && csv->column_of[i] != SIZE_MAX) csv->ignored[csv->column_of[i]] = false;
    }
    if (csv->gaps == TW_GAPS_DROP) drop_rows(csv);
    if (csv->kept_count == 0) {
        return tw_fail(csv->context, TW_BAD_FILE, "%s: every row has a gap; none is left",
                       csv->table.path);
    }
    tw_text_add(&csv->said, "encoded as the training set was\n");
    return TW_OK;
}
