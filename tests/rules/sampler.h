// Independent chains of a sampler, or runs of an optimizer, on a function of one number: the elements of
// one tensor, each of which has noise of its own.
//
//     tw_sampler *s = tw_sampler_new(&(tw_sampler_options){"sgld:lr=0.1", gaussian, .chains = 1000});
//     tw_moments m = tw_sampler_run(s, 200, 2000, NULL); // averages over chains and steps 200 to 2000
#ifndef TW_RULE_SAMPLER_H
#define TW_RULE_SAMPLER_H

#include "test.h"

#include "thalweg/method.h"
#include "thalweg/ops.h"

typedef struct tw_sampler_options {
    const char *method;
    tw_node (*potential)(tw_graph *graph, tw_node x); // U of each element
    int64_t chains;
    double start;
    uint64_t example_count; // N: the loss is U/N. 0: 1
    uint64_t total_steps;   // T
    uint64_t seed;          // 0: 1
} tw_sampler_options;

// Over all chains and the steps that were averaged.
typedef struct tw_moments {
    double mean, variance;   // of theta
    double u_squared, alpha; // means of u^2 and of alpha, where the method has such states
} tw_moments;

typedef struct tw_sampler tw_sampler;

tw_sampler *tw_sampler_new(const tw_sampler_options *options);
void tw_sampler_free(tw_sampler *sampler);

// Steps first + 1 to last; moments over those behind `first`. `watch` (or NULL) is told every theta.
tw_moments tw_sampler_run(tw_sampler *sampler, uint64_t first, uint64_t last,
                          void (*watch)(double theta));

// An element of theta, or of a state ("santa.u").
double tw_sampler_value(const tw_sampler *sampler, const char *state, int64_t chain);
void tw_sampler_set(tw_sampler *sampler, const char *state, int64_t chain, double value);

// Potentials: x^2/2; and the double well of Gan and others, (x+4)(x+1)(x-1)(x-3)/14 + 1/2, whose least
// value is near -2.9, with another minimum near 2.2.
tw_node tw_gaussian(tw_graph *graph, tw_node x);
tw_node tw_double_well(tw_graph *graph, tw_node x);

#endif
