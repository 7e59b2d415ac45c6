// The activations by name, and a layer that is nothing but one.
#include <stdio.h>
#include <string.h>

#include "nn/layer.h"

static tw_node leaky_relu(tw_graph *graph, tw_node x) {
    return tw_leaky_relu(graph, x, 0.01);
}

static tw_node elu(tw_graph *graph, tw_node x) {
    return tw_elu(graph, x, 1.0);
}

static tw_node linear(tw_graph *graph, tw_node x) {
    (void)graph;
    return x;
}

static const tw_activation activations[] = {
    {"relu", tw_relu, true},  {"leaky_relu", leaky_relu, true}, {"elu", elu, true},
    {"gelu", tw_gelu, true},  {"silu", tw_silu, true},          {"softplus", tw_softplus, true},
    {"tanh", tw_tanh, false}, {"sigmoid", tw_sigmoid, false},   {"linear", linear, false},
};

const tw_activation *tw_activation_at(int index) {
    int count = (int)(sizeof activations / sizeof *activations);
    return index >= 0 && index < count ? &activations[index] : NULL;
}

const tw_activation *tw_activation_find(const char *name) {
    for (int i = 0; tw_activation_at(i) != NULL; i++)
        if (strcmp(tw_activation_at(i)->name, name) == 0) return tw_activation_at(i);
    return NULL;
}

static tw_status parse(tw_lexer *lexer, tw_layer *layer) {
    (void)lexer; // the model has read the name and found the activation
    snprintf(layer->text, sizeof layer->text, "%s", layer->activation->name);
    return TW_OK;
}

static tw_node build(const tw_layer *layer, const tw_layer_build *in, tw_node x) {
    return layer->activation->build(in->graph, x);
}

const tw_layer_kind tw_layer_activation = {
    .name = NULL,
    .usage = "relu | leaky_relu | elu | gelu | silu | softplus | tanh | sigmoid | linear",
    .parse = parse,
    .build = build,
};
