// Models as text: "mlp:400,400", "logistic", "dense 400 relu; dropout 0.5; dense 10", or a file that
// holds one layer a line (a name that ends in .model).
//
//     tw_model *model = NULL;
//     tw_model_parse(context, "mlp:400,400", &model);
//     tw_node outputs = tw_model_build(model, graph, x, 10, true); // x [B, ...] -> [B, 10]
//     ... plan ...
//     tw_model_initialise(model, graph, variables, weights, biases, seed);
//
// The same model builds a training graph (dropout acts) and an evaluation graph (it does not) over the
// same variables: parameters are named by layer, "dense1/weight" [inputs, outputs], "dense1/bias".
#ifndef THALWEG_MODEL_H
#define THALWEG_MODEL_H

#include "thalweg/graph.h"
#include "thalweg/init.h"
#include "thalweg/variables.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_model tw_model;

// Reads a model text or file. `*model` is owned by the caller: free with tw_model_free.
// Errors: TW_BAD_TEXT with line, column and hint; TW_NOT_FOUND, TW_IO.
TW_API tw_status tw_model_parse(tw_context *context, const char *text, tw_model **model);

// Frees; NULL is fine.
TW_API void tw_model_free(tw_model *model);

// The layers as text, one way to write it: "dense 400 relu; dense 400 relu; dense outputs". Borrowed:
// valid while the model is.
TW_API const char *tw_model_text(const tw_model *model);

// Adds the layers to a graph: x [B, ...] (flattened where a dense layer comes first) to [B, outputs].
// Latches TW_BAD_SHAPE in the graph where the last layer's width is not `outputs`.
TW_API tw_node tw_model_build(const tw_model *model, tw_graph *graph, tw_node x, int64_t outputs,
                              bool training);

// Gives every parameter that build made in `graph` its first value: weights by `weights` (NULL: he
// before a relu-like activation, xavier_uniform else), biases by `biases` (NULL: zeros).
// Errors: TW_NOT_FOUND if the variables lack one (plan first), what tw_initialiser_fill says.
TW_API tw_status tw_model_initialise(const tw_model *model, const tw_graph *graph,
                                     tw_variables *variables, const tw_initialiser *weights,
                                     const tw_initialiser *biases, uint64_t seed);

// One line for each layer that was built, for a table before training.
typedef struct tw_layer_summary {
    const char *name; // "dense1"; borrowed: valid while the model is
    const char *text; // "dense 400 relu"
    tw_shape output;  // [B, 400]
    int64_t parameter_count;
} tw_layer_summary;

// How many layers, and what number `index` was like in the last build.
TW_API int tw_model_layers(const tw_model *model);

// What layer `index` was like in the last build.
TW_API tw_layer_summary tw_model_layer(const tw_model *model, int index);

#ifdef __cplusplus
}
#endif

#endif
