// Online convex problems: a method predicts, the loss of the round is revealed, and what it lost beyond the
// best fixed point in hindsight is its regret (Zinkevich, 2003).
//
//     tw_regret *game = NULL;
//     tw_regret_new(context, "sparse", 10000, 1, &game);
//     tw_regret_result result;
//     tw_regret_play(game, "adagrad", NULL, NULL, &result); // R(T), its growth, the bound that holds for it
//     tw_regret_play(game, "sgd", NULL, NULL, &result);     // the same losses again
//
// Losses are f_t(x) = phi(a_t'x) on the box |x_i| <= 1; predictions are kept in it by clipping, which is the
// projection in any diagonal metric. All is a function of the seed. docs/regret.md states the problems.
#ifndef THALWEG_REGRET_H
#define THALWEG_REGRET_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_regret tw_regret;

// A problem, for help: its name, and what it is. Number `index` of the list; NULL behind the last.
// Borrowed: valid for ever.
TW_API const char *tw_regret_problem_name(int index);

// What it is, in a line. Borrowed: valid for ever.
TW_API const char *tw_regret_problem_summary(int index);

// A game of `rounds` rounds (1 to 10 million): linear, logistic, absolute, sparse, or reddi[:C=3] (Reddi, Kale
// and Kumar, 2018). Draws the losses. `*game` is owned by the caller: free with tw_regret_free. Errors:
// TW_BAD_ARGUMENT, TW_BAD_TEXT, TW_NO_MEMORY.
TW_API tw_status tw_regret_new(tw_context *context, const char *problem, int64_t rounds,
                               uint64_t seed, tw_regret **game);

// Frees; NULL is fine.
TW_API void tw_regret_free(tw_regret *game);

#define TW_REGRET_POINTS 24

// Arrays are borrowed: valid until the next call on the game.
typedef struct tw_regret_result {
    const char *method;        // as it was played: with the step size that the bound asks for
    double regret;             // R(T) = sum of f_t(x_t) - min over x of sum of f_t(x)
    double regret_over_sqrt_T; // R(T)/sqrt(T)
    double exponent; // slope of log R(t) on log t over the points below; NaN if R is not positive
    double bound;    // R(T) cannot exceed it; NaN where none holds for the method
    const char *bound_source; // whose: "Zinkevich, 2003"; "" where none holds
    double stated_bound; // Kingma and Ba's of adam, whose proof is wrong: to be looked at; NaN else
    int64_t dimension;
    const double *x_final; // [dimension]
    int point_count;       // at most TW_REGRET_POINTS
    const double *rounds;  // [point_count] t, spread evenly in log t
    const double *regrets; // [point_count] R(t)
} tw_regret_result;

// How far tw_regret_play is.
typedef struct tw_regret_progress {
    bool in_hindsight; // it still searches for the best fixed points, or else plays
    int64_t round;     // rounds played, or how many of them the point searched for is the best of
    double share;      // of this part of the work, from 0 to 1
} tw_regret_progress;

// Is told of it, every so often.
typedef void tw_regret_watch(const tw_regret_progress *progress, void *user);

// Plays one method (method.h) from the problem's start. The first play of a game also finds the best fixed
// points, which takes most of the time where losses are many; `watch` may be NULL. A step size that the text does not give is what the
// bound asks for: D/(G sqrt(t)) of sgd, D_inf/sqrt(2) of adagrad, 0.5/sqrt(t) of others; a number given as lr
// is divided by sqrt(t), but for adagrad; an expression is taken as it is. In reddi, beta1 and beta2 that are
// not given are 0 and 1/(1 + C^2). Errors: TW_UNSUPPORTED for a rule that looks ahead; TW_BAD_TEXT,
// TW_NOT_FOUND; TW_DIVERGED where a prediction is no number; TW_NO_MEMORY.
TW_API tw_status tw_regret_play(tw_regret *game, const char *method, tw_regret_watch *watch,
                                void *user, tw_regret_result *result);

#ifdef __cplusplus
}
#endif

#endif
