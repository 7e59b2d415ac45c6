// Pure optimization: a deterministic function, exact derivatives, first-order rules and second-order
// methods behind one interface.
//
//     tw_minimize_options options = tw_minimize_options_default();
//     options.method = "lbfgs:m=10";
//     double x[2] = {-1.2, 1};
//     tw_minimize_result result;
//     tw_minimize(objective, &options, x, &result); // x: start in, best point out
//
// Methods: every rule (method.h), and gradient_descent, conjugate_gradient, newton, newton_cg, bfgs,
// lbfgs. For watching, stepping, saving and resuming make a tw_minimization.
#ifndef THALWEG_MINIMIZE_H
#define THALWEG_MINIMIZE_H

#include "thalweg/objective.h"
#include "thalweg/words.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_minimization tw_minimization;

// Texts are copied by tw_minimization_new.
typedef struct tw_minimize_options {
    const char *method;   // Default "lbfgs".
    const char *schedule; // of a rule's lr (schedule.h), T = max_iterations. Default NULL.
    // [n] a box, -INFINITY and INFINITY where open; NULL (default): none. Only lbfgs takes one.
    const double *lower, *upper;
    double tolerance;         // converged when |g|_inf <= tolerance*max(1, |f|). Default 1e-8.
    uint64_t max_iterations;  // Default 10,000.
    uint64_t max_evaluations; // of the function; 0 (default): no limit
    double jitter; // uniform(-jitter, jitter) is added to each coordinate of the start. Default 0.
    uint64_t seed; // of the jitter and of rules that draw. Default 1.
} tw_minimize_options;

// The defaults, said beside each field.
TW_API tw_minimize_options tw_minimize_options_default(void);

// Why a minimisation ended.
typedef enum tw_minimize_end {
    TW_MINIMIZE_CONVERGED,          // the tolerance is met
    TW_MINIMIZE_MAX_ITERATIONS,     // or max_evaluations
    TW_MINIMIZE_DIVERGED,           // the function stopped being finite
    TW_MINIMIZE_LINE_SEARCH_FAILED, // no lower point along a descent direction
    TW_MINIMIZE_INTERRUPTED,        // tw_context_cancel
    TW_MINIMIZE_RUNNING,            // not ended yet
} tw_minimize_end;

// Its word: "converged", "max_iterations", "diverged", "line_search_failed", "interrupted", "running".
// Borrowed: valid for ever.
TW_API const char *tw_minimize_end_name(tw_minimize_end end);

typedef struct tw_minimize_result {
    tw_minimize_end end;
    char reason[192]; // a sentence with the numbers that ended it
    double value;     // at the best point seen, which is what is returned
    double grad_norm; // |g|_inf there (with a box: of the projected gradient)
    uint64_t iterations;
    tw_evaluation_counts counts; // of this minimisation
    double seconds;              // spent in it
} tw_minimize_result;

// Where a minimisation is after an iteration (0: the start). Borrowed during the call.
typedef struct tw_minimize_point {
    uint64_t iteration;
    const void *x; // [n]
    double value;
    double grad_norm; // |g|_inf
    double step;      // length of the step taken, |x - x before|_2
    tw_evaluation_counts counts;
} tw_minimize_point;

typedef void tw_minimize_watch(const tw_minimize_point *point, void *user);

// A method that is no rule, for help. Borrowed: valid for ever.
typedef struct tw_solver_words {
    const char *name;
    const char *summary;
    const char *source; // author, year
    const tw_key *keys;
    int key_count;
} tw_solver_words;

// Solver `index`, NULL behind the last. Borrowed: valid for ever.
TW_API const tw_solver_words *tw_solver_describe(int index);

// Minimises from x [n], in the objective's type; x becomes the best point seen. `options` may be NULL.
// Returns TW_OK for every end but two: TW_DIVERGED for TW_MINIMIZE_DIVERGED and TW_INTERRUPTED for
// TW_MINIMIZE_INTERRUPTED; `*result` is filled for those too. Errors: as tw_minimization_new, which leave x
// alone; what the function says, and then x is the best point seen before.
TW_API tw_status tw_minimize(tw_objective *objective, const tw_minimize_options *options, void *x,
                             tw_minimize_result *result);

// A minimisation that is ready to begin at `start` [n] (copied; NULL: the objective's own start). A start
// outside the box is moved to its edge. The objective is borrowed: valid until the minimisation is freed.
// `options` may be NULL. `*minimization` is owned by the caller: free with tw_minimization_free. Errors:
// TW_BAD_ARGUMENT for an impossible option, no start, a box for a method that takes none, or a start at
// which the function is not finite; TW_BAD_TEXT and TW_NOT_FOUND for the method; what the function says;
// TW_NO_MEMORY.
TW_API tw_status tw_minimization_new(tw_objective *objective, const tw_minimize_options *options,
                                     const void *start, tw_minimization **minimization);

// Frees; NULL is fine.
TW_API void tw_minimization_free(tw_minimization *minimization);

// One iteration, unless it has ended. Errors: what the function says; TW_NO_MEMORY.
TW_API tw_status tw_minimization_step(tw_minimization *minimization);

// Iterates to the end, calling `watch` (may be NULL) at the start and after each iteration. Returns as
// tw_minimize does.
TW_API tw_status tw_minimization_run(tw_minimization *minimization, tw_minimize_watch *watch,
                                     void *user, tw_minimize_result *result);

// Where it is now. `x` is borrowed: valid until the next step.
TW_API tw_minimize_point tw_minimization_point(const tw_minimization *minimization);

// The method with every key spelled out. Borrowed: valid while it is.
TW_API const char *tw_minimization_method(const tw_minimization *minimization);

// How it stands. `end` is TW_MINIMIZE_RUNNING until it has ended.
TW_API tw_minimize_result tw_minimization_result(const tw_minimization *minimization);

// The best point seen [n]. Borrowed: valid until the next step.
TW_API const void *tw_minimization_best(const tw_minimization *minimization);

// Writes everything that the next step depends on to one safetensors file. Errors: TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_minimization_save(const tw_minimization *minimization, const char *path);

// Puts a minimisation of the same objective and with the same options where the saved one was. Its further
// steps have the bits of one that was never stopped. Where it ends may differ: tolerance, max_iterations (but
// rules and schedules know it as T) and max_evaluations; and it may be made without the start (NULL) and the
// jitter of the saved one. Errors: TW_NOT_FOUND, TW_BAD_FILE; TW_MISMATCH for a file of another objective,
// method, rule file, schedule, box, seed, start or jitter; TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_minimization_load(tw_minimization *minimization, const char *path);

#ifdef __cplusplus
}
#endif

#endif
