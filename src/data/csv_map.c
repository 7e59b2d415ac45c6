// Where the columns of the training file lie in a later one: by their names, or by position where there are none.
// Names are sorted to be found, since tables of measurements have tens of thousands of columns.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/csv_file.h"

typedef struct named_column {
    const char *name;
    size_t length, column;
} named_column;

static int compare_names(const named_column *a, const named_column *b) {
    int order = memcmp(a->name, b->name, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

// Columns of one name stay as they stand.
static int by_name_and_place(const void *a, const void *b) {
    const named_column *left = a, *right = b;
    int order = compare_names(left, right);
    return order != 0 ? order : (left->column > right->column) - (left->column < right->column);
}

static void sort_names(const tw_csv *csv, named_column *theirs, named_column *ours) {
    const tw_encoding *like = csv->opening->like;
    for (size_t i = 0; i < like->column_count; i++) {
        const char *name = like->columns[i].name;
        theirs[i] = (named_column){name, strlen(name), i};
    }
    for (size_t i = 0; i < csv->table.column_count; i++) {
        const tw_cell *cell = tw_table_cell(&csv->table, 0, i);
        ours[i] = (named_column){cell->text, cell->length, i};
    }
    qsort(theirs, like->column_count, sizeof *theirs, by_name_and_place);
    qsort(ours, csv->table.column_count, sizeof *ours, by_name_and_place);
}

// Of columns of one name the second there is the second here.
static void join(const tw_csv *csv, const named_column *theirs, const named_column *ours) {
    size_t own = csv->table.column_count, at = 0;
    for (size_t i = 0; i < csv->opening->like->column_count; i++) {
        while (at < own && compare_names(&ours[at], &theirs[i]) < 0) at++;
        bool found = at < own && compare_names(&ours[at], &theirs[i]) == 0;
        csv->column_of[theirs[i].column] = found ? ours[at++].column : SIZE_MAX;
    }
}

// The first feature's column that was not found, or NULL.
static const tw_column *missing_column(const tw_csv *csv) {
    const tw_encoding *like = csv->opening->like;
    for (size_t i = 0; i < like->column_count; i++) {
        const tw_column *column = &like->columns[i];
        bool needed = column->kind != TW_COLUMN_TARGET && column->kind != TW_COLUMN_IGNORED;
        if (needed && csv->column_of[i] == SIZE_MAX) return column;
    }
    return NULL;
}

static tw_status allocate_map(tw_csv *csv) {
    size_t count = csv->opening->like->column_count;
    csv->column_of = tw_allocate(csv->context, count, sizeof *csv->column_of);
    return csv->column_of != NULL ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_csv_map_by_name(tw_csv *csv, bool *all) {
    size_t count = csv->opening->like->column_count;
    named_column *names = tw_allocate(csv->context, count + csv->table.column_count, sizeof *names);
    tw_status status = names != NULL ? allocate_map(csv) : TW_NO_MEMORY;
    *all = false;
    if (status == TW_OK) {
        sort_names(csv, names, names + count);
        join(csv, names, names + count);
        *all = missing_column(csv) == NULL;
    }
    tw_release(names);
    return status;
}

// All columns, or all but the target.
static tw_status map_by_position(tw_csv *csv) {
    size_t count = csv->encoding->column_count, skipped = 0;
    bool has_target = csv->encoding->kind != TW_TARGET_NONE;
    if (csv->table.column_count != count && !(has_target && csv->table.column_count + 1 == count)) {
        return tw_fail(csv->context, TW_MISMATCH, "%s: has %zu columns; the training set had %zu",
                       csv->table.path, csv->table.column_count, count);
    }
    bool without = csv->table.column_count != count;
    for (size_t i = 0; i < count; i++) {
        bool target = without && csv->encoding->columns[i].kind == TW_COLUMN_TARGET;
        csv->column_of[i] = target ? SIZE_MAX : i - skipped;
        if (target) skipped++;
    }
    return TW_OK;
}

tw_status tw_csv_map(tw_csv *csv) {
    tw_status status = csv->column_of != NULL ? TW_OK : allocate_map(csv);
    if (status != TW_OK) return status;
    if (!csv->encoding->has_header || csv->first_row == 0) return map_by_position(csv);
    const tw_column *missing = missing_column(csv);
    if (missing == NULL) return TW_OK;
    return tw_fail(csv->context, TW_MISMATCH,
                   "%s: the header has no column '%s', which the training set had", csv->table.path,
                   missing->name);
}
