// The graph that steps: model, loss, gradients and updates as nodes, planned once.
#include "train/network.h"

#include <stdio.h>

#include "base/fail.h"
#include "base/memory.h"
#include "thalweg/ops.h"

#define NAME_BYTES 256

typedef struct building {
    tw_context *context;
    const tw_network_options *options;
    tw_variables *variables;
    tw_network *network;
    tw_node *points, *slopes;                  // gradients are taken at points
    tw_node *updates, *firsts, *mores, *evals; // what is to be planned, one a parameter
    tw_node *wanted;                           // room for one of them and the measures
    int count;
} building;

static void build_loss(building *b, tw_node *total) {
    const tw_network_options *options = b->options;
    tw_network *network = b->network;
    tw_graph *graph = network->graph;
    tw_form_inputs(&options->form, graph, &network->x, &network->target);
    int64_t width = tw_form_outputs(&options->form);
    tw_node outputs = tw_model_build(options->model, graph, network->x, width, true);
    tw_graph_enter(graph, "loss");
    tw_node each = tw_loss_build(options->loss, graph, outputs, network->target);
    network->loss = tw_finite(graph, tw_mean_all(graph, each)); // or nothing is updated
    network->wrong = tw_form_wrong(&options->form, graph, outputs, network->target);
    tw_node penalty = tw_penalty(graph, options->l1, options->l2);
    *total = penalty.index >= 0 ? tw_add(graph, network->loss, penalty) : network->loss;
    tw_graph_leave(graph);
}

// The parameters are copied: the graph's own list moves while it grows.
static tw_status copy_parameters(building *b) {
    tw_network *network = b->network;
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(network->graph, &parameters);
    size_t room = 8 * (size_t)count + 4;
    network->parameters = tw_allocate(b->context, room, sizeof *network->parameters);
    if (network->parameters == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < count; i++) network->parameters[i] = parameters[i];
    network->parameter_count = b->count = count;
    b->points = network->parameters + count;
    b->slopes = b->points + count;
    b->updates = b->slopes + count;
    b->firsts = b->updates + count;
    b->mores = b->firsts + count;
    b->evals = b->mores + count;
    b->wanted = b->evals + count;
    return TW_OK;
}

// First values of the parameters that are not there yet (a checkpoint's are).
static tw_status fill_parameters(building *b) {
    tw_graph *graph = b->network->graph;
    bool missing = false;
    for (int i = 0; i < b->count; i++) {
        const char *name = tw_node_name(graph, b->network->parameters[i]);
        missing = missing || tw_variables_find(b->variables, name) == NULL;
    }
    if (!missing) return TW_OK;
    return tw_model_initialise(b->options->model, graph, b->variables, b->options->weights,
                               b->options->biases, b->options->seed);
}

// sqrt of the sum of all squares of all gradients.
static tw_node norm_of(tw_graph *graph, const tw_node *slopes, int count) {
    tw_node squares = tw_constant(graph, 0.0);
    for (int i = 0; i < count; i++)
        squares = tw_add(graph, squares, tw_sum_squares(graph, slopes[i]));
    return tw_sqrt(graph, squares);
}

// Plans `nodes`, and behind them the measures that are asked for.
static tw_status plan(building *b, tw_graph *graph, const tw_node *nodes, bool measures, bool norm,
                      tw_plan **out) {
    tw_network *network = b->network;
    int count = 0;
    while (count < b->count) {
        b->wanted[count] = nodes[count];
        count++;
    }
    if (measures) b->wanted[count++] = network->loss;
    if (measures && network->wrong.index >= 0) b->wanted[count++] = network->wrong;
    if (norm) b->wanted[count++] = network->norm;
    tw_plan_options options = {.batch_max = b->options->batch, .seed = b->options->seed};
    return tw_plan_new(graph, b->variables, b->wanted, count, &options, out);
}

// Nodes that update `parameters` from `slopes`, the gradient's norm, and first values of states.
static tw_status add_updates(building *b, tw_graph *graph, const tw_node *parameters) {
    tw_method *method = b->options->method;
    tw_status status =
        tw_method_attach_gradients(method, graph, parameters, b->slopes, b->count, b->updates);
    b->network->norm = norm_of(graph, b->slopes, b->count);
    if (status == TW_OK && tw_method_has_eval(method))
        status = tw_method_attach_eval(method, graph, parameters, b->count, b->evals);
    if (status == TW_OK) status = tw_graph_check(graph);
    if (status != TW_OK) return status;
    return tw_method_start(method, graph, b->variables, b->options->seed, &b->options->clock);
}

