// Methods: chains of rules with their hyperparameters, and how they become nodes of a graph.
//
//     tw_method *method = NULL;
//     tw_method_parse(context, "clip_norm:c=1 | adam:lr=1e-3,beta1=0.9", &method);
//     tw_method_override(method, "*bias*: weight_decay=0");          // a parameter group
//     tw_method_schedule(method, "lr", schedule);                    // any hyperparameter
//     tw_method_attach(method, graph, loss, parameters, count, updates); // gradients and updates
//     tw_method_start(method, graph, variables, seed, NULL);         // first values of new states
//     tw_plan_new(graph, variables, updates, count, &options, &plan);
//     tw_plan_run(plan, 128, &clock);                                // one step
//
// A rule is a text of a few equations (`thalweg rules show adam`); docs/rules.md states the language.
// A method must outlive the graphs it was attached to. One thread at a time.
#ifndef THALWEG_METHOD_H
#define THALWEG_METHOD_H

#include "thalweg/clock.h"
#include "thalweg/graph.h"
#include "thalweg/schedule.h"
#include "thalweg/variables.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_method tw_method;

// ---- the built-in rules

// How many there are; the name and the one-line description of number `index`, in alphabetic order;
// whether it is a link: one that changes the gradient for the rule behind it. Borrowed: valid for ever.
TW_API int tw_rule_count(void);

// The name of built-in rule `index`. Borrowed: valid for ever.
TW_API const char *tw_rule_name(int index);

// Its description in a line. Borrowed: valid for ever.
TW_API const char *tw_rule_summary(int index);

// Whether it changes the gradient for the rule behind it.
TW_API bool tw_rule_is_link(int index);

// The text of a built-in rule or NULL if none has that name. Borrowed: valid for ever.
TW_API const char *tw_rule_text(const char *name);

// Checks a rule's text; `name` is what messages call it. Errors: TW_BAD_TEXT with file, line, column,
// caret and hint.
TW_API tw_status tw_rule_check(tw_context *context, const char *name, const char *text);

// ---- methods

// Reads NAME[:key=value,...] | NAME... where NAME is a built-in rule or, if it holds a '/' or ends in
// ".rule", the path of a rule's text. A value is a number or an expression in t (step, from 1), epoch,
// T (all steps), N (training examples) and B (minibatch). The last of a chain updates theta, those
// before it are links. `*method` is owned by the caller: free with tw_method_free.
// Errors: TW_BAD_TEXT, TW_NOT_FOUND, TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_method_parse(tw_context *context, const char *text, tw_method **method);

// Frees; NULL is fine. After the plans and graphs it was attached to.
TW_API void tw_method_free(tw_method *method);

// How many rules the chain has. All but the last are links.
TW_API int tw_method_rule_count(const tw_method *method);

// The method as it was parsed. Borrowed: valid while it is.
TW_API const char *tw_method_text(const tw_method *method);

// The name of its last rule, "adam". Borrowed: valid while it is.
TW_API const char *tw_method_name(const tw_method *method);

// One hyperparameter of a chain. Strings are borrowed: valid until it is set or the method is freed.
typedef struct tw_hyperparameter {
    const char *rule;       // the link it belongs to: "adam"
    const char *name;       // "beta1"
    double default_value;   // as the rule's text says
    const char *expression; // its value as text: "0.9", "0.1*exp(-0.01*t)", "schedule"
    const char *symbol;     // the lecture's: "rho_1"; "" if it has none
    const char *meaning;    // "decay of the average of gradients"; "" if the text does not say
} tw_hyperparameter;

// How many there are in the whole chain, and number `index`.
TW_API int tw_method_hyperparameter_count(const tw_method *method);

// Hyperparameter number `index` of the chain.
TW_API tw_hyperparameter tw_method_hyperparameter(const tw_method *method, int index);

// Sets a hyperparameter to a number or expression. `name` is "lr", or "adam.lr" where several links
// have one. May be called between runs: nothing is compiled anew. Errors: TW_NOT_FOUND for a name that
// is not there, TW_BAD_ARGUMENT for one that is not unique, TW_BAD_TEXT.
TW_API tw_status tw_method_set(tw_method *method, const char *name, const char *value);

// The same to a plain number, without allocation.
TW_API tw_status tw_method_set_number(tw_method *method, const char *name, double value);

// From now on the hyperparameter is what the schedule says, its own value at step 1 being the
// schedule's lr0. A parameter group's override of it stays as it is.
// `schedule` is borrowed: valid while the method is used; NULL takes it off again.
TW_API tw_status tw_method_schedule(tw_method *method, const char *name,
                                    const tw_schedule *schedule);

// Value at a clock, without group overrides. NaN, and no message, if there is no such name.
TW_API double tw_method_value(const tw_method *method, const char *name, const tw_clock *clock);

// ---- parameter groups

// Adds overrides "GLOB: name=value, ...; GLOB: ..." by the parameters' names; where several match,
// later ones win. Before attaching. Errors: TW_BAD_TEXT; TW_NOT_FOUND for an unknown hyperparameter.
// A glob that matches no parameter is an error of attaching.
TW_API tw_status tw_method_override(tw_method *method, const char *text);

// Which parameter gets what: a line each, for people. Names as in the graph. Borrowed: valid until the
// next call that shows something of this method. NULL on failure.
TW_API const char *tw_method_show_groups(tw_method *method, const char *const *names, int count);

