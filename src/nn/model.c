// Models: what their text says as a list of layers, and the layers as nodes.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "nn/model_text.h"
#include "ops/op.h"
#include "thalweg/model.h"

struct tw_model {
    tw_context *context;
    tw_layer_list layers;
    char *text;
    tw_layer_summary *summaries; // of the last build
};

static char *format(tw_context *context, const tw_layer_list *layers) {
    tw_text text;
    tw_text_start(&text, context);
    for (int i = 0; i < layers->count; i++)
        tw_text_add(&text, "%s%s", i > 0 ? "; " : "", layers->layer[i].text);
    return tw_text_take(&text);
}

tw_status tw_model_parse(tw_context *context, const char *text, tw_model **model) {
    *model = NULL;
    tw_model *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    tw_status status = tw_layers_parse(context, text, &made->layers);
    if (status == TW_OK) {
        made->text = format(context, &made->layers);
        made->summaries = tw_allocate(context, (size_t)made->layers.count, sizeof *made->summaries);
        if (made->text == NULL || made->summaries == NULL) status = TW_NO_MEMORY;
    }
    if (status == TW_OK)
        *model = made;
    else
        tw_model_free(made);
    return status;
}

void tw_model_free(tw_model *model) {
    if (model == NULL) return;
    tw_layers_free(&model->layers);
    tw_release(model->text);
    tw_release(model->summaries);
    tw_release(model);
}

const char *tw_model_text(const tw_model *model) {
    return model->text;
}

static int64_t count_parameters(const tw_graph *graph, int first) {
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(graph, &parameters);
    int64_t elements = 0;
    for (int i = first; i < count; i++)
        elements += tw_shape_elements(tw_node_shape(graph, parameters[i]));
    return elements;
}

static void summarise(const tw_model *model, int index, const tw_graph *graph, tw_node y,
                      int first_parameter) {
    if (tw_graph_check(graph) != TW_OK) return;
    const tw_layer *layer = &model->layers.layer[index];
    model->summaries[index] = (tw_layer_summary){
        .name = layer->name,
        .text = layer->text,
        .output = *tw_node_shape(graph, y),
        .parameter_count = count_parameters(graph, first_parameter),
    };
}

// The last layer must give what the data asks for.
static void check_outputs(const tw_model *model, tw_graph *graph, tw_node y, int64_t outputs) {
    if (tw_graph_check(graph) != TW_OK) return;
    const tw_shape *shape = tw_node_shape(graph, y);
    if (shape->rank == 2 && shape->size[1] == outputs) return;
    char gives[TW_SHAPE_TEXT_BYTES];
    if (shape->rank == 2)
        snprintf(gives, sizeof gives, "%" PRId64 " outputs", shape->size[1]);
    else
        tw_shape_format(shape, gives);
    const tw_layer *last = &model->layers.layer[model->layers.count - 1];
    tw_graph_fail(graph, TW_BAD_SHAPE,
                  "model: the last layer '%s' gives %s, the data has %" PRId64
                  "; end with 'dense %" PRId64 "' or 'dense outputs'",
                  last->text, gives, outputs, outputs);
}

tw_node tw_model_build(const tw_model *model, tw_graph *graph, tw_node x, int64_t outputs,
                       bool training) {
    tw_layer_build build = {.graph = graph, .outputs = outputs, .training = training};
    for (int i = 0; i < model->layers.count; i++) {
        const tw_layer *layer = &model->layers.layer[i];
        const tw_node *parameters = NULL;
        int before = tw_graph_parameters(graph, &parameters);
        tw_graph_enter(graph, layer->name);
        x = layer->kind->build(layer, &build, x);
        tw_graph_leave(graph);
        summarise(model, i, graph, x, before);
    }
    check_outputs(model, graph, x, outputs);
    return x;
}

int tw_model_layers(const tw_model *model) {
    return model->layers.count;
}

tw_layer_summary tw_model_layer(const tw_model *model, int index) {
    return model->summaries[index];
}

// The index of the layer that a parameter such as "dense1/weight" belongs to, or -1.
static int layer_of(const tw_model *model, const char *parameter) {
    for (int i = 0; i < model->layers.count; i++) {
        size_t length = strlen(model->layers.layer[i].name);
        if (strncmp(parameter, model->layers.layer[i].name, length) == 0 &&
            parameter[length] == '/')
            return i;
    }
    return -1;
}

// Whether what follows the layer is relu-like: its own activation, or the next one's before a layer with
// weights. Dropout in between changes nothing.
static bool feeds_relu(const tw_layer_list *layers, int index) {
    if (layers->layer[index].activation != NULL) return layers->layer[index].activation->relu_like;
    for (int i = index + 1; i < layers->count; i++) {
        if (layers->layer[i].width != 0) return false;
        if (layers->layer[i].activation != NULL) return layers->layer[i].activation->relu_like;
    }
    return false;
}

typedef struct first_values {
    const tw_initialiser *weights, *biases; // as asked for; may be NULL
    tw_initialiser *he, *xavier, *zeros;
} first_values;

static const tw_initialiser *choose(const tw_model *model, const first_values *values,
                                    const char *name, const tw_tensor *tensor) {
    if (tw_tensor_shape(tensor)->rank < 2)
        return values->biases != NULL ? values->biases : values->zeros;
    if (values->weights != NULL) return values->weights;
    int layer = layer_of(model, name);
    return layer >= 0 && feeds_relu(&model->layers, layer) ? values->he : values->xavier;
}

static tw_status fill_all(const tw_model *model, const tw_graph *graph, tw_variables *variables,
                          const first_values *values, uint64_t seed) {
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(graph, &parameters);
    tw_status status = TW_OK;
    for (int i = 0; i < count && status == TW_OK; i++) {
        const char *name = tw_node_name(graph, parameters[i]);
        tw_tensor *tensor = NULL;
        status = tw_variables_have(variables, name, tw_graph_dtype(graph),
                                   tw_node_shape(graph, parameters[i]), &tensor);
        if (status != TW_OK) return status;
        const tw_initialiser *with = choose(model, values, name, tensor);
        status = tw_initialiser_fill(model->context, with, tensor, seed, (uint32_t)i);
    }
    return status;
}

tw_status tw_model_initialise(const tw_model *model, const tw_graph *graph, tw_variables *variables,
                              const tw_initialiser *weights, const tw_initialiser *biases,
                              uint64_t seed) {
    first_values values = {.weights = weights, .biases = biases};
    tw_status status = tw_initialiser_parse(model->context, "he", &values.he);
    if (status == TW_OK)
        status = tw_initialiser_parse(model->context, "xavier_uniform", &values.xavier);
    if (status == TW_OK) status = tw_initialiser_parse(model->context, "constant", &values.zeros);
    if (status == TW_OK) status = fill_all(model, graph, variables, &values, seed);
    tw_initialiser_free(values.he);
    tw_initialiser_free(values.xavier);
    tw_initialiser_free(values.zeros);
    return status;
}
