// What is learned from a training set and has to be applied to every later one: shape, classes, the
// meaning of columns, means and deviations. It travels as one line of JSON.
#ifndef TW_DATA_ENCODING_H
#define TW_DATA_ENCODING_H

#include "thalweg/data.h"

#define TW_CLASSES_MAX 65536    // of any set
#define TW_COLUMNS_MAX 65536    // of a table
#define TW_CATEGORIES_MAX 64    // texts of a column that is encoded one-hot
#define TW_FEATURES_MAX 4194304 // of one example

// What a column of a table becomes.
typedef enum tw_column_kind {
    TW_COLUMN_NUMBER, // one feature
    TW_COLUMN_TEXT,   // one feature a category, 0 or 1
    TW_COLUMN_DATE,   // three: day number, sine and cosine of the day of the year
    TW_COLUMN_IGNORED,
    TW_COLUMN_TARGET,
} tw_column_kind;

typedef struct tw_names {
    char **items; // [count], each owned
    size_t count, capacity;
} tw_names;

typedef struct tw_column {
    char *name; // "" without a header
    tw_column_kind kind;
    double fill;         // what a gap in a column of numbers becomes
    tw_names categories; // of a column of texts, in their order
} tw_column;

typedef struct tw_encoding {
    tw_context *context;
    tw_shape shape;
    tw_target_kind kind;
    tw_names classes;
    int64_t target_width;
    double target_mean, target_deviation;
    double *mean, *deviation; // [features] of a standardised set, else NULL; deviation 0: constant
    tw_column *columns;       // [column_count] of a table
    size_t column_count, column_capacity;
    bool has_header;
    int64_t index_base; // of a sparse text, 0 or 1
} tw_encoding;

// An encoding of nothing yet. `*encoding` is owned by the caller: free with tw_encoding_free.
tw_status tw_encoding_new(tw_context *context, tw_encoding **encoding);
void tw_encoding_free(tw_encoding *encoding);

// A deep copy. As above.
tw_status tw_encoding_copy(const tw_encoding *encoding, tw_encoding **copy);

// Appends a name; copied. Errors: TW_NO_MEMORY.
tw_status tw_names_add(tw_context *context, tw_names *names, const char *text, size_t length);
void tw_names_free(tw_names *names);

// The index of a text, -1 if it is none of them.
int tw_names_find(const tw_names *names, const char *text, size_t length);

// Appends a column of a kind; its name copied. `*column` is borrowed: valid until the next call.
tw_status tw_encoding_add_column(tw_encoding *encoding, const char *name, size_t length,
                                 tw_column_kind kind, tw_column **column);

// Makes the encoding one of `count` classes "0", "1", ...
tw_status tw_encoding_number_classes(tw_encoding *encoding, int count);

// Room for means and deviations of `features` features.
tw_status tw_encoding_make_scales(tw_encoding *encoding, int64_t features);

// To and from text. `*text` is owned by the caller: free with tw_release. Errors: TW_NO_MEMORY;
// TW_BAD_TEXT with what the encoding lacks or where it is not JSON.
tw_status tw_encoding_format(const tw_encoding *encoding, char **text);
tw_status tw_encoding_parse(tw_context *context, const char *text, tw_encoding **encoding);

#endif
