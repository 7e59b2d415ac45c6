// csv: tables of text. Options, header and target; what the columns mean is learned in csv_learn.c.
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "data/csv_file.h"

const char *tw_csv_column_words(const tw_csv *csv, size_t column, char buffer[TW_CSV_NAME_BYTES]) {
    if (csv->first_row == 0) {
        snprintf(buffer, TW_CSV_NAME_BYTES, "column %zu", column);
    } else {
        const tw_cell *cell = tw_table_cell(&csv->table, 0, column);
        snprintf(buffer, TW_CSV_NAME_BYTES, "column %zu ('%.*s')", column, tw_csv_shown(cell),
                 cell->text);
    }
    return buffer;
}

int tw_csv_shown(const tw_cell *cell) {
    enum { SHOWN_MAX = 40 };

    return (int)tw_utf8_cut(cell->text, cell->length, SHOWN_MAX);
}

tw_status tw_csv_fail(const tw_csv *csv, tw_status status, size_t row, size_t column,
                      const char *format, ...) {
    char words[TW_CSV_NAME_BYTES];
    va_list list;
    char what[512];
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    tw_fail(csv->context, status, "%s:%" PRId64 ":%" PRIu32 ": %s: %s", csv->table.path,
            csv->table.lines[row], tw_table_cell(&csv->table, row, column)->column,
            tw_csv_column_words(csv, column, words), what);
    return status;
}

static bool cell_is(const tw_cell *cell, const char *text, size_t length) {
    return cell->length == length && memcmp(cell->text, text, length) == 0;
}

// The column of the first row with exactly this text, -1 if none.
static int64_t find_name(const tw_table *table, const char *text) {
    for (size_t i = 0; i < table->column_count; i++) {
        if (cell_is(tw_table_cell(table, 0, i), text, strlen(text))) return (int64_t)i;
    }
    return -1;
}

// Whether a column holds numbers, even if written with commas, and gaps in the rows below the first.
static bool is_numeric_below(const tw_table *table, size_t column) {
    enum { ROWS_MAX = 32 }; // that are looked at

    bool any = false;
    for (size_t row = 1; row < table->row_count && row <= ROWS_MAX; row++) {
        const tw_cell *cell = tw_table_cell(table, row, column);
        double value = 0.0;
        if (tw_cell_is_gap(cell)) continue;
        if (!tw_cell_number(cell, &value) && !tw_cell_has_comma(cell)) return false;
        any = true;
    }
    return any;
}

// A first row is a header when it holds no number where the next rows do.
static bool looks_like_header(const tw_table *table) {
    bool text_above_numbers = false;
    for (size_t i = 0; i < table->column_count; i++) {
        const tw_cell *cell = tw_table_cell(table, 0, i);
        double value = 0.0;
        if (!is_numeric_below(table, i)) continue;
        if (tw_cell_number(cell, &value)) return false;
        if (!tw_cell_is_gap(cell)) text_above_numbers = true;
    }
    return text_above_numbers;
}

// Whether the first row names the target.
static bool names_target(const tw_csv *csv) {
    const char *target = tw_spec_value(csv->opening->spec, "target");
    int64_t index = 0;
    return target != NULL && !tw_parse_integer(target, &index) &&
           find_name(&csv->table, target) >= 0;
}

// A first row with the names of the training file's columns, or the target's, must be a header.
static tw_status find_header(tw_csv *csv) {
    static const char *const words[] = {"no", "yes"};
    const tw_encoding *like = csv->opening->like;
    int header = -1;
    bool named = false;
    tw_status status = tw_spec_word(csv->opening->spec, "header", words, 2, &header);
    if (status == TW_OK && like != NULL && like->has_header)
        status = tw_csv_map_by_name(csv, &named);
    if (status != TW_OK) return status;
    csv->header_stated = header >= 0;
    if (header < 0) header = named || names_target(csv) || looks_like_header(&csv->table);
    csv->first_row = header == 1 ? 1 : 0;
    if (csv->table.row_count > csv->first_row) return TW_OK;
    return tw_fail(csv->context, TW_BAD_FILE, "%s: holds a header and no rows", csv->table.path);
}

// A name of the header that is near to `name`; returns `buffer`, or NULL.
static const char *near_name(const tw_csv *csv, const char *name, char buffer[TW_CSV_NAME_BYTES]) {
    for (size_t i = 0; i < csv->table.column_count; i++) {
        const tw_cell *cell = tw_table_cell(&csv->table, 0, i);
        snprintf(buffer, TW_CSV_NAME_BYTES, "%.*s", tw_csv_shown(cell), cell->text);
        if (tw_nearest_name(name, &(const char *){buffer}, 1) != NULL) return buffer;
    }
    return NULL;
}

