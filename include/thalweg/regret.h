// Online convex problems: in each round a method predicts a point, then the loss of the round is revealed. What it
// loses beyond the best fixed point in hindsight is its regret (Zinkevich, 2003).
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

// The name of problem `index`, for help; NULL behind the last. Borrowed: valid for ever.
TW_API const char *tw_regret_problem_name(int index);

// What problem `index` is, in a line; NULL behind the last. Borrowed: valid for ever.
TW_API const char *tw_regret_problem_summary(int index);

// A game of `rounds` rounds (1 to 10 million): linear, logistic, absolute, sparse, or reddi[:C=3] (Reddi, Kale
// and Kumar, 2018). Draws the losses. `*game` is owned by the caller: free with tw_regret_free. Errors:
// TW_BAD_ARGUMENT, TW_NO_MEMORY.
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
    double stated_bound; // what Kingma and Ba state for adam; their proof is wrong. NaN for others
    int64_t dimension;
    const double *x_final; // [dimension]
    int point_count;       // at most TW_REGRET_POINTS
    const double *rounds;  // [point_count] t, spread evenly in log t
    const double *regrets; // [point_count] R(t)
} tw_regret_result;

// Whether a method can be played, before any is. Errors: those of tw_regret_play, but TW_DIVERGED.
TW_API tw_status tw_regret_check(tw_regret *game, const char *method);

// How far tw_regret_play is.
typedef struct tw_regret_progress {
    bool in_hindsight; // it still searches for the best fixed points; else it plays
    int64_t round;     // rounds played, or the number of rounds whose best point is searched for
    double share;      // of this part of the work, from 0 to 1
} tw_regret_progress;

// Called every so often while it plays.
typedef void tw_regret_watch(const tw_regret_progress *progress, void *user);

// Plays one method (method.h) from the start of the problem. The first play of a game also finds the best fixed
// points, which takes most of the time if there are many losses; `watch` may be NULL. If the text gives no lr, it
// is what the bound asks for: D/(G sqrt(t)) for sgd, D_inf/sqrt(2) for adagrad, 0.5/sqrt(t) for others
// (docs/regret.md). If it is a number, it is divided by sqrt(t), except for adagrad; an expression is taken as it
// is. In reddi, beta1 and beta2 are 0 and 1/(1 + C^2) unless the text gives them. Errors: TW_UNSUPPORTED for a rule
// that looks ahead; TW_BAD_TEXT, TW_NOT_FOUND; TW_DIVERGED if a prediction is not a number; TW_NO_MEMORY.
TW_API tw_status tw_regret_play(tw_regret *game, const char *method, tw_regret_watch *watch,
                                void *user, tw_regret_result *result);

#ifdef __cplusplus
}
#endif

#endif
