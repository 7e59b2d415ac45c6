// A rule: the checked text of an optimizer's update.
//
//     # Adam. Kingma and Ba, 2014.
//     rule adam                                          (or `link NAME`: changes g for the next)
//     param lr = 1e-3         # epsilon: learning rate   (its symbol in the literature, meaning)
//     state s, r = 0                                     (first values; 0 where none is given)
//     state double alpha                                 (kept in float64 whatever the graph's type)
//     look theta + momentum*v                            (where the gradient is taken)
//     s = beta1*s + (1 - beta1)*g                        (statements, in order)
//     if t < warm                                        (one number decides for all elements)
//         ...
//     else                                               (may be left out)
//         ...
//     end
//     eval = average                                     (weights to evaluate with)
//
// A text comes from anyone: everything about it is bounded, and every diagnosis has its place.
#ifndef TW_RULES_RULE_H
#define TW_RULES_RULE_H

#include "expr/expr.h"

#define TW_RULE_PARAMETERS_MAX 32
#define TW_RULE_STATES_MAX 8
#define TW_RULE_STATEMENTS_MAX 256
#define TW_RULE_NESTING_MAX 8  // of an if in an if
#define TW_RULE_WORDS_BYTES 96 // of a parameter's symbol and meaning

typedef enum tw_rule_symbol_kind {
    TW_RULE_THETA,
    TW_RULE_GRADIENT,
    TW_RULE_STEP, // t; this and the next four: of the clock
    TW_RULE_EPOCH,
    TW_RULE_TOTAL_STEPS,
    TW_RULE_EXAMPLES,
    TW_RULE_MINIBATCH,
    TW_RULE_PARAMETER,
    TW_RULE_STATE,
    TW_RULE_TEMPORARY,
} tw_rule_symbol_kind;

#define TW_RULE_GIVEN_COUNT 7 // the first symbols of every rule, in the order of the kinds

// What is given, each parameter and state, and a new name in each statement.
#define TW_RULE_SYMBOLS_MAX                                                                        \
    (TW_RULE_GIVEN_COUNT + TW_RULE_PARAMETERS_MAX + TW_RULE_STATES_MAX + TW_RULE_STATEMENTS_MAX)

typedef struct tw_rule_symbol {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    tw_rule_symbol_kind kind;
    int index;     // of a parameter or state
    size_t offset; // where it is declared or first assigned
    bool set;      // has a value where the checker stands
    bool element;  // its value there differs from element to element
    bool read;     // by any expression
    bool written;  // by a statement
} tw_rule_symbol;

typedef struct tw_rule_parameter {
    uint32_t symbol;
    tw_expr_root value;
    char notation[TW_RULE_WORDS_BYTES]; // "rho_1"; "" if the text does not say
    char meaning[TW_RULE_WORDS_BYTES];
} tw_rule_parameter;

typedef struct tw_rule_state {
    uint32_t symbol;
    tw_expr_root first; // TW_EXPR_NONE: 0
    bool wide;          // kept in float64
} tw_rule_state;

typedef enum tw_rule_statement_kind {
    TW_RULE_ASSIGNMENT,
    TW_RULE_IF,
    TW_RULE_ELSE,
    TW_RULE_END,
} tw_rule_statement_kind;

typedef struct tw_rule_statement {
    tw_rule_statement_kind kind;
    uint32_t symbol;    // of an assignment
    tw_expr_root value; // of an assignment, or an if's condition
} tw_rule_statement;

// Names in the tree's nodes are resolved: `symbol` is an index into `symbols`.
typedef struct tw_rule {
    tw_context *context;
    tw_expr_tree *tree;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    bool link;
    int symbol_count, parameter_count, state_count, statement_count;
    tw_rule_symbol symbols[TW_RULE_SYMBOLS_MAX];
    tw_rule_parameter parameters[TW_RULE_PARAMETERS_MAX];
    tw_rule_state states[TW_RULE_STATES_MAX];
    tw_rule_statement statements[TW_RULE_STATEMENTS_MAX];
    tw_expr_root look, eval; // TW_EXPR_NONE if there is none
} tw_rule;

// Reads and checks a text. `*rule` is owned by the caller: free with tw_rule_free.
// Errors: TW_BAD_TEXT, TW_NO_MEMORY.
tw_status tw_rule_parse(tw_context *context, const tw_source *source, tw_rule **rule);
void tw_rule_free(tw_rule *rule);

// Names that no parameter, state or temporary may have. NULL ends them.
extern const char *const tw_rule_reserved[];

// The names that the values of hyperparameters may use, in the order of the kinds from TW_RULE_STEP on.
#define TW_RULE_CLOCK_NAMES 5
extern const char *const tw_rule_clock_names[TW_RULE_CLOCK_NAMES];

// Place of a symbol by its name; -1 if the rule has none.
int tw_rule_find_symbol(const tw_rule *rule, const char *name);

// ---- between the files of the parser

// What a text consists of, in its order.
typedef enum tw_rule_item_kind {
    TW_RULE_ITEM_PARAMETER,
    TW_RULE_ITEM_STATE,
    TW_RULE_ITEM_LOOK,
    TW_RULE_ITEM_EVAL,
    TW_RULE_ITEM_ASSIGNMENT,
    TW_RULE_ITEM_IF,
    TW_RULE_ITEM_ELSE,
    TW_RULE_ITEM_END,
} tw_rule_item_kind;

typedef struct tw_rule_item {
    tw_rule_item_kind kind;
    uint32_t symbol;     // declared or assigned; of look and eval 0
    uint32_t first, end; // nodes of its expression
    tw_expr_root value;  // TW_EXPR_NONE: a state without a first value
    size_t offset;       // of the name or the word
} tw_rule_item;

#define TW_RULE_ITEMS_MAX (TW_RULE_PARAMETERS_MAX + TW_RULE_STATES_MAX + TW_RULE_STATEMENTS_MAX + 2)

// An if whose end has not come yet.
typedef struct tw_rule_if {
    size_t offset;
    bool has_else;
    // by symbol: what the checker knew before the if, and behind its first arm
    bool set[TW_RULE_SYMBOLS_MAX], element[TW_RULE_SYMBOLS_MAX];
    bool set_then[TW_RULE_SYMBOLS_MAX], element_then[TW_RULE_SYMBOLS_MAX];
} tw_rule_if;

typedef struct tw_rule_parser {
    tw_rule *rule;
    tw_lexer lexer;
    size_t header_offset;
    int depth;
    tw_rule_if open[TW_RULE_NESTING_MAX];
    int item_count;
    tw_rule_item items[TW_RULE_ITEMS_MAX];
} tw_rule_parser;

// Resolves names and checks what the items mean, in their order, and then the whole.
tw_status tw_rule_check_items(tw_rule_parser *parser);

#endif