static tw_status plan_updates(building *b, tw_graph *graph, bool measures) {
    tw_network *network = b->network;
    tw_status status = plan(b, graph, b->updates, measures, false, &network->step);
    if (status == TW_OK)
        status = plan(b, graph, b->updates, measures, true, &network->step_and_norm);
    if (status == TW_OK && tw_method_has_eval(b->options->method))
        status = plan(b, graph, b->evals, false, false, &network->eval);
    return status;
}

static tw_node sum_variable(building *b, tw_graph *graph, int i) {
    char name[NAME_BYTES];
    tw_node parameter = b->network->parameters[i];
    snprintf(name, sizeof name, "%s:gradient", tw_node_name(b->network->graph, parameter));
    return tw_variable(graph, name, *tw_node_shape(b->network->graph, parameter));
}

// sums = weight*slope for the first minibatch of a step; sums += weight*slope for the others.
static void add_sums(building *b) {
    tw_graph *graph = b->network->graph;
    b->network->weight = tw_input(graph, "weight", b->options->dtype, TW_SCALAR);
    for (int i = 0; i < b->count; i++) {
        tw_node part = tw_mul(graph, b->network->weight, b->slopes[i]);
        tw_node sum = sum_variable(b, graph, i);
        b->firsts[i] = tw_assign(graph, sum, part);
        b->mores[i] = tw_assign_add(graph, sum, part);
    }
}

// The graph of the update knows nothing but parameters and sums.
static tw_status build_accumulating(building *b) {
    tw_network *network = b->network;
    add_sums(b);
    tw_status status = tw_graph_check(network->graph);
    if (status == TW_OK)
        status = tw_graph_new(b->context, b->options->dtype, &network->update_graph);
    if (status != TW_OK) return status;
    tw_graph *graph = network->update_graph;
    for (int i = 0; i < b->count; i++) {
        tw_node parameter = network->parameters[i];
        b->points[i] = tw_parameter(graph, tw_node_name(network->graph, parameter),
                                    *tw_node_shape(network->graph, parameter));
        b->slopes[i] = sum_variable(b, graph, i);
    }
    status = add_updates(b, graph, b->points);
    if (status == TW_OK) status = plan(b, network->graph, b->firsts, true, false, &network->first);
    if (status == TW_OK) status = plan(b, network->graph, b->mores, true, false, &network->more);
    return status == TW_OK ? plan_updates(b, graph, false) : status;
}

static tw_status build_simple(building *b) {
    tw_status status = add_updates(b, b->network->graph, b->network->parameters);
    return status == TW_OK ? plan_updates(b, b->network->graph, true) : status;
}

static tw_status build(building *b) {
    tw_network *network = b->network;
    tw_node total;
    build_loss(b, &total);
    tw_status status = tw_graph_check(network->graph);
    if (status == TW_OK) status = copy_parameters(b);
    if (status == TW_OK && b->count == 0)
        status =
            tw_fail(b->context, TW_BAD_ARGUMENT,
                    "model: '%s' has no parameters to train; give it a layer that has, as dense",
                    tw_model_text(b->options->model));
    if (status == TW_OK) status = fill_parameters(b);
    if (status != TW_OK || b->options->method == NULL) return status;
    status = tw_method_look(b->options->method, network->graph, network->parameters, b->count,
                            b->points);
    if (status != TW_OK) return status;
    tw_gradients(network->graph, total, b->points, b->count, b->slopes);
    status = tw_graph_check(network->graph);
    if (status != TW_OK) return status;
    return b->options->accumulates ? build_accumulating(b) : build_simple(b);
}

tw_status tw_network_new(tw_context *context, const tw_network_options *options,
                         tw_variables *variables, tw_network *network) {
    *network = (tw_network){0};
    building b = {
        .context = context, .options = options, .variables = variables, .network = network};
    tw_status status = tw_graph_new(context, options->dtype, &network->graph);
    if (status == TW_OK) status = build(&b);
    if (status != TW_OK) tw_network_free(network);
    return status;
}

int64_t tw_network_size(const tw_network *network) {
    int64_t size = 0;
    for (int i = 0; i < network->parameter_count; i++)
        size += tw_shape_elements(tw_node_shape(network->graph, network->parameters[i]));
    return size;
}

void tw_network_free(tw_network *network) {
    tw_plan_free(network->step);
    tw_plan_free(network->step_and_norm);
    tw_plan_free(network->first);
    tw_plan_free(network->more);
    tw_plan_free(network->eval);
    tw_graph_free(network->update_graph);
    tw_graph_free(network->graph);
    tw_release(network->parameters);
    *network = (tw_network){0};
}
