// What a method is made of. Its files: method.c (text to method), setting.c (hyperparameters),
// group.c (overrides), chain.c (rules to programs), pass.c and attach.c (programs to nodes), start.c,
// carry.c, show.c, show_value.c, trace.c.
#ifndef TW_RULES_METHOD_PARTS_H
#define TW_RULES_METHOD_PARTS_H

#include "base/text.h"
#include "ops/op.h"
#include "rules/rule.h"
#include "rules/rule_program.h"
#include "thalweg/method.h"

#define TW_METHOD_RULES_MAX 8
#define TW_METHOD_HYPERS_MAX 64
#define TW_METHOD_TEXT_BYTES_MAX (16 * 1024)
#define TW_METHOD_NAME_BYTES (2 * TW_EXPR_NAME_BYTES_MAX + 16)

// The value of a hyperparameter: a schedule, else an expression in the clock's names, else a number.
typedef struct tw_setting {
    double number;
    tw_expr_tree *tree; // owned
    tw_expr_root root;
    const tw_schedule *schedule;
    char *text; // owned; NULL: the number's digits
    char digits[TW_NUMBER_BYTES];
} tw_setting;

typedef struct tw_method_hyper {
    int rule, parameter;
    double default_value;
    bool given; // its value is not the text's default
    tw_setting setting;
} tw_method_hyper;

typedef struct tw_method_exception {
    char *glob; // owned
    int hyper;
    tw_setting setting;
    struct tw_method_exception *next;
} tw_method_exception;

// Parameters with the same values of all hyperparameters.
typedef struct tw_method_group {
    const tw_setting *settings[TW_METHOD_HYPERS_MAX];
    struct tw_method_group *next;
} tw_method_group;

// What an operator's node points to: a program with the hyperparameters of a group. Which input is
// which array follows from the operator (pass.c).
typedef struct tw_method_binding {
    const tw_method *method;
    const tw_rule_program *program;
    const tw_method_group *group;
    struct tw_method_binding *next;
} tw_method_binding;

typedef struct tw_method_state {
    char name[TW_METHOD_NAME_BYTES]; // "adam.s", what stands behind the parameter's name
    int rule, state;
    bool wide;              // kept in float64
    tw_rule_program *start; // of its first value; NULL: zero
} tw_method_state;

struct tw_method {
    tw_context *context;
    char *text;
    int rule_count;
    tw_rule *rules[TW_METHOD_RULES_MAX];
    char rule_names[TW_METHOD_RULES_MAX][TW_EXPR_NAME_BYTES_MAX + 8]; // "adam", "adam(2)"
    int hyper_count;
    tw_method_hyper hypers[TW_METHOD_HYPERS_MAX];
    int state_count;
    tw_method_state states[TW_RULE_CHAIN_STATES_MAX];
    bool wide;                             // has a state in float64: computes in it
    tw_rule_program *update, *look, *eval; // look and eval NULL if there are none
    tw_method_exception *overrides;        // the first one first
    tw_method_group *groups;
    tw_method_binding *bindings;
    bool attached;
    tw_text shown;
    // of the last attachment
    const tw_graph *graph;
    int parameter_count;
    tw_node *parameters;
    tw_node *state_nodes; // [parameters, states]
};

// ---- setting.c

// The names that an expression may use: of a default, the clock's and the hyperparameters before it.
typedef struct tw_setting_names {
    size_t count; // 0: the clock's, pi and e, which are those of a value that a user gives
    const char *name[TW_RULE_CLOCK_NAMES + TW_RULE_PARAMETERS_MAX];
} tw_setting_names;

// Reads a value, a number or an expression, from byte `first` of a source to its end. The setting is as
// it was on failure.
tw_status tw_setting_parse(tw_context *context, const tw_source *source, size_t first,
                           const tw_setting_names *names, tw_setting *setting);
void tw_setting_number(tw_setting *setting, double number);
void tw_setting_free(tw_setting *setting);
const char *tw_setting_text(const tw_setting *setting);

// t, epoch, T, N, B; N and B are 1 where there is no data set. A NULL clock is that of step 1.
void tw_setting_clock(const tw_clock *clock, double numbers[TW_RULE_CLOCK_NAMES]);

// The values of the hyperparameters `first` to `last` of a chain, all of one rule and `first` its first
// one: what a setting reads is computed before it.
void tw_setting_values(const tw_setting *const *settings, int first, int last,
                       const tw_clock *clock, double *values);

// The hyperparameter called "lr" or "adam.lr". Errors: TW_NOT_FOUND, TW_BAD_ARGUMENT.
tw_status tw_method_find_hyper(const tw_method *method, const char *name, int *hyper);

// "lr", or "adam.lr" where several rules have one.
void tw_method_hyper_name(const tw_method *method, int hyper, char name[TW_METHOD_NAME_BYTES]);

// ---- group.c

// The group of a parameter by its name, made if new. NULL: no memory.
tw_method_group *tw_method_group_of(tw_method *method, const char *parameter);

// Fails if an override's glob matches none of the names.
tw_status tw_method_check_globs(const tw_method *method, const char *const *names, int count);

void tw_method_free_groups(tw_method *method);

// ---- chain.c

// Lowers the chain: update, look, eval and the states' first values.
tw_status tw_method_lower(tw_method *method);

// Lowers the equations of one rule alone, to compare what states of two methods mean. `*value` is the
// place in `values` of what a step makes of the state.
tw_status tw_rule_lower_state(const tw_rule *rule, int state, tw_rule_values *values, int *value);

// ---- pass.c

extern const tw_op *tw_rule_op_update(int state_count);
extern const tw_op tw_rule_op_scalars, tw_rule_op_reduce, tw_rule_op_combine, tw_rule_op_point,
    tw_rule_op_eval;

// The type that a method computes in where a graph has `dtype`, and the type of each of its arrays.
tw_dtype tw_method_dtypes(const tw_method *method, tw_dtype dtype,
                          tw_dtype dtypes[TW_RULE_ARRAY_COUNT]);

// The variant of the update that touches the most bytes: what tw_method_bytes counts.
int tw_method_heaviest_variant(const tw_method *method, tw_dtype dtype);

// The hyperparameters of a group at a clock.
void tw_method_group_values(const tw_method *method, const tw_method_group *group,
                            const tw_clock *clock, double hyper[TW_METHOD_HYPERS_MAX]);

// ---- show_value.c

// Writes a value that is known before a step: "t < where(burnin < 1, burnin * T, burnin)".
void tw_rule_value_format(tw_text *text, const tw_method *method, const tw_rule_program *program,
                          int value);

// ---- attach.c

// Name of a state's variable, "dense1/weight:adam.s". False if it does not fit.
#define TW_STATE_NAME_BYTES 512
bool tw_method_state_name(const char *parameter, const char *state, char name[TW_STATE_NAME_BYTES]);

#endif
