// Models as text: "mlp:400,400", "logistic", "dense 400 relu; dropout 0.5; dense 10", or a file that
// holds one layer a line (a name that ends in .model).
//
//     tw_model *model = NULL;
//     tw_model_parse(context, "mlp:400,400", &model);
//     tw_node outputs = tw_model_build(model, graph, x, 10, true); // x [B, ...] -> [B, 10]
//     tw_model_initialise(model, graph, variables, NULL, NULL, seed); // parameters and first values
//     ... add a loss (loss.h), attach a method (method.h), plan (plan.h) ...
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

// Adds the layers to a graph: x [B, ...], flattened where a dense layer comes first, becomes [B, outputs].
// `outputs` is the number of classes, or of values to predict; `training` says whether dropout acts. Latches
// TW_BAD_SHAPE in the graph if the last layer has another width.
TW_API tw_node tw_model_build(const tw_model *model, tw_graph *graph, tw_node x, int64_t outputs,
                              bool training);

// Gives every parameter of `graph` its initial value, and makes the ones that `variables` lack. Weights are
// drawn by `weights` (NULL: he before a relu-like activation, else xavier_uniform), biases by `biases`
// (NULL: zeros). To be called after tw_model_build and before tw_method_start. Errors: TW_MISMATCH if a
// variable has another type or shape; what tw_initialiser_fill says.
TW_API tw_status tw_model_initialise(const tw_model *model, const tw_graph *graph,
                                     tw_variables *variables, const tw_initialiser *weights,
                                     const tw_initialiser *biases, uint64_t seed);

// What a layer was like when it was built, for a table before training.
typedef struct tw_layer_summary {
    const char *name; // "dense1"; borrowed: valid while the model is
    const char *text; // "dense 400 relu"
    tw_shape output;  // [B, 400]
    int64_t parameter_count;
} tw_layer_summary;

// The number of layers.
TW_API int tw_model_layers(const tw_model *model);

// Layer `index` as it was in the last build.
TW_API tw_layer_summary tw_model_layer(const tw_model *model, int index);

#ifdef __cplusplus
}
#endif

#endif
