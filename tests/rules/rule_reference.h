// A rule against the same equations written again in plain C, in double.
//
//     static void step(tw_reference_tensor *all, int count, uint64_t t) {     // v = 0.9 v - 0.1 g
//         for each tensor, for each element: ...                              // theta = theta + v
//     }
//     tw_test_against_reference(&(tw_reference){"momentum:lr=0.1", .states = {"momentum.v"}, .step = step});
#ifndef TW_RULE_REFERENCE_H
#define TW_RULE_REFERENCE_H

#include "test.h"

#include "thalweg/method.h"

#define TW_REFERENCE_STATES 4
#define TW_REFERENCE_TENSORS 3
#define TW_REFERENCE_STEPS 12

typedef struct tw_reference_tensor {
    const char *name;
    int64_t n;
    double *theta, *g; // [n]
    double *state[TW_REFERENCE_STATES];
} tw_reference_tensor;

typedef struct tw_reference {
    const char *method;
    const char *groups;                      // overrides; NULL: none
    const char *states[TW_REFERENCE_STATES]; // "adam.s": what stands behind the parameter's name
    double first[TW_REFERENCE_STATES];       // their first values; NAN: those that the method drew
    void (*step)(tw_reference_tensor *all, int count, uint64_t t); // t from 1
} tw_reference;

// Steps the method and the reference side by side over tensors of 1, 7 and 1300 elements with gradients
// of very different sizes, zero at some elements and in one step everywhere, and asserts that weights
// and states agree: in float64 to 1e-12, in float32 to rounding. The method behind links that change
// nothing, which no C was made for when thalweg was built, must give the same bits.
void tw_test_against_reference(const tw_reference *reference);

// A method stepping over tensors by given gradients, for tests of their own. Opaque; its context fails
// the test on any error.
typedef struct tw_rule_run tw_rule_run;

// Tensors "a/bias" [1], "a/weight" [7] and "b/weight" [1300]; the first values of a run.
tw_rule_run *tw_rule_run_new(const char *method, const char *groups, tw_dtype dtype, uint64_t seed);
void tw_rule_run_free(tw_rule_run *run);
tw_context *tw_rule_run_context(const tw_rule_run *run);
tw_method *tw_rule_run_method(const tw_rule_run *run);
tw_variables *tw_rule_run_variables(const tw_rule_run *run);

// Fills the tensors with the standard weights; then makes it ready. Gradients of step t are the standard
// ones. `tw_rule_run_step` must be called for t = 1, 2, ...
void tw_rule_run_start(tw_rule_run *run);
void tw_rule_run_step(tw_rule_run *run, uint64_t t);

// The standard weights and gradients.
double tw_reference_weight(int tensor, int64_t element);
double tw_reference_gradient(int tensor, int64_t element, uint64_t t);
int64_t tw_reference_elements(int tensor);
const char *tw_reference_name(int tensor);

// An element of a tensor, or of one of its states ("adam.s"; NULL: theta).
double tw_rule_run_value(const tw_rule_run *run, int tensor, const char *state, int64_t element);

// Asserts that all variables of the first run have the same bits in the second.
void tw_rule_run_assert_same(const tw_rule_run *first, const tw_rule_run *second);

#endif
