// What a table's target is: classes and their order, or values.
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/csv_file.h"

typedef struct findings {
    size_t numbers, others, commas, first_other, first_comma;
    bool whole; // all numbers are integers
} findings;

const char *tw_csv_class_key(const tw_cell *cell, char buffer[TW_NUMBER_BYTES], size_t *length) {
    double value = 0.0;
    *length = cell->length;
    if (!tw_cell_number(cell, &value)) return cell->text;
    tw_format_number(value + 0.0, buffer); // -0 is the class 0
    *length = strlen(buffer);
    return buffer;
}

static tw_status look(const tw_csv *csv, findings *found) {
    size_t column = (size_t)csv->target;
    *found = (findings){.whole = true};
    for (size_t row = csv->first_row; row < csv->table.row_count; row++) {
        const tw_cell *cell = tw_table_cell(&csv->table, row, column);
        double value = 0.0;
        if (csv->dropped[row]) continue;
        if (tw_cell_is_gap(cell)) {
            return tw_csv_fail(csv, TW_BAD_FILE, row, column,
                               "the target is missing; fill it in, or add &missing=drop");
        }
        if (tw_cell_number(cell, &value)) {
            found->numbers++;
            found->whole = found->whole && value == floor(value);
        } else {
            if (found->others++ == 0) found->first_other = row;
            if (tw_cell_has_comma(cell) && found->commas++ == 0) found->first_comma = row;
        }
    }
    return TW_OK;
}

// Collects the distinct keys, up to `limit` and one more.
static tw_status collect(const tw_csv *csv, size_t limit, tw_names *keys) {
    for (size_t row = csv->first_row; row < csv->table.row_count && keys->count <= limit; row++) {
        char buffer[TW_NUMBER_BYTES];
        size_t length = 0;
        if (csv->dropped[row]) continue;
        const tw_cell *cell = tw_table_cell(&csv->table, row, (size_t)csv->target);
        const char *key = tw_csv_class_key(cell, buffer, &length);
        if (tw_names_find(keys, key, length) >= 0) continue;
        tw_status status = tw_names_add(csv->context, keys, key, length);
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

// Numbers by size, before texts, which go by their bytes.
static int by_value(const void *a, const void *b) {
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    double x = 0.0, y = 0.0;
    bool left_number = tw_parse_double(left, &x), right_number = tw_parse_double(right, &y);
    if (left_number && right_number) return (x > y) - (x < y);
    if (left_number != right_number) return left_number ? -1 : 1;
    return strcmp(left, right);
}

// Few distinct whole numbers, most of them met more than once, are codes of classes.
static bool are_codes(const tw_csv *csv, const tw_names *keys) {
    if (keys->count < 2 || keys->count > TW_CSV_INTEGERS_MAX) return false;
    if (2 * keys->count <= csv->kept_count) return true;
    return keys->count == 2 && tw_names_find(keys, "0", 1) >= 0 && tw_names_find(keys, "1", 1) >= 0;
}

static tw_status learn_classes(tw_csv *csv, const findings *found, tw_names *keys) {
    enum { NAMED_MAX = 10 }; // in the description

    char words[TW_CSV_NAME_BYTES];
    assert(keys->count > 0); // a table without rows was refused before
    if (keys->count > TW_CSV_CLASSES_MAX) {
        size_t where = found->others > 0 ? found->first_other : csv->first_row;
        return tw_csv_fail(csv, TW_BAD_FILE, where, (size_t)csv->target,
                           "more than %d different classes; is it the target?", TW_CSV_CLASSES_MAX);
    }
    qsort(keys->items, keys->count, sizeof(char *), by_value);
    csv->encoding->kind = TW_TARGET_CLASS;
    csv->encoding->classes = *keys;
    *keys = (tw_names){0};
    const tw_names *classes = &csv->encoding->classes;
    tw_text_add(&csv->said,
                "target %s: %zu classes: ", tw_csv_column_words(csv, (size_t)csv->target, words),
                classes->count);
    for (size_t i = 0; i < classes->count && i < NAMED_MAX; i++) {
        tw_text_add(&csv->said, "%s%s", i == 0 ? "" : ", ", classes->items[i]);
    }
    tw_text_add(&csv->said, "%s\n", classes->count > NAMED_MAX ? ", ..." : "");
    return TW_OK;
}

static tw_status refuse_text(const tw_csv *csv, const findings *found) {
    const tw_cell *cell = tw_table_cell(&csv->table, found->first_other, (size_t)csv->target);
    return tw_csv_fail(csv, TW_BAD_FILE, found->first_other, (size_t)csv->target,
                       "'%.*s' is not a number, but %zu of %zu cells are; mend it, or add "
                       "&target_kind=class",
                       tw_csv_shown(cell), cell->text, found->numbers,
                       found->numbers + found->others);
}

static tw_status refuse_comma(const tw_csv *csv, const findings *found) {
    const tw_cell *cell = tw_table_cell(&csv->table, found->first_comma, (size_t)csv->target);
    return tw_csv_fail(csv, TW_BAD_FILE, found->first_comma, (size_t)csv->target,
                       "'%.*s': " TW_CSV_NUMBERS_ARE "; mend the column, or add &target_kind=class",
                       tw_csv_shown(cell), cell->text);
}

tw_status tw_csv_learn_target(tw_csv *csv) {
    findings found;
    tw_names keys = {0};
    tw_status status = look(csv, &found);
    if (status != TW_OK) return status;
    bool asked = csv->wish == TW_WISH_CLASS;
    if (2 * found.commas > found.others && !asked) return refuse_comma(csv, &found);
    if (found.others > 0 && !asked &&
        (found.numbers >= found.others || csv->wish == TW_WISH_VALUE)) {
        return refuse_text(csv, &found);
    }
    bool perhaps = asked || found.others > 0 || (found.whole && csv->wish == TW_WISH_AUTO);
    bool text = asked || found.others > 0;
    if (perhaps) {
        status = collect(csv, text ? TW_CSV_CLASSES_MAX : TW_CSV_INTEGERS_MAX, &keys);
    }
    if (status == TW_OK && perhaps && (text || are_codes(csv, &keys))) {
        status = learn_classes(csv, &found, &keys);
    } else if (status == TW_OK) {
        char words[TW_CSV_NAME_BYTES];
        csv->encoding->kind = TW_TARGET_VALUE;
        csv->encoding->target_width = 1;
        tw_text_add(&csv->said, "target %s: values\n",
                    tw_csv_column_words(csv, (size_t)csv->target, words));
    }
    tw_names_free(&keys);
    return status;
}
