// The graphs and plans of a training: one that steps, one that measures, over the same variables.
#ifndef TW_TRAIN_NETWORK_H
#define TW_TRAIN_NETWORK_H

#include "thalweg/loss.h"
#include "thalweg/method.h"
#include "thalweg/model.h"
#include "thalweg/plan.h"

// What the examples are like, without the examples: enough to build a model for them.
typedef struct tw_example_form {
    tw_shape shape;  // of one example
    int64_t classes; // 0: a regression
    int64_t width;   // numbers of a target, for a regression
} tw_example_form;

// How many outputs a model for them has.
int64_t tw_form_outputs(const tw_example_form *form);

// How many of them are measured at a time, when nothing is trained: 256, or fewer if these are more than 2^24
// numbers.
int64_t tw_form_measure_batch(const tw_example_form *form);

// What a loss of theirs is multiplied by to be in the unit of the data: the targets of a regression were
// divided by `deviation`. 1 for classes, and for losses that have no unit.
double tw_form_loss_unit(const tw_example_form *form, const tw_loss *loss, double deviation);

// Adds the inputs of a minibatch of them: x [B, ...] and target, i32 [B] or [B, width].
void tw_form_inputs(const tw_example_form *form, tw_graph *graph, tw_node *x, tw_node *target);

// How many examples of a minibatch get another class than theirs: a whole number, so that an error is a
// fraction to the last digit. TW_NO_NODE for a regression.
tw_node tw_form_wrong(const tw_example_form *form, tw_graph *graph, tw_node outputs,
                      tw_node target);

// Measures examples: loss and error of a minibatch, or the outputs.
typedef struct tw_measuring {
    tw_graph *graph;
    tw_plan *plan;
    tw_node x, target, outputs;
    tw_node loss, wrong; // the minibatch's mean loss; tw_form_wrong
    void *no_targets;    // zeros, to be fed where only outputs are wanted
} tw_measuring;

// Builds and plans it. `method`, where its rule evaluates with other weights than it trains, else NULL. The
// variables it needs are made.
tw_status tw_measuring_new(tw_context *context, const tw_model *model, const tw_loss *loss,
                           const tw_example_form *form, const tw_method *method, tw_dtype dtype,
                           tw_variables *variables, tw_measuring *measuring);
void tw_measuring_free(tw_measuring *measuring);

// What a step is made of.
typedef struct tw_network_options {
    const tw_model *model;
    const tw_loss *loss;
    tw_method *method;                      // NULL: parameters alone are made, no plans
    const tw_initialiser *weights, *biases; // may be NULL: the model's own choice
    tw_example_form form;
    tw_dtype dtype;
    int64_t batch;
    bool accumulates;
    double l1, l2;
    uint64_t seed;
    tw_clock clock; // of the first step: what first values of states may depend on
} tw_network_options;

// Without accumulation one plan does a step: `step`. With it, `first` stores a minibatch's weighted
// gradients, `more` adds to them, and `step`, of a graph of its own, updates from their sum.
typedef struct tw_network {
    tw_graph *graph, *update_graph;
    tw_plan *step;
    tw_plan *step_and_norm; // the same, and the gradient's norm: for the last step of an epoch
    tw_plan *first, *more;
    tw_plan *eval; // of a rule that evaluates with other weights than it trains: writes those
    tw_node x, target;
    tw_node weight; // the minibatch's share of the accumulated gradient
    tw_node loss, wrong, norm;
    tw_node *parameters; // of `graph`
    int parameter_count;
} tw_network;

// Builds and plans it, and gives parameters and states their first values where `variables` lacks them.
tw_status tw_network_new(tw_context *context, const tw_network_options *options,
                         tw_variables *variables, tw_network *network);
void tw_network_free(tw_network *network);

// Trained numbers in all.
int64_t tw_network_size(const tw_network *network);

#endif
