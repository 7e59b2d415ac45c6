// A graph with its variables and a plan, and what tests do with them again and again.
//
//     tw_planned p;
//     tw_planned_open(&p, TW_F64, 1);
//     tw_node x = tw_input(p.graph, "x", TW_F64, TW_SHAPE(TW_BATCH, 3));
//     ...
//     tw_planned_plan(&p, (tw_node[]){y}, 1, 4);   // batches up to 4
//     tw_planned_feed(&p, x, numbers, 12);         // converted to the graph's type
//     tw_planned_run(&p, 4);
//     assert_true(tw_planned_at(&p, y, 0) == 6.0);
//     tw_planned_close(&p);                        // asserts that nothing is left
#ifndef TW_TEST_PLANNED_H
#define TW_TEST_PLANNED_H

#include "test.h"
#include "thalweg/ops.h"
#include "thalweg/plan.h"

#define TW_PLANNED_FEEDS_MAX 16

typedef struct tw_planned {
    tw_context *context;
    tw_graph *graph;
    tw_variables *variables;
    tw_plan *plan;
    void *feeds[TW_PLANNED_FEEDS_MAX];
    tw_node fed[TW_PLANNED_FEEDS_MAX];
    int feed_count;
} tw_planned;

void tw_planned_open(tw_planned *p, tw_dtype dtype, int threads);
void tw_planned_close(tw_planned *p);

// Asserts that the graph has no error, frees an earlier plan and makes one.
void tw_planned_plan(tw_planned *p, const tw_node *wanted, int count, int64_t batch_max);

// Feeds whole numbers to an i32 input, else numbers of the graph's type. Copied.
void tw_planned_feed(tw_planned *p, tw_node input, const double *numbers, int64_t count);

void tw_planned_run(tw_planned *p, int64_t batch);

// Element `index` of a wanted node; of a variable.
double tw_planned_at(const tw_planned *p, tw_node node, int64_t index);
double tw_planned_variable(const tw_planned *p, const char *name, int64_t index);

// Sets a variable, which a plan must have made: to given numbers, or to uniforms of -1 to 1.
void tw_planned_set(tw_planned *p, const char *name, const double *numbers, int64_t count);
void tw_planned_draw(tw_planned *p, const char *name, uint64_t seed);

// Uniforms between two limits, the same for the same seed.
void tw_planned_numbers(double *numbers, int64_t count, double low, double high, uint64_t seed);

// Asserts that the numbers differ by at most `tolerance` relative to max(1, |want|).
void tw_planned_assert_close(double got, double want, double tolerance, const char *what);

#endif
