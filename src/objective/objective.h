// The inside of an objective, for those who make one.
#ifndef TW_OBJECTIVE_OBJECTIVE_H
#define TW_OBJECTIVE_OBJECTIVE_H

#include "tensor/vector.h"
#include "thalweg/objective.h"

struct tw_objective {
    tw_context *context;
    char *name;
    tw_objective_calls calls;
    tw_objective_facts facts; // what they point at beyond the name belongs to calls.user
    tw_vector_space space;    // of x
    tw_evaluation_counts counts;
    void *scratch; // rows [n] of the type, for what is made of differences; made when needed
};

#endif
