// The small language: one lexer, one parser, one checked tree for rules, schedules and objectives.
//
//     tw_lexer lexer;
//     tw_lexer_start(&lexer, context, &source);             // {"adam.rule", text, length}
//     status = tw_expr_parse(&lexer, tree, &root);           // one expression, as far as it goes
//     status = tw_expr_resolve(tree, 0, names, name_count);  // names become numbers
//     double value = tw_expr_evaluate(tree, root, values);   // scalars only
//
// Grammar, loosest first: `or`, `and`, comparisons (< <= > >= == !=, not chained), + -, * /, unary -,
// ^ (right to left, binds tighter than unary minus on its left: -x^2 = -(x^2)), calls f(a, b),
// elements x[i], sums sum(i, a, b, body) and prod(i, a, b, body), numbers, names, parentheses.
// Comparisons and logic give 1 or 0. A # starts a comment; a line feed ends a statement except inside
// parentheses or brackets. Everything is bounded: a hostile text gives a message, never a crash.
#ifndef TW_EXPR_EXPR_H
#define TW_EXPR_EXPR_H

#include "base/text.h"

#define TW_EXPR_TEXT_BYTES_MAX (64 * 1024)
#define TW_EXPR_NODES_MAX 4096
#define TW_EXPR_DEPTH_MAX 64
#define TW_EXPR_NAME_BYTES_MAX 64

// A text and the name that messages call it by ("adam.rule", "--schedule"). Borrowed by all users.
typedef struct tw_source {
    const char *name;
    const char *text;
    size_t length;
} tw_source;

// Fails with TW_BAD_TEXT: "NAME:LINE:COLUMN: what", the line, and a caret under `offset` with the hint
// (NULL: none) behind it: "^ did you mean beta1?". Long lines are shown around the caret. Columns
// count characters. At the end of the text, the place is behind the last line that is not blank.
tw_status tw_source_fail(tw_context *context, const tw_source *source, size_t offset,
                         const char *hint, const char *format, ...) TW_PRINTF(5, 6);

// The same with the arguments in a list.
tw_status tw_source_fail_list(tw_context *context, const tw_source *source, size_t offset,
                              const char *hint, const char *format, va_list list) TW_PRINTF(5, 0);

// ---- tokens

typedef enum tw_token_kind {
    TW_TOKEN_END,
    TW_TOKEN_LINE, // one or more line ends
    TW_TOKEN_NUMBER,
    TW_TOKEN_NAME,
    TW_TOKEN_SIGN, // one of + - * / ^ ( ) [ ] , = : | ; < <= > >= == != ?  (spelling in the source)
} tw_token_kind;

typedef struct tw_token {
    tw_token_kind kind;
    size_t offset, length; // in the source
    double number;         // TW_TOKEN_NUMBER
} tw_token;

typedef struct tw_lexer {
    tw_context *context;
    const tw_source *source;
    tw_token token;  // the one to be read next
    size_t position; // behind it
    int open;        // parentheses and brackets that are open
    tw_status status;
} tw_lexer;

// Begins at the start of the source and reads the first token. Errors: TW_BAD_TEXT (too long, a NUL
// byte, a character that does not belong, a name or number that is too long or out of range).
tw_status tw_lexer_start(tw_lexer *lexer, tw_context *context, const tw_source *source);

// The same from byte `first` on, for what stands behind other things in one text; columns count from
// the start of the text all the same.
tw_status tw_lexer_start_at(tw_lexer *lexer, tw_context *context, const tw_source *source,
                            size_t first);

// Goes on to the next token. After any failure it is the end of the text, so that loops end.
tw_status tw_lexer_next(tw_lexer *lexer);

// Fails like tw_source_fail; whatever is read later fails with the same status.
tw_status tw_lexer_fail(tw_lexer *lexer, size_t offset, const char *hint, const char *format, ...)
    TW_PRINTF(4, 5);

// Whether the token to be read is this sign or this name.
bool tw_lexer_at(const tw_lexer *lexer, const char *spelling);

