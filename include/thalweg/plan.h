// A graph made ready to run: nodes fused into kernels, memory laid out, nothing left to decide.
//
//     tw_plan *plan = NULL;
//     tw_plan_options options = tw_plan_options_default();
//     options.batch_max = 128;
//     tw_plan_new(graph, variables, (tw_node[]){loss, update}, 2, &options, &plan);
//     tw_plan_feed(plan, x, images);
//     tw_plan_run(plan, 128, &clock);       // no allocation, no look-up by name, no shape inference
//     double value = tw_plan_scalar(plan, loss);
//
// The graph must not change while it has plans, and must outlive them, as must the variables.
#ifndef THALWEG_PLAN_H
#define THALWEG_PLAN_H

#include "thalweg/clock.h"
#include "thalweg/graph.h"
#include "thalweg/variables.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_plan tw_plan;

typedef struct tw_plan_options {
    int64_t batch_max; // the largest B of a run; memory is laid out for it. Default 1.
    uint64_t seed;     // of dropout and noise. Default 1.
} tw_plan_options;

// The defaults, said beside each field.
TW_API tw_plan_options tw_plan_options_default(void);

// What a plan holds and does, in bytes and counts.
typedef struct tw_plan_size {
    uint64_t arena_bytes;     // activations and gradients; those not needed at once share it
    uint64_t unshared_bytes;  // what they would take without sharing
    uint64_t variable_bytes;  // of the parameters and states the plan touches
    uint64_t parameter_count; // elements of the parameters the plan touches
    int kernel_count;         // calls in a run
    int node_count;           // nodes of the graph that are computed
    int fused_count;          // of them, those that share a kernel with another
} tw_plan_size;

// Plans runs that compute the `count` nodes of `wanted`: values to be read, assignments and updates to be
// done. Variables that are missing are made, of zeros. `options` may be NULL. `*plan` is owned by the
// caller: free with tw_plan_free. Errors: the first error of building the graph; TW_BAD_ARGUMENT;
// TW_MISMATCH for a variable of another type or shape; TW_NO_MEMORY.
TW_API tw_status tw_plan_new(tw_graph *graph, tw_variables *variables, const tw_node *wanted,
                             int count, const tw_plan_options *options, tw_plan **plan);

// Frees; NULL is fine.
TW_API void tw_plan_free(tw_plan *plan);

// Whether a run of the plan reads an input, which then has to be fed.
TW_API bool tw_plan_reads(const tw_plan *plan, tw_node input);

// Says where the elements of an input lie: [B, ...] row-major, in the type of the graph, or int32_t. They
// are read in each run. Borrowed: valid until the input is fed anew or the plan freed. Errors:
// TW_BAD_ARGUMENT if it is not an input of the plan.
TW_API tw_status tw_plan_feed(tw_plan *plan, tw_node input, const void *elements);

// Computes for `batch` examples, 1 to batch_max. `clock` tells dropout, schedules and rules the step; NULL
// means step 1. Errors: TW_BAD_ARGUMENT for an input that was not fed or a batch out of range; TW_DIVERGED
// from a `finite` node; and what an operator says of its data (a label that is not a class). After an error
// no assignment and no update was performed.
TW_API tw_status tw_plan_run(tw_plan *plan, int64_t batch, const tw_clock *clock);

// The elements of a wanted node after a run, in its own type. Of a variable, also a reshaped one, they are
// what it holds at the moment. NULL if the node was not wanted. Borrowed: valid until the next run.
TW_API const void *tw_plan_value(const tw_plan *plan, tw_node node);

// The value of a wanted scalar after a run, as double; NaN if the node was not wanted.
TW_API double tw_plan_scalar(const tw_plan *plan, tw_node node);

// The bytes and counts of a plan. They are known before its first run.
TW_API tw_plan_size tw_plan_measure(const tw_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
