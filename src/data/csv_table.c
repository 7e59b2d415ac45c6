// A CSV file cut into cells, in one pass over its text; cells point into it.
#include "data/csv_table.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { SAMPLE_ROWS = 32 }; // that decide on the separator

static const size_t bytes_max = UINT32_MAX; // of a file: cells keep 32-bit lengths

// Where a reading of the text is.
typedef struct cursor {
    const tw_table *table;
    size_t at;
    size_t line_start;
    int64_t line;
} cursor;

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool at_end(const cursor *c) {
    return c->at >= c->table->length;
}

static char peek(const cursor *c) {
    return at_end(c) ? '\n' : c->table->text[c->at];
}

static void pass_line_end(cursor *c) {
    if (!at_end(c) && c->table->text[c->at] == '\r') c->at++;
    if (!at_end(c) && c->table->text[c->at] == '\n') c->at++;
    c->line++;
    c->line_start = c->at;
}

static bool at_line_end(const cursor *c) {
    return at_end(c) || peek(c) == '\n' ||
           (peek(c) == '\r' &&
            (c->at + 1 == c->table->length || c->table->text[c->at + 1] == '\n'));
}

// Passes empty lines and lines that begin with '#'; false at the end of the text.
static bool find_record(cursor *c, int64_t *comments) {
    while (!at_end(c)) {
        cursor ahead = *c;
        while (!at_line_end(&ahead) && is_blank(peek(&ahead))) ahead.at++;
        bool comment = peek(c) == '#';
        if (!comment && !at_line_end(&ahead)) return true;
        while (!at_line_end(c)) c->at++;
        if (comment) ++*comments;
        pass_line_end(c);
    }
    return false;
}

static tw_status fail_at(const cursor *c, const char *what) {
    return tw_fail(c->table->context, TW_BAD_FILE, "%s:%" PRId64 ":%zu: %s", c->table->path,
                   c->line, c->at - c->line_start + 1, what);
}

// The inside of quotes; doubled ones become one, in place. Ends behind the last quote.
static tw_status read_quoted(cursor *c, tw_cell *cell) {
    char *text = c->table->text;
    const cursor opened = *c;
    size_t to = ++c->at;
    cell->text = text + to;
    for (;; c->at++) {
        if (at_end(c)) return fail_at(&opened, "a quote is not closed; '\"' ends the cell");
        if (text[c->at] == '"') {
            c->at++;
            if (at_end(c) || text[c->at] != '"') break;
        } else if (text[c->at] == '\n') {
            c->line++;
            c->line_start = c->at + 1;
        }
        text[to++] = text[c->at];
    }
    cell->length = (uint32_t)(text + to - cell->text);
    return TW_OK;
}

static void read_plain(cursor *c, char separator, tw_cell *cell) {
    size_t first = c->at;
    while (!at_line_end(c) && peek(c) != separator && !(separator == ' ' && is_blank(peek(c)))) {
        c->at++;
    }
    size_t end = c->at;
    while (end > first && is_blank(c->table->text[end - 1])) end--;
    cell->text = c->table->text + first;
    cell->length = (uint32_t)(end - first);
}

static void pass_blanks(cursor *c, char separator) {
    while (!at_line_end(c) && is_blank(peek(c)) && (separator == ' ' || peek(c) != separator)) {
        c->at++;
    }
}

// One cell and the separator behind it; `*more`: the record goes on.
static tw_status read_cell(cursor *c, char separator, tw_cell *cell, bool *more) {
    pass_blanks(c, separator);
    cell->column = (uint32_t)(c->at - c->line_start + 1);
    if (!at_line_end(c) && peek(c) == '"') {
        tw_status status = read_quoted(c, cell);
        if (status != TW_OK) return status;
    } else {
        read_plain(c, separator, cell);
    }
    pass_blanks(c, separator);
    if (at_line_end(c)) {
        *more = false;
        pass_line_end(c);
        return TW_OK;
    }
    *more = true;
    if (separator == ' ') return TW_OK; // the blanks were the separator
    if (peek(c) != separator) {
        return fail_at(c, "text behind a closing quote; double the quotes inside a cell");
    }
    c->at++;
    return TW_OK;
}

// How many cells a record has, without looking into quotes' contents; leaves the text as it is.
static size_t count_cells(cursor *c, char separator) {
    size_t count = 1;
    bool quoted = false, blank = true;
    for (; !at_end(c) && (quoted || !at_line_end(c)); c->at++) {
        char now = peek(c);
        if (now == '"') quoted = !quoted;
        if (!quoted && separator == ' ') {
            if (!is_blank(now) && blank && c->at > c->line_start) count++;
            blank = is_blank(now);
        } else if (!quoted && now == separator) {
            count++;
        }
    }
    pass_line_end(c);
    return count;
}

// Cells of each record if the first ones all have the same number, else 0.
static size_t cells_alike(const cursor *start, char separator) {
    cursor c = *start;
    int64_t comments = 0;
    size_t first = 0;
    for (int row = 0; row < SAMPLE_ROWS && find_record(&c, &comments); row++) {
        pass_blanks(&c, separator);
        c.line_start = c.at;
        size_t count = count_cells(&c, separator);
        if (row == 0) first = count;
        if (count != first) return 0;
    }
    return first;
}

