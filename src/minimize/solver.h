// What a solver is: a row for help and the functions of one iteration. One file a solver; its line in
// solvers.def is its only registration.
#ifndef TW_MINIMIZE_SOLVER_H
#define TW_MINIMIZE_SOLVER_H

#include "base/keys.h"
#include "minimize/passes.h"
#include "thalweg/minimize.h"
#include "thalweg/variables.h"

#define TW_SOLVER_KEYS_MAX 6
#define TW_LBFGS_PAIRS_MAX 50 // with bounds and without

typedef struct tw_solver {
    tw_solver_words about;
    int64_t dimension_max;         // 0: none
    int vector_max;                // of tw_pass_pair
    const struct tw_solver *boxed; // the same within bounds; NULL: there is none
    bool takes_products;           // asks for the Hessian or its products with vectors

    // What is wrong with keys that are each a number; NULL: nothing. NULL itself: nothing ever is.
    const char *(*check)(const double *keys);
    // Makes its memory. The trial point holds the start.
    tw_status (*make)(tw_minimization *minimization);
    // Sets what depends on value and gradient at the start, where the minimisation is now. NULL: nothing does.
    void (*begin)(tw_minimization *minimization);
    // One iteration: goes to a point by tw_minimization_accept, or ends with tw_minimization_finish.
    tw_status (*iterate)(tw_minimization *minimization);
    // Whether a point that meets the tolerance is a minimum; NULL: it is.
    tw_status (*confirm)(tw_minimization *minimization, bool *confirmed);
    // Whether what a checkpoint gave it can be, before it is used. NULL: anything can.
    bool (*is_sound)(const tw_minimization *minimization);
    // Frees what is neither in the variables nor scratch. NULL: nothing is.
    void (*end)(tw_minimization *minimization);
} tw_solver;

// Where a minimisation is, in doubles, as a checkpoint holds it.
#define TW_MINIMIZE_NUMBERS(X)                                                                     \
    X(iteration)                                                                                   \
    X(which) /* of the two places, 0 or 1, it is at */                                             \
    X(value)                                                                                       \
    X(grad_norm)                                                                                   \
    X(first_norm) /* at the start */                                                               \
    X(step)                                                                                        \
    X(best_is_here)                                                                                \
    X(best_value)                                                                                  \
    X(best_norm)                                                                                   \
    X(f_evals)                                                                                     \
    X(g_evals)                                                                                     \
    X(h_evals)                                                                                     \
    X(seconds)

typedef struct tw_minimize_numbers {
#define TW_MINIMIZE_NUMBER(name) double name;
    TW_MINIMIZE_NUMBERS(TW_MINIMIZE_NUMBER)
#undef TW_MINIMIZE_NUMBER
} tw_minimize_numbers;

struct tw_minimization {
    tw_context *context;
    tw_objective *objective;
    const tw_solver *solver;
    double keys[TW_SOLVER_KEYS_MAX];
    char *method; // with every key; a rule's as it was given
    // What was asked for, in words (minimization_words.c); NULL: nothing was.
    char *start;                  // before the jitter
    char *box, *schedule, *rules; // the last: texts of the rule files that the method names
    bool start_given;             // else it is the objective's own
    tw_minimize_options options;  // its texts are the caller's, gone once it is made
    double *lower, *upper;        // [n] or NULL
    tw_passes passes;
    tw_vector_space space;       // that of the passes
    tw_variables *variables;     // all that a checkpoint holds
    tw_minimize_numbers *at;     // one of them
    void *x[2], *gradient[2];    // here and at the point that is tried; at->which says which
    void *best;                  // unless best_is_here
    void *memory, *scratch;      // the solver's own
    tw_evaluation_counts before; // of the objective when this run began, less those of at
    tw_minimize_end end;
    char reason[sizeof((tw_minimize_result *)NULL)->reason];
};

// ---- for whoever minimises

// tw_minimization_new in two parts. The first makes all memory and evaluates nothing: the start lies in the
// trial point, and may still be changed there. The second evaluates it, or is left out where a checkpoint is
// taken. Errors: as of tw_minimization_new.
tw_status tw_minimization_make(tw_objective *objective, const tw_minimize_options *options,
                               const void *start, tw_minimization **minimization);
tw_status tw_minimization_begin(tw_minimization *minimization);

// ---- for solvers

// An array of this minimisation that goes into its checkpoints: `count` elements, zero at first.
tw_status tw_minimization_array(tw_minimization *minimization, const char *name, tw_dtype dtype,
                                int64_t count, void **elements);

// The point it is at, the gradient there, and the memory of the point that is tried.
static inline void *tw_here(const tw_minimization *m) {
    return m->x[(int)m->at->which];
}

static inline void *tw_gradient_here(const tw_minimization *m) {
    return m->gradient[(int)m->at->which];
}

static inline void *tw_trial(const tw_minimization *m) {
    return m->x[1 - (int)m->at->which];
}

