// Programs of a method to nodes of a graph.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "rules/method_parts.h"

// One parameter and what a program needs there.
typedef struct site {
    tw_node theta, gradient, scalars;
    tw_node states[TW_RULE_CHAIN_STATES_MAX];
    tw_method_binding *binding;
    int64_t elements, stream;
} site;

bool tw_method_state_name(const char *parameter, const char *state,
                          char name[TW_STATE_NAME_BYTES]) {
    int length = snprintf(name, TW_STATE_NAME_BYTES, "%s:%s", parameter, state);
    return length > 0 && length < TW_STATE_NAME_BYTES;
}

static tw_method_binding *bind(tw_method *method, const tw_rule_program *program,
                               const tw_method_group *group) {
    tw_method_binding **end = &method->bindings;
    for (; *end != NULL; end = &(*end)->next) {
        if ((*end)->program == program && (*end)->group == group) return *end;
    }
    *end = tw_allocate(method->context, 1, sizeof **end);
    if (*end != NULL) {
        **end = (tw_method_binding){.method = method, .program = program, .group = group};
    }
    return *end;
}

// ---- the parameters of a graph and their states

static bool known(const tw_method *method, const tw_graph *graph, const tw_node *parameters,
                  int count) {
    if (method->graph != graph || method->parameter_count != count) return false;
    return memcmp(method->parameters, parameters, (size_t)count * sizeof *parameters) == 0;
}

static tw_status make_states(tw_method *method, tw_graph *graph) {
    int count = method->parameter_count;
    for (int i = 0; i < count; i++) {
        tw_shape shape = *tw_node_shape(graph, method->parameters[i]);
        for (int k = 0; k < method->state_count; k++) {
            char name[TW_STATE_NAME_BYTES];
            const char *parameter = tw_node_name(graph, method->parameters[i]);
            if (!tw_method_state_name(parameter, method->states[k].name, name)) {
                return tw_fail(method->context, TW_BAD_ARGUMENT,
                               "method: the name of parameter '%.60s...' is too long", parameter);
            }
            tw_dtype dtype = method->states[k].wide ? TW_F64 : tw_graph_dtype(graph);
            method->state_nodes[i * method->state_count + k] =
                tw_variable_of(graph, name, dtype, shape);
        }
    }
    return tw_graph_check(graph);
}

static tw_status check_names(tw_method *method, const tw_graph *graph, const tw_node *parameters,
                             int count) {
    const char **names = tw_allocate(method->context, (size_t)count, sizeof *names);
    if (names == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < count; i++) names[i] = tw_node_name(graph, parameters[i]);
    tw_status status = tw_method_check_globs(method, names, count);
    tw_release(names);
    return status;
}

// Remembers the parameters and gives them their states, once for each graph.
static tw_status adopt(tw_method *method, tw_graph *graph, const tw_node *parameters, int count) {
    tw_status status = tw_graph_check(graph);
    if (status != TW_OK || known(method, graph, parameters, count)) return status;
    status = check_names(method, graph, parameters, count);
    if (status != TW_OK) return status;
    tw_context *context = method->context;
    size_t states = (size_t)method->state_count * (size_t)count;
    tw_node *copy = tw_allocate(context, (size_t)count, sizeof *copy);
    tw_node *state_nodes = copy == NULL ? NULL : tw_allocate(context, states, sizeof *copy);
    if (state_nodes == NULL) {
        tw_release(copy);
        return TW_NO_MEMORY;
    }
    memcpy(copy, parameters, (size_t)count * sizeof *copy);
    tw_release(method->parameters);
    tw_release(method->state_nodes);
    method->parameters = copy;
    method->state_nodes = state_nodes;
    method->parameter_count = count;
    method->graph = graph;
    method->attached = true;
    return make_states(method, graph);
}

// The sites of a program. `*sites` is owned by the caller.
static tw_status make_sites(tw_method *method, tw_graph *graph, const tw_rule_program *program,
                            site **sites) {
    *sites = tw_allocate(method->context, (size_t)method->parameter_count, sizeof **sites);
    if (*sites == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < method->parameter_count; i++) {
        site *at = &(*sites)[i];
        at->theta = method->parameters[i];
        at->gradient = at->scalars = TW_NO_NODE;
        tw_method_group *group = tw_method_group_of(method, tw_node_name(graph, at->theta));
        at->binding = group == NULL ? NULL : bind(method, program, group);
        if (at->binding == NULL) return TW_NO_MEMORY;
        at->elements = tw_shape_elements(tw_node_shape(graph, at->theta));
        at->stream = (int64_t)i * TW_RULE_RANDOMS_MAX;
        for (int k = 0; k < method->state_count; k++) {
            at->states[k] = method->state_nodes[i * method->state_count + k];
        }
    }
    return TW_OK;
}

