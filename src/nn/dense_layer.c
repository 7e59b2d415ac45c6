// dense: y = activation(x W + b), W [inputs, width].
#include <inttypes.h>
#include <stdio.h>

#include "nn/layer.h"

static tw_status parse(tw_lexer *lexer, tw_layer *layer) {
    tw_status status = tw_layer_read_width(lexer, "a width, such as dense 400", &layer->width);
    if (status == TW_OK) status = tw_layer_read_activation(lexer, &layer->activation);
    if (status != TW_OK) return status;
    char width[24] = "outputs";
    if (layer->width != TW_LAYER_OUTPUTS) snprintf(width, sizeof width, "%" PRId64, layer->width);
    snprintf(layer->text, sizeof layer->text, "dense %s%s%s", width,
             layer->activation != NULL ? " " : "",
             layer->activation != NULL ? layer->activation->name : "");
    return TW_OK;
}

static tw_node build(const tw_layer *layer, const tw_layer_build *in, tw_node x) {
    int64_t width = layer->width == TW_LAYER_OUTPUTS ? in->outputs : layer->width;
    tw_node y = tw_layer_affine(in->graph, tw_flatten_example(in->graph, x), width);
    return layer->activation != NULL ? layer->activation->build(in->graph, y) : y;
}

const tw_layer_kind tw_layer_dense = {
    .name = "dense",
    .usage = "dense WIDTH [ACTIVATION]",
    .parse = parse,
    .build = build,
};
