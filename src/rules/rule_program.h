// What a chain of rules computes, and how it is lowered: to values, then to tile programs that run in
// passes.
//
// A value is either a scalar, one number for all elements, or one number for each element. Scalars are
// computed in double once a step, and the largest scalar parts of the equations are arguments of the
// tile programs, so that a changed hyperparameter compiles nothing. A reduction makes a scalar of
// elements, and what depends on it has to wait for the next pass: a value's stage is the number of
// reductions before it. All passes but the last only read. The last one computes again what it needs of
// them, and writes.
//
// A choice between elements by a number that is known before a step begins (`if t < burnin`,
// where(t < 10, a, b)) is a branch: the program is lowered once for each outcome, and a step runs the
// one that the number picks, in which the other arm is not computed and draws nothing. Reductions are
// made in either case. More conditions than TW_RULE_BRANCHES_MAX, and those that depend on reductions,
// are choices element by element, of the same meaning.
#ifndef TW_RULES_RULE_PROGRAM_H
#define TW_RULES_RULE_PROGRAM_H

#include "tile/tile.h"

#define TW_RULE_VALUES_MAX 4096
#define TW_RULE_STAGES_MAX 8
#define TW_RULE_REDUCTIONS_MAX 16 // of one stage
#define TW_RULE_RANDOMS_MAX 64    // random numbers an element
#define TW_RULE_CHAIN_STATES_MAX 12
#define TW_RULE_BRANCHES_MAX 3
#define TW_RULE_VARIANTS_MAX (1 << TW_RULE_BRANCHES_MAX)

// Arrays of a program by number; states come behind the gradient.
enum {
    TW_RULE_ARRAY_THETA,
    TW_RULE_ARRAY_GRADIENT,
    TW_RULE_ARRAY_STATE,
    TW_RULE_ARRAY_OUT = TW_RULE_ARRAY_STATE + TW_RULE_CHAIN_STATES_MAX, // points, eval weights
    TW_RULE_ARRAY_COUNT
};

typedef enum tw_rule_value_kind {
    TW_RULE_VALUE_CONSTANT,
    TW_RULE_VALUE_CLOCK, // index: 0 t, 1 epoch, 2 T, 3 N, 4 B
    TW_RULE_VALUE_HYPER, // index: hyperparameter of the chain
    TW_RULE_VALUE_COUNT, // elements of the tensor
    TW_RULE_VALUE_READ,  // index: array
    TW_RULE_VALUE_RANDOM,
    TW_RULE_VALUE_APPLY,
    TW_RULE_VALUE_REDUCE,
} tw_rule_value_kind;

typedef struct tw_rule_value {
    tw_rule_value_kind kind;
    tw_tile_operation operation; // apply, random
    tw_tile_reduction reduction;
    bool global;  // a reduction over all tensors
    bool element; // differs from element to element
    int stage;    // how many reductions have to be done before it, one after the other
    int operand[3];
    int index;
    double number;
    bool needed; // by what is written
    int slot;    // of a needed scalar: its place in the vector; else -1
} tw_rule_value;

// Values under construction, operands before what is made of them. The first failure is latched; the
// functions below then return 0.
typedef struct tw_rule_values {
    tw_context *context;
    tw_rule_value *all;
    size_t count, capacity;
    int random_count;
    tw_status status;
} tw_rule_values;

void tw_rule_values_start(tw_rule_values *values, tw_context *context);
void tw_rule_values_free(tw_rule_values *values);

int tw_rule_value_constant(tw_rule_values *values, double number);
int tw_rule_value_leaf(tw_rule_values *values, tw_rule_value_kind kind, int index);
int tw_rule_value_random(tw_rule_values *values, tw_tile_operation operation);
int tw_rule_value_apply(tw_rule_values *values, tw_tile_operation operation, int a, int b, int c);
int tw_rule_value_reduce(tw_rule_values *values, tw_tile_reduction reduction, bool global, int a);

// How many operands a value has.
int tw_rule_operand_count(const tw_rule_value *value);

// ---- programs

typedef struct tw_rule_write {
    int array, value;
} tw_rule_write;

// The reductions of one stage.
typedef struct tw_rule_pass {
    tw_tile_program *program[TW_RULE_VARIANTS_MAX];
    bool reads[TW_RULE_ARRAY_COUNT]; // in any variant
    int count;
    int slot[TW_RULE_REDUCTIONS_MAX];
    tw_tile_reduction reduction[TW_RULE_REDUCTIONS_MAX];
    bool global[TW_RULE_REDUCTIONS_MAX];
    bool any_local, any_global;
} tw_rule_pass;

typedef struct tw_rule_program {
    tw_rule_values values;
    int slot_count; // scalars; the arguments of the tile programs are the first `argument_count`
    int argument_count;
    bool counts; // needs the number of elements
    int branch_count;
    int branch[TW_RULE_BRANCHES_MAX]; // the conditions, by value
    int stage_count;
    tw_rule_pass passes[TW_RULE_STAGES_MAX]; // of stages 1, 2, ...
    tw_tile_program *update[TW_RULE_VARIANTS_MAX];
    int random_count;
} tw_rule_program;

// Lowers what is written. `values` is taken, also on failure, and left empty. `*program` is owned by
// the caller: free with tw_rule_program_free. Errors: the latched one, TW_UNSUPPORTED for what is too
// large, TW_NO_MEMORY.
tw_status tw_rule_program_build(tw_rule_values *values, const tw_rule_write *writes, int count,
                                tw_rule_program **program);
void tw_rule_program_free(tw_rule_program *program);

// How many variants it has; the one that a step's scalars pick: bit k tells whether condition k holds.
int tw_rule_program_variants(const tw_rule_program *program);
int tw_rule_program_variant(const tw_rule_program *program, const double *vector);

// Computes the scalars of a stage into `vector`, which holds those of the stages before. `clock` is
// t, epoch, T, N, B; `hyper` the chain's hyperparameters (only stage 0 reads them).
void tw_rule_program_scalars(const tw_rule_program *program, int stage, const double *clock,
                             const double *hyper, double element_count, double *vector);

#endif
