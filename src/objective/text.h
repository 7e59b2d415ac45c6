// A function to be minimised as text: an expression, or a file of statements around one.
//
//     # Rosenbrock's valley. Rosenbrock, 1960.
//     objective rosenbrock
//     dim 2 step 2                                  (default; which are possible)
//     param a = 100 from 0                          (set by "rosenbrock:a=10"; which are possible)
//     start -1.2, 1                                 (repeated up to n; or: start x[i] = 1 - i/n)
//     domain -2 to 2, -1 to 3                       (what pictures show)
//     minimum 0 at 1                                (of the literature; may end in: for n == 4)
//     data y = [0.0009, 0.0044]                     (y[1], y[2])
//     u[i] = x[i] - 1                               (named parts, of an index or not)
//     f = sum(i, 1, n/2, a*(x[2*i] - x[2*i-1]^2)^2 + (1 - x[2*i-1])^2)
//
// A text comes from anyone: everything about it is bounded, and every diagnosis has its place.
#ifndef TW_OBJECTIVE_TEXT_H
#define TW_OBJECTIVE_TEXT_H

#include "expr/expr.h"
#include "thalweg/objective.h"

#define TW_OBJECTIVE_ITEMS_MAX 256
#define TW_OBJECTIVE_DIMENSION_MAX ((int64_t)1 << 30)

// What a name stands for.
typedef enum tw_objective_meaning {
    TW_MEANS_VECTOR,     // x, of which elements are taken
    TW_MEANS_COORDINATE, // x, y, x1: `index` from 0
    TW_MEANS_DIMENSION,  // n
    TW_MEANS_NUMBER,     // pi, e, a parameter: `number`
    TW_MEANS_TABLE,      // data: `index` of its item
    TW_MEANS_PART,       // a named part: `index` of its item
    TW_MEANS_SEQUENCE,   // a named part of an index: `index` of its item
    TW_MEANS_INDEX,      // that index, inside of it
} tw_objective_meaning;

typedef struct tw_objective_symbol {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    tw_objective_meaning meaning;
    int64_t index;
    double number;
} tw_objective_symbol;

typedef enum tw_objective_item_kind {
    TW_ITEM_PARAMETER, // values: default, least, most
    TW_ITEM_DIMENSION, // values: default, first, last, step
    TW_ITEM_START,
    TW_ITEM_DOMAIN, // values: low, high, low, high, ...
    TW_ITEM_MINIMUM,
    TW_ITEM_DATA,
    TW_ITEM_PART,
    TW_ITEM_FORMULA,
} tw_objective_item_kind;

// A statement.
typedef struct tw_objective_item {
    tw_objective_item_kind kind;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    char index[TW_EXPR_NAME_BYTES_MAX +
               1];                   // "" : values are listed; else there is one for each index
    size_t offset;                   // of the name or the word
    uint32_t first, end;             // nodes of all its expressions
    int value_first, value_count;    // in the text's values
    tw_expr_root minimum, condition; // TW_ITEM_MINIMUM; TW_EXPR_NONE: everywhere
    bool has_place;                  // TW_ITEM_MINIMUM: values say where
} tw_objective_item;

// How the variables are written.
typedef enum tw_objective_style {
    TW_STYLE_LETTERS, // x, y, z, w
    TW_STYLE_NUMBERS, // x1, x2, ...
    TW_STYLE_INDEXED, // x[i]
    TW_STYLE_GIVEN,   // by the options
} tw_objective_style;

typedef struct tw_objective_text {
    tw_context *context;
    tw_expr_tree *tree;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    int item_count;
    tw_objective_item items[TW_OBJECTIVE_ITEMS_MAX];
    tw_expr_root *values; // of all items; TW_EXPR_NONE where one is left out
    size_t value_count, value_capacity;
    tw_expr_root formula;
    tw_objective_style style;
    int64_t least; // dimension: the highest variable that is named
    int64_t n;
    tw_objective_symbol *symbols;
    const char **symbol_names; // of the symbols, for tw_expr_resolve
    size_t symbol_count, symbol_capacity;
} tw_objective_text;

// A value that a text's parameter is given: "condition=100" of "quadratic:condition=100".
typedef struct tw_objective_setting {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    double value;
    size_t offset; // in the source of the settings
} tw_objective_setting;

#define TW_OBJECTIVE_SETTINGS_MAX 32

typedef struct tw_objective_settings {
    const tw_source *source;
    int count;
    tw_objective_setting settings[TW_OBJECTIVE_SETTINGS_MAX];
} tw_objective_settings;

// Reads an expression, or the statements of a file. Names have no meaning yet. `*text` is owned by the
// caller: free with tw_objective_text_free. Errors: TW_BAD_TEXT, TW_NO_MEMORY.
tw_status tw_objective_text_expression(tw_context *context, const tw_source *source,
                                       tw_objective_text **text);
tw_status tw_objective_text_file(tw_context *context, const tw_source *source,
                                 tw_objective_text **text);
void tw_objective_text_free(tw_objective_text *text);

// Gives names their meanings, parameters their values, and settles the dimension. Errors: TW_BAD_TEXT;
// TW_BAD_ARGUMENT for a dimension that is not possible; TW_NO_MEMORY.
tw_status tw_objective_text_resolve(tw_objective_text *text, const tw_objective_options *options,
                                    const tw_objective_settings *settings);

// Value of an expression of numbers alone: parameters, n, pi, e. `what` is what messages call it.
tw_status tw_objective_text_number(const tw_objective_text *text, tw_expr_root root,
                                   const char *what, double *value);

// Fails with TW_BAD_TEXT at a node.
tw_status tw_objective_text_fail(const tw_objective_text *text, tw_expr_root node, const char *hint,
                                 const char *format, ...) TW_PRINTF(4, 5);

// The first item of a kind, or NULL.
const tw_objective_item *tw_objective_text_item(const tw_objective_text *text,
                                                tw_objective_item_kind kind);

#endif
