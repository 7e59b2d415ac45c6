// A CSV file on its way from cells to a set: csv.c reads the options and finds header and target,
// csv_learn.c learns an encoding of the columns or takes the training set's, csv_map.c finds its columns here,
// csv_encode.c applies it.
#ifndef TW_DATA_CSV_FILE_H
#define TW_DATA_CSV_FILE_H

#include "data/csv_table.h"
#include "data/spec.h"

// What a gap becomes. FEW: the mean, if at most 1 in 20 of its column are gaps; else an error.
typedef enum tw_gap_rule { TW_GAPS_FEW, TW_GAPS_ERROR, TW_GAPS_MEAN, TW_GAPS_DROP } tw_gap_rule;

// What the target was asked to be. AUTO: classes if text, or few distinct integers.
typedef enum tw_target_wish { TW_WISH_AUTO, TW_WISH_CLASS, TW_WISH_VALUE } tw_target_wish;

enum {
    TW_CSV_CLASSES_MAX = 1000, // of any target column
    TW_CSV_INTEGERS_MAX = 20,  // distinct whole numbers that are taken for classes
    TW_CSV_GAPS_ONE_IN = 20,   // see TW_GAPS_FEW
    TW_CSV_NAME_BYTES = 96,    // of a column, quoted in a message
    TW_CSV_DATE_FEATURES = 3,
};

// Said where a column has commas in its numbers.
#define TW_CSV_NUMBERS_ARE                                                                         \
    "numbers are written with a point before decimals and nothing between thousands"

typedef struct tw_csv {
    const tw_opening *opening;
    tw_context *context;
    tw_table table;
    size_t first_row;   // 1 with a header
    bool header_stated; // by the spec, not found
    bool separator_stated;
    tw_gap_rule gaps;
    tw_target_wish wish;
    bool standardize;
    bool *ignored;         // [columns of the file]
    bool *dropped;         // [rows of the file]
    bool *held;            // [rows of the file] held out: means and deviations are of the others
    size_t kept_count;     // rows that become examples
    size_t held_count;     // of those
    int64_t target;        // column of the file, -1: none
    tw_encoding *encoding; // its columns are the training file's
    size_t *column_of;     // [encoding columns] where each lies in this file; SIZE_MAX: nowhere
    tw_text said;          // the description
} tw_csv;

// "column 4 ('total_bedrooms')", or without a name where there is no header; returns `buffer`.
const char *tw_csv_column_words(const tw_csv *csv, size_t column, char buffer[TW_CSV_NAME_BYTES]);

// Fails at a cell: "FILE:LINE:COLUMN: column 4 ('name'): " and the words.
tw_status tw_csv_fail(const tw_csv *csv, tw_status status, size_t row, size_t column,
                      const char *format, ...) TW_PRINTF(5, 6);

// How many bytes of a cell's text a message shows, whole characters all of them: for "%.*s".
int tw_csv_shown(const tw_cell *cell);

// The key of a class: a number in its shortest form, else the text. Returns `buffer` or the cell's text.
const char *tw_csv_class_key(const tw_cell *cell, char buffer[TW_NUMBER_BYTES], size_t *length);

// Learns csv->encoding from the columns, or takes the training set's. Says what it decides.
tw_status tw_csv_learn(tw_csv *csv);
tw_status tw_csv_adopt(tw_csv *csv);

// Finds the training set's columns by their names in the first row; `*all`: every feature's was found.
tw_status tw_csv_map_by_name(tw_csv *csv, bool *all);

// Settles csv->column_of: found by name where both files have headers, else by position. Errors: TW_MISMATCH.
tw_status tw_csv_map(tw_csv *csv);

// The class of a row, -1: none of them.
int32_t tw_csv_label(const tw_csv *csv, size_t row);

// Learns the means and deviations of features and target.
tw_status tw_csv_learn_scales(tw_csv *csv);

// Learns what is to be predicted: classes and their order, or values.
tw_status tw_csv_learn_target(tw_csv *csv);

// Writes row `row` as features [features], not standardised. Errors: as for gaps and texts.
tw_status tw_csv_encode_row(const tw_csv *csv, size_t row, double *features,
                            int64_t *unknown_count);

// Makes the set; `*data` as usual.
tw_status tw_csv_encode(tw_csv *csv, tw_data **data);

#endif
