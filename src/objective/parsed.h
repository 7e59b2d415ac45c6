// An objective made of a text: a graph, its plans, and what the text says of its function.
#ifndef TW_OBJECTIVE_PARSED_H
#define TW_OBJECTIVE_PARSED_H

#include "objective/objective.h"
#include "objective/text.h"

// Makes the objective of a resolved text, which is taken, also on failure.
tw_status tw_objective_of_text(tw_objective_text *text, tw_dtype dtype, tw_objective **objective);

// What a text says beyond its function, in arrays of the caller's: see tw_objective_facts.
typedef struct tw_text_facts {
    double *start, *lower, *upper; // NULL: not said
    tw_known_minimum *minima;
    double *places; // that the minima point into
    int minimum_count;
} tw_text_facts;

tw_status tw_text_facts_read(const tw_objective_text *text, tw_text_facts *facts);
void tw_text_facts_free(tw_text_facts *facts);

#endif
