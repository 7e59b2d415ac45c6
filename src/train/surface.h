// The loss over a whole data set as a function of all parameters: an objective (objective.h) whose value,
// gradient and Hessian products stream over the minibatches, so that memory does not grow with the data.
// Dropout is off: the function is the same each time.
#ifndef TW_TRAIN_SURFACE_H
#define TW_TRAIN_SURFACE_H

#include "thalweg/data.h"
#include "thalweg/objective.h"
#include "train/network.h"

#define TW_SURFACE_BATCH 512 // examples at a time where nothing else decides

typedef struct tw_surface_options {
    const tw_model *model; // borrowed, as are loss and data: valid until freed
    const tw_loss *loss;
    tw_example_form form;
    tw_dtype dtype;
    double l1, l2;
    const tw_variables *variables; // the parameters' values now become the objective's start
    tw_data *data;
    bool owns_data;   // free it with the objective, on failure too
    int64_t batch;    // examples at a time: of memory, not of the result
    int64_t examples; // a sample of so many, drawn by the seed; 0: all
    uint64_t seed;
} tw_surface_options;

// The objective: x is the parameters one behind the other in the order of the model, its parts are they.
// `*objective` is owned by the caller: free with tw_objective_free. Errors: TW_NOT_FOUND where a parameter
// is not among the variables; TW_NO_MEMORY; what the graph says.
tw_status tw_surface_new(tw_context *context, const tw_surface_options *options,
                         tw_objective **objective);

// Plans Hessian products now and not with the first of them.
tw_status tw_surface_plan_products(tw_objective *objective);

// What evaluations need, as planned so far: the bytes of the parameters, of sums over them and of activations,
// and the calls for a minibatch's gradient.
tw_plan_size tw_surface_measure(const tw_objective *objective);

// From now on evaluations see `count` minibatches of an epoch's order from number `first` on, in place of
// all examples. How many examples were seen in all evaluations so far.
void tw_surface_look_at(tw_objective *objective, uint64_t epoch, int64_t first, int64_t count);
double tw_surface_seen(const tw_objective *objective);

// Copies x [n] into the parameters among `variables`. `objective` must come from tw_surface_new.
void tw_surface_store(const tw_objective *objective, const void *x, tw_variables *variables);

// Copies the parameters among `variables` into x [n].
void tw_surface_take(const tw_objective *objective, const tw_variables *variables, void *x);

#endif
