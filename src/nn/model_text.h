// The text of a model: "mlp:400,400", a built-in name, an inline list of layers, or a .model file.
#ifndef TW_NN_MODEL_TEXT_H
#define TW_NN_MODEL_TEXT_H

#include "nn/layer.h"

#define TW_LAYERS_MAX 256

typedef struct tw_layer_list {
    tw_layer *layer;
    int count;
} tw_layer_list;

// Reads `text`, or the file that it names. The list is the caller's: free with tw_layers_free.
// Errors: TW_BAD_TEXT with line and column, TW_NOT_FOUND, TW_IO, TW_NO_MEMORY.
tw_status tw_layers_parse(tw_context *context, const char *text, tw_layer_list *layers);
void tw_layers_free(tw_layer_list *layers);

#endif
