// A CSV file cut into cells: quotes, doubled quotes and line breaks inside them, LF, CRLF or CR, a byte
// order mark, comment lines, empty lines; UTF-8, or else Latin-1.
#ifndef TW_DATA_CSV_TABLE_H
#define TW_DATA_CSV_TABLE_H

#include "data/encoding.h"

typedef struct tw_cell {
    const char *text; // [length], quotes taken off, blanks around an unquoted cell too
    uint32_t length;
    uint32_t column; // bytes from the start of the line, from 1
} tw_cell;

typedef struct tw_table {
    tw_context *context;
    const char *path; // borrowed
    char *text;
    size_t length;
    char separator; // ' ' stands for any number of blanks
    tw_cell *cells; // [row_count, column_count]
    int64_t *lines; // [row_count], from 1
    size_t row_count, column_count;
    int64_t comment_count; // lines that were skipped
    bool has_mark;         // began with a byte order mark
    bool is_latin1;        // was not UTF-8
} tw_table;

// Reads a file and cuts it; `separator` 0: the one that cuts the first lines alike. `path` borrowed: valid
// while the table is. Free with tw_table_free, also on failure. Errors: TW_NOT_FOUND, TW_IO, TW_NO_MEMORY,
// TW_BAD_FILE with line and column.
tw_status tw_table_read(tw_context *context, const char *path, char separator, tw_table *table);
void tw_table_free(tw_table *table);

// A cell by row and column, from 0.
const tw_cell *tw_table_cell(const tw_table *table, size_t row, size_t column);

// Whether a cell is a number; whether it is a gap: empty, ?, NA, N/A, NaN, null.
bool tw_cell_number(const tw_cell *cell, double *value);
bool tw_cell_is_gap(const tw_cell *cell);

// Whether a cell is a number with a comma in it: "0,5" or "1,234.5".
bool tw_cell_has_comma(const tw_cell *cell);

// Whether a cell is a date YYYY-MM-DD; its days since 1970-01-01 and its place in the year, 0 to 1.
bool tw_cell_date(const tw_cell *cell, double *day, double *place_in_year);

#endif