// Refuses a name that several columns have: which one is meant cannot be guessed.
static tw_status check_once(const tw_csv *csv, const char *what, const char *name, int64_t first) {
    for (int64_t i = first + 1; i < (int64_t)csv->table.column_count; i++) {
        if (!cell_is(tw_table_cell(&csv->table, 0, (size_t)i), name, strlen(name))) continue;
        return tw_fail(csv->context, TW_BAD_ARGUMENT,
                       "%s: %s=%s: columns %" PRId64 " and %" PRId64
                       " both have that name; give an index",
                       csv->table.path, what, name, first, i);
    }
    return TW_OK;
}

static tw_status refuse_name(const tw_csv *csv, const char *what, const char *name) {
    char buffer[TW_CSV_NAME_BYTES];
    if (csv->first_row == 0)
        return tw_fail(csv->context, TW_BAD_ARGUMENT,
                       "%s: %s=%s: no header was found to hold names; give an index from 0, or "
                       "header=yes",
                       csv->table.path, what, name);
    const char *near = near_name(csv, name, buffer);
    return tw_fail(csv->context, TW_BAD_ARGUMENT, "%s: %s=%s: the header has no such name%s%s%s",
                   csv->table.path, what, name, near == NULL ? "" : "; did you mean '",
                   near == NULL ? "" : near, near == NULL ? "" : "'?");
}

// A column by name or index (negative: from the end).
static tw_status find_column(const tw_csv *csv, const char *what, const char *text, size_t length,
                             size_t *column) {
    char name[256];
    int64_t index = 0;
    int64_t count = (int64_t)csv->table.column_count;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
             text);
    bool by_index = tw_parse_integer(name, &index), header = csv->first_row == 1;
    if (by_index && index < 0) index += count;
    // A number that is not an index may be a name: the year 2024.
    if (by_index && (index < 0 || index >= count) && header)
        by_index = find_name(&csv->table, name) < 0;
    if (!by_index) index = header ? find_name(&csv->table, name) : -1;
    *column = 0;
    if (index >= 0 && index < count) {
        *column = (size_t)index;
        return by_index ? TW_OK : check_once(csv, what, name, index);
    }
    if (by_index) {
        return tw_fail(csv->context, TW_BAD_ARGUMENT,
                       "%s: %s=%s: there are %" PRId64 " columns; 0 to %" PRId64
                       ", or -1 for the last, are possible",
                       csv->table.path, what, name, count, count - 1);
    }
    return refuse_name(csv, what, name);
}

static tw_status find_target(tw_csv *csv) {
    const char *text = tw_spec_value(csv->opening->spec, "target");
    csv->target = -1;
    if (text == NULL && csv->opening->like != NULL) return TW_OK; // the training set's
    if (text == NULL) {
        return tw_fail(csv->context, TW_BAD_ARGUMENT,
                       "data '%s': no target; add ?target=NAME, ?target=INDEX (from 0; -1 is the "
                       "last column) or ?target=none",
                       csv->opening->spec->text);
    }
    if (strcmp(text, "none") == 0 && find_name(&csv->table, "none") < 0) return TW_OK;
    size_t column = 0;
    tw_status status = find_column(csv, "target", text, strlen(text), &column);
    if (status == TW_OK) csv->target = (int64_t)column;
    return status;
}

static tw_status find_ignored(tw_csv *csv) {
    const char *text = tw_spec_value(csv->opening->spec, "ignore");
    csv->ignored = tw_allocate(csv->context, csv->table.column_count, sizeof *csv->ignored);
    if (csv->ignored == NULL) return TW_NO_MEMORY;
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, ","), column = 0;
        tw_status status = find_column(csv, "ignore", text, length, &column);
        if (status != TW_OK) return status;
        csv->ignored[column] = true;
        text += length + (text[length] == ',' ? 1 : 0);
    }
    if (csv->target >= 0 && csv->ignored[csv->target]) {
        return tw_fail(csv->context, TW_BAD_ARGUMENT, "data '%s': the target cannot be ignored",
                       csv->opening->spec->text);
    }
    return TW_OK;
}

static tw_status read_separator(const tw_spec *spec, char *separator) {
    static const char *const words[] = {"comma", "semicolon", "tab", "space", "bar"};
    static const char characters[] = {',', ';', '\t', ' ', '|'};
    const char *text = tw_spec_value(spec, "separator");
    *separator = 0;
    if (text == NULL) return TW_OK;
    if (strlen(text) == 1 && text[0] != '"' && text[0] != '\r' && text[0] != '\n') {
        *separator = text[0];
        return TW_OK;
    }
    int index = 0;
    tw_status status = tw_spec_word(spec, "separator", words, 5, &index);
    if (status == TW_OK) *separator = characters[index];
    return status;
}