// ---- words

typedef enum tw_method_form {
    TW_METHOD_TEXT,  // equations, defaults, symbols
    TW_METHOD_LATEX, // equations
    TW_METHOD_PLAN,  // tile programs, arrays read and written, bytes a parameter
} tw_method_form;

// Borrowed: valid until the next call that shows something of this method. NULL on failure.
TW_API const char *tw_method_show(tw_method *method, tw_method_form form);

// The same of `count` rules of the chain from number `first` on, 0 the first. Errors, by NULL and a message:
// rules that the chain does not have; TW_METHOD_PLAN, as a chain computes in one plan that has no parts.
TW_API const char *tw_method_show_rules(tw_method *method, int first, int count,
                                        tw_method_form form);

// Bytes of memory that one update must touch at the least, a parameter, in `dtype`.
TW_API int64_t tw_method_bytes(const tw_method *method, tw_dtype dtype);

// ---- in a graph

// Adds to `graph` the gradients of the scalar `loss` (at the look-ahead point if the rule has one) and
// one update a parameter: updates[i] is a node that, when run, changes parameters[i] and its states in
// place. All updates belong in one plan. States are variables "PARAMETER:RULE.STATE".
// Errors: the graph's; TW_NOT_FOUND for a group's glob that matches nothing.
TW_API tw_status tw_method_attach(tw_method *method, tw_graph *graph, tw_node loss,
                                  const tw_node *parameters, int count, tw_node *updates);

// The same from gradients that are given (accumulated, recorded): gradients[i] has the shape of
// parameters[i]. A rule that looks ahead takes them as gradients at its look-ahead point.
TW_API tw_status tw_method_attach_gradients(tw_method *method, tw_graph *graph,
                                            const tw_node *parameters, const tw_node *gradients,
                                            int count, tw_node *updates);

// Whether the gradient is taken elsewhere than at theta. Then tw_method_look, called when the loss is
// built and before its gradients, makes what was built read points[i] = look-ahead of parameters[i];
// points are what gradients are taken with respect to. Without look-ahead points[i] = parameters[i].
TW_API bool tw_method_looks_ahead(const tw_method *method);

// Makes what was built so far read points[i] in place of parameters[i] (arrays of `count`).
TW_API tw_status tw_method_look(tw_method *method, tw_graph *graph, const tw_node *parameters,
                                int count, tw_node *points);

// Makes the states that `variables` lacks and gives them their first values, a function of the seed,
// the parameters' values and the clock (that of step 1 if NULL); those that are there are left alone.
// After attaching to `graph` and filling the parameters, before tw_plan_new.
// Errors: TW_MISMATCH, TW_NO_MEMORY.
TW_API tw_status tw_method_start(tw_method *method, const tw_graph *graph, tw_variables *variables,
                                 uint64_t seed, const tw_clock *clock);

// Copies states of `from` that mean the same in `to` (a state of the same equation) to their new names,
// for a change of method in the middle of a training. To be called before tw_method_start. What could
// not be carried is said in `*refused`, a line each, "" if nothing (borrowed: valid until the next call
// that shows something of `to`). Errors: TW_MISMATCH, and nothing copied, for a state of `to` whose
// name is taken by one of another equation.
TW_API tw_status tw_method_carry(const tw_method *from, tw_method *to, tw_variables *variables,
                                 const char *const *parameter_names, int count,
                                 const char **refused);

// ---- weights to evaluate with

// Whether the rule evaluates with other weights than those it trains (`eval = ...`).
TW_API bool tw_method_has_eval(const tw_method *method);

// Adds to the training graph one node a parameter that, when run, writes the weights to evaluate with
// to the variables "PARAMETER:eval". Run them, in a plan of their own, before an evaluation.
TW_API tw_status tw_method_attach_eval(tw_method *method, tw_graph *graph,
                                       const tw_node *parameters, int count, tw_node *nodes);

// Makes what was built so far in an evaluation graph read "PARAMETER:eval" for each parameter.
TW_API tw_status tw_method_use_eval(const tw_method *method, tw_graph *graph,
                                    const tw_node *parameters, int count);

// ---- traces

// After each step of a trace: t, theta [n], and each state's name and values [n]. Borrowed during the
// call. Any status but TW_OK ends the trace and is returned.
typedef struct tw_method_step {
    uint64_t t;
    int64_t n;
    const double *theta;
    int state_count;
    const char *const *state_names; // "v"; "adam.s" where two links have a state of that name
    const double *const *states;
} tw_method_step;

typedef tw_status tw_method_step_function(const tw_method_step *step, void *user);

// What a method is fed with.
typedef struct tw_method_feed {
    tw_dtype dtype;          // computed in
    const double *theta;     // [n] where the trace starts
    int64_t n;               // elements, 1 at least
    const double *gradients; // [steps, n]
    int64_t steps;
    uint64_t seed; // of rules that draw
} tw_method_feed;

// Feeds gradients to the method for one parameter named "theta"; T is the number of steps, N, B and
// epoch are 1, 1 and t - 1. A rule that looks ahead is fed the given gradient as the one at its
// look-ahead point. The method must not be attached yet. `feed` borrowed during the call.
TW_API tw_status tw_method_trace(tw_method *method, const tw_method_feed *feed,
                                 tw_method_step_function *function, void *user);

#ifdef __cplusplus
}
#endif

#endif
