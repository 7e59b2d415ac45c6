// The inside of a surface, for the files that measure it.
#ifndef TW_TRAIN_SURFACE_INSIDE_H
#define TW_TRAIN_SURFACE_INSIDE_H

#include "objective/objective.h"
#include "train/surface.h"

typedef struct tw_surface {
    tw_context *context;
    tw_surface_options options;
    tw_vector_space space;
    tw_graph *graph;
    tw_variables *variables; // its own copy of the parameters
    tw_batches *batches;
    tw_plan *value, *gradient, *product;
    uint64_t epoch; // what is looked at: an epoch's order from a minibatch on, so many examples
    int64_t first, examples;
    double seen; // examples in all evaluations
    tw_node x, target, loss, total;
    int count;           // parameters
    tw_node *parameters; // [count]
    tw_node *slopes;     // [count]
    tw_node *directions; // [count] inputs: a part of the vector to multiply
    tw_node *products;   // [count]
    tw_node *wanted;     // [count + 1]
    tw_objective_part *parts;
    char *names;   // of the parts, one behind the other
    double *start; // [n]
    double *sum;   // [n]
} tw_surface;

// The surface behind an objective; NULL where it is another's.
tw_surface *tw_surface_of(const tw_objective *objective);

// Copies x [n] into the parameters among `variables`.
void tw_surface_put(const tw_surface *s, const void *x, const tw_variables *variables);

// Adds share*element to the sums of a part: in double, so that a thousand minibatches lose no digits.
void tw_surface_add(const tw_surface *s, int part, const void *elements, double share);

#endif
