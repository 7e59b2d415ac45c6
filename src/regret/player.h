// A method that plays: predicts, takes the gradient, and is put back into the box.
#ifndef TW_REGRET_PLAYER_H
#define TW_REGRET_PLAYER_H

#include "regret/problem.h"
#include "thalweg/method.h"
#include "thalweg/plan.h"
#include "thalweg/text.h"

typedef struct tw_player {
    tw_context *context;
    tw_method *method;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_clock clock;
    double *x;        // [dimension] the prediction; belongs to the variables
    double *gradient; // [dimension]
    int64_t dimension;
    bool bounded_rate; // lr is a/sqrt(t), or a alone for adagrad: what the bounds suppose
} tw_player;

// Ready at the problem's start, with the step size that the bound asks for where the text gives none.
// Free with tw_player_close, on failure too.
tw_status tw_player_open(tw_context *context, const tw_online_problem *problem, const char *method,
                         tw_player *player);
void tw_player_close(tw_player *player);

// One update from player->gradient, and back into the box. Errors: TW_DIVERGED.
tw_status tw_player_step(tw_player *player);

// Adds the method as it is played, every hyperparameter spelled out.
void tw_player_describe(const tw_player *player, tw_text *text);

// Number `name` of the method at the first step: "lr", "eps"; NaN if it has none.
double tw_player_value(const tw_player *player, const char *name);

#endif
