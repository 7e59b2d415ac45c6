// An update alone, to be run again and again: a graph of parameters, of gradients that are already in memory, and of
// the method's nodes. Beside it, a loop that touches the same arrays and computes nothing.
#ifndef TW_BENCH_UPDATE_H
#define TW_BENCH_UPDATE_H

#include "bench/plain_loop.h"
#include "rules/method_parts.h"
#include "thalweg/plan.h"

typedef struct tw_bench_subject {
    tw_context *context;
    tw_dtype precision;
    int tensor_count;
    int64_t *
        starts; // where tensor i would begin if all were one; starts[tensor_count]: elements in all
    tw_method *method;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    tw_clock clock;
    tw_node *parameters, *gradients, *updates; // one a tensor
    void **arrays;               // [tensors, TW_RULE_ARRAY_COUNT], as rules number them
    const tw_tile_program *pass; // the one whose arrays the plain loop touches now
    tw_plain_word mask;          // 0: see tw_plain_loop
} tw_bench_subject;

// Builds and plans the update of tensors of `sizes` [count] elements. Close `subject` even on failure.
tw_status tw_bench_subject_open(tw_context *context, const char *method, tw_dtype precision,
                                const int64_t *sizes, int count, tw_bench_subject *subject);
void tw_bench_subject_close(tw_bench_subject *subject);

// Runs one update; runs the plain loop for each pass of an update. `user` is the subject.
tw_status tw_bench_subject_update(void *user);
tw_status tw_bench_subject_touch(void *user);

#endif
