// Functions to be minimised: a text, a built-in name, or a caller's own code, all seen the same way.
//
//     tw_objective *objective = NULL;
//     tw_objective_parse(context, "(1-x)^2 + 100*(y-x^2)^2", NULL, &objective); // or "rosenbrock"
//     tw_objective_evaluate(objective, x, &value, gradient);                    // exact derivatives
//     tw_objective_hessian_product(objective, x, vector, product);
//
// Where a vector is `void *`, it has n elements of the objective's own type: double for TW_F64, the usual one, and
// float for TW_F32. Ask tw_objective_describe if you do not know it. A value that is not finite means that the
// function is undefined there: line searches step back from it. One thread at a time. docs/minimize.md describes
// the texts; minimize.h minimises, curvature.h measures.
#ifndef THALWEG_OBJECTIVE_H
#define THALWEG_OBJECTIVE_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_objective tw_objective;

// ---- a caller's own

// What a caller's function offers. Any status but TW_OK ends the work and is returned from it.
typedef struct tw_objective_calls {
    // Value at x [n] and, unless `gradient` is NULL, the gradient there [n].
    tw_status (*evaluate)(const void *x, double *value, void *gradient, void *user);
    // Hessian at x times `vector` [n]. NULL: central differences of gradients stand for it.
    tw_status (*hessian_product)(const void *x, const void *vector, void *product, void *user);
    // Whole Hessian at x [n, n], in double whatever the type. NULL: n products stand for it.
    tw_status (*hessian)(const void *x, double *hessian, void *user);
    void (*free)(void *user); // called once by tw_objective_free. NULL: nothing to free.
    void *user;
} tw_objective_calls;

// A function of `dimension` numbers of type TW_F64 or TW_F32. `name`, for messages, and `calls` are copied.
// calls->user is taken: calls->free frees it with the objective, also on failure. `*objective` is owned by
// the caller: free with tw_objective_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_objective_new(tw_context *context, const char *name, int64_t dimension,
                                  tw_dtype dtype, const tw_objective_calls *calls,
                                  tw_objective **objective);

// Frees; NULL is fine.
TW_API void tw_objective_free(tw_objective *objective);

// ---- texts and built-in functions

typedef struct tw_objective_options {
    int64_t dimension;   // 0 (default): the function's own, or that of the start
    int64_t start_count; // numbers that the caller will start from; 0 (default): not known
    const char
        *variables; // "a,b,c": their names in order; NULL (default): x, y, ... or x1, x2, ...
    tw_dtype dtype; // TW_F64 (default) or TW_F32
} tw_objective_options;

// The defaults, said beside each field.
TW_API tw_objective_options tw_objective_options_default(void);

// The function that `text` names: a built-in one ("rosenbrock", "quadratic:condition=100"), a file that ends
// in .objective, or an expression. It becomes a graph, so gradient, Hessian and Hessian products are exact.
// `options` may be NULL. `*objective` is owned by the caller: free with tw_objective_free. Errors:
// TW_BAD_TEXT with line, column, caret and hint; TW_NOT_FOUND for a file, or for a name that is neither a
// built-in function nor a variable; TW_BAD_ARGUMENT for a dimension that the function cannot have; TW_IO,
// TW_NO_MEMORY.
TW_API tw_status tw_objective_parse(tw_context *context, const char *text,
                                    const tw_objective_options *options, tw_objective **objective);

// How many built-in functions there are.
TW_API int tw_objective_count(void);

// The name of built-in function `index`, in alphabetic order. Borrowed: valid for ever.
TW_API const char *tw_objective_name_at(int index);

// Its description in a line. Borrowed: valid for ever.
TW_API const char *tw_objective_summary_at(int index);

// ---- what is known of it

// A minimum that the literature gives.
typedef struct tw_known_minimum {
    double value;
    const double *x; // [n]; NULL: its place is not stated
} tw_known_minimum;

// Coordinates that belong together: a layer's weights.
typedef struct tw_objective_part {
    const char *name;
    int64_t first, count; // coordinates first to first + count - 1
} tw_objective_part;

// Strings and arrays are borrowed: valid while the objective is.
typedef struct tw_objective_facts {
    const char *name;
    const char *formula;         // and what its names stand for; "" for a caller's own
    int64_t dimension;           // n
    tw_dtype dtype;              // of vectors
    const double *start;         // [n], the standard start, in double whatever dtype; NULL: none
    const double *lower, *upper; // [n], the domain that is usually looked at; NULL: none
    int minimum_count;           // known minima, the lowest first
    const tw_known_minimum *minima;
    int part_count; // 0: the coordinates have no parts
    const tw_objective_part *parts;
} tw_objective_facts;

// What is known of an objective.
TW_API tw_objective_facts tw_objective_describe(const tw_objective *objective);

// Evaluations so far. Evaluating a gradient gives a value too and is counted in both.
typedef struct tw_evaluation_counts {
    uint64_t f_evals; // values
    uint64_t g_evals; // gradients
    uint64_t h_evals; // Hessians and Hessian products
} tw_evaluation_counts;

// How often the objective was evaluated since it was made.
TW_API tw_evaluation_counts tw_objective_counts(const tw_objective *objective);

// ---- evaluation

// The value at x [n] and, unless `gradient` is NULL, the gradient [n]. Errors: what the function says; a
// value that is not finite is none.
TW_API tw_status tw_objective_evaluate(tw_objective *objective, const void *x, double *value,
                                       void *gradient);

// A point with the value and the gradient there, from which all measures of curvature.h start.
typedef struct tw_objective_point {
    const void *x; // [n], borrowed: valid while the point is used
    double value;
    void *gradient; // [n]
} tw_objective_point;

// Evaluates at x, which is borrowed: valid while the point is used. The gradient is owned by the caller:
// free with tw_objective_point_free. Errors: TW_NO_MEMORY; what the function says.
TW_API tw_status tw_objective_at(tw_objective *objective, const void *x, tw_objective_point *point);

// Frees the gradient and sets the point to zeros; a point of zeros is fine.
TW_API void tw_objective_point_free(tw_objective_point *point);

// The Hessian at x [n] times `vector` [n], into `product` [n], which is neither of them. Errors: what the
// function says; TW_NO_MEMORY.
TW_API tw_status tw_objective_hessian_product(tw_objective *objective, const void *x,
                                              const void *vector, void *product);

// The Hessian at x, symmetric, into `hessian` [n, n], in double whatever the type. Errors: TW_BAD_ARGUMENT
// above n = 10,000; what the function says; TW_NO_MEMORY.
TW_API tw_status tw_objective_hessian(tw_objective *objective, const void *x, double *hessian);

// The worst disagreement of a gradient with central differences of the values.
typedef struct tw_gradient_check {
    bool right;             // relative disagreement at most 1e-5 (1e-2 in f32)
    int64_t component;      // where it is worst
    double given, measured; // the gradient there; the difference quotient
} tw_gradient_check;

// Compares every component of the gradient at x [n] with central differences. If they disagree,
// `check->right` is false, and the message of the context names the worst component and both numbers; the
// status is TW_OK all the same. Errors: what the function says; TW_NO_MEMORY.
TW_API tw_status tw_objective_check(tw_objective *objective, const void *x,
                                    tw_gradient_check *check);

#ifdef __cplusplus
}
#endif

#endif
