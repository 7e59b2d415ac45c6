// Operators checked as a whole: values against a plain reference, first and second derivatives against
// central differences in double, float32 against float64, and bits for one, two and three threads.
//
//     static tw_node build(tw_graph *graph, const tw_node *in) {
//         return tw_sin(graph, in[0]);
//     }
//
//     static double reference(const double *in) {
//         return sin(in[0]);
//     }
//
//     tw_test_operator(&(tw_test_case){.build = build, .element = reference, .inputs = 1,
//                                      .in = {tw_test_from(TW_SHAPE(TW_BATCH, 5), -3.0, 3.0)}});
#ifndef TW_TEST_GRADIENT_H
#define TW_TEST_GRADIENT_H

#include "thalweg/ops.h"
#include "thalweg/plan.h"

#define TW_TEST_INPUTS_MAX 4

typedef tw_node tw_test_build(tw_graph *graph, const tw_node *in);

typedef struct tw_test_in {
    tw_shape shape;
    double low,
        high;   // elements are drawn from between; for an index whole numbers from both and between
    bool index; // i32, not differentiated
} tw_test_in;

static inline tw_test_in tw_test_from(tw_shape shape, double low, double high) {
    return (tw_test_in){.shape = shape, .low = low, .high = high, .index = false};
}

static inline tw_test_in tw_test_index(tw_shape shape, double low, double high) {
    return (tw_test_in){.shape = shape, .low = low, .high = high, .index = true};
}

typedef struct tw_test_case {
    tw_test_build *build;
    int inputs;
    tw_test_in in[TW_TEST_INPUTS_MAX];
    // What is right: of one element from the broadcast inputs' (element-wise operators), or of all, from
    // their elements with the real batch. NULL: not checked.
    double (*element)(const double *in);
    void (*whole)(const double *const *in, int64_t batch, double *out);
    int64_t batch;    // the largest run's; 0: 3. Others are tried on the same plan.
    bool values_only; // large: derivatives are not compared with differences
    bool no_gradient; // has none
    double tolerance; // of float32 against float64, relative to 1; 0: 1e-5
} tw_test_case;

// Checks all of the above; fails the test with words.
void tw_test_operator(const tw_test_case *test);

// The value of an operator on scalars, in double or in float32, and its derivative by input `which`.
double tw_test_at(tw_test_build *build, const double *in, int count);
double tw_test_at_f32(tw_test_build *build, const double *in, int count);
double tw_test_slope_at(tw_test_build *build, const double *in, int count, int which);

// One number in, one out: a table for edge cases. NaN is equal to NaN here.
typedef struct tw_test_point {
    double in, out;
} tw_test_point;

void tw_test_points(tw_test_build *build, const tw_test_point *points, int count);
void tw_test_slopes(tw_test_build *build, const tw_test_point *points, int count);

// What cannot be built, and the graph's words for it.
typedef struct tw_test_refusal {
    tw_node (*build)(tw_graph *graph);
    const char *message;
} tw_test_refusal;

void tw_test_refusals(const tw_test_refusal *table, int count);

// A float32 input of a shape, for refusals; and one of whole numbers.
tw_node tw_test_numbers(tw_graph *graph, tw_shape shape);
tw_node tw_test_indices(tw_graph *graph, tw_shape shape);

// Runs what `build` makes of i32 in[0] = `index` and of in[1] = zeros, and checks the words with which the
// run is refused. Shapes without the batch.
void tw_test_fault(tw_test_build *build, tw_shape index_shape, const int32_t *index, tw_shape shape,
                   const char *message);

#endif
