// The losses of a game: f_t(x) = phi(a_t'x, b_t), drawn before it begins.
#ifndef TW_REGRET_PROBLEM_H
#define TW_REGRET_PROBLEM_H

#include "thalweg/context.h"

typedef enum tw_online_loss {
    TW_ONLINE_LINEAR,   // a'x
    TW_ONLINE_LOGISTIC, // log(1 + exp(-b a'x)), b = -1 or 1
    TW_ONLINE_ABSOLUTE, // |a'x - b|
} tw_online_loss;

typedef struct tw_online_problem {
    tw_online_loss loss;
    int64_t dimension, rounds;
    uint64_t seed;    // of the losses, and of methods that draw
    double start;     // of each coordinate
    double C;         // of reddi; 0: another problem
    double *features; // [rounds, dimension]
    double *targets;  // [rounds]
    double slope_max; // G: the largest |gradient|_2 that a round can have in the box
} tw_online_problem;

// Name and summary of problem `index`, NULL behind the last.
const char *tw_online_name(int index);
const char *tw_online_summary(int index);

// Draws the problem that a text names. Free with tw_online_close, on failure too. Errors: TW_BAD_ARGUMENT,
// TW_NO_MEMORY.
tw_status tw_online_open(tw_context *context, const char *text, int64_t rounds, uint64_t seed,
                         tw_online_problem *problem);
void tw_online_close(tw_online_problem *problem);

// Loss of round `t` (from 0) at x, and its gradient (may be NULL).
double tw_online_loss_at(const tw_online_problem *problem, int64_t t, const double *x,
                         double *gradient);

// A search for the best fixed point in hindsight.
typedef struct tw_online_search {
    tw_context *context;
    const tw_online_problem *problem;
    int64_t rounds;                 // it is to be the best for the first so many
    void (*after_each)(void *user); // called after each sum of all losses; NULL: nobody asks
    void *user;
} tw_online_search;

// Finds the best fixed point in the box: `best` [dimension], which holds where to start from; and the sum of
// the losses there.
tw_status tw_online_best(const tw_online_search *search, double *best, double *sum);

#endif
