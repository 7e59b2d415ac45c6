// First values of the states that a set of variables does not have yet.
#include "base/memory.h"
#include "base/parallel.h"
#include "rules/method_parts.h"

typedef struct start {
    tw_method *method;
    const tw_graph *graph;
    tw_variables *variables;
    uint64_t seed;
    const tw_clock *clock;
    double *scalars;
} start;

static void run_program(const start *s, const tw_rule_program *program, int parameter, int state,
                        const tw_method_group *group, const tw_tensor *theta,
                        const tw_tensor *out) {
    double hyper[TW_METHOD_HYPERS_MAX], clock[TW_RULE_CLOCK_NAMES];
    void *arrays[TW_RULE_ARRAY_COUNT] = {NULL};
    int64_t elements = tw_tensor_elements(out);
    tw_method_group_values(s->method, group, s->clock, hyper);
    tw_setting_clock(s->clock, clock);
    tw_rule_program_scalars(program, 0, clock, hyper, (double)elements, s->scalars);
    arrays[TW_RULE_ARRAY_THETA] = tw_tensor_data(theta);
    arrays[TW_RULE_ARRAY_OUT] = tw_tensor_data(out);
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    tw_dtype dtype = tw_method_dtypes(s->method, tw_graph_dtype(s->graph), dtypes);
    dtypes[TW_RULE_ARRAY_OUT] = tw_tensor_dtype(out);
    tw_tile_call call = {
        .arrays = arrays,
        .dtypes = dtypes,
        .arguments = s->scalars,
        .random = {.seed = s->seed,
                   .purpose = TW_FOR_STATE,
                   .stream = (uint32_t)parameter * TW_RULE_RANDOMS_MAX,
                   .step = (uint64_t)state},
    };
    uint64_t mode = tw_float_mode_enter();
    tw_tile_run(program->update[tw_rule_program_variant(program, s->scalars)], dtype, &call, 0,
                elements);
    tw_float_mode_leave(mode);
}

static tw_status start_state(const start *s, int parameter, int state) {
    tw_method *method = s->method;
    tw_node node = method->parameters[parameter];
    const char *name = tw_node_name(s->graph, node);
    char state_name[TW_STATE_NAME_BYTES];
    if (!tw_method_state_name(name, method->states[state].name, state_name)) {
        return tw_fail(method->context, TW_BAD_ARGUMENT, "method: the name '%.60s...' is too long",
                       name);
    }
    bool is_there = tw_variables_find(s->variables, state_name) != NULL;
    const tw_shape *shape = tw_node_shape(s->graph, node);
    tw_dtype graph_dtype = tw_graph_dtype(s->graph);
    tw_dtype dtype = method->states[state].wide ? TW_F64 : graph_dtype;
    const tw_rule_program *program = method->states[state].start;
    tw_tensor *theta, *tensor;
    tw_status status = tw_variables_have(s->variables, state_name, dtype, shape, &tensor);
    if (status != TW_OK || is_there || program == NULL) return status;
    status = tw_variables_have(s->variables, name, graph_dtype, shape, &theta);
    const tw_method_group *group = tw_method_group_of(method, name);
    if (group == NULL) status = TW_NO_MEMORY;
    if (status == TW_OK) run_program(s, program, parameter, state, group, theta, tensor);
    return status;
}

tw_status tw_method_start(tw_method *method, const tw_graph *graph, tw_variables *variables,
                          uint64_t seed, const tw_clock *clock) {
    if (method->graph != graph) {
        return tw_fail(
            method->context, TW_BAD_ARGUMENT,
            "method: it is not attached to this graph; attach it before its states start");
    }
    start s = {method, graph, variables, seed, clock, NULL};
    int slots = 0;
    for (int k = 0; k < method->state_count; k++) {
        const tw_rule_program *program = method->states[k].start;
        if (program != NULL && program->slot_count > slots) slots = program->slot_count;
    }
    s.scalars = tw_allocate(method->context, (size_t)slots, sizeof *s.scalars);
    tw_status status = s.scalars == NULL ? TW_NO_MEMORY : TW_OK;
    // State by state, each of all parameters: variables lie in memory in the order they are made in.
    for (int k = 0; k < method->state_count && status == TW_OK; k++) {
        for (int i = 0; i < method->parameter_count && status == TW_OK; i++) {
            status = start_state(&s, i, k);
        }
    }
    tw_release(s.scalars);
    return status;
}