// Reads the sign or name `spelling`, or fails with "expected '=' here".
tw_status tw_lexer_expect(tw_lexer *lexer, const char *spelling);

// Reads a name into `name`, or fails with "expected WHAT here".
tw_status tw_lexer_name(tw_lexer *lexer, const char *what, char name[TW_EXPR_NAME_BYTES_MAX + 1]);

// Reads the end of a statement: line ends, or the end of the text. Fails with "expected an operator or
// the end here".
tw_status tw_lexer_end(tw_lexer *lexer);

// ---- functions

// Name, fewest and most arguments. `sum`, `mean`, `norm` and `max` with one argument reduce over a
// tensor; `all_sum`, `all_mean` and `all_norm` over all tensors of a parameter set. All are known here;
// a reduction has a meaning only if the user of the tree gives it one.
#define TW_EXPR_FUNCTIONS(X)                                                                       \
    X(sqrt, 1, 1)                                                                                  \
    X(cbrt, 1, 1)                                                                                  \
    X(exp, 1, 1)                                                                                   \
    X(expm1, 1, 1)                                                                                 \
    X(log, 1, 1)                                                                                   \
    X(log1p, 1, 1)                                                                                 \
    X(abs, 1, 1)                                                                                   \
    X(sign, 1, 1)                                                                                  \
    X(floor, 1, 1)                                                                                 \
    X(ceil, 1, 1)                                                                                  \
    X(sin, 1, 1)                                                                                   \
    X(cos, 1, 1)                                                                                   \
    X(tan, 1, 1)                                                                                   \
    X(tanh, 1, 1)                                                                                  \
    X(atan, 1, 1)                                                                                  \
    X(sinh, 1, 1)                                                                                  \
    X(cosh, 1, 1)                                                                                  \
    X(erf, 1, 1)                                                                                   \
    X(sigmoid, 1, 1)                                                                               \
    X(min, 2, 2)                                                                                   \
    X(max, 1, 2)                                                                                   \
    X(clip, 3, 3)  /* clip(x, low, high) */                                                        \
    X(where, 3, 3) /* where(condition, a, b) */                                                    \
    X(normal, 0, 0)                                                                                \
    X(uniform, 0, 0)                                                                               \
    X(sum, 1, 1)                                                                                   \
    X(mean, 1, 1)                                                                                  \
    X(norm, 1, 1)                                                                                  \
    X(all_sum, 1, 1)                                                                               \
    X(all_mean, 1, 1)                                                                              \
    X(all_norm, 1, 1)

typedef enum tw_function {

#define TW_FUNCTION_ENTRY(name, fewest, most) TW_FUNCTION_##name,
    TW_EXPR_FUNCTIONS(TW_FUNCTION_ENTRY)
#undef TW_FUNCTION_ENTRY
        TW_FUNCTION_COUNT
} tw_function;

// The name as it is written in a text. Borrowed: always valid.
const char *tw_function_name(tw_function function);

// The function with this name; false, and TW_FUNCTION_COUNT there, if none has it.
bool tw_function_find(const char *name, tw_function *function);

// The fewest and the most arguments it takes.
void tw_function_arguments(tw_function function, uint32_t *fewest, uint32_t *most);

// Value of one function with plain numbers (not normal, uniform or reductions, which give NaN). A NaN
// argument gives NaN, in min, max and clip too.
double tw_function_evaluate(tw_function function, const double arguments[3]);

// ---- the tree

typedef enum tw_expr_kind {
    TW_EXPR_NUMBER,
    TW_EXPR_NAME,
    TW_EXPR_ELEMENT, // NAME[child 0]
    TW_EXPR_NEGATE,
    TW_EXPR_ADD,
    TW_EXPR_SUBTRACT,
    TW_EXPR_MULTIPLY,
    TW_EXPR_DIVIDE,
    TW_EXPR_POWER,
    TW_EXPR_LESS,
    TW_EXPR_LESS_EQUAL,
    TW_EXPR_GREATER,
    TW_EXPR_GREATER_EQUAL,
    TW_EXPR_EQUAL,
    TW_EXPR_NOT_EQUAL,
    TW_EXPR_AND,
    TW_EXPR_OR,
    TW_EXPR_CALL,
    TW_EXPR_SUM_OVER, // NAME = the index; children: from, to, body
    TW_EXPR_PROD_OVER,
} tw_expr_kind;