// ---- stages

static tw_attributes attributes_of(const site *at, int stage) {
    tw_attributes attributes = {.object = at->binding};
    attributes.integer[0] = at->stream;
    attributes.integer[1] = stage;
    return attributes;
}

static void add_scalars(tw_graph *graph, site *at, int stage, tw_node local, tw_node global) {
    const tw_rule_program *program = at->binding->program;
    tw_node in[3];
    int count = 0;
    if (program->slot_count == 0) return;
    // No stream, and no size if the program does not need it: equal scalars then become one node.
    tw_attributes attributes = {.object = at->binding};
    attributes.integer[1] = stage;
    attributes.integer[2] = program->counts ? at->elements : 0;
    if (stage > 0) in[count++] = at->scalars;
    if (local.index >= 0) in[count++] = local;
    if (global.index >= 0) in[count++] = global;
    at->scalars = tw_graph_add(graph, &tw_rule_op_scalars, in, count, &attributes);
}

static tw_node add_reduce(tw_graph *graph, const site *at, int stage) {
    const tw_rule_pass *pass = &at->binding->program->passes[stage - 1];
    tw_node in[TW_RULE_ARRAY_COUNT];
    int count = 0;
    in[count++] = at->theta;
    for (int i = TW_RULE_ARRAY_GRADIENT; i < TW_RULE_ARRAY_OUT; i++) {
        if (!pass->reads[i]) continue;
        in[count++] =
            i == TW_RULE_ARRAY_GRADIENT ? at->gradient : at->states[i - TW_RULE_ARRAY_STATE];
    }
    in[count++] = at->scalars;
    tw_attributes attributes = attributes_of(at, stage);
    return tw_graph_add(graph, &tw_rule_op_reduce, in, count, &attributes);
}

// Sums over all tensors, TW_OP_INPUTS_MAX at a time. `parts` is used up.
static tw_node add_combine(tw_graph *graph, tw_node *parts, int count) {
    do {
        int made = 0;
        for (int first = 0; first < count; first += TW_OP_INPUTS_MAX) {
            int share = count - first < TW_OP_INPUTS_MAX ? count - first : TW_OP_INPUTS_MAX;
            parts[made++] = tw_graph_add(graph, &tw_rule_op_combine, parts + first, share, NULL);
        }
        count = made;
    } while (count > 1);
    return parts[0];
}

static void add_stage(tw_graph *graph, site *sites, int count, int stage, tw_node *locals,
                      tw_node *parts) {
    const tw_rule_pass *pass = &sites[0].binding->program->passes[stage - 1];
    tw_node global = TW_NO_NODE;
    for (int i = 0; i < count; i++) locals[i] = add_reduce(graph, &sites[i], stage);
    if (pass->any_global) {
        memcpy(parts, locals, (size_t)count * sizeof *parts);
        global = add_combine(graph, parts, count);
    }
    for (int i = 0; i < count; i++) {
        add_scalars(graph, &sites[i], stage, pass->any_local ? locals[i] : TW_NO_NODE, global);
    }
}

static tw_status add_stages(tw_method *method, tw_graph *graph, const tw_rule_program *program,
                            site *sites) {
    int count = method->parameter_count;
    for (int i = 0; i < count; i++) add_scalars(graph, &sites[i], 0, TW_NO_NODE, TW_NO_NODE);
    if (program->stage_count == 0 || count == 0) return tw_graph_check(graph);
    tw_node *nodes = tw_allocate(method->context, 2 * (size_t)count, sizeof *nodes);
    if (nodes == NULL) return TW_NO_MEMORY;
    for (int stage = 1; stage <= program->stage_count; stage++) {
        add_stage(graph, sites, count, stage, nodes, nodes + count);
    }
    tw_release(nodes);
    return tw_graph_check(graph);
}

// A last pass: [first if any] theta, states, [gradient if any], scalars.
static tw_node add_pass(const tw_method *method, tw_graph *graph, const tw_op *op, const site *at,
                        tw_node first) {
    tw_node in[TW_OP_INPUTS_MAX];
    int count = 0;
    if (first.index >= 0) in[count++] = first;
    in[count++] = at->theta;
    for (int k = 0; k < method->state_count; k++) in[count++] = at->states[k];
    if (at->gradient.index >= 0) in[count++] = at->gradient;
    if (at->scalars.index >= 0) in[count++] = at->scalars;
    assert(count <= TW_OP_INPUTS_MAX);
    tw_attributes attributes = attributes_of(at, 0);
    return tw_graph_add(graph, op, in, count, &attributes);
}

