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

// The number of built-in rules and links.
TW_API int tw_rule_count(void);

// The name of number `index`, in alphabetic order. Borrowed: valid for ever.
TW_API const char *tw_rule_name(int index);

// Its description in a line. Borrowed: valid for ever.
TW_API const char *tw_rule_summary(int index);

// Whether it is a link, which changes the gradient for the rule after it.
TW_API bool tw_rule_is_link(int index);

// The text of a built-in rule, or NULL if none has that name. Borrowed: valid for ever.
TW_API const char *tw_rule_text(const char *name);

// Checks the text of a rule; messages call it `name`. Errors: TW_BAD_TEXT with line, column, caret and hint;
// TW_NO_MEMORY.
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

// The number of rules in the chain. All but the last are links.
TW_API int tw_method_rule_count(const tw_method *method);

// The method as it was parsed. Borrowed: valid while the method is.
TW_API const char *tw_method_text(const tw_method *method);

// The name of its rule, the last of the chain: "adam". Borrowed: valid while the method is.
TW_API const char *tw_method_name(const tw_method *method);

// One hyperparameter of a chain. Strings are borrowed: valid until it is set or the method is freed.
typedef struct tw_hyperparameter {
    const char *rule;       // the link it belongs to: "adam"
    const char *name;       // "beta1"
    double default_value;   // as the rule's text says
    const char *expression; // its value as text: "0.9", "0.1*exp(-0.01*t)", "schedule"
    const char *symbol;     // in the literature: "rho_1"; "" if the text does not say
    const char *meaning;    // "decay of the average of gradients"; "" if the text does not say
} tw_hyperparameter;

// The number of hyperparameters of the whole chain.
TW_API int tw_method_hyperparameter_count(const tw_method *method);

// Hyperparameter `index`, in the order of the chain.
TW_API tw_hyperparameter tw_method_hyperparameter(const tw_method *method, int index);

// Sets a hyperparameter to a number or expression. `name` is "lr", or "adam.lr" where several links
// have one. May be called between runs: nothing is compiled anew. Errors: TW_NOT_FOUND for a name that
// is not there, TW_BAD_ARGUMENT for one that is not unique, TW_BAD_TEXT.
TW_API tw_status tw_method_set(tw_method *method, const char *name, const char *value);

// The same with a number, and without allocation.
TW_API tw_status tw_method_set_number(tw_method *method, const char *name, double value);

// Lets a hyperparameter follow a schedule, whose lr0 is the value that the hyperparameter has at step 1.
// Parameter groups that override it keep their value. `schedule` is borrowed: valid while the method is
// used; NULL takes it off again. Errors: as tw_method_set.
TW_API tw_status tw_method_schedule(tw_method *method, const char *name,
                                    const tw_schedule *schedule);

// The value of a hyperparameter at a clock, parameter groups left aside. NaN, without a message, if there is
// no such name.
TW_API double tw_method_value(const tw_method *method, const char *name, const tw_clock *clock);

// ---- parameter groups

// Adds parameter groups, "GLOB: name=value, ...; GLOB: ...". A glob selects parameters by their names; where
// several match, the later one wins. To be called before attaching, which fails if a glob matches no
// parameter. Errors: TW_BAD_TEXT; TW_NOT_FOUND for an unknown hyperparameter.
TW_API tw_status tw_method_override(tw_method *method, const char *text);

// Which of `count` parameters, named as in the graph, has which values: one line each, for people. Borrowed:
// valid until the next call that shows something of this method. NULL on failure.
TW_API const char *tw_method_show_groups(tw_method *method, const char *const *names, int count);

// ---- words

typedef enum tw_method_form {
    TW_METHOD_TEXT,  // equations, defaults, symbols
    TW_METHOD_LATEX, // equations
    TW_METHOD_PLAN,  // tile programs, arrays read and written, bytes a parameter
} tw_method_form;

// The method in one of these forms. Borrowed: valid until the next call that shows something of this method.
// NULL on failure.
TW_API const char *tw_method_show(tw_method *method, tw_method_form form);

// The same for `count` rules of the chain, from number `first` on, counted from 0. NULL and a message for rules
// that the chain does not have, and for TW_METHOD_PLAN, as a chain runs as one program that has no parts.
TW_API const char *tw_method_show_rules(tw_method *method, int first, int count,
                                        tw_method_form form);

// The least number of bytes of memory that an update touches per parameter, in `dtype`: each array that its
// equations read or write is counted once for each, and once more where a reduction reads it.
TW_API int64_t tw_method_bytes(const tw_method *method, tw_dtype dtype);

// ---- in a graph

// Adds to `graph` the gradients of the scalar `loss` with respect to `count` parameters, taken at the
// look-ahead point if the rule has one, and an update for each parameter: when run, updates[i] changes
// parameters[i] and its states in place. All updates belong in one plan. States are variables called
// "PARAMETER:RULE.STATE". Errors: those of the graph; TW_NOT_FOUND for a glob of a group that matches no
// parameter.
TW_API tw_status tw_method_attach(tw_method *method, tw_graph *graph, tw_node loss,
                                  const tw_node *parameters, int count, tw_node *updates);

// The same with gradients that are given (accumulated, recorded): gradients[i] has the shape of
// parameters[i]. A rule that looks ahead takes them as the gradients at its look-ahead point.
TW_API tw_status tw_method_attach_gradients(tw_method *method, tw_graph *graph,
                                            const tw_node *parameters, const tw_node *gradients,
                                            int count, tw_node *updates);

// Whether the rule takes the gradient elsewhere than at the parameters. tw_method_attach takes care of it;
// who computes the gradients for tw_method_attach_gradients calls tw_method_look first.
TW_API bool tw_method_looks_ahead(const tw_method *method);

// To be called when the loss is built and before its gradients are: makes what was built read points[i], the
// look-ahead of parameters[i] (both [count]), in place of the parameter. Gradients are then taken with
// respect to the points. Without look-ahead points[i] is parameters[i]. Errors: those of the graph.
TW_API tw_status tw_method_look(tw_method *method, tw_graph *graph, const tw_node *parameters,
                                int count, tw_node *points);

// Makes the states that `variables` lack and gives them their initial values, which depend on the seed, the
// values of the parameters and the clock (NULL: that of step 1). States that are there are left alone. To be
// called after attaching to `graph` and after the parameters have their values, and before tw_plan_new.
// Errors: TW_BAD_ARGUMENT if the method is not attached to the graph; TW_MISMATCH; TW_NO_MEMORY.
TW_API tw_status tw_method_start(tw_method *method, const tw_graph *graph, tw_variables *variables,
                                 uint64_t seed, const tw_clock *clock);

// For a change of method in the middle of training: copies the states of `from` that mean the same in `to`
// (states of equal equations) to their new names. To be called before tw_method_start. `*refused` says what
// could not be carried, one line each, "" if all was; borrowed: valid until the next call that shows
// something of `to`. Errors: TW_MISMATCH, with nothing copied, if the name of a state of `to` is taken by a
// state with another equation.
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