// The first separator that cuts the first lines into the same number of cells, at least 2; failing
// that, the comma. The comma comes late: it is also a decimal mark.
static char find_separator(const cursor *start) {
    static const char candidates[] = {'\t', ';', ',', '|', ' '};
    for (size_t i = 0; i < sizeof candidates; i++) {
        if (cells_alike(start, candidates[i]) >= 2) return candidates[i];
    }
    return ',';
}

static tw_status fail_ragged(const cursor *c, int64_t line, size_t count) {
    const tw_table *table = c->table;
    return tw_fail(table->context, TW_BAD_FILE, "%s:%" PRId64 ":1: %zu %s; the first row has %zu",
                   table->path, line, count, count == 1 ? "cell" : "cells", table->column_count);
}

static tw_status fail_columns(const cursor *c, int64_t line) {
    return tw_fail(c->table->context, TW_BAD_FILE, "%s:%" PRId64 ":1: more than %d columns",
                   c->table->path, line, TW_COLUMNS_MAX);
}

// One record into the table's next row.
static tw_status read_row(tw_table *table, cursor *c, size_t *capacity) {
    int64_t line = c->line;
    size_t count = 0;
    size_t first = table->row_count * table->column_count;
    for (bool more = true; more;) {
        tw_status status = tw_grow(table->context, (void **)&table->cells, first + count, capacity,
                                   sizeof(tw_cell));
        if (status == TW_OK) {
            status = read_cell(c, table->separator, &table->cells[first + count], &more);
        }
        if (status != TW_OK) return status;
        if (++count > TW_COLUMNS_MAX) return fail_columns(c, line);
    }
    if (table->row_count == 0) table->column_count = count;
    if (count != table->column_count) return fail_ragged(c, line, count);
    return TW_OK;
}

static tw_status read_rows(tw_table *table, cursor *c) {
    size_t cell_capacity = 0, line_capacity = 0;
    while (find_record(c, &table->comment_count)) {
        int64_t line = c->line;
        tw_status status = read_row(table, c, &cell_capacity);
        if (status == TW_OK) {
            status = tw_grow(table->context, (void **)&table->lines, table->row_count,
                             &line_capacity, sizeof(int64_t));
        }
        if (status != TW_OK) return status;
        table->lines[table->row_count++] = line;
    }
    if (table->row_count > 0) return TW_OK;
    return tw_fail(table->context, TW_BAD_FILE, "%s: holds no rows", table->path);
}

// Texts become names of categories and classes, which are kept in JSON and must be found again there. A
// file that is not UTF-8 is taken for Latin-1: any bytes are that.
static tw_status make_utf8(tw_table *table) {
    size_t high = 0, to = 0;
    if (tw_utf8_is_whole(table->text, table->length)) return TW_OK;
    for (size_t i = 0; i < table->length; i++) high += (unsigned char)table->text[i] >> 7;
    if (table->length + high > bytes_max) {
        return tw_fail(table->context, TW_BAD_FILE, "%s: too large for a file that is not UTF-8",
                       table->path);
    }
    char *made = tw_allocate(table->context, table->length + high + 1, 1);
    if (made == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < table->length; i++) {
        unsigned char c = (unsigned char)table->text[i];
        if (c < 0x80) {
            made[to++] = (char)c;
        } else {
            made[to++] = (char)(0xC0 | c >> 6);
            made[to++] = (char)(0x80 | (c & 0x3F));
        }
    }
    assert(to == table->length + high);
    tw_release(table->text);
    table->text = made;
    table->length = to;
    table->is_latin1 = true;
    return TW_OK;
}

// Lines that end in CR alone, as old spreadsheets write them: in a text without LF.
static void end_lines(tw_table *table) {
    if (memchr(table->text, '\n', table->length) != NULL) return;
    for (size_t i = 0; i < table->length; i++)
        if (table->text[i] == '\r') table->text[i] = '\n';
}

static tw_status refuse_nul(const tw_table *table, size_t at) {
    const char *text = table->text;
    bool wide = table->length >= 2 &&
                (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
    if (wide)
        return tw_fail(table->context, TW_BAD_FILE, "%s: is UTF-16; save it as UTF-8", table->path);
    return tw_fail(table->context, TW_BAD_FILE, "%s: byte %zu is NUL; a table of text has none",
                   table->path, at);
}

tw_status tw_table_read(tw_context *context, const char *path, char separator, tw_table *table) {
    *table = (tw_table){.context = context, .path = path};
    tw_status status = tw_file_read_all(context, path, bytes_max, &table->text, &table->length);
    if (status != TW_OK) return status;
    const char *nul = memchr(table->text, '\0', table->length);
    if (nul != NULL) return refuse_nul(table, (size_t)(nul - table->text));
    end_lines(table);
    status = make_utf8(table);
    if (status != TW_OK) return status;
    cursor c = {.table = table, .line = 1};
    if (table->length >= 3 && memcmp(table->text, "\xEF\xBB\xBF", 3) == 0) {
        table->has_mark = true;
        c.at = c.line_start = 3;
    }
    table->separator = separator != 0 ? separator : find_separator(&c);
    return read_rows(table, &c);
}

void tw_table_free(tw_table *table) {
    tw_release(table->cells);
    tw_release(table->lines);
    tw_release(table->text);
    *table = (tw_table){0};
}

const tw_cell *tw_table_cell(const tw_table *table, size_t row, size_t column) {
    assert(row < table->row_count && column < table->column_count);
    return &table->cells[row * table->column_count + column];
}