static inline void *tw_trial_gradient(const tw_minimization *m) {
    return m->gradient[1 - (int)m->at->which];
}

// Vectors that no checkpoint needs: `count` in one block, freed with the minimisation. Once a solver.
tw_status tw_minimization_scratch(tw_minimization *minimization, int count, void **vectors);

// Number `index` of the vectors of that block.
void *tw_scratch_at(const tw_minimization *minimization, int index);

// Copies a vector; the relative rounding error of its elements.
void tw_minimization_copy(const tw_minimization *minimization, void *to, const void *from);
double tw_minimization_epsilon(const tw_minimization *minimization);

// How far values this large are moved by rounding inside the function, as far as one can guess.
double tw_minimization_noise(const tw_minimization *minimization, double value);

// A step this long that still goes down is taken for one of a function without a floor.
#define TW_STEP_MOST 1e15

// Value and gradient at a point. TW_INTERRUPTED, and the minimisation ended, where the budget of
// evaluations is used up.
tw_status tw_minimization_evaluate(tw_minimization *minimization, const void *x, double *value,
                                   void *gradient);

// The same at the trial point.
tw_status tw_minimization_try(tw_minimization *minimization, double *value);

// Remembers the trial point, to which the minimisation does not go, if it is the best so far.
void tw_minimization_reject(tw_minimization *minimization, double value, double largest_slope);

// Goes to the trial point: `step` is its distance, `largest_slope` |g|_inf there (with a box: of the
// projected gradient). Ends where the tolerance is met.
void tw_minimization_accept(tw_minimization *minimization, double value, double largest_slope,
                            double step);

// Ends with a reason; returns TW_OK.
tw_status tw_minimization_finish(tw_minimization *minimization, tw_minimize_end end,
                                 const char *format, ...) TW_PRINTF(3, 4);

// Where the arrays were read from a checkpoint: goes on from there.
void tw_minimization_resumed(tw_minimization *minimization);

// Whether a step failed only because what is left to gain is less than rounding does to the value.
bool tw_minimization_is_exhausted(const tw_minimization *minimization, double slope);

// ---- a line search over vectors

typedef struct tw_line {
    const void *direction;
    double slope;   // g'd, below 0
    double length;  // |d|_2
    double first;   // step to try first
    double most;    // longest step; 0: no limit
    double stretch; // see search.h; 0: 4
    bool ready;     // the trial point holds x + first*d already
    double sufficient, curvature;
} tw_line;

// Searches from here along a direction and accepts what it finds. `*step` is 0 where nothing lower was
// found and nothing has changed; the minimisation may have ended.
tw_status tw_line_search(tw_minimization *minimization, const tw_line *line, double *step);

// Ends with line_search_failed in the words that fit.
tw_status tw_line_failed(tw_minimization *minimization, double slope);

// ---- box.c

// Largest component of the gradient, leaving out what points out of the box.
double tw_box_slope(const tw_minimization *minimization, const void *x, const void *gradient);

// Moves what lies outside the box to its edge.
void tw_box_clamp(const tw_minimization *minimization, void *x);

// ---- solver_list.c

#define TW_SOLVER(name) extern const tw_solver tw_solver_##name;
#include "minimize/solvers.def"
#undef TW_SOLVER
extern const tw_solver tw_solver_lbfgs_box, tw_solver_rule;

// Reads a method: a solver with keys, or a chain of rules.
tw_status tw_solver_parse(tw_minimization *minimization, const char *text);

// Whether a method's text begins with a solver's name; that text with every key, owned by the caller: free
// with tw_release. Errors of tw_solver_spell: as tw_minimization_new.
bool tw_solver_is_named(const char *text);
tw_status tw_solver_spell(tw_context *context, const char *text, char **method);

// TW_NOT_FOUND, with that name, where a method begins with what is nearer to a solver's, or to `also` (NULL:
// none), than to any rule's: the parser of rules would not know what was meant.
tw_status tw_solver_check_name(tw_context *context, const char *text, const char *also);

// Whether it asks for the Hessian or its products with vectors.
bool tw_solver_takes_products(const char *text);

// Whether a method that is named can minimise a function of `dimension` numbers. Errors: TW_BAD_ARGUMENT.
tw_status tw_solver_check_dimension(tw_context *context, const char *text, int64_t dimension);

// ---- minimization_words.c

// Notes a schedule (NULL: none), the box it has, and a start (NULL: the objective's own) in words.
tw_status tw_minimization_note(tw_minimization *minimization, const char *schedule,
                               const void *start);

// ---- minimization_file.c

// Copies the arrays PREFIXname among `from` to their namesakes; false where one is missing or of another
// kind.
bool tw_minimization_copy_arrays(tw_variables *to, const tw_variables *from, const char *prefix);

// Puts a minimisation where the arrays PREFIXname among `variables` say, as tw_minimization_load does.
tw_status tw_minimization_take(tw_minimization *minimization, const tw_variables *variables,
                               const char *prefix);

#endif