static tw_status read_options(tw_csv *csv) {
    static const char *const gap_words[] = {"few", "error", "mean", "drop"};
    static const char *const wish_words[] = {"auto", "class", "value"};
    static const char *const yes_words[] = {"no", "yes"};
    const tw_spec *spec = csv->opening->spec;
    int gaps = csv->opening->like == NULL ? TW_GAPS_FEW : TW_GAPS_MEAN;
    int wish = TW_WISH_AUTO, standardize = 1;
    tw_status status = tw_spec_word(spec, "missing", gap_words, 4, &gaps);
    if (status == TW_OK) status = tw_spec_word(spec, "target_kind", wish_words, 3, &wish);
    if (status == TW_OK) status = tw_spec_word(spec, "standardize", yes_words, 2, &standardize);
    csv->gaps = (tw_gap_rule)gaps;
    csv->wish = (tw_target_wish)wish;
    csv->standardize = standardize == 1;
    return status;
}

static void say_form(tw_csv *csv) {
    const tw_table *table = &csv->table;
    const char *name = table->separator == ','    ? "commas"
                       : table->separator == ';'  ? "semicolons"
                       : table->separator == '\t' ? "tabs"
                       : table->separator == ' '  ? "blanks"
                       : table->separator == '|'  ? "bars"
                                                  : "other characters";
    tw_text_add(&csv->said, "%zu row%s of %zu column%s, separated by %s (%s); %s (%s)\n",
                table->row_count - csv->first_row,
                tw_plural((int64_t)(table->row_count - csv->first_row)), table->column_count,
                tw_plural((int64_t)table->column_count), name,
                csv->separator_stated ? "stated" : "found",
                csv->first_row == 1 ? "the first row is a header" : "no header",
                csv->header_stated ? "stated" : "found");
    if (table->comment_count > 0) {
        tw_text_add(&csv->said, "%" PRId64 " comment %s beginning with '#' skipped\n",
                    table->comment_count, table->comment_count == 1 ? "line" : "lines");
    }
    if (table->has_mark) tw_text_add(&csv->said, "a byte order mark was skipped\n");
    if (table->is_latin1) tw_text_add(&csv->said, "not UTF-8: read as Latin-1\n");
}

static tw_status read_csv(tw_csv *csv, tw_data **data) {
    char separator = 0;
    tw_status status = read_options(csv);
    if (status == TW_OK) status = read_separator(csv->opening->spec, &separator);
    csv->separator_stated = separator != 0;
    if (status == TW_OK) {
        status = tw_table_read(csv->context, csv->opening->spec->place, separator, &csv->table);
    }
    if (status == TW_OK) status = find_header(csv);
    if (status == TW_OK) status = find_target(csv);
    if (status == TW_OK) status = find_ignored(csv);
    if (status != TW_OK) return status;
    csv->dropped = tw_allocate(csv->context, csv->table.row_count, sizeof *csv->dropped);
    csv->held = tw_allocate(csv->context, csv->table.row_count, sizeof *csv->held);
    if (csv->dropped == NULL || csv->held == NULL) return TW_NO_MEMORY;
    say_form(csv);
    status = csv->opening->like == NULL ? tw_csv_learn(csv) : tw_csv_adopt(csv);
    return status == TW_OK ? tw_csv_encode(csv, data) : status;
}

static tw_status open_csv(const tw_opening *opening, tw_data **train, tw_data **test) {
    (void)test;
    tw_csv csv = {.opening = opening, .context = opening->context};
    tw_text_start(&csv.said, opening->context);
    tw_status status = read_csv(&csv, train);
    tw_text_free(&csv.said);
    tw_encoding_free(csv.encoding);
    tw_release(csv.column_of);
    tw_release(csv.dropped);
    tw_release(csv.held);
    tw_release(csv.ignored);
    tw_table_free(&csv.table);
    return status;
}

static const char *const keys[] = {"target",      "header",      "separator", "missing",
                                   "target_kind", "standardize", "ignore",    NULL};

const tw_format tw_format_csv = {
    .about = {.name = "csv",
              .usage = "csv:FILE?target=NAME|INDEX|none[&header=yes|no][&separator=C]"
                       "[&missing=few|error|mean|drop][&target_kind=class|value]"
                       "[&standardize=yes|no][&ignore=NAME|INDEX,...]",
              .summary = "a table of text; texts one-hot, numbers standardised"},
    .keys = keys,
    .takes_place = true,
    .open = open_csv,
};