// ---- the public calls

tw_status tw_method_attach_gradients(tw_method *method, tw_graph *graph, const tw_node *parameters,
                                     const tw_node *gradients, int count, tw_node *updates) {
    site *sites = NULL;
    for (int i = 0; i < count; i++) updates[i] = TW_NO_NODE;
    tw_status status = adopt(method, graph, parameters, count);
    if (status == TW_OK) status = make_sites(method, graph, method->update, &sites);
    if (status == TW_OK) {
        for (int i = 0; i < count; i++) sites[i].gradient = gradients[i];
        status = add_stages(method, graph, method->update, sites);
    }
    for (int i = 0; i < count && status == TW_OK; i++) {
        const tw_op *op = tw_rule_op_update(method->state_count);
        updates[i] = add_pass(method, graph, op, &sites[i], TW_NO_NODE);
    }
    tw_release(sites);
    return status == TW_OK ? tw_graph_check(graph) : status;
}

tw_status tw_method_look(tw_method *method, tw_graph *graph, const tw_node *parameters, int count,
                         tw_node *points) {
    site *sites = NULL;
    for (int i = 0; i < count; i++) points[i] = parameters[i];
    tw_status status = adopt(method, graph, parameters, count);
    if (status != TW_OK || method->look == NULL) return status;
    status = make_sites(method, graph, method->look, &sites);
    if (status == TW_OK) status = add_stages(method, graph, method->look, sites);
    for (int i = 0; i < count && status == TW_OK; i++) {
        points[i] = add_pass(method, graph, &tw_rule_op_point, &sites[i], TW_NO_NODE);
        tw_graph_substitute(graph, parameters[i], points[i]);
    }
    tw_release(sites);
    return status == TW_OK ? tw_graph_check(graph) : status;
}

tw_status tw_method_attach(tw_method *method, tw_graph *graph, tw_node loss,
                           const tw_node *parameters, int count, tw_node *updates) {
    for (int i = 0; i < count; i++) updates[i] = TW_NO_NODE;
    tw_node *points = tw_allocate(method->context, 2 * (size_t)count, sizeof *points);
    if (points == NULL) return TW_NO_MEMORY;
    tw_status status = tw_method_look(method, graph, parameters, count, points);
    if (status == TW_OK) {
        tw_gradients(graph, loss, points, count, points + count);
        status = tw_graph_check(graph);
    }
    if (status == TW_OK) {
        status =
            tw_method_attach_gradients(method, graph, parameters, points + count, count, updates);
    }
    tw_release(points);
    return status;
}

// ---- weights to evaluate with

static tw_node eval_variable(tw_graph *graph, tw_node parameter) {
    char name[TW_STATE_NAME_BYTES];
    tw_shape shape = *tw_node_shape(graph, parameter);
    if (!tw_method_state_name(tw_node_name(graph, parameter), "eval", name)) {
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "method: the name of a parameter is too long");
        return TW_NO_NODE;
    }
    return tw_variable(graph, name, shape);
}

tw_status tw_method_attach_eval(tw_method *method, tw_graph *graph, const tw_node *parameters,
                                int count, tw_node *nodes) {
    site *sites = NULL;
    for (int i = 0; i < count; i++) nodes[i] = TW_NO_NODE;
    if (method->eval == NULL) {
        return tw_fail(method->context, TW_BAD_ARGUMENT,
                       "method: '%s' evaluates with the weights it trains", method->text);
    }
    tw_status status = adopt(method, graph, parameters, count);
    if (status == TW_OK) status = make_sites(method, graph, method->eval, &sites);
    if (status == TW_OK) status = add_stages(method, graph, method->eval, sites);
    for (int i = 0; i < count && status == TW_OK; i++) {
        tw_node variable = eval_variable(graph, parameters[i]);
        if (tw_graph_check(graph) != TW_OK) break;
        nodes[i] = add_pass(method, graph, &tw_rule_op_eval, &sites[i], variable);
    }
    tw_release(sites);
    return status == TW_OK ? tw_graph_check(graph) : status;
}

tw_status tw_method_use_eval(const tw_method *method, tw_graph *graph, const tw_node *parameters,
                             int count) {
    if (method->eval == NULL) return TW_OK;
    for (int i = 0; i < count && tw_graph_check(graph) == TW_OK; i++) {
        tw_node variable = eval_variable(graph, parameters[i]);
        if (tw_graph_check(graph) == TW_OK) tw_graph_substitute(graph, parameters[i], variable);
    }
    return tw_graph_check(graph);
}