typedef uint32_t tw_expr_root; // a node's place in its tree
#define TW_EXPR_NONE UINT32_MAX

typedef struct tw_expr_node {
    tw_expr_kind kind;
    tw_function function;  // TW_EXPR_CALL
    uint32_t child_count;  // at most 3
    tw_expr_root child[3]; // each stands before its parent in the tree
    uint32_t symbol;       // names, after resolve: index into the symbols
    double number;         // TW_EXPR_NUMBER
    size_t offset, length; // in the source: a number's, name's, element's or index's spelling, an
                           // operator's sign, a call's function
} tw_expr_node;

// Many expressions of one source share a tree: a growing array of nodes, children first. The nodes of
// one root are those from tw_expr_first(tree, root) to the root, without a gap. Parentheses, calls,
// signs and powers nest at most TW_EXPR_DEPTH_MAX deep; a chain such as a + b + c may be longer.
typedef struct tw_expr_tree {
    tw_context *context;
    tw_source source; // text and name are copies
    tw_expr_node *nodes;
    uint32_t node_count;
    size_t capacity;
} tw_expr_tree;

// An empty tree of a source, which is copied. Owned by the caller: free with tw_expr_tree_free.
tw_status tw_expr_tree_new(tw_context *context, const tw_source *source, tw_expr_tree **tree);
void tw_expr_tree_free(tw_expr_tree *tree);

// Reads one expression from where the lexer stands (its text must be the tree's), up to the first
// token that cannot go on with it. `*root` is TW_EXPR_NONE on failure, and the tree as it was.
tw_status tw_expr_parse(tw_lexer *lexer, tw_expr_tree *tree, tw_expr_root *root);

// Reads a text that is one expression and nothing else: new tree, lexer, parse, end. `*tree` is owned
// by the caller: free with tw_expr_tree_free.
tw_status tw_expr_parse_text(tw_context *context, const tw_source *source, tw_expr_tree **tree,
                             tw_expr_root *root);

// Where the nodes of `root` begin.
tw_expr_root tw_expr_first(const tw_expr_tree *tree, tw_expr_root root);

// What a node is: a sum or product over an index; a call that makes one number of a tensor or of all
// tensors; a call that draws random numbers.
bool tw_expr_is_over_index(const tw_expr_node *node);
bool tw_expr_is_reduction(const tw_expr_node *node);
bool tw_expr_is_random(const tw_expr_node *node);

// Whether the spelling of a name, element or index is `name`.
bool tw_expr_is_named(const tw_expr_tree *tree, tw_expr_root node, const char *name);

// Gives every name and element from `first_node` on its index among `names`; an unknown name fails with
// "unknown name 'nope'; known here: g, s, t, theta" and the nearest as a hint. An index of a sum is
// bound inside its body, to the innermost sum of that index: its symbol is TW_EXPR_NONE.
tw_status tw_expr_resolve(tw_expr_tree *tree, uint32_t first_node, const char *const *names,
                          size_t name_count);

// Value of a scalar expression, in double; values[symbol]. No element, sum over an index, random number
// or reduction may be in it (tw_expr_is_scalar tells). No allocation.
double tw_expr_evaluate(const tw_expr_tree *tree, tw_expr_root root, const double *values);

// Value of an operation on two plain numbers, TW_EXPR_ADD to TW_EXPR_OR.
double tw_expr_of_two(tw_expr_kind kind, double a, double b);

// Whether it can be evaluated by tw_expr_evaluate.
bool tw_expr_is_scalar(const tw_expr_tree *tree, tw_expr_root root);

// Writes the expression as text with the fewest parentheses; the same with LaTeX's spelling (fractions,
// roots, greek names, subscripts from underscores).
void tw_expr_format(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);
void tw_expr_format_latex(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);

#endif
